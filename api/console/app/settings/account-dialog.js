import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Field } from "../kit/components/field.js";
import { notify } from "../kit/components/notify.js";
import { t } from "../kit/words.js";
import { FormDialog } from "../office/form-dialog.js";

/** @typedef {import("../kit/shapes.js").Schema<"CarrierAccountOut">} Account */

const FIELDS = /** @type {const} */ ([
  ["account_sid", "text", "AC…", true],
  ["auth_token", "password", "", true],
  ["api_key_sid", "text", "SK…", false],
  ["api_key_secret", "password", "", false],
  ["twiml_app_sid", "text", "AP…", false],
  ["secondary_auth_token", "password", "", false],
]);

const SID = /^(AC|SK|AP)[0-9a-fA-F]{32}$/;

/**
 * The server tells a pattern; people are told what an id looks like.
 * @param {string} name
 * @param {string} value
 * @param {string | null} told
 */
function sidWords(name, value, told) {
  if (told === null || !name.endsWith("_sid") || SID.test(value.trim())) return told;
  return t("settings.carrier.wrong_sid");
}

/**
 * The tenant's own account at the carrier. Secrets are never shown, so all of it is entered anew.
 * @param {{account: Account | null, onClose: () => void, onDone: () => void}} props
 */
export function AccountDialog({ account, onClose, onDone }) {
  const own = account?.is_own ? account : null;
  const [draft, setDraft] = useState(
    /** @type {Record<string, string>} */ ({
      account_sid: own?.account_sid ?? "",
      twiml_app_sid: own?.twiml_app_sid ?? "",
      calls_per_second: String(own?.calls_per_second ?? 1),
      max_lines: String(own?.max_lines ?? 100),
    }),
  );
  const save = async () => {
    const texts = Object.fromEntries(FIELDS.map(([name]) => [name, draft[name]?.trim() || null]));
    await api.put("/api/carrier-account", {
      ...texts,
      calls_per_second: Number(draft.calls_per_second),
      max_lines: Math.round(Number(draft.max_lines)),
    });
    notify(t("settings.carrier.saved"));
    onDone();
  };
  const isReady = Boolean(draft.account_sid?.trim() && draft.auth_token?.trim());
  /** @param {string} name */
  const set = (name) => (/** @type {string} */ value) => setDraft({ ...draft, [name]: value });
  return html`<${FormDialog} title=${t("settings.carrier.own")} action=${t("office.save")} onClose=${onClose} act=${save} isReady=${isReady}>
    ${(/** @type {import("../office/form-dialog.js").ProblemOf} */ problemOf) => html`
      <p class="field-help">${t(own ? "settings.carrier.enter_anew" : "settings.carrier.enter")}</p>
      <div class="form-grid">
        ${FIELDS.map(
          ([name, type, placeholder, isRequired]) => html`<${Field}
            key=${name}
            label=${t(`settings.carrier.field.${name}`)}
            type=${type}
            placeholder=${placeholder}
            value=${draft[name] ?? ""}
            onInput=${set(name)}
            error=${sidWords(name, draft[name] ?? "", problemOf(name))}
            help=${t(`settings.carrier.help.${name}`)}
            required=${isRequired}
            autocomplete=${type === "password" ? "new-password" : "off"}
            spellcheck=${false}
          />`,
        )}
        <${Field} label=${t("settings.carrier.rate")} type="number" min="0.1" max="100" step="0.1" value=${draft.calls_per_second} onInput=${set("calls_per_second")} error=${problemOf("calls_per_second")} help=${t("settings.carrier.rate_help")} />
        <${Field} label=${t("settings.carrier.lines")} type="number" min="1" max="10000" value=${draft.max_lines} onInput=${set("max_lines")} error=${problemOf("max_lines")} help=${t("settings.carrier.lines_help")} />
      </div>
    `}
  <//>`;
}
