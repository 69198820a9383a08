import assert from "node:assert/strict";
import { test } from "node:test";

import {
  moved,
  numbered,
  rowsOf,
  toSend,
  withDigit,
  withOneMore,
  withOutcome,
} from "../../../api/console/app/campaigns/results.js";

/** What another language calls the outcomes. @param {string} outcome */
const word = (outcome) => `«${outcome}»`;

const STORED = /** @type {any[]} */ ([
  { key: "sale", label: "Sale", outcome: "sale", digit: 1, is_own: false },
  {
    key: "demo",
    label: "Demo agreed",
    outcome: "interested",
    digit: 2,
    is_own: true,
  },
  {
    key: "other",
    label: "Other",
    outcome: "other",
    digit: null,
    is_own: false,
  },
]);
const rows = () => rowsOf(STORED, word);

test("a list that nobody touched is sent as it was stored, in whatever language it was shown", () => {
  assert.deepEqual(
    rows().map((row) => row.label),
    ["«sale»", "Demo agreed", "«other»"],
  );
  assert.deepEqual(
    toSend(rows(), word),
    STORED.map(({ is_own, ...one }) => one),
  );
});

test("a digit that another one has is exchanged with it", () => {
  assert.deepEqual(
    withDigit(rows(), 1, 1).map((row) => row.digit),
    [2, 1, null],
  );
  assert.deepEqual(
    withDigit(rows(), 1, null).map((row) => row.digit),
    [1, null, null],
  );
});

test("what is added is an outcome that is not offered yet, with a free digit, and leaves its key to the server", () => {
  const added = toSend(
    withOneMore(rows(), ["sale", "interested", "callback", "other"], word),
    word,
  )[3];
  assert.deepEqual(added, {
    key: null,
    label: "Call back",
    outcome: "callback",
    digit: 3,
  });
});

test("the name and the key of an outcome do not stand for another one", () => {
  const [first, second] = withOutcome(
    withOutcome(rows(), 0, "callback", word),
    1,
    "callback",
    word,
  );
  assert.deepEqual([first?.label, first?.key], ["«callback»", ""]);
  assert.deepEqual([second?.label, second?.key], ["Demo agreed", "demo"]);
});

test("an order is changed and numbered", () => {
  assert.deepEqual(
    numbered(moved(rows(), 2, -1)).map((row) => [row.key, row.digit]),
    [
      ["sale", 1],
      ["other", 2],
      ["demo", 3],
    ],
  );
});
