import { html } from "htm/preact";

import { api } from "../kit/api.js";
import { Checkbox } from "../kit/components/checkbox.js";
import { Field } from "../kit/components/field.js";
import { Select } from "../kit/components/select.js";
import { useResource } from "../kit/resource.js";
import { t } from "../kit/words.js";

/**
 * What can be said about a file; what is left alone is found out.
 * @param {{campaignId: string, options: Record<string, string>, onChange: (options: Record<string, string>) => void, disabled: boolean}} props
 */
export function ImportOptions({ campaignId, options, onChange, disabled }) {
  const found = useResource((signal) => api.get(`/api/campaigns/${campaignId}/lists`, { signal }), [campaignId], {
    isEnabled: campaignId !== "",
  });
  /** @param {string} name @param {string} value */
  const set = (name, value) => onChange({ ...options, [name]: value });
  /** @param {string} name @param {string[]} choices */
  const choice = (name, choices) => html`<${Select}
    label=${t(`imports.option.${name}`)}
    value=${options[name] ?? ""}
    options=${choices.map((each) => ({ value: each, label: t(`imports.choice.${name}.${each || "auto"}`) }))}
    onChange=${(/** @type {string} */ chosen) => set(name, chosen)}
  />`;
  /** @param {string} name @param {Record<string, any>} [more] */
  const entry = (name, more = {}) =>
    html`<${Field} ...${more} label=${t(`imports.option.${name}`)} value=${options[name] ?? ""} onInput=${(/** @type {string} */ text) => set(name, text)} />`;
  return html`<details class="import-options">
    <summary>${t("imports.options")}</summary>
    <fieldset disabled=${disabled} class="form-grid">
      <${Select}
        label=${t("imports.option.list_id")}
        value=${options.list_id ?? ""}
        options=${[{ value: "", label: t("imports.first_list") }, ...(found.data?.lists ?? []).map((/** @type {any} */ list) => ({ value: list.id, label: list.name }))]}
        onChange=${(/** @type {string} */ id) => set("list_id", id)}
      />
      ${entry("list_name", { maxlength: "200", help: t("imports.list_name_help"), disabled: Boolean(options.list_id) })}
      ${choice("on_duplicate", ["", "update"])}
      ${choice("match_by", ["", "external_id"])}
      ${entry("default_region", { maxlength: "2", help: t("imports.region_help") })}
      ${choice("consent", ["", "true", "false"])}
      ${entry("tenant_duplicates_days", { type: "number", min: "1", max: "3650", help: t("imports.days_help") })}
      ${choice("encoding", ["", "utf-8", "cp1252", "cp1251", "utf-16"])}
      ${choice("delimiter", ["", ",", ";", "tab", "|"])}
      ${choice("has_header", ["", "true", "false"])}
      ${entry("sheet", { maxlength: "100" })}
      <${Checkbox} label=${t("imports.option.try_plus")} checked=${options.try_plus === "true"} onChange=${(/** @type {boolean} */ on) => set("try_plus", on ? "true" : "")} />
    </fieldset>
  </details>`;
}
