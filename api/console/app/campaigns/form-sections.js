/** The folded parts of a campaign's settings. */

import { html } from "htm/preact";

import { Checkbox } from "../kit/components/checkbox.js";
import { Field } from "../kit/components/field.js";
import { Select } from "../kit/components/select.js";
import { t } from "../kit/words.js";

/** @typedef {import("./campaign-form.js").Part} Part */

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const ZONES = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : ["UTC"];

/** One text or number of the form. @param {Part & {name: string, type?: string, otherwise?: any, [other: string]: any}} props */
function Entry({ values, error, set, name, type = "text", otherwise = "", ...rest }) {
  return html`<${Field}
    ...${rest}
    type=${type}
    label=${t(`campaigns.field.${name}`)}
    value=${values[name] ?? otherwise}
    onInput=${(/** @type {string} */ text) => set({ [name]: type === "number" && text !== "" ? Number(text) : text })}
    error=${error?.of(name)}
  />`;
}

/** One choice of the form. @param {Part & {name: string, choices: string[], help?: string}} props */
function Choice({ values, error, set, name, choices, help }) {
  return html`<${Select}
    label=${t(`campaigns.field.${name}`)}
    value=${values[name] ?? choices[0]}
    options=${choices.map((choice) => ({ value: choice, label: t(`campaigns.${name}.${choice}`) }))}
    onChange=${(/** @type {string} */ chosen) => set({ [name]: chosen })}
    error=${error?.of(name)}
    help=${help}
  />`;
}

/** @param {Part & {name: string, otherwise?: boolean, help?: string}} props */
function Switch({ values, set, name, otherwise = false, help }) {
  return html`<${Checkbox}
    label=${t(`campaigns.field.${name}`)}
    checked=${values[name] ?? otherwise}
    onChange=${(/** @type {boolean} */ on) => set({ [name]: on })}
    help=${help}
  />`;
}

/** When people are called. @param {Part} props */
export function HoursSection(props) {
  const { values, set } = props;
  const days = values.calling_days ?? DAYS;
  /** @param {string} day @param {boolean} on */
  const choose = (day, on) => set({ calling_days: DAYS.filter((each) => (each === day ? on : days.includes(each))) });
  return html`
    <${Entry} ...${props} name="calling_hours_start" type="time" otherwise="09:00" />
    <${Entry} ...${props} name="calling_hours_end" type="time" otherwise="20:00" />
    <${Choice} ...${props} name="calling_hours_zone" choices=${["campaign", "callee"]} />
    <${Entry} ...${props} name="timezone" list="campaign-zones" />
    <datalist id="campaign-zones">${ZONES.map((zone) => html`<option key=${zone} value=${zone} />`)}</datalist>
    <fieldset class="campaign-days">
      <legend>${t("campaigns.field.calling_days")}</legend>
      ${DAYS.map(
        (day) =>
          html`<${Checkbox} key=${day} label=${t(`campaigns.day.${day}`)} checked=${days.includes(day)} onChange=${(/** @type {boolean} */ on) => choose(day, on)} />`,
      )}
    </fieldset>
  `;
}

/** Whom to call again. @param {Part} props */
export function RetrySection(props) {
  const { values, error, set } = props;
  const policy = values.retry_policy ?? {};
  /** @type {Part} */
  const inner = { values: policy, error, set: (changes) => set({ retry_policy: { ...policy, ...changes } }) };
  return html`
    <${Entry} ...${inner} name="max_attempts" type="number" min="1" max="20" otherwise=${3} />
    <${Entry} ...${inner} name="delay_minutes" type="number" min="1" max="43200" otherwise=${60} />
    <${Switch} ...${inner} name="retry_on_no_answer" otherwise />
    <${Switch} ...${inner} name="retry_on_busy" otherwise />
    <${Switch} ...${inner} name="retry_on_voicemail" />
  `;
}

/** How many lines, and how long. @param {Part} props */
export function PacingSection(props) {
  const { values, error, set } = props;
  return html`
    ${values.dial_mode === "ratio" && html`<${Entry} ...${props} name="pacing_ratio" type="number" min="1" max="10" step="0.1" otherwise=${1} />`}
    <${Choice} ...${props} name="abandonment_standard" choices=${["strict", "us", "uk", "ca", "it"]} />
    <${Field}
      label=${t("campaigns.field.max_abandonment_rate")}
      type="number"
      min="0.1"
      max="20"
      step="0.1"
      value=${values.max_abandonment_rate === undefined ? "3" : String(Math.round(Number(values.max_abandonment_rate) * 1000) / 10)}
      onInput=${(/** @type {string} */ percent) => percent !== "" && set({ max_abandonment_rate: Number((Number(percent) / 100).toFixed(4)) })}
      error=${error?.of("max_abandonment_rate")}
      after="%"
    />
    <${Entry} ...${props} name="ring_timeout_seconds" type="number" min="15" max="120" otherwise=${25} />
    <${Entry} ...${props} name="wrap_up_seconds" type="number" min="0" max="3600" otherwise=${15} />
    <${Entry} ...${props} name="wrap_up_extension_seconds" type="number" min="0" max="3600" otherwise=${120} help=${t("campaigns.wrap_up_extension_help")} />
  `;
}

/** Machines and recordings. @param {Part} props */
export function DetectionSection(props) {
  return html`
    <${Switch} ...${props} name="amd_enabled" help=${t("campaigns.amd_help")} />
    ${props.values.amd_enabled && html`<${Choice} ...${props} name="amd_mode" choices=${["async", "sync"]} />`}
    <${Entry} ...${props} name="voicemail_message_url" type="url" />
    <${Switch} ...${props} name="record_calls" help=${t("campaigns.record_help")} />
  `;
}

/** By which rules. @param {Part} props */
export function ComplianceSection(props) {
  const { values, set } = props;
  return html`
    <${Choice} ...${props} name="call_type" choices=${["telemarketing", "prerecorded", "debt", "survey", "service", "b2b"]} />
    <${Choice} ...${props} name="calling_profile" choices=${["strict", "address_first"]} />
    <${Switch} ...${props} name="consent_on_record" otherwise help=${t("campaigns.consent_help")} />
    <${Entry} ...${props} name="default_region" maxlength="2" otherwise="US" />
    <${Field}
      label=${t("campaigns.field.allowed_countries")}
      value=${(values.allowed_countries ?? []).join(", ")}
      onInput=${(/** @type {string} */ text) =>
        set({
          allowed_countries: text
            .toUpperCase()
            .split(/[\s,]+/)
            .filter(Boolean),
        })}
      help=${t("campaigns.countries_help")}
      error=${props.error?.of("allowed_countries")}
    />
    <${Entry} ...${props} name="abandonment_message" rows=${3} class="field-wide" help=${t("campaigns.abandonment_message_help")} />
  `;
}
