/** A line through Twilio's Voice SDK. */

import { chosenInput, explainMicrophone } from "./microphones.js";

/** Errors of the SDK that trying again does not mend: tokens that will never do, and microphones. */
const TOKEN_EXPIRED = 20104;
const MICROPHONE = new Set([31401, 31402]);
/** @type {Promise<typeof import("@twilio/voice-sdk")> | null} */
let loading = null;

const FINAL = new Set([20101, 20102, 20103, 20106, 20107, 20151, 31202, 31204, 31205, 31207]);

/**
 * @param {import("./device.js").Voice} voice
 * @param {import("./lines.js").LineEvents} events
 * @returns {Promise<import("./device.js").Line>}
 */
export async function openLine(voice, events) {
  const { Device } = await loadSdk();
  const device = new Device(voice.token, {
    closeProtection: true,
    codecPreferences: /** @type {any} */ (["opus", "pcmu"]),
    logLevel: "error",
    tokenRefreshMs: 60_000,
  });
  device.on("tokenWillExpire", () => events.expiring());
  device.on("error", (/** @type {any} */ error) => fail(error));
  let isOver = false;

  /** @param {() => void} tell */
  function finish(tell) {
    if (isOver) return;
    isOver = true;
    device.destroy();
    tell();
  }

  /** @param {any} error */
  function fail(error) {
    const code = Number(error?.code ?? 0);
    if (MICROPHONE.has(code)) {
      const why = explainMicrophone(error?.originalError ?? { name: code === 31401 ? "NotAllowedError" : "" });
      finish(() => events.failed(why, true));
      return;
    }
    const why = { code: "carrier", text: `${error?.message ?? error} (${code})` };
    finish(() => events.failed(why, FINAL.has(code) && code !== TOKEN_EXPIRED));
  }

  try {
    const input = chosenInput();
    if (input !== null) await device.audio?.setInputDevice(input).catch(() => {});
    const call = await device.connect({ params: {} });
    call.on("accept", () => events.accepted(call.parameters.CallSid ?? null));
    call.on("mute", (/** @type {boolean} */ isMuted) => events.muted(isMuted));
    call.on("volume", (/** @type {number} */ input_) => events.sounded(input_));
    call.on("disconnect", () => finish(() => events.ended("")));
    call.on("cancel", () => finish(() => events.ended("")));
    call.on("error", fail);
    return {
      mute: (isMuted) => call.mute(isMuted),
      sendDigits: (digits) => call.sendDigits(digits),
      renew: (fresh) => device.updateToken(fresh.token),
      hangUp: () => finish(() => {}),
    };
  } catch (error) {
    fail(error);
    throw error;
  }
}

/** The SDK is a classic script that leaves its name at the window. @returns {Promise<typeof import("@twilio/voice-sdk")>} */
function loadSdk() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${vendorAddress()}/twilio.js`;
    script.onload = () => (window.Twilio ? resolve(window.Twilio) : reject(new Error("The voice SDK is not there.")));
    script.onerror = () => {
      loading = null;
      script.remove();
      reject(new Error("The voice SDK could not be loaded."));
    };
    document.head.append(script);
  });
  return loading;
}

/** Where the page says that vendors' files are. */
function vendorAddress() {
  return JSON.parse(document.getElementById("console-config")?.textContent ?? "{}").vendor;
}
