import assert from "node:assert/strict";
import { test } from "node:test";

import { suggestions } from "../../../api/console/app/softphone/callback-times.js";
import { daysLater, instantOf, isZone, wallOf } from "../../../api/console/app/softphone/zone-time.js";

const NEW_YORK = "America/New_York";
const utc = (/** @type {string} */ text) => Date.parse(text);

test("a wall time is the instant at which the clock there shows it", () => {
  assert.equal(instantOf("2026-11-23T10:30", NEW_YORK), utc("2026-11-23T15:30Z"));
  assert.equal(instantOf("2026-07-01T00:15", "Asia/Kathmandu"), utc("2026-06-30T18:30Z"));
  assert.equal(wallOf(utc("2026-11-23T15:30Z"), NEW_YORK), "2026-11-23T10:30");
});

test("a time that the clock shows twice is the first of both", () => {
  assert.equal(instantOf("2026-11-01T01:30", NEW_YORK), utc("2026-11-01T05:30Z"));
});

test("a time that the clock skips is none", () => {
  assert.equal(instantOf("2026-03-08T02:30", NEW_YORK), null);
});

test("what is no time is none", () => {
  for (const wrong of ["", "soon", "2026-11-23", "2026-13-40T10:00"]) assert.equal(instantOf(wrong, "UTC"), null, wrong);
});

test("days are counted on the calendar, over the change of clocks", () => {
  assert.equal(daysLater("2026-10-31T10:00", 1), "2026-11-01T10:00");
  assert.equal(daysLater("2026-12-31T23:59", 1), "2027-01-01T23:59");
});

test("zones that nobody knows are told from those that are", () => {
  assert.deepEqual([isZone(NEW_YORK), isZone("Mars/Olympus"), isZone(null)], [true, false, false]);
});

test("times on offer lie ahead, on the callee's clock", () => {
  const offered = suggestions(utc("2026-11-22T15:07Z"), NEW_YORK);
  assert.deepEqual(offered.map(({ name, wall }) => `${name} ${wall}`), [
    "inAnHour 2026-11-22T11:15", "thisEvening 2026-11-22T18:00", "tomorrow 2026-11-23T10:00", "tomorrowSame 2026-11-23T10:07",
  ]);
});

test("late in the day no evening is offered that is over", () => {
  const offered = suggestions(utc("2026-11-22T23:30Z"), NEW_YORK);
  assert.ok(!offered.some(({ name }) => name === "thisEvening"));
});
