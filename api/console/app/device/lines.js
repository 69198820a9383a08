/** Which kind of line carries the sound: the carrier says so with the token. */

/**
 * What a line tells. `failed` with `isFinal` is nothing that waiting would mend.
 * @typedef {Object} LineEvents
 * @property {(callSid: string | null) => void} accepted
 * @property {(why: string) => void} ended
 * @property {(why: import("./device.js").DeviceProblem, isFinal: boolean) => void} failed
 * @property {(level: number) => void} sounded
 * @property {(isMuted: boolean) => void} muted
 * @property {() => void} expiring
 */

/**
 * @param {import("./device.js").Voice} voice
 * @param {LineEvents} events
 * @returns {Promise<import("./device.js").Line>}
 */
export async function openLine(voice, events) {
  // Loaded when somebody wears a headset, and not before: the SDK is as large as everything else together.
  const { openLine: open } =
    voice.kind === "twilio" ? await import("./twilio-device.js") : await import("./simulated-device.js");
  return open(voice, events);
}
