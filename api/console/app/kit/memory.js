/** What this browser remembers between visits. A browser that forbids it forgets at the end of the page. */

const PREFIX = "dialer.";

/** @type {Map<string, string>} */
const fallback = new Map();

/** @template Value @param {string} key @param {Value} otherwise @returns {Value} */
export function recall(key, otherwise) {
  try {
    const text = localStorage.getItem(PREFIX + key) ?? fallback.get(key) ?? null;
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    return otherwise;
  }
}

/** @param {string} key @param {unknown} value */
export function remember(key, value) {
  const text = JSON.stringify(value);
  try {
    localStorage.setItem(PREFIX + key, text);
  } catch {
    fallback.set(key, text);
  }
}

/** @param {string} key */
export function forget(key) {
  fallback.delete(key);
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // Nothing was kept there either.
  }
}

/** Hear of what other tabs remember; null when they forget it. @param {string} key @param {(value: any) => void} heard */
export function whenRemembered(key, heard) {
  addEventListener("storage", (event) => {
    if (event.key !== PREFIX + key && event.key !== null) return;
    heard(event.newValue === null ? null : JSON.parse(event.newValue));
  });
}
