/** What there is of each thing that a tenant needs, asked of the API once. */

import { api } from "../kit/api.js";
import { useResource } from "../kit/resource.js";
import { t } from "../kit/words.js";

/**
 * @typedef {{
 *   key: string, path: string, query?: Record<string, string>, state: "loading" | "done" | "open" | "failed",
 *   found?: string | null, blocked?: string | null,
 * }} Step
 */
/** @typedef {import("../kit/resource.js").Resource<any>} Asked */

/** @returns {Step[]} */
export function useSteps() {
  const factor = useAsked("/api/auth/second-factor");
  const carrier = useAsked("/api/carrier-account");
  const numbers = useAsked("/api/numbers");
  const agents = useAsked("/api/agents");
  const invitations = useAsked("/api/invitations", { state: "open", limit: 1 });
  const campaigns = useAsked("/api/campaigns", { limit: 100 });
  const firstCampaign = campaigns.data?.campaigns?.[0]?.id;
  return [
    step("factor", "/profile", factor, ({ is_enabled: isEnabled }) => ({ isDone: isEnabled })),
    step("carrier", "/settings", carrier, ({ carrier_account: account }) => ({
      isDone: true,
      found: account.is_own
        ? t("entrance.steps.carrierOwn", { sid: account.account_sid })
        : t("entrance.steps.carrierShared"),
    })),
    step("numbers", "/numbers", numbers, (data) => counted("numbers", data.numbers.length)),
    people(agents, invitations),
    step("campaign", "/campaigns/new", campaigns, (data) => counted("campaign", totalOf(data))),
    {
      ...step("import", "/imports/new", campaigns, (data) => counted("import", leadsOf(data))),
      query: firstCampaign ? { campaign: firstCampaign } : {},
      blocked: campaigns.data && !firstCampaign ? t("entrance.steps.importNeedsCampaign") : null,
    },
  ];
}

/** @param {Asked} agents @param {Asked} invitations @returns {Step} */
function people(agents, invitations) {
  const found = step("people", "/people", agents, (data) => counted("people", totalOf(data)));
  const open = invitations.data?.total ?? 0;
  const words = [found.found, open > 0 && t("entrance.steps.peopleInvited", { n: open })].filter(Boolean);
  return { ...found, found: words.join(" · ") || null };
}

/**
 * @param {string} key
 * @param {string} path
 * @param {Asked} asked
 * @param {(data: any) => {isDone: boolean, found?: string | null}} judge
 * @returns {Step}
 */
function step(key, path, asked, judge) {
  if (asked.data === null)
    return { key, path, state: asked.error ? "failed" : "loading", found: asked.error && t("entrance.steps.failed") };
  const { isDone, found } = judge(asked.data);
  return { key, path, state: isDone ? "done" : "open", found };
}

/** @param {string} key @param {number} n */
function counted(key, n) {
  return { isDone: n > 0, found: n > 0 ? t(`entrance.steps.${key}Count`, { n }) : null };
}

/** @param {{campaigns: {total_leads: number}[]}} data */
function leadsOf(data) {
  return data.campaigns.reduce((sum, campaign) => sum + campaign.total_leads, 0);
}

/** @param {any} data */
function totalOf(data) {
  return data.total ?? 0;
}

/** @param {string} path @param {import("../kit/api.js").Query} [query] */
function useAsked(path, query) {
  return useResource((signal) => api.get(path, { query, signal }), [path]);
}
