/** The entries that were found, as a file for spreadsheets. */

import { api } from "../kit/api.js";
import { notify } from "../kit/components/notify.js";
import { moment } from "../kit/time.js";
import { t } from "../kit/words.js";

const PAGE = 200;
const MOST = 4_000;
const COLUMNS = /** @type {const} */ ([
  "at",
  "actor_email",
  "action",
  "object_type",
  "object_id",
  "changes",
  "via",
  "address",
  "request_id",
]);

/** @typedef {import("../kit/shapes.js").Schema<"AuditEntryOut">} Entry */

/** Fetch what fits, the latest first, and save it. @param {import("../kit/api.js").Query} query */
export async function saveEntries(query) {
  /** @type {Entry[]} */
  const found = [];
  /** @type {string | null} */
  let cursor = null;
  do {
    const page = await api.get("/api/audit-log", { query: { ...query, limit: PAGE, cursor } });
    found.push(...page.entries);
    cursor = page.next_cursor;
  } while (cursor !== null && found.length < MOST);
  const lines = [COLUMNS.join(","), ...found.map((entry) => COLUMNS.map((column) => cell(entry[column])).join(","))];
  const link = document.createElement("a");
  // The mark at the beginning is how spreadsheets know that it is UTF-8.
  link.href = URL.createObjectURL(new Blob([`\ufeff${lines.join("\r\n")}\r\n`], { type: "text/csv" }));
  link.download = `audit-log-${new Date(moment()).toISOString().slice(0, 10)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  notify(t(cursor === null ? "audit.saved" : "audit.saved_part", { n: found.length }));
}

/** One cell; what a spreadsheet would take for a formula is marked as text. @param {unknown} value */
function cell(value) {
  const text =
    value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
