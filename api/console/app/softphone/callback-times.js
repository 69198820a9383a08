/** Times that agents promise most, on the callee's clock. */

import { daysLater, wallOf } from "./zone-time.js";

const MORNING = "10:00";
const EVENING = "18:00";

/**
 * @param {number} now milliseconds
 * @param {string} zone the callee's
 * @returns {{name: "inAnHour" | "thisEvening" | "tomorrow" | "tomorrowSame", wall: string}[]}
 */
export function suggestions(now, zone) {
  const quarter = 15 * 60_000;
  const soon = wallOf(Math.ceil((now + 60 * 60_000) / quarter) * quarter, zone);
  const today = wallOf(now, zone);
  const day = today.slice(0, 11);
  const evening = day + EVENING;
  return [
    { name: /** @type {const} */ ("inAnHour"), wall: soon },
    // Within the hour before it, it would be no promise of its own.
    ...(soon < evening ? [{ name: /** @type {const} */ ("thisEvening"), wall: evening }] : []),
    { name: /** @type {const} */ ("tomorrow"), wall: daysLater(day + MORNING, 1) },
    { name: /** @type {const} */ ("tomorrowSame"), wall: daysLater(today, 1) },
  ];
}
