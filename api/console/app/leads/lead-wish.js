/** Which leads are wanted: the filters of the table, as the server reads them and as a change to many wants them. */

/**
 * @typedef {{
 *   q: string, statuses: string[], list: string, priority: string, country: string, called: string, callback: string,
 *   suppressed: string, sort: string,
 * }} LeadWish
 */

/** @type {LeadWish} */
export const EVERYBODY = {
  q: "",
  statuses: [],
  list: "",
  priority: "",
  country: "",
  called: "",
  callback: "",
  suppressed: "",
  sort: "created",
};

/** @param {LeadWish} wish */
export function queryOf(wish) {
  return {
    q: wish.q.trim(),
    statuses: wish.statuses.join(","),
    list_ids: wish.list,
    priorities: wish.priority,
    countries: wish.country.length === 2 ? wish.country.toUpperCase() : "",
    called: wish.called,
    has_callback: wish.callback,
    suppressed: wish.suppressed,
    sort: wish.sort,
  };
}

/** Whether anything narrows the list. @param {LeadWish} wish */
export const isNarrowed = (wish) => Object.values({ ...queryOf(wish), sort: "" }).some((value) => value !== "");

/**
 * The filter of a change to many leads, or null where it cannot say the same.
 * @param {LeadWish} wish
 * @returns {Record<string, unknown> | null}
 */
export function bulkFilterOf(wish) {
  if (wish.q.trim() || wish.callback) return null;
  if (!isNarrowed(wish)) return { all: true };
  /** @type {Record<string, unknown>} */
  const filter = {};
  let statuses = wish.statuses;
  if (wish.suppressed) {
    const all = statuses.length > 0 ? statuses : ["pending", "queued", "calling", "completed", "failed", "dnc"];
    statuses = all.filter((status) => (status === "dnc") === (wish.suppressed === "true"));
    if (statuses.length === 0) return null;
  }
  if (statuses.length > 0) filter.status = statuses;
  if (wish.list) filter.list_id = wish.list;
  if (wish.priority) filter.priority = wish.priority;
  if (wish.country.length === 2) filter.country = wish.country.toUpperCase();
  // Called is who was ever called, before attempts were counted anew too.
  if (wish.called === "true") filter.last_called_after = "1970-01-01T00:00:00Z";
  if (wish.called === "false") return null;
  return filter;
}
