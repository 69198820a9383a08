/** Names for ids: lists that are short, and the same on several pages. */

import { api } from "../kit/api.js";
import { useResource } from "../kit/resource.js";

/** @typedef {import("../kit/shapes.js").Schema<"CampaignOut">} Campaign */
/** @typedef {import("../kit/shapes.js").Schema<"AgentGroupOut">} Group */
/** @typedef {import("../kit/shapes.js").Schema<"UserOut">} User */
/** @typedef {import("../kit/shapes.js").Schema<"AgentOut">} Agent */

const PAGE = 100;
const MOST = 1_000;

/** The campaigns, as far as a choice among them is of use. */
export function useCampaigns() {
  return useResource((signal) => all("/api/campaigns", "campaigns", signal)).data ?? /** @type {Campaign[]} */ ([]);
}

/** The groups. @param {unknown[]} [wanted] */
export function useGroups(wanted = []) {
  return (
    useResource((signal) => all("/api/agent-groups", "agent_groups", signal), wanted).data ??
    /** @type {Group[]} */ ([])
  );
}

/**
 * Every page of a list, as one.
 * @param {string} path
 * @param {string} name
 * @param {AbortSignal} [signal]
 * @param {import("../kit/api.js").Query} [query]
 * @returns {Promise<any[]>}
 */
export async function all(path, name, signal, query = {}) {
  /** @type {any[]} */
  const found = [];
  while (found.length < MOST) {
    const page = await api.get(path, { query: { ...query, limit: PAGE, offset: found.length }, signal });
    found.push(...page[name]);
    if (page[name].length === 0 || found.length >= page.total) break;
  }
  return found;
}

/** @param {{id: string, name: string}[]} things @param {string | null | undefined} id */
export function nameOf(things, id) {
  return things.find((thing) => thing.id === id)?.name ?? null;
}
