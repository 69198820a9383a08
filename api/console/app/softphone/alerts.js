/** What makes an agent look up when a call comes: the title of the tab, a sound, a notification of the system. */

import { hasNotifications, hasSound } from "../kit/preferences.js";
import { t } from "../kit/words.js";

const FLASH_MS = 900;
const FLASHES = 20;

/** Tell of a call. Answers with what ends the telling. @param {string} name @param {string} callId */
export function alertOfCall(name, callId) {
  const stopFlash = flashTitle(t("softphone.call.incomingTitle", { name }));
  if (hasSound.value) ring();
  const notice = hasNotifications.value && document.hidden ? notification(name, callId) : null;
  return () => {
    stopFlash();
    notice?.close();
  };
}

/** @param {string} words */
function flashTitle(words) {
  const before = document.title;
  let left = FLASHES;
  document.title = words;
  const timer = setInterval(() => {
    left -= 1;
    document.title = document.title === words ? before : words;
    // Whoever is looking has seen it.
    if (left <= 0 || (!document.hidden && left < FLASHES - 4)) stop();
  }, FLASH_MS);
  const stop = () => {
    clearInterval(timer);
    if (document.title === words) document.title = before;
  };
  return stop;
}

/** Two short notes; a browser that wants a click first stays silent. */
function ring() {
  try {
    const context = new AudioContext();
    if (context.state === "suspended") {
      void context.close();
      return;
    }
    const volume = context.createGain();
    volume.gain.value = 0.15;
    volume.connect(context.destination);
    [880, 1175].forEach((pitch, at) => {
      const note = context.createOscillator();
      note.frequency.value = pitch;
      note.connect(volume);
      note.start(context.currentTime + at * 0.14);
      note.stop(context.currentTime + at * 0.14 + 0.11);
    });
    setTimeout(() => void context.close(), 600);
  } catch {
    // A call is told by the screen as well.
  }
}

/** @param {string} name @param {string} callId */
function notification(name, callId) {
  if (!("Notification" in window) || Notification.permission !== "granted") return null;
  const notice = new Notification(t("softphone.call.incoming", { name }), { tag: callId });
  notice.onclick = () => {
    window.focus();
    notice.close();
  };
  return notice;
}

/** Ask the browser for leave. @param {boolean} on @returns {Promise<boolean>} whether they will be shown */
export async function chooseNotifications(on) {
  const isAllowed = on && "Notification" in window && (await Notification.requestPermission()) === "granted";
  hasNotifications.value = isAllowed;
  return isAllowed === on;
}
