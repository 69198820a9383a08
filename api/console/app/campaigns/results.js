/** A campaign's list of results while it is edited. */

/** @typedef {import("../kit/shapes.js").Schema<"DispositionChoiceOut">} Result */
/** @typedef {{id: number, key: string, label: string, outcome: string, digit: number | null}} Row */

export const MAX_RESULTS = 30;
export const DIGITS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** What the server calls the outcomes. A label that says so is shown to everybody in his own language. @type {Record<string, string>} */
const USUAL_LABELS = {
  sale: "Sale",
  interested: "Interested",
  callback: "Call back",
  not_interested: "Not interested",
  wrong_number: "Wrong number",
  answering_machine: "Answering machine",
  do_not_call: "Do not call",
  other: "Other",
};

let last = 0;

/** @param {Omit<Row, "id">} values @returns {Row} */
function row(values) {
  last += 1;
  return { id: last, ...values };
}

/** The list as it is edited: what the campaign did not name itself is named by `word`. @param {Result[]} stored @param {(outcome: string) => string} word */
export function rowsOf(stored, word) {
  return stored.map(({ key, label, outcome, digit, is_own }) =>
    row({ key, label: is_own ? label : word(outcome), outcome, digit }),
  );
}

/** What is sent for the list; an entry without a key gets one from the server. @param {Row[]} rows @param {(outcome: string) => string} word */
export function toSend(rows, word) {
  return rows.map(({ key, label, outcome, digit }) => {
    const isUsual = label === word(outcome) && (key === outcome || key === "");
    return { key: key || null, label: isUsual ? (USUAL_LABELS[outcome] ?? label) : label, outcome, digit };
  });
}

/** The list with one more: an outcome that is not offered yet if there is one. @param {Row[]} rows @param {string[]} outcomes @param {(outcome: string) => string} word */
export function withOneMore(rows, outcomes, word) {
  const missing = outcomes.find((outcome) => rows.every((one) => one.outcome !== outcome));
  const digit = DIGITS.find((each) => rows.every((one) => one.digit !== each)) ?? null;
  return [...rows, row({ key: "", label: missing ? word(missing) : "", outcome: missing ?? "other", digit })];
}

/** The list with one entry a place up (-1) or down (1). @param {Row[]} rows @param {number} at @param {number} by */
export function moved(rows, at, by) {
  const order = [...rows];
  const [one] = order.splice(at, 1);
  if (one) order.splice(at + by, 0, one);
  return order;
}

/** The list with a digit given to one entry; whoever had it gets the digit given up. @param {Row[]} rows @param {number} at @param {number | null} digit */
export function withDigit(rows, at, digit) {
  const before = rows[at]?.digit ?? null;
  return rows.map((one, i) => {
    if (i === at) return { ...one, digit };
    return digit !== null && one.digit === digit ? { ...one, digit: before } : one;
  });
}

/** The list with an entry standing for another outcome. The key and the name of an outcome do not stand for another. @param {Row[]} rows @param {number} at @param {string} outcome @param {(outcome: string) => string} word */
export function withOutcome(rows, at, outcome, word) {
  return rows.map((one, i) => {
    if (i !== at) return one;
    const label = one.label === "" || one.label === word(one.outcome) ? word(outcome) : one.label;
    return { ...one, outcome, label, key: one.key === one.outcome ? "" : one.key };
  });
}

/** The first nine have the digits 1 to 9. @param {Row[]} rows */
export const numbered = (rows) => rows.map((one, i) => ({ ...one, digit: DIGITS[i] ?? null }));
