/**
 * Every text that people see, in their language. `t("dnc.removed", {number})` looks into `words/<language>/dnc.js`.
 *
 * English is complete by definition; the type check demands the same keys of the others. Areas are loaded with the page
 * that needs them.
 */

import { effect, signal } from "@preact/signals";

import { recall, remember } from "./memory.js";

export const LANGUAGES = /** @type {const} */ ({ en: "English", ru: "Русский", es: "Español" });

/** @typedef {keyof typeof LANGUAGES} Language */
/** @typedef {{zero?: string, one?: string, two?: string, few?: string, many?: string, other: string}} Plural */
/** @typedef {Record<string, string | Plural>} Words */
/** @typedef {Record<string, string | number>} Values */

/** The language of the pages. */
export const language = signal(chosenLanguage());

/** @type {import("@preact/signals").Signal<Record<string, Words>>} */
const dictionary = signal({});
/** @type {Set<string>} */
const areas = new Set();

effect(() => {
  document.documentElement.lang = language.value;
});

/** Speak another language from now on. @param {Language} wanted */
export async function speak(wanted) {
  remember("language", wanted);
  await Promise.all([...areas].map((area) => load(wanted, area)));
  language.value = wanted;
}

/** Load the words of areas in the language spoken. Pages are shown once theirs are there. @param {...string} wanted */
export async function learn(...wanted) {
  for (const area of wanted) areas.add(area);
  await Promise.all(wanted.map((area) => load(language.value, area)));
}

/**
 * The text under a key, `area.rest.of.key`, with its `{names}` filled in; a plural is chosen by `n`.
 * @param {string} key
 * @param {Values} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const area = key.slice(0, key.indexOf("."));
  const word = dictionary.value[`${language.value}/${area}`]?.[key.slice(area.length + 1)];
  if (word === undefined) {
    console.error(`No word for ${key} in ${language.value}`);
    return key;
  }
  const text = typeof word === "string" ? word : plural(word, Number(values.n ?? 0));
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? formatNumber(value) : value;
  });
}

/** Whether there is a text under a key. For words that come from the server. @param {string} key */
export function hasWord(key) {
  const area = key.slice(0, key.indexOf("."));
  return dictionary.value[`${language.value}/${area}`]?.[key.slice(area.length + 1)] !== undefined;
}

/** @param {number} value @param {Intl.NumberFormatOptions} [options] */
export function formatNumber(value, options) {
  return new Intl.NumberFormat(language.value, options).format(value);
}

/** A share of 1 as per cent. @param {number | null | undefined} share @param {number} [digits] */
export function formatShare(share, digits = 1) {
  if (share === null || share === undefined) return "–";
  return formatNumber(share, { style: "percent", maximumFractionDigits: digits });
}

/** @param {Plural} forms @param {number} n */
function plural(forms, n) {
  return forms[new Intl.PluralRules(language.value).select(n)] ?? forms.other;
}

/** @param {Language} of @param {string} area */
async function load(of, area) {
  const key = `${of}/${area}`;
  if (dictionary.peek()[key]) return;
  const words = (await import(`../words/${of}/${area}.js`)).default;
  dictionary.value = { ...dictionary.peek(), [key]: words };
}

/** @returns {Language} */
function chosenLanguage() {
  const known = /** @type {Language[]} */ (Object.keys(LANGUAGES));
  const wanted = [recall("language", null), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return known.find((tag) => tag === wanted.find((each) => known.includes(/** @type {Language} */ (each)))) ?? "en";
}
