/** What a rule asks, in words. */

import { language, t } from "../kit/words.js";

/** @typedef {import("../kit/shapes.js").Schema<"CallingRuleOut">} Rule */

const WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** @param {Rule} rule @returns {string} */
export function valueInWords({ kind, value }) {
  if (kind === "hours") return hoursInWords(value);
  if (kind === "cap" && value.max !== undefined && value.hours)
    return t("settings.rules.cap_hours", { n: Number(value.max), hours: Number(value.hours) });
  if (kind === "ban") return String(value.reason ?? t("settings.rules.never"));
  return plain(value);
}

/** @param {Record<string, any>} value */
function hoursInWords(value) {
  const parts = Object.entries(value).map(([days, spans]) => {
    if (days === "holidays" && spans === "as_day") return null;
    const times = Array.isArray(spans)
      ? spans.map((span) => (Array.isArray(span) ? span.join("–") : plain(span))).join(", ")
      : spans;
    const words =
      times === "any"
        ? t("settings.rules.any_time")
        : times === "none" || times === ""
          ? t("settings.rules.closed")
          : times;
    return `${daysInWords(days)}: ${words}`;
  });
  return parts.filter(Boolean).join("; ");
}

/** `mon`, `mon_fri`, `every_day`, `holidays`. @param {string} days */
function daysInWords(days) {
  if (days === "every_day") return t("settings.rules.every_day");
  if (days === "holidays") return t("settings.rules.on_holidays");
  return days
    .split(/[_-]/)
    .map((day) => (WEEK.includes(day) ? weekday(WEEK.indexOf(day)) : day))
    .join("–");
}

/** The first of January 2024 was a Monday. @param {number} at */
function weekday(at) {
  return new Intl.DateTimeFormat(language.value, { weekday: "short", timeZone: "UTC" }).format(
    Date.UTC(2024, 0, 1 + at),
  );
}

/** @param {unknown} value @returns {string} */
function plain(value) {
  if (value === null || value === undefined) return "–";
  if (Array.isArray(value)) return value.map(plain).join(", ");
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([name, inner]) => `${name.replaceAll("_", " ")}: ${plain(inner)}`)
      .join("; ");
  }
  return String(value);
}
