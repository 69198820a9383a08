import assert from "node:assert/strict";
import { test } from "node:test";

import { Board } from "../../../api/console/app/wallboard/board.js";

const AT = "2026-03-04T18:00:00Z";
const agent = (/** @type {string} */ id, state = "available") => ({ id, name: `Agent ${id}`, state, since: AT });
const whole = (/** @type {object[]} */ ...agents) => ({
  agents, calls: [], campaigns: [], minutes: [{ at: AT, placed: 1 }], totals: { dialing_rate: 0, occupancy_now: null },
});

/** A server that answers when it is told to, and counts how often it was asked. */
class Server {
  asked = 0;
  now = 0;
  /** @type {((answer: any) => void)[]} */
  waiting = [];
  frame = (/** @type {any} */ _frame) => {};
  say = (/** @type {string} */ event) => {
    if (event !== "wallboard:watch") return Promise.resolve({ success: true });
    this.asked += 1;
    return new Promise((resolve) => this.waiting.push(resolve));
  };
  onEvent = (/** @type {string} */ _name, /** @type {any} */ heard) => {
    this.frame = heard;
    return () => {};
  };
  onConnected = (/** @type {() => void} */ arrived) => {
    this.reconnect = arrived;
    arrived();
    return () => {};
  };
  moment = () => this.now;

  /** Answer who asked last. @param {object} board @param {object} [head] */
  async answer(board, head = {}) {
    this.waiting.pop()?.({ success: true, epoch: "e1", sequence: 0, at: AT, board, ...head });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** @param {any} context @param {object[]} agents */
async function shown(context, ...agents) {
  const server = new Server();
  const board = new Board(server);
  board.start({});
  context.after(() => board.stop());
  await server.answer(whole(...agents));
  return { server, board };
}

const frame = (/** @type {number} */ sequence, /** @type {object} */ parts = {}, epoch = "e1") => ({ epoch, sequence, at: AT, ...parts });
const statesOf = (/** @type {Board} */ board) => Object.fromEntries(board.agents.all.map((each) => [each.id, each.state]));

test("a frame changes what it names and leaves the rest", async (context) => {
  const { server, board } = await shown(context, agent("a"), agent("b"));
  const untouched = board.agents.of("b")?.value;
  server.frame(frame(1, { changed: { agents: [{ id: "a", state: "talking" }], totals: { dialing_rate: 3 } } }));
  assert.deepEqual(statesOf(board), { a: "talking", b: "available" });
  assert.equal(board.agents.of("a")?.value.name, "Agent a");
  assert.equal(board.agents.of("b")?.value, untouched);
  assert.deepEqual(board.totals.value, { dialing_rate: 3, occupancy_now: null });
});

test("what is new comes whole, and what is gone goes", async (context) => {
  const { server, board } = await shown(context, agent("a"));
  server.frame(frame(1, { changed: { agents: [agent("c", "paused")] }, removed: { agents: ["a"], minutes: [AT] } }));
  assert.deepEqual(statesOf(board), { c: "paused" });
  assert.deepEqual(board.minutes.value, []);
});

test("a missing frame is answered by asking for the whole again", async (context) => {
  const { server, board } = await shown(context, agent("a"));
  server.frame(frame(2, { changed: { agents: [{ id: "a", state: "talking" }] } }));
  assert.equal(server.asked, 2);
  assert.deepEqual(statesOf(board), { a: "available" }, "nothing is built upon a gap");
  await server.answer(whole(agent("a", "paused")), { sequence: 2 });
  server.frame(frame(3, { changed: { agents: [{ id: "a", state: "offline" }] } }));
  assert.deepEqual(statesOf(board), { a: "offline" });
  assert.equal(server.asked, 2);
});

test("a frame of another board is answered by asking again", async (context) => {
  const { server } = await shown(context, agent("a"));
  server.frame(frame(1, {}, "e2"));
  assert.equal(server.asked, 2);
});

test("the same frame twice changes nothing and asks nothing", async (context) => {
  const { server, board } = await shown(context, agent("a"));
  server.frame(frame(1, { changed: { agents: [{ id: "a", state: "talking" }] } }));
  server.frame(frame(1, { changed: { agents: [{ id: "a", state: "offline" }] } }));
  assert.deepEqual(statesOf(board), { a: "talking" });
  assert.equal(server.asked, 1);
});

test("frames that come before the answer are kept until it is there", async (context) => {
  const { server, board } = await shown(context, agent("a"));
  server.reconnect?.();
  server.frame(frame(5, { changed: { agents: [{ id: "a", state: "paused" }] } }, "e2"));
  server.frame(frame(6, { changed: { agents: [{ id: "a", state: "talking" }] } }, "e2"));
  assert.deepEqual(statesOf(board), { a: "available" });
  await server.answer(whole(agent("a", "paused")), { epoch: "e2", sequence: 5 });
  assert.deepEqual(statesOf(board), { a: "talking" });
  assert.equal(server.asked, 2);
});

test("after a reconnection the board is what the server says, whatever was shown", async (context) => {
  const { server, board } = await shown(context, agent("a"), agent("b"));
  server.reconnect?.();
  await server.answer(whole(agent("b", "talking")), { epoch: "e9" });
  assert.deepEqual(statesOf(board), { b: "talking" });
});

test("an answer that another question has overtaken is not used", async (context) => {
  const { server, board } = await shown(context, agent("a"));
  server.reconnect?.();
  const [overtaken] = server.waiting;
  server.reconnect?.();
  await server.answer(whole(agent("a", "talking")), { epoch: "e3" });
  overtaken?.({ success: true, epoch: "e2", sequence: 9, at: AT, board: whole(agent("a", "offline")) });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(statesOf(board), { a: "talking" });
  assert.equal(board.epoch, "e3");
});

test("old figures keep the instant at which they were true", async (context) => {
  const { server, board } = await shown(context, agent("a"));
  server.frame(frame(1, { at: "2026-03-04T18:00:09Z", stale_since: AT, problem: "database" }));
  assert.deepEqual([board.at.value, board.problem.value], [AT, "database"]);
  server.frame(frame(2, { at: "2026-03-04T18:00:10Z" }));
  assert.deepEqual([board.at.value, board.problem.value], ["2026-03-04T18:00:10Z", null]);
});

test("a long silence is answered by asking again, once", async (context) => {
  const { server, board } = await shown(context, agent("a"));
  server.now = 13_000;
  board.listen();
  board.listen();
  assert.equal(server.asked, 2);
});

test("who may not look is told so and does not ask for ever", async (context) => {
  const server = new Server();
  server.say = () => Promise.reject(Object.assign(new Error("Not for you."), { code: "forbidden" }));
  const board = new Board(server);
  board.start({});
  context.after(() => board.stop());
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(board.refusal.value?.message, "Not for you.");
});
