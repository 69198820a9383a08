import { html } from "htm/preact";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Field } from "../kit/components/field.js";
import { Select } from "../kit/components/select.js";
import { useResource } from "../kit/resource.js";
import { t } from "../kit/words.js";
import { PRIORITIES, STATUSES } from "./lead-status.js";
import { EVERYBODY, isNarrowed } from "./lead-wish.js";

/** @typedef {import("./lead-wish.js").LeadWish} LeadWish */

/** What narrows the table. @param {{campaignId: string, wish: LeadWish, onChange: (wish: LeadWish) => void}} props */
export function LeadFilters({ campaignId, wish, onChange }) {
  const lists = useResource((signal) => api.get(`/api/campaigns/${campaignId}/lists`, { signal }), [campaignId]);
  /** @param {Partial<LeadWish>} changes */
  const set = (changes) => onChange({ ...wish, ...changes });
  const all = { value: "", label: t("leads.any") };
  /** @param {"called" | "callback" | "suppressed"} name */
  const yesNo = (name) => html`<${Select}
    label=${t(`leads.filter.${name}`)}
    value=${wish[name]}
    options=${[all, { value: "true", label: t("leads.yes") }, { value: "false", label: t("leads.no") }]}
    onChange=${(/** @type {string} */ chosen) => set({ [name]: chosen })}
  />`;
  const found = lists.data?.lists ?? [];
  return html`<search class="lead-filters">
    <${Field} class="lead-search" label=${t("leads.search")} type="search" value=${wish.q} onInput=${(/** @type {string} */ q) => set({ q })} help=${t("leads.search_help")} autocomplete="off" maxlength="200" />
    <fieldset class="lead-statuses">
      <legend>${t("leads.filter.status")}</legend>
      ${STATUSES.map(
        (status) => html`<button
          key=${status}
          type="button"
          class="chip"
          aria-pressed=${wish.statuses.includes(status) ? "true" : "false"}
          onClick=${() => set({ statuses: STATUSES.filter((each) => (each === status) !== wish.statuses.includes(each)) })}
        >
          ${t(`leads.status.${status}`)}
        </button>`,
      )}
    </fieldset>
    <details class="lead-more" open=${Boolean(wish.list || wish.priority || wish.country || wish.called || wish.callback || wish.suppressed)}>
      <summary>${t("leads.more_filters")}</summary>
      <div class="form-grid">
        ${
          found.length > 1 &&
          html`<${Select} label=${t("leads.filter.list")} value=${wish.list} options=${[all, ...found.map((/** @type {any} */ list) => ({ value: list.id, label: list.name }))]} onChange=${(/** @type {string} */ list) => set({ list })} />`
        }
        <${Select} label=${t("leads.filter.priority")} value=${wish.priority} options=${[all, ...PRIORITIES.map((each) => ({ value: each, label: t(`leads.priority.${each}`) }))]} onChange=${(/** @type {string} */ priority) => set({ priority })} />
        <${Field} label=${t("leads.filter.country")} value=${wish.country} maxlength="2" placeholder="US" onInput=${(/** @type {string} */ country) => set({ country })} />
        ${yesNo("called")} ${yesNo("callback")} ${yesNo("suppressed")}
      </div>
    </details>
    ${isNarrowed(wish) && html`<${Button} kind="quiet" icon="✕" onClick=${() => onChange({ ...EVERYBODY, sort: wish.sort })}>${t("leads.no_filter")}<//>`}
  </search>`;
}
