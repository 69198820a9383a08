import { html } from "htm/preact";

import { Field } from "../kit/components/field.js";
import { t } from "../kit/words.js";

/**
 * How somebody is called.
 * @param {{names: {first: string, last: string}, onChange: (names: {first: string, last: string}) => void, error?: string | null}} props
 */
export function PersonFields({ names, onChange, error }) {
  return html`<div class="entrance-names">
    <${Field}
      label=${t("entrance.firstName")}
      name="first-name"
      autocomplete="given-name"
      maxlength="100"
      value=${names.first}
      onInput=${(/** @type {string} */ first) => onChange({ ...names, first })}
      error=${error}
    />
    <${Field}
      label=${`${t("entrance.lastName")} (${t("entrance.optional")})`}
      name="last-name"
      autocomplete="family-name"
      maxlength="100"
      value=${names.last}
      onInput=${(/** @type {string} */ last) => onChange({ ...names, last })}
    />
  </div>`;
}
