import { html } from "htm/preact";
import { useEffect, useMemo, useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Empty } from "../kit/components/empty.js";
import { Loading } from "../kit/components/loading.js";
import { Page } from "../kit/components/page.js";
import { Problem } from "../kit/components/problem.js";
import { useAction, useResource } from "../kit/resource.js";
import { changeQuery, place } from "../kit/router.js";
import { formatDate, viewerZone } from "../kit/time.js";
import { t } from "../kit/words.js";
import { all, useCampaigns, useGroups } from "../office/names.js";
import { AuditEntry } from "./audit-entry.js";
import { AuditFilter } from "./audit-filter.js";
import { saveEntries } from "./save-entries.js";

/** @typedef {import("../kit/shapes.js").Schema<"AuditEntryOut">} Entry */
/** @typedef {{actor_id: string, object_type: string, object_id: string, since: string, until: string}} Wanted */

/** What people, and the system, have changed: the latest first. */
export function AuditLogPage() {
  const wanted = wantedOf(place.value.query);
  const [older, setOlder] = useState(/** @type {{entries: Entry[], next: string | null} | null} */ (null));
  const asked = JSON.stringify(wanted);
  const first = useResource((signal) => api.get("/api/audit-log", { query: queryOf(wanted), signal }), [asked]);
  const users = useResource((signal) => all("/api/users", "users", signal)).data ?? [];
  const names = useNames(users);
  useEffect(() => setOlder(null), [asked, first.data]);
  /** @type {Entry[]} */
  const entries = [...(first.data?.entries ?? []), ...(older?.entries ?? [])];
  const next = older ? older.next : (first.data?.next_cursor ?? null);
  const more = useAction(async () => {
    const page = await api.get("/api/audit-log", { query: { ...queryOf(wanted), cursor: next } });
    setOlder((known) => ({ entries: [...(known?.entries ?? []), ...page.entries], next: page.next_cursor }));
  });
  const save = useAction(() => saveEntries(queryOf(wanted)));
  const actions = html`
    <${Button} icon="⟳" isBusy=${first.isLoading} onClick=${first.reload}>${t("audit.reload")}<//>
    <${Button} icon="⇩" isBusy=${save.isBusy} disabled=${entries.length === 0} onClick=${() => save.run()}>${t("audit.save")}<//>
  `;
  return html`<${Page} title=${t("audit.title")} lead=${t("audit.lead", { zone: viewerZone.replaceAll("_", " ") })} actions=${actions}>
    <${AuditFilter} wanted=${wanted} users=${users} onChange=${changeQuery} />
    <${Problem} error=${first.error ?? save.error} onRetry=${first.error ? first.reload : undefined} />
    <div aria-busy=${first.isLoading ? "true" : "false"}>
      ${first.data === null && !first.error && html`<${Loading} lines=${10} />`}
      ${first.data !== null && entries.length === 0 && html`<${Empty} icon="≡" title=${t("audit.empty")}>${t("audit.empty_help")}<//>`}
      ${byDay(entries).map(
        ([day, ofDay]) => html`<section key=${day} class="audit-day" aria-label=${day}>
          <h2>${day}</h2>
          <ol>${ofDay.map((entry) => html`<${AuditEntry} key=${entry.id} entry=${entry} names=${names} onChoose=${changeQuery} />`)}</ol>
        </section>`,
      )}
    </div>
    <${Problem} error=${more.error} />
    ${next !== null && html`<div class="audit-more"><${Button} isBusy=${more.isBusy} onClick=${() => more.run()}>${t("audit.more")}<//></div>`}
    ${next === null && entries.length > 0 && html`<p class="field-help audit-more">${t("audit.end")}</p>`}
  <//>`;
}

/** What ids stand for, as far as lists tell. @param {import("../office/names.js").User[]} users @returns {Map<string, string>} */
function useNames(users) {
  const [groups, campaigns] = [useGroups(), useCampaigns()];
  return useMemo(
    () => new Map([...users, ...groups, ...campaigns].map(({ id, name }) => [id, name])),
    [users, groups, campaigns],
  );
}

/** @param {URLSearchParams} query @returns {Wanted} */
function wantedOf(query) {
  const text = (/** @type {string} */ name) => query.get(name) ?? "";
  return {
    actor_id: text("actor_id"),
    object_type: text("object_type"),
    object_id: text("object_id"),
    since: text("since"),
    until: text("until"),
  };
}

/** Days are the viewer's; the last one is included. @param {Wanted} wanted @returns {import("../kit/api.js").Query} */
function queryOf({ since, until, ...rest }) {
  return { ...rest, since: startOf(since, 0), until: startOf(until, 1) };
}

/** Midnight of the viewer, so many days after a date. @param {string} day @param {number} later */
function startOf(day, later) {
  const at = new Date(`${day}T00:00:00`);
  if (day === "" || Number.isNaN(at.getTime())) return null;
  at.setDate(at.getDate() + later);
  return at.toISOString();
}

/** @param {Entry[]} entries @returns {[string, Entry[]][]} */
function byDay(entries) {
  /** @type {Map<string, Entry[]>} */
  const days = new Map();
  for (const entry of entries) {
    const day = formatDate(entry.at);
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return [...days];
}
