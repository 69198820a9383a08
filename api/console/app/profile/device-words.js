/** Which browser somebody used, from what it says of itself. */

import { t } from "../kit/words.js";

// The first that fits counts: most browsers claim to be others as well.
/** @type {Array<[RegExp, string]>} */
const BROWSERS = [
  [/Edg(?:e|A|iOS)?\//, "Edge"],
  [/OPR\/|Opera/, "Opera"],
  [/YaBrowser\//, "Yandex"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\/|Chromium\//, "Chrome"],
  [/Safari\//, "Safari"],
];
/** @type {Array<[RegExp, string]>} */
const SYSTEMS = [
  [/Android/, "Android"],
  [/iPhone|iPad|iPod/, "iOS"],
  [/Windows/, "Windows"],
  [/Macintosh|Mac OS X/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux|X11/, "Linux"],
];

/** Such as `Chrome on Windows`. @param {string | null} userAgent */
export function deviceWords(userAgent) {
  if (!userAgent) return t("profile.sessions.unknown");
  const browser = BROWSERS.find(([pattern]) => pattern.test(userAgent))?.[1];
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1];
  if (browser && system) return t("profile.sessions.on", { browser, system });
  // A program: what it calls itself.
  return browser ?? userAgent.split(/[\s(]/, 1)[0] ?? userAgent;
}
