import { html } from "htm/preact";

import { api } from "../kit/api.js";
import { Field } from "../kit/components/field.js";
import { Select } from "../kit/components/select.js";
import { useResource } from "../kit/resource.js";
import { href } from "../kit/router.js";
import { t } from "../kit/words.js";
import { ComplianceSection, DetectionSection, HoursSection, PacingSection, RetrySection } from "./form-sections.js";

export const MODES = ["preview", "progressive", "ratio", "predictive"];

/**
 * @typedef {{
 *   values: Record<string, any>, error: import("../kit/api.js").ApiError | null,
 *   set: (changes: Record<string, any>) => void,
 * }} Part
 */

/**
 * The settings of a campaign: what everybody decides, and folded below what most leave as it is.
 * @param {{values: Record<string, any>, onChange: (values: Record<string, any>) => void, error: import("../kit/api.js").ApiError | null}} props
 */
export function CampaignForm({ values, onChange, error }) {
  /** @param {Record<string, any>} changes */
  const set = (changes) => onChange({ ...values, ...changes });
  /** @type {Part} */
  const part = { values, error, set };
  return html`
    <div class="form-grid">
      <${Field}
        label=${t("campaigns.field.name")}
        value=${values.name ?? ""}
        onInput=${(/** @type {string} */ name) => set({ name })}
        error=${error?.of("name")}
        required
        maxlength="200"
      />
      <${CallerId} ...${part} />
      <${Group} ...${part} />
      <${Select}
        label=${t("campaigns.field.dial_mode")}
        value=${values.dial_mode ?? "progressive"}
        options=${MODES.map((mode) => ({ value: mode, label: t(`campaigns.mode.${mode}`) }))}
        onChange=${(/** @type {string} */ mode) => set({ dial_mode: mode })}
        help=${t(`campaigns.mode_help.${values.dial_mode ?? "progressive"}`)}
        error=${error?.of("dial_mode")}
      />
    </div>
    ${[
      ["hours", HoursSection],
      ["retry", RetrySection],
      ["pacing", PacingSection],
      ["detection", DetectionSection],
      ["compliance", ComplianceSection],
    ].map(
      ([key, Section]) => html`<details key=${key} class="campaign-section">
        <summary>${t(`campaigns.section.${key}`)}</summary>
        <p class="section-help">${t(`campaigns.section_help.${key}`)}</p>
        <div class="form-grid"><${Section} ...${part} /></div>
      </details>`,
    )}
  `;
}

/** The numbers that the tenant has; where there are none, any may be written. @param {Part} props */
function CallerId({ values, error, set }) {
  const found = useResource((signal) => api.get("/api/numbers", { query: { limit: 100 }, signal }));
  /** @type {{e164: string, label: string, has_voice: boolean}[]} */
  const numbers = (found.data?.numbers ?? []).filter(
    (/** @type {any} */ number) => number.has_voice && number.is_active,
  );
  const label = t("campaigns.field.caller_id");
  const problem = error?.of("caller_id");
  if (numbers.length === 0) {
    return html`<${Field}
      label=${label}
      type="tel"
      value=${values.caller_id ?? ""}
      onInput=${(/** @type {string} */ number) => set({ caller_id: number })}
      help=${found.isLoading ? t("kit.loading") : html`${t("campaigns.caller_id_help")} <a href=${href("/numbers")}>${t("campaigns.to_numbers")}</a>`}
      error=${problem}
      required
    />`;
  }
  const known = numbers.some((number) => number.e164 === values.caller_id);
  return html`<${Select}
    label=${label}
    value=${values.caller_id ?? ""}
    options=${[
      { value: "", label: t("campaigns.choose"), disabled: true },
      ...(values.caller_id && !known ? [{ value: values.caller_id, label: values.caller_id }] : []),
      ...numbers.map((number) => ({
        value: number.e164,
        label: number.label === number.e164 ? number.e164 : `${number.label} (${number.e164})`,
      })),
    ]}
    onChange=${(/** @type {string} */ number) => set({ caller_id: number })}
    help=${t("campaigns.caller_id_help")}
    error=${problem}
    required
  />`;
}

/** @param {Part} props */
function Group({ values, error, set }) {
  const found = useResource((signal) => api.get("/api/agent-groups", { query: { limit: 100 }, signal }));
  const groups = found.data?.agent_groups ?? [];
  return html`<${Select}
    label=${t("campaigns.field.agent_group_id")}
    value=${values.agent_group_id ?? ""}
    options=${[
      { value: "", label: t("campaigns.every_agent") },
      ...groups.map((/** @type {any} */ group) => ({
        value: group.id,
        label: `${group.name} (${group.members_count})`,
      })),
    ]}
    onChange=${(/** @type {string} */ id) => set({ agent_group_id: id || null })}
    error=${error?.of("agent_group_id")}
  />`;
}
