/**
 * Keys that do things. Each shortcut has a name, keys by default, and whatever keys its user has chosen instead.
 *
 * Keys are written as `Ctrl+Shift+H` or `3`. Single characters do nothing while one types, and can be switched off
 * (WCAG 2.1.4).
 */

import { computed, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { recall, remember } from "./memory.js";

/** @typedef {{id: string, keys: string, label: string, run: () => void, enabled: boolean}} Shortcut */

/** @type {import("@preact/signals").Signal<Map<string, Shortcut>>} */
const registered = signal(new Map());

/** Keys that the user has chosen, by shortcut; empty text for none. */
export const chosenKeys = signal(/** @type {Record<string, string>} */ (recall("shortcuts", {})));

/** Whether single characters are shortcuts at all. */
export const singleKeys = signal(/** @type {boolean} */ (recall("single-keys", true)));

/** What can be done by keys here and now, in the order in which it was registered. */
export const shortcuts = computed(() =>
  [...registered.value.values()].map((each) => ({ ...each, keys: keysOf(each) })),
);

/**
 * Have keys do something while this component is shown.
 * @param {string} id
 * @param {{keys: string, label: string, run: () => void, enabled?: boolean}} what
 */
export function useShortcut(id, { keys, label, run, enabled = true }) {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const all = new Map(registered.peek());
    registered.value = all.set(id, { id, keys, label, enabled, run: () => latest.current() });
    return () => {
      const rest = new Map(registered.peek());
      rest.delete(id);
      registered.value = rest;
    };
  }, [id, keys, label, enabled]);
}

/** Give a shortcut other keys, or its own again with null. @param {string} id @param {string | null} keys */
export function chooseKeys(id, keys) {
  const { [id]: _dropped, ...rest } = chosenKeys.value;
  chosenKeys.value = keys === null ? rest : { ...rest, [id]: keys };
  remember("shortcuts", chosenKeys.value);
}

/** @param {boolean} on */
export function allowSingleKeys(on) {
  singleKeys.value = on;
  remember("single-keys", on);
}

/** The keys of an event as they are written; null for a modifier alone. @param {KeyboardEvent} event */
export function keysOfEvent(event) {
  if (["Control", "Shift", "Alt", "Meta"].includes(event.key)) return null;
  const modifiers = [event.ctrlKey && "Ctrl", event.altKey && "Alt", event.metaKey && "Meta"];
  // By the key's place for letters and digits, so that other keyboard layouts work alike; so do letters of other alphabets.
  const place = /^(?:Key|Digit)(.)$/.exec(event.code)?.[1];
  const hasModifier = event.ctrlKey || event.altKey || event.metaKey;
  const isLetter = event.key.length === 1 && event.key.toUpperCase() !== event.key.toLowerCase();
  const isForeign = isLetter && !/^[a-z]$/i.test(event.key);
  const key =
    (hasModifier || isForeign) && place ? place : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const shift = event.shiftKey && (hasModifier || isLetter || event.key.length > 1) && "Shift";
  return [...modifiers, shift, key].filter(Boolean).join("+");
}

/** Listen on the whole page. Called once, by `main.js`. */
export function listenForShortcuts() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const keys = keysOfEvent(event);
    if (keys === null) return;
    const isSingle = !keys.includes("+") || keys.startsWith("Shift+");
    if (isSingle && (!singleKeys.value || isTyping(event.target))) return;
    const found = shortcuts.value.find((each) => each.enabled && each.keys === keys);
    if (found === undefined || isBehindDialog(found)) return;
    event.preventDefault();
    found.run();
  });
}

/** @param {Shortcut} shortcut */
function keysOf(shortcut) {
  return chosenKeys.value[shortcut.id] ?? shortcut.keys;
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["button", "checkbox", "radio", "submit"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

/** What is behind an open dialog is out of reach by keys too, but for what may end a call. @param {Shortcut} shortcut */
function isBehindDialog(shortcut) {
  return document.querySelector("dialog[open]") !== null && !shortcut.id.startsWith("call.");
}
