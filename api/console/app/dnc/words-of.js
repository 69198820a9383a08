/** The server's words about entries, in the reader's language where there is one for them. */

import { hasWord, t } from "../kit/words.js";

/** @typedef {import("../kit/shapes.js").Schema<"SuppressionOut">} Entry */

/** Why a number is listed. People write reasons of their own. @param {Entry} entry */
export function reasonOf(entry) {
  const key = `dnc.reason.${entry.reason}`;
  return hasWord(key) ? t(key) : entry.reason.replaceAll("_", " ");
}

/** Where an entry came from. @param {Entry} entry */
export function sourceOf(entry) {
  const key = `dnc.source.${entry.source}`;
  return hasWord(key) ? t(key) : entry.source.replaceAll("_", " ");
}
