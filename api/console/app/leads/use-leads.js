import { useEffect, useRef, useState } from "preact/hooks";

import { api, ApiError } from "../kit/api.js";
import { queryOf } from "./lead-wish.js";

/** @typedef {import("../kit/shapes.js").Schema<"LeadsAnswer">} LeadsAnswer */
/** @typedef {import("./lead-wish.js").LeadWish} LeadWish */
/** @typedef {{leads: LeadsAnswer["leads"], next: string | null, total: number | null, isExact: boolean, isSearching: boolean}} Found */

const PAGE_SIZE = 50;
const TYPING_MS = 250;
/** So often a page is looked for further when few fit, before somebody has to say that it goes on. */
const MAX_LEGS = 6;

/**
 * One page of a campaign's leads. A new question calls the one before off; the old page stays until there is a new one.
 * @param {string} campaignId
 * @param {LeadWish} wish
 */
export function useLeads(campaignId, wish) {
  const [cursors, setCursors] = useState(/** @type {(string | null)[]} */ ([null]));
  const [found, setFound] = useState(/** @type {Found | null} */ (null));
  const [error, setError] = useState(/** @type {ApiError | null} */ (null));
  const [isLoading, setLoading] = useState(true);
  const [turn, setTurn] = useState(0);
  const counted = useRef({ key: "", total: /** @type {number | null} */ (null), isExact: false });
  const key = JSON.stringify(wish);
  const asked = useRef(key);
  const cursor = asked.current === key ? (cursors.at(-1) ?? null) : null;

  useEffect(() => {
    if (asked.current !== key) {
      asked.current = key;
      setCursors([null]);
    }
    const stopped = new AbortController();
    setLoading(true);
    const timer = setTimeout(
      async () => {
        try {
          const page = await readPage(campaignId, wish, cursor, counted.current.key !== key, stopped.signal);
          if (page.total !== null) counted.current = { key, total: page.total, isExact: page.isExact };
          setFound({ ...page, total: counted.current.total, isExact: counted.current.isExact });
          setError(null);
        } catch (problem) {
          if (stopped.signal.aborted) return;
          setError(problem instanceof ApiError ? problem : new ApiError(String(problem)));
        }
        if (!stopped.signal.aborted) setLoading(false);
      },
      turn === 0 && found === null ? 0 : TYPING_MS,
    );
    return () => {
      clearTimeout(timer);
      stopped.abort();
    };
  }, [campaignId, key, cursor, turn]);

  return {
    found,
    error,
    isLoading,
    page: cursors.length,
    reload: () => {
      counted.current.key = "";
      setTurn(turn + 1);
    },
    next: found?.next && !isLoading ? () => setCursors([...cursors, found.next]) : null,
    previous: cursors.length > 1 && !isLoading ? () => setCursors(cursors.slice(0, -1)) : null,
  };
}

/**
 * @param {string} campaignId
 * @param {LeadWish} wish
 * @param {string | null} cursor
 * @param {boolean} counts
 * @param {AbortSignal} signal
 * @returns {Promise<Found>}
 */
async function readPage(campaignId, wish, cursor, counts, signal) {
  /** @type {LeadsAnswer["leads"]} */
  const leads = [];
  let next = cursor;
  let total = null;
  let isExact = false;
  for (let leg = 0; leg < MAX_LEGS; leg += 1) {
    /** @type {LeadsAnswer} */
    const answer = await api.get("/api/leads", {
      query: {
        campaign_id: campaignId,
        ...queryOf(wish),
        cursor: next,
        limit: PAGE_SIZE - leads.length,
        count: counts && leg === 0 ? "capped" : "none",
      },
      signal,
    });
    leads.push(...answer.leads);
    next = answer.next_cursor;
    if (leg === 0) ({ total, total_is_exact: isExact } = answer);
    if (next === null || leads.length >= PAGE_SIZE) break;
  }
  return { leads, next, total, isExact, isSearching: next !== null && leads.length < PAGE_SIZE };
}
