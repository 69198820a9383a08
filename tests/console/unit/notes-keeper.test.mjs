import assert from "node:assert/strict";
import { test } from "node:test";

import { createNotesKeeper, PAUSE_MS } from "../../../api/console/app/softphone/notes-keeper.js";

/** A keeper with a clock, a drawer and a server of its own. */
function office({ drawer = new Map() } = {}) {
  const timers = new Map();
  const saved = [];
  const shown = [];
  let now = 0;
  let serial = 0;
  let fails = /** @type {Error | null} */ (null);
  const keeper = createNotesKeeper({
    owner: "ben",
    save: async (callId, text) => {
      if (fails) throw fails;
      saved.push([callId, text]);
    },
    refusal: (error) => (/** @type {Error} */ (error).message === "too long" ? "too long" : null),
    onChange: (callId, notes) => shown.push(notes.status),
    drawer: {
      getItem: (key) => drawer.get(key) ?? null, setItem: (key, value) => drawer.set(key, value),
      removeItem: (key) => drawer.delete(key), key: (at) => [...drawer.keys()][at] ?? null,
      get length() { return drawer.size; },
    },
    later: (run, ms) => {
      serial += 1;
      const mine = serial;
      timers.set(mine, [now + ms, run]);
      return () => timers.delete(mine);
    },
    clock: () => now,
  });
  const settle = async () => { for (let turn = 0; turn < 20; turn += 1) await Promise.resolve(); };
  return {
    keeper, saved, shown, drawer,
    fail: (error) => { fails = error; },
    pass: async (ms) => {
      now += ms;
      for (const [id, [due, run]] of [...timers]) {
        if (due <= now) {
          timers.delete(id);
          run();
        }
      }
      await settle();
    },
    settle,
  };
}

test("notes are saved once the typing pauses, and not with each key", async () => {
  const { keeper, saved, pass } = office();
  keeper.open("c1", null);
  for (const text of ["L", "Li", "Lik"]) {
    keeper.type("c1", text);
    await pass(PAUSE_MS - 1);
  }
  assert.deepEqual(saved, []);
  await pass(1);
  assert.deepEqual(saved, [["c1", "Lik"]]);
  assert.equal(keeper.notes("c1").status, "saved");
});

test("who never pauses has his notes saved all the same", async () => {
  const { keeper, saved, pass } = office();
  for (let key = 1; key <= 12; key += 1) {
    keeper.type("c1", "x".repeat(key));
    await pass(1000);
  }
  assert.ok(saved.length >= 1);
});

test("what does not arrive is kept in the tab and tried again", async () => {
  const { keeper, saved, drawer, fail, pass } = office();
  fail(new Error("network"));
  keeper.type("c1", "Likes");
  await pass(PAUSE_MS);
  assert.equal(keeper.notes("c1").status, "retrying");
  assert.deepEqual([...drawer], [["softphone.notes.ben.c1", "Likes"]]);
  fail(null);
  await pass(2000);
  assert.deepEqual([saved, [...drawer], keeper.notes("c1").status], [[["c1", "Likes"]], [], "saved"]);
});

test("what the server refuses for good is not tried again, and stays in the tab", async () => {
  const { keeper, saved, drawer, fail, pass } = office();
  fail(new Error("too long"));
  keeper.type("c1", "Likes");
  await pass(PAUSE_MS);
  fail(null);
  await pass(60_000);
  assert.deepEqual([keeper.notes("c1").status, keeper.notes("c1").problem, saved], ["refused", "too long", []]);
  assert.equal(drawer.size, 1);
});

test("a reload finds what had not arrived, and sends it", async () => {
  const { keeper, saved, settle } = office({ drawer: new Map([["softphone.notes.ben.c1", "Likes"], ["softphone.notes.cleo.c2", "hers"]]) });
  assert.deepEqual(keeper.kept(), [{ callId: "c1", text: "Likes" }]);
  keeper.open("c1", "Li");
  assert.equal(keeper.notes("c1").text, "Likes");
  await keeper.flush("c1");
  await settle();
  assert.deepEqual(saved, [["c1", "Likes"]]);
});

test("a snapshot does not overwrite what is being typed", () => {
  const { keeper } = office();
  keeper.open("c1", null);
  keeper.type("c1", "Likes");
  keeper.open("c1", "older");
  assert.equal(keeper.notes("c1").text, "Likes");
});

test("hanging up sends at once, what was typed while sending as well", async () => {
  const { keeper, saved, settle } = office();
  keeper.type("c1", "Li");
  const first = keeper.flush("c1");
  keeper.type("c1", "Likes");
  await first;
  await keeper.flush("c1");
  await settle();
  assert.deepEqual(saved.at(-1), ["c1", "Likes"]);
});

test("the notes of an earlier call arrive while the next one is written on", async () => {
  const { keeper, saved, fail, pass } = office();
  fail(new Error("network"));
  keeper.type("c1", "first");
  await pass(PAUSE_MS);
  fail(null);
  keeper.type("c2", "second");
  await pass(10_000);
  assert.deepEqual(saved.map(([callId]) => callId).sort(), ["c1", "c2"]);
});
