/** A supervisor on a call: which, how, and the headset with which he hears it. One call at a time. */

import { effect, signal } from "@preact/signals";

import { notify } from "../kit/components/notify.js";
import { learn, t } from "../kit/words.js";
import { supervisorHeadset } from "../device/headsets.js";

/** @typedef {import("../device/headsets.js").SupervisionMode} Mode */
/** @typedef {ReturnType<typeof supervisorHeadset>} Headset */
/** @typedef {{callId: string, agent: string, lead: string, headset: Headset, hasTakenOver: boolean}} Listening */

/** @type {readonly Mode[]} */
export const MODES = ["listen", "whisper", "barge"];

export const listening = signal(/** @type {Listening | null} */ (null));
export const mode = signal(/** @type {Mode} */ ("listen"));

/**
 * Go on a call; from another one if need be. On the same call, another mode.
 * @param {{callId: string, agent: string, lead: string}} call
 * @param {Mode} wanted
 */
export async function goOn(call, wanted) {
  if (listening.peek()?.callId === call.callId) return changeMode(wanted);
  await leave();
  await learn("device");
  mode.value = wanted;
  const headset = supervisorHeadset(call.callId, wanted);
  listening.value = { ...call, headset, hasTakenOver: false };
  await headset.connect();
}

/** @param {Mode} wanted */
export async function changeMode(wanted) {
  const now = listening.peek();
  if (now === null) return;
  await now.headset.setMode(wanted);
  mode.value = wanted;
}

/** Have the call instead of the agent. @param {{callId: string, agent: string, lead: string}} call */
export async function takeOver(call) {
  if (listening.peek()?.callId !== call.callId) await goOn(call, "barge");
  const now = listening.peek();
  if (now === null) return;
  await isHeard(now.headset);
  await now.headset.takeOverCall();
  mode.value = "barge";
  listening.value = { ...now, hasTakenOver: true };
}

/** Off the call. */
export async function leave() {
  const now = listening.peek();
  listening.value = null;
  try {
    await now?.headset.leave();
  } catch {
    // The call was over; so is listening to it.
  }
}

/** The call has ended: there is nothing to hear any more. */
export function callIsOver() {
  if (listening.peek() === null) return;
  notify(t("wallboard.call_is_over"), "info");
  void leave();
}

const HEARD_WITHIN_MS = 10_000;

/** Resolves when the audio stands; raises when it cannot. @param {Headset} headset @returns {Promise<void>} */
function isHeard(headset) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(t("wallboard.no_audio_yet"))), HEARD_WITHIN_MS);
    /** @type {() => void} */
    let off = () => {};
    off = effect(() => {
      const state = headset.state.value;
      if (state !== "ready" && state !== "refused") return;
      clearTimeout(timer);
      queueMicrotask(() => off());
      if (state === "ready") resolve();
      else reject(new Error(t("wallboard.no_audio_yet")));
    });
  });
}
