/** What is being done just now, so that nothing is done twice, and what was refused, so that it can be read. */

import { signal } from "@preact/signals";

import { ApiError } from "../kit/api.js";
import { wordsOf } from "../kit/components/problem.js";
import { inWords } from "./refusal-words.js";

/** @typedef {"status" | "controls" | "transfer" | "wrap-up" | "dispositions" | "preview"} Place */

/** Names of what is under way. @type {import("@preact/signals").Signal<ReadonlySet<string>>} */
export const underWay = signal(new Set());

/** The last refusal in each place, in words. @type {import("@preact/signals").Signal<Partial<Record<Place, string>>>} */
export const refusals = signal({});

/**
 * Do something unless it is being done. A refusal is shown in its place until the next thing is done there.
 * @template Result
 * @param {string} name
 * @param {Place} place
 * @param {() => Promise<Result>} act
 * @returns {Promise<Result | null>} null if it was refused, or is being done
 */
export async function press(name, place, act) {
  if (underWay.value.has(name)) return null;
  underWay.value = new Set([...underWay.value, name]);
  clearRefusal(place);
  try {
    return await act();
  } catch (error) {
    refusals.value = { ...refusals.value, [place]: reasonOf(error) };
    return null;
  } finally {
    underWay.value = new Set([...underWay.value].filter((other) => other !== name));
  }
}

/** @param {Place} place */
export function clearRefusal(place) {
  const { [place]: _read, ...others } = refusals.value;
  refusals.value = others;
}

/** @param {unknown} error */
export function reasonOf(error) {
  const said = inWords(error);
  if (said instanceof ApiError) return wordsOf(said);
  return error instanceof Error ? error.message : String(error);
}
