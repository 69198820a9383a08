/** What the log says, in words: deeds, things and fields. */

import { formatInstant } from "../kit/time.js";
import { formatNumber, hasWord, t } from "../kit/words.js";

/** The types of things that are logged. */
export const OBJECTS = [
  "agent",
  "agent_group",
  "break_reason",
  "call",
  "campaign",
  "caller_number",
  "carrier_account",
  "connection",
  "erasure",
  "import",
  "import_mapping",
  "invitation",
  "lead",
  "bulk_job",
  "list",
  "registry",
  "retention",
  "rule",
  "script",
  "second_factor",
  "session",
  "suppression",
  "tenant",
  "user",
];

const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d(:?\d\d)?|Z)$/;

/** @param {string} type */
export function objectInWords(type) {
  return worded(`audit.object.${type}`, type);
}

/** `campaign.changed` as "Campaign: changed". @param {string} action */
export function actionInWords(action) {
  const [type = "", ...rest] = action.split(".");
  const verb = rest.join(".");
  return { object: objectInWords(type), verb: worded(`audit.verb.${verb}`, verb), tone: toneOf(verb) };
}

/** @param {string} verb @returns {"ok" | "bad" | "info"} */
function toneOf(verb) {
  if (/created|accepted|added/.test(verb)) return "ok";
  return /deleted|removed|failed|refused|revoked|erased/.test(verb) ? "bad" : "info";
}

/** @param {string} field */
export function fieldInWords(field) {
  return worded(`audit.field.${field}`, field);
}

/** A value as people read it. @param {unknown} value @returns {string} */
export function valueInWords(value) {
  if (value === null || value === undefined || value === "") return t("audit.nothing");
  if (typeof value === "boolean") return t(value ? "office.yes" : "office.no");
  if (typeof value === "number") return formatNumber(value, { maximumFractionDigits: 6 });
  if (Array.isArray(value)) return value.length === 0 ? t("audit.nothing") : value.map(valueInWords).join(", ");
  if (typeof value === "object") {
    const parts = Object.entries(value).map(([name, inner]) => `${fieldInWords(name)}: ${valueInWords(inner)}`);
    return parts.join("; ") || t("audit.nothing");
  }
  const text = String(value);
  return INSTANT.test(text) ? formatInstant(text) : text;
}

/** @param {string} key @param {string} raw */
function worded(key, raw) {
  return hasWord(key) ? t(key) : raw.replaceAll("_", " ");
}
