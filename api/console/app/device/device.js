/**
 * A headset in the browser: one audio leg that stands as long as it is wanted and comes back by itself.
 *
 * Only one tab has it. `connect()` in a second tab waits until the first is closed; `takeOver()` takes it away from there.
 * What carries the sound is a `Line`: Twilio's, or a simulated one (see `lines.js`).
 */

import { batch, signal } from "@preact/signals";

import { openLine } from "./lines.js";

/**
 * - `off`: not wanted, or another tab has it (`problem` says so)
 * - `connecting`: on the way for the first time
 * - `ready`: heard and hearing
 * - `lost`: was there, and is being brought back
 * - `refused`: cannot be had without somebody's doing; `problem` says why
 *
 * @typedef {"off" | "connecting" | "ready" | "lost" | "refused"} DeviceState
 */

/**
 * `code` is a key below `device.` in the words: `other_tab`, `replaced`, `microphone_denied`, `microphone_missing`,
 * `microphone_busy`, `not_secure`, `not_set_up`, `carrier`, `network`. `text` is what the server or the browser said.
 * @typedef {{code: string, text: string}} DeviceProblem
 */

/** @typedef {{kind: "twilio" | "simulated", token: string, url: string | null, expires_at: string}} Voice */

/**
 * @typedef {Object} Line
 * @property {(isMuted: boolean) => void} mute
 * @property {(digits: string) => void} sendDigits
 * @property {(voice: Voice) => void} renew
 * @property {() => void} hangUp
 */

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;

/**
 * @param {Object} how
 * @param {string} how.lock names the headset among the tabs of this browser
 * @param {() => Promise<Voice>} how.loadVoice what a line needs, asked for before each attempt
 * @param {boolean} [how.comesBack] bring it back when it breaks off; not for a supervisor, whose call is over then
 */
