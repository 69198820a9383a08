/** Microphones: which there are, which was chosen, and what is wrong when none is heard. */

import { recall, remember } from "../kit/memory.js";

const CHOSEN = "microphone";

/** @returns {string | null} */
export const chosenInput = () => recall(CHOSEN, /** @type {string | null} */ (null));

/** @param {string | null} deviceId */
export const chooseInput = (deviceId) => remember(CHOSEN, deviceId);

/**
 * The microphones; their names are known once one was allowed.
 * @returns {Promise<{id: string, name: string}[]>}
 */
export async function listInputs() {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return all
    .filter((device) => device.kind === "audioinput" && device.deviceId !== "")
    .map((device) => ({ id: device.deviceId, name: device.label }));
}

/**
 * Why a microphone was not given, as a problem of the device.
 * @param {unknown} error
 * @returns {import("./device.js").DeviceProblem}
 */
export function explainMicrophone(error) {
  const { name = "", message = "" } = /** @type {any} */ (error ?? {});
  if (!window.isSecureContext) return { code: "not_secure", text: message };
  if (name === "NotAllowedError" || name === "SecurityError") return { code: "microphone_denied", text: message };
  if (name === "NotFoundError" || name === "OverconstrainedError") return { code: "microphone_missing", text: message };
  return { code: "microphone_busy", text: message };
}

/**
 * Open a microphone and tell how loud it is, ten times a second, from 0 to 1, until `close`. Raises a DeviceProblem.
 * @param {string | null} deviceId
 * @param {(level: number) => void} heard
 */
export async function listen(deviceId, heard) {
  const stream = await open(deviceId);
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    // From -60 dB, a quiet room, to 0.
    heard(Math.max(0, Math.min(1, 1 + Math.log10(power + 1e-9) / 6)));
  }, 100);
  return {
    close: () => {
      clearInterval(timer);
      for (const track of stream.getTracks()) track.stop();
      context.close();
    },
  };
}

/** @param {string | null} deviceId */
async function open(deviceId) {
  if (navigator.mediaDevices === undefined) throw explainMicrophone(null);
  const wanted = deviceId === null ? true : { deviceId: { exact: deviceId } };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: wanted });
  } catch (error) {
    // The one that was chosen is not plugged in today.
    if (deviceId !== null && /** @type {any} */ (error)?.name === "OverconstrainedError") return open(null);
    throw explainMicrophone(error);
  }
}

/** Half a second of a quiet tone, to hear whether the headset sounds. */
export async function playTone() {
  const context = new AudioContext();
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = 440;
  volume.gain.setValueAtTime(0.0001, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.2, context.currentTime + 0.05);
  volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.5);
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.5);
  await new Promise((done) => {
    tone.onended = done;
  });
  await context.close();
}
