/** How pages look and sound, by choice of whoever uses this browser. */

import { effect, signal } from "@preact/signals";

import { recall, remember } from "./memory.js";

/** @typedef {"system" | "light" | "dark"} Theme */

/** The theme that was chosen. */
export const theme = signal(/** @type {Theme} */ (recall("theme", "system")));

/** Whether a call that comes in makes a sound. */
export const hasSound = signal(/** @type {boolean} */ (recall("sound", true)));

/** Whether a call that comes in is told by the system while the tab is hidden. */
export const hasNotifications = signal(/** @type {boolean} */ (recall("notifications", false)));

/** Have the choices take effect and be remembered. Called once, by `main.js`. */
export function applyPreferences() {
  effect(() => {
    if (theme.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
    remember("theme", theme.value);
  });
  effect(() => remember("sound", hasSound.value));
  effect(() => remember("notifications", hasNotifications.value));
}