export function createDevice({ lock, loadVoice, comesBack = true }) {
  const state = signal(/** @type {DeviceState} */ ("off"));
  const isMuted = signal(false);
  const level = signal(0);
  const problem = signal(/** @type {DeviceProblem | null} */ (null));
  const callSid = signal(/** @type {string | null} */ (null));

  /** @type {Line | null} */
  let line = null;
  /** @type {(() => void) | null} */
  let giveUpLock = null;
  let isWanted = false;
  let turn = 0;
  let pauseMs = FIRST_PAUSE_MS;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {DeviceState} now @param {DeviceProblem | null} [why] */
  function become(now, why = null) {
    batch(() => {
      state.value = now;
      problem.value = why;
      if (now !== "ready") level.value = 0;
    });
  }

  async function connect() {
    if (isWanted) {
      if (giveUpLock !== null && line === null && state.value !== "connecting") dialNow();
      return;
    }
    isWanted = true;
    become("connecting");
    await have({ ifAvailable: true });
    if (isWanted && giveUpLock === null) {
      become("off", { code: "other_tab", text: "" });
      // In turn, when the tab that has it is closed.
      await have({});
    }
  }

  /** Take the headset from the tab that has it. */
  async function takeOver() {
    isWanted = true;
    become("connecting");
    await have({ steal: true });
  }

  /** Resolves once the lock is ours or, with `ifAvailable`, known to be another tab's. @param {LockOptions} options */
  function have(options) {
    if (!("locks" in navigator)) {
      giveUpLock = () => {};
      dialNow();
      return Promise.resolve();
    }
    return new Promise((/** @type {(value: void) => void} */ resolve) => {
      navigator.locks
        .request(lock, options, (granted) => {
          if (granted === null || !isWanted || giveUpLock !== null) {
            resolve();
            return undefined;
          }
          return new Promise((/** @type {(value: void) => void} */ release) => {
            giveUpLock = release;
            dialNow();
            resolve();
          });
        })
        .catch(() => {
          // Another tab took it over.
          resolve();
          lose({ code: "other_tab", text: "" });
        });
    });
  }

  function dialNow() {
    clearTimeout(timer);
    dial();
  }

  async function dial() {
    const mine = ++turn;
    if (state.value !== "lost") become("connecting");
    try {
      const voice = await loadVoice();
      if (mine !== turn || !isWanted) return;
      const opened = await openLine(voice, {
        accepted: (sid) => mine === turn && arrive(sid),
        ended: (text) => mine === turn && breakOff(text),
        failed: (why, isFinal) => mine === turn && (isFinal ? refuse(why) : breakOff(why.text, why)),
        sounded: (value) => {
          if (mine === turn) level.value = value;
        },
        muted: (value) => {
          if (mine === turn) isMuted.value = value;
        },
        expiring: async () => {
          const fresh = await loadVoice().catch(() => null);
          if (fresh !== null && mine === turn) line?.renew(fresh);
        },
      });
      if (mine !== turn || !isWanted) opened.hangUp();
      else line = opened;
    } catch (error) {
      if (mine === turn && isWanted) stumble(error);
    }
  }

  /** @param {unknown} error */
  function stumble(error) {
    const status = Number(/** @type {any} */ (error)?.status ?? 0);
    const text = error instanceof Error ? error.message : String(error);
    // What the server says for good: a setting is missing, or this is not one's own headset.
    if ([400, 403, 404, 409].includes(status)) refuse({ code: "not_set_up", text });
    else breakOff(text, { code: status === 0 ? "network" : "carrier", text });
  }

  /** @param {string | null} sid */
  function arrive(sid) {
    pauseMs = FIRST_PAUSE_MS;
    callSid.value = sid;
    become("ready");
    // A reload, or a line that came back, must not open a microphone that somebody closed.
    if (isMuted.value) line?.mute(true);
  }

  /** @param {string} text @param {DeviceProblem} [why] */
  function breakOff(text, why) {
    letGo();
    if (!isWanted) return;
    if (!comesBack) {
      stop({ code: "ended", text });
      return;
    }
    become("lost", why ?? { code: "network", text });
    // Not all at once after a fault that was everybody's.
    timer = setTimeout(dialNow, pauseMs * (0.75 + Math.random() / 2));
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }

  /** @param {DeviceProblem} why */
  function refuse(why) {
    letGo();
    become("refused", why);
  }

  /** @param {DeviceProblem | null} why */
  function lose(why) {
    giveUpLock = null;
    stop(why);
  }

  function letGo() {
    turn += 1;
    clearTimeout(timer);
    const open = line;
    line = null;
    callSid.value = null;
    open?.hangUp();
  }

  /** @param {DeviceProblem | null} why */
  function stop(why) {
    isWanted = false;
    letGo();
    isMuted.value = false;
    giveUpLock?.();
    giveUpLock = null;
    become("off", why);
  }

  /** @param {boolean} on */
  function mute(on) {
    isMuted.value = on;
    line?.mute(on);
  }

  // A dead connection is often noticed only long after the network is back, or the computer awake.
  addEventListener("online", () => {
    if (isWanted && giveUpLock !== null && state.value === "lost") dialNow();
  });
  // So that the leg ends with the page and not seconds after it.
  addEventListener("pagehide", () => line?.hangUp());

  return {
    state,
    isMuted,
    level,
    problem,
    callSid,
    connect,
    takeOver,
    mute,
    disconnect: () => stop(null),
    /** @param {string} digits */
    sendDigits: (digits) => line?.sendDigits(digits),
    /**
     * What `agent:audio` says: a headset elsewhere (another browser, say) is the agent's now, and the newer one wins.
     * @param {{connected?: boolean, callSid?: string | null}} event
     */
    hearAudio: (event) => {
      if (event.connected && event.callSid && callSid.value && event.callSid !== callSid.value) {
        stop({ code: "replaced", text: "" });
      }
    },
  };
}

/** @typedef {ReturnType<typeof createDevice>} Device */
