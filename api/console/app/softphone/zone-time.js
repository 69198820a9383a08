/**
 * Wall clocks of other zones: a lead's clock is what a callback is promised on, the agent's own stands beside it.
 */

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {string} zone */
function formatOf(zone) {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(zone, format);
  }
  return format;
}

/** @param {string | null | undefined} zone */
export function isZone(zone) {
  if (!zone) return false;
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * What a clock in the zone shows at an instant, to the minute: `2026-11-23T10:30`.
 * @param {number} instant milliseconds
 * @param {string} zone
 */
export function wallOf(instant, zone) {
  /** @type {Record<string, string>} */
  const part = {};
  for (const { type, value } of formatOf(zone).formatToParts(instant)) part[type] = value;
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}`;
}

/** @param {string} wall */
function asIfUtc(wall) {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)$/.exec(wall);
  if (!found) return NaN;
  const [year, month, day, hour, minute] = found.slice(1).map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute);
}

/**
 * The instant at which a clock in the zone shows this time: the first of both when it shows it twice, null when it
 * skips it, or when it is no time. The server decides the same way.
 * @param {string} wall as `wallOf` writes it
 * @param {string} zone
 * @returns {number | null}
 */
export function instantOf(wall, zone) {
  const naive = asIfUtc(wall);
  if (Number.isNaN(naive)) return null;
  const hours = 3_600_000;
  // Offsets lie within 14 hours; the offsets in force a day before and after are the only ones possible.
  const offsets = [naive - 24 * hours, naive + 24 * hours].map((at) => asIfUtc(wallOf(at, zone)) - at);
  const fitting = offsets.map((offset) => naive - offset).filter((instant) => wallOf(instant, zone) === wall);
  return fitting.length ? Math.min(...fitting) : null;
}

/**
 * The same wall time some days later.
 * @param {string} wall
 * @param {number} days
 */
export function daysLater(wall, days) {
  return new Date(asIfUtc(wall) + days * 86_400_000).toISOString().slice(0, 16);
}
