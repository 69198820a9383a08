/** Time as people read it, by the server's clock: that of the viewer's machine may be wrong by minutes. */

import { signal } from "@preact/signals";

import { language } from "./words.js";

/** The zone of whoever looks. */
export const viewerZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

let offset = 0;

/** The present moment in milliseconds, by the server's clock. Changes each second. */
export const now = signal(Date.now());

let timer = setTimeout(tick, 1_000 - (Date.now() % 1_000));

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) tick();
});

/** Learn from the head of an answer what time it is at the server; it is given in whole seconds. @param {string | null} date */
export function reportServerDate(date) {
  const told = Date.parse(date ?? "");
  if (Number.isNaN(told)) return;
  const difference = told + 500 - Date.now();
  // Less than what whole seconds and a slow answer explain is no difference.
  offset = Math.abs(difference) > 2_000 ? difference : 0;
}

/** The moment by the server's clock, exactly and without being told when it changes. */
export function moment() {
  return Date.now() + offset;
}

/** Whole seconds since an instant, never less than nothing. @param {string | null | undefined} iso */
export function secondsSince(iso) {
  return iso ? Math.max(0, Math.floor((now.value - Date.parse(iso)) / 1_000)) : 0;
}

/** Seconds until an instant, rounded up, never less than nothing. @param {string | null | undefined} iso */
export function secondsUntil(iso) {
  return iso ? Math.max(0, Math.ceil((Date.parse(iso) - now.value) / 1_000)) : 0;
}

/** `1:05`, `12:03:09`. @param {number | null | undefined} seconds */
export function formatDuration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${String(minutes).padStart(hours ? 2 : 1, "0")}:${String(rest).padStart(2, "0")}`;
  return hours ? `${hours}:${tail}` : tail;
}

/** @typedef {{zone?: string, withZone?: boolean}} How */

/** Date and time to the minute. @param {string | number | Date | null | undefined} at @param {How} [how] */
export function formatInstant(at, { zone = viewerZone, withZone = false } = {}) {
  return format(at, { dateStyle: "medium", timeStyle: "short" }, zone, withZone);
}

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)/g;

/** A text of the server with the instants in it as the viewer's clock shows them. @param {string} text @param {How} [how] */
export function withInstants(text, how) {
  return text.replace(INSTANT, (iso) => (Number.isNaN(Date.parse(iso)) ? iso : formatInstant(iso, how)));
}

/** @param {string | number | Date | null | undefined} at @param {How} [how] */
export function formatDate(at, { zone = viewerZone } = {}) {
  return format(at, { dateStyle: "medium" }, zone, false);
}

/** @param {string | number | Date | null | undefined} at @param {How} [how] */
export function formatTime(at, { zone = viewerZone, withZone = false } = {}) {
  return format(at, { timeStyle: "short" }, zone, withZone);
}

/**
 * @param {string | number | Date | null | undefined} at
 * @param {Intl.DateTimeFormatOptions} options
 * @param {string} zone
 * @param {boolean} withZone
 */
function format(at, options, zone, withZone) {
  if (at === null || at === undefined || at === "") return "–";
  const text = new Intl.DateTimeFormat(language.value, { ...options, timeZone: zone }).format(new Date(at));
  return withZone ? `${text} (${zoneName(zone)})` : text;
}

/** `Los Angeles` for `America/Los_Angeles`. @param {string} zone */
export function zoneName(zone) {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}

function tick() {
  clearTimeout(timer);
  now.value = moment();
  timer = setTimeout(tick, 1_000 - (moment() % 1_000));
}
