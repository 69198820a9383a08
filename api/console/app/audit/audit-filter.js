import { html } from "htm/preact";

import { Button } from "../kit/components/button.js";
import { Field } from "../kit/components/field.js";
import { Select } from "../kit/components/select.js";
import { t } from "../kit/words.js";
import { OBJECTS, objectInWords } from "./audit-words.js";

/**
 * Who, what and when.
 * @param {{
 *   wanted: import("./audit-log-page.js").Wanted, users: import("../office/names.js").User[],
 *   onChange: (changes: Record<string, string | null>) => void,
 * }} props
 */
export function AuditFilter({ wanted, users, onChange }) {
  const people = [
    { value: "", label: t("audit.anybody") },
    ...users.map(({ id, name, email }) => ({ value: id, label: `${name} (${email})` })),
  ];
  const objects = [
    { value: "", label: t("audit.anything") },
    ...OBJECTS.map((value) => ({ value, label: objectInWords(value) })),
  ].sort((one, other) => Number(one.value !== "") - Number(other.value !== "") || one.label.localeCompare(other.label));
  /** @param {string} name @returns {(value: string) => void} */
  const set = (name) => (value) => onChange({ [name]: value || null });
  const isFiltered = Object.values(wanted).some((value) => value !== "");
  const clear = () => onChange(Object.fromEntries(Object.keys(wanted).map((name) => [name, null])));
  return html`<div class="office-bar audit-filter" role="search" aria-label=${t("audit.filter")}>
    <${Select} label=${t("audit.who")} value=${wanted.actor_id} options=${people} onChange=${set("actor_id")} />
    <${Select} label=${t("audit.what")} value=${wanted.object_type} options=${objects} onChange=${set("object_type")} />
    <${Field} label=${t("audit.since")} type="date" value=${wanted.since} onInput=${set("since")} />
    <${Field} label=${t("audit.until")} type="date" value=${wanted.until} onInput=${set("until")} />
    ${isFiltered && html`<${Button} kind="quiet" icon="✕" onClick=${clear}>${t("audit.clear")}<//>`}
    ${wanted.object_id && html`<p class="field-help">${t("audit.one_object")}</p>`}
  </div>`;
}
