import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Field } from "../kit/components/field.js";
import { notify } from "../kit/components/notify.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { Select } from "../kit/components/select.js";
import { useAction } from "../kit/resource.js";
import { can } from "../kit/session.js";
import { t } from "../kit/words.js";
import { PRIORITIES } from "./lead-status.js";

/** @typedef {import("./lead-status.js").Lead} Lead */

const FOR_ALL = ["first_name", "last_name"];
const FOR_ADMINS = ["phone", "email", "country", "state", "postal_code", "time_zone", "external_id", "type"];

/** What is known about somebody, to be corrected. @param {{lead: Lead, onSaved: (answer: {lead: Lead}) => void}} props */
export function LeadForm({ lead, onSaved }) {
  const [changes, setChanges] = useState(/** @type {Record<string, any>} */ ({}));
  /** @type {Record<string, any>} */
  const values = { ...lead, ...changes };
  /** @param {string} name @param {any} value */
  const set = (name, value) => setChanges({ ...changes, [name]: value });
  const saving = useAction(async () => {
    onSaved(await api.put(`/api/leads/${lead.id}`, changes));
    notify(t("leads.saved"));
  });
  const isAdmin = can("admin");
  const isErased = lead.phone === "";
  const consent = values.consent === null ? "" : String(values.consent);
  /** @param {string} name @param {Record<string, any>} [more] */
  const entry = (name, more = {}) => html`<${Field}
    key=${name}
    ...${more}
    label=${t(`leads.field.${name}`)}
    value=${values[name] ?? ""}
    error=${saving.error?.of(name)}
    onInput=${(/** @type {string} */ text) => set(name, text === "" && name !== "phone" ? null : text)}
    disabled=${!isAdmin && FOR_ADMINS.includes(name)}
  />`;
  return html`<${Panel} title=${t("leads.details")}>
    ${isErased && html`<p class="tone-quiet">${t("leads.erased_text")}</p>`}
    <form
      onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault();
        void saving.run();
      }}
    >
      <fieldset disabled=${isErased} class="form-grid">
        ${FOR_ALL.map((name) => entry(name))}
        ${FOR_ADMINS.map((name) => entry(name, name === "phone" ? { type: "tel", required: true } : name === "email" ? { type: "email" } : {}))}
        <${Field}
          label=${t("leads.field.alternates")}
          value=${(values.alternates ?? []).join(", ")}
          onInput=${(/** @type {string} */ text) =>
            set(
              "alternates",
              text
                .split(/[,;]/)
                .map((part) => part.trim())
                .filter(Boolean),
            )}
          error=${saving.error?.of("alternates")}
          help=${t("leads.alternates_help")}
          disabled=${!isAdmin}
        />
        <${Select} label=${t("leads.column.priority")} value=${values.priority} options=${PRIORITIES.map((each) => ({ value: each, label: t(`leads.priority.${each}`) }))} onChange=${(/** @type {string} */ chosen) => set("priority", chosen)} />
        <${Select}
          label=${t("leads.field.consent")}
          value=${consent}
          disabled=${!isAdmin}
          options=${["", "true", "false"].map((each) => ({ value: each, label: t(`leads.consent.${each || "campaign"}`) }))}
          onChange=${(/** @type {string} */ chosen) => set("consent", chosen === "" ? null : chosen === "true")}
        />
        <${CustomFields} fields=${values.custom_fields} onChange=${(/** @type {any} */ fields) => set("custom_fields", fields)} disabled=${!isAdmin} />
        ${entry("notes", { rows: 3, class: "field-wide" })}
      </fieldset>
      <${Problem} error=${saving.error} />
      <div class="actions"><${Button} kind="main" type="submit" disabled=${Object.keys(changes).length === 0} isBusy=${saving.isBusy}>${t("leads.save")}<//></div>
    </form>
  <//>`;
}

/** @param {{fields: Record<string, unknown>, onChange: (fields: Record<string, unknown>) => void, disabled: boolean}} props */
function CustomFields({ fields, onChange, disabled }) {
  return Object.entries(fields).map(([name, value]) => {
    const isText = typeof value === "string" || value === null;
    return html`<${Field}
      key=${`custom ${name}`}
      label=${name}
      value=${isText ? (value ?? "") : JSON.stringify(value)}
      disabled=${disabled || (!isText && typeof value !== "number")}
      onInput=${(/** @type {string} */ text) => onChange({ ...fields, [name]: typeof value === "number" && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text })}
    />`;
  });
}
