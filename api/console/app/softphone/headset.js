/** The headset of this desk: put on by a click, and put on again by itself when the page was reloaded. */

import { computed, effect, signal } from "@preact/signals";

import { agentHeadset } from "../device/headsets.js";
import { desk } from "./live-desk.js";

/** @typedef {"off" | "connecting" | "proving" | "on" | "lost" | "elsewhere" | "refused"} HeadsetState */

const WORN = "softphone.headset";

/** @type {import("@preact/signals").Signal<import("../device/device.js").Device | null>} */
const device = signal(null);

/** @type {import("@preact/signals").ReadonlySignal<HeadsetState>} */
export const headsetState = computed(() => {
  const state = device.value?.state.value ?? "off";
  if (state === "ready") return desk.value.hasAudio ? "on" : "proving";
  if (state !== "off") return state;
  // Either this browser says so, or the server knows of a headset that is not this tab's.
  return isOtherTabs() || desk.value.hasAudio ? "elsewhere" : "off";
});

export const headsetProblem = computed(() => device.value?.problem.value ?? null);
export const isMuted = computed(() => device.value?.isMuted.value ?? false);

/** Make ready for an agent; connect if this tab had the headset before a reload. @param {string} agentId */
export function prepareHeadset(agentId) {
  if (device.peek() !== null) return;
  const found = agentHeadset(agentId);
  device.value = found;
  if (recallWorn() === agentId) void found.connect();
  effect(() => {
    const { code = "" } = found.problem.value ?? {};
    if (code === "other_tab" || code === "replaced") rememberWorn(null);
  });
  effect(() => {
    if (found.state.value === "ready") rememberWorn(agentId);
  });
  const isTalking = computed(() => desk.value.call?.isOver === false);
  effect(() => {
    // Whoever muted himself for one person is heard by the next.
    if (!isTalking.value && found.isMuted.peek()) found.mute(false);
  });
}

/** Put the headset on. */
export function wear() {
  void device.peek()?.connect();
}

/** Take the headset from the tab that has it. */
export function wearHere() {
  void device.peek()?.takeOver();
}

/** Take the headset off. */
export function takeOff() {
  rememberWorn(null);
  device.peek()?.disconnect();
}

/** The user has gone: so does the sound. */
export function forgetHeadset() {
  takeOff();
  device.value = null;
}

/** @param {boolean} on */
export function mute(on) {
  device.peek()?.mute(on);
}

/** @param {string} digits */
export function sendDigits(digits) {
  device.peek()?.sendDigits(digits);
}

function isOtherTabs() {
  const code = device.value?.problem.value?.code;
  return code === "other_tab" || code === "replaced";
}

function recallWorn() {
  try {
    return sessionStorage.getItem(WORN);
  } catch {
    return null;
  }
}

/** @param {string | null} agentId */
function rememberWorn(agentId) {
  try {
    if (agentId === null) sessionStorage.removeItem(WORN);
    else sessionStorage.setItem(WORN, agentId);
  } catch {
    // A tab without storage puts the headset on by hand after a reload.
  }
}
