/**
 * The desk of this tab, kept true: a snapshot after each connection, events in between. Lives as long as the tab, so that
 * a look at another page costs neither the call nor the headset.
 */

import { computed, effect, signal } from "@preact/signals";

import { api, ApiError } from "../kit/api.js";
import { session } from "../kit/session.js";
import { connection, onConnected, onEvent, say, SocketRefusal } from "../kit/socket.js";
import { moment, viewerZone } from "../kit/time.js";
import { emptyDesk, eventNames, withEvent, withSnapshot } from "./desk-state.js";
import { noDetails, readSnapshot } from "./desk-snapshot.js";
import { situationOf } from "./situation.js";

/** A connection that is back within this time was never missed. */
const BLINK_MS = 2_000;
const AGAIN_MS = [1_000, 2_000, 5_000, 10_000];
/** A tab whose timers stood still for longer has slept. */
const SLEPT_MS = 20_000;

/** What is shown. */
export const desk = signal(emptyDesk);

/** What a snapshot says beside it: script, earlier calls, choices, figures. */
export const details = signal(noDetails);

/** Why the desk could not be read, until it is. @type {import("@preact/signals").Signal<unknown>} */
export const problem = signal(null);

const offlineSince = signal(/** @type {number | null} */ (null));
const isMissed = signal(false);

/** The network as the agent is told of it. */
export const network = computed(() => ({ isOnline: !isMissed.value, offlineSince: offlineSince.value }));

/** What the big box says. */
export const situation = computed(() => situationOf(desk.value, network.value));

let agentId = "";
/** @type {Array<() => void>} */
let closing = [];
/** The latest reading, and whether its answer is awaited. */
let reading = 0;
let isReading = false;
/** Without it no event comes. */
let hasJoined = false;
let failures = 0;
/** @type {Array<[string, import("./desk-shapes.js").Payload, number]>} */
let meanwhile = [];
let again = 0;

/** Sit down at the desk of an agent. Doing it twice changes nothing. @param {string} id */
export function openDesk(id) {
  if (agentId === id) return;
  closeDesk();
  agentId = id;
  closing = [
    ...eventNames.map((name) => onEvent(name, (payload) => hear(name, payload ?? {}))),
    watchNetwork(),
    watchSleep(),
    onConnected(() => void sit()),
    effect(() => {
      if (session.value === null) queueMicrotask(closeDesk);
    }),
  ];
}

/** Leave the desk. */
export function closeDesk() {
  for (const close of closing) close();
  closing = [];
  clearTimeout(again);
  agentId = "";
  reading += 1;
  meanwhile = [];
  desk.value = emptyDesk;
  details.value = noDetails;
  problem.value = null;
}

/** Whose desk it is; empty for nobody's. */
export const deskAgent = () => agentId;

/** @param {string} name @param {import("./desk-shapes.js").Payload} payload */
function hear(name, payload) {
  const at = moment();
  if (isReading) meanwhile.push([name, payload, at]);
  const before = desk.value;
  desk.value = withEvent(before, name, payload, at);
  if (name === "incoming:call" && desk.value.call && desk.value.call !== before.call) arrived(desk.value.call.id);
  if (name === "call:ended" || name === "preview:lead" || name === "preview:ended") soon(700);
}

/** A call is here: say so at once, and fetch what its event does not carry. @param {string} callId */
function arrived(callId) {
  void say("call:received", { callId }).catch(() => {});
  soon(50);
}

/** Join the agent's room anew, and read everything. */
async function sit() {
  const id = agentId;
  hasJoined = false;
  try {
    await say("agent:join", { agentId: id });
    hasJoined = true;
  } catch (error) {
    if (id !== agentId) return;
    const { message, code } = /** @type {SocketRefusal} */ (error);
    problem.value = error instanceof SocketRefusal ? new ApiError(message, { status: 409, code }) : null;
    retry();
    return;
  }
  if (id === agentId) await resync();
}

/** Read the desk anew. What is heard meanwhile is folded in again afterwards. */
export async function resync() {
  const id = agentId;
  if (id === "") return;
  clearTimeout(again);
  reading += 1;
  const mine = reading;
  isReading = true;
  meanwhile = [];
  try {
    const answer = await api.get(`/api/agents/${id}/desk`, { query: { zone: viewerZone } });
    if (mine !== reading || id !== agentId) return;
    const snapshot = readSnapshot(answer, moment());
    const missed =
      snapshot.desk.call !== null && !snapshot.desk.call.isOver && desk.value.call?.id !== snapshot.desk.call.id;
    desk.value = meanwhile.reduce(
      (so, [name, payload, at]) => withEvent(so, name, payload, at),
      withSnapshot(desk.value, snapshot.desk),
    );
    details.value = snapshot.details;
    problem.value = null;
    failures = 0;
    isReading = false;
    if (missed && snapshot.desk.call) void say("call:received", { callId: snapshot.desk.call.id }).catch(() => {});
  } catch (error) {
    if (mine !== reading || id !== agentId) return;
    problem.value = error;
    retry();
  }
}

/** Fold in what an answer has told, as if it had been heard. @param {string} name @param {import("./desk-shapes.js").Payload} payload */
export function learned(name, payload) {
  hear(name, payload);
}

/** Read the desk anew in a moment; several wishes become one. @param {number} ms */
export function soon(ms) {
  clearTimeout(again);
  again = window.setTimeout(() => void (hasJoined ? resync() : sit()), ms);
}

function retry() {
  failures += 1;
  soon(AGAIN_MS[Math.min(failures, AGAIN_MS.length) - 1] ?? 1_000);
}

/** The banner comes late, so that a reconnect of a second does not flicker, and goes at once. */
function watchNetwork() {
  let timer = 0;
  const stop = effect(() => {
    clearTimeout(timer);
    if (connection.value === "online") {
      offlineSince.value = null;
      isMissed.value = false;
      return;
    }
    offlineSince.value = offlineSince.peek() ?? moment();
    timer = window.setTimeout(() => {
      isMissed.value = true;
    }, BLINK_MS);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/** A tab that slept, or was hidden for long, may have missed what no event will repeat. */
function watchSleep() {
  let seen = Date.now();
  const look = () => {
    if (document.hidden) return;
    const slept = Date.now() - seen > SLEPT_MS;
    seen = Date.now();
    if (slept && connection.value === "online") void sit();
  };
  const timer = setInterval(look, 5_000);
  document.addEventListener("visibilitychange", look);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
  };
}
