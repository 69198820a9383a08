import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { confirm } from "../kit/components/confirm.js";
import { Field } from "../kit/components/field.js";
import { Loading } from "../kit/components/loading.js";
import { notify } from "../kit/components/notify.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { useResource } from "../kit/resource.js";
import { t } from "../kit/words.js";
import { PageForm } from "../office/form-dialog.js";

/** @typedef {import("../kit/shapes.js").Schema<"RetentionAnswer">} Retention */

const KINDS = /** @type {const} */ (["leads", "calls", "recordings", "import_errors"]);

/** How long what is kept. */
export function RetentionTab() {
  const found = useResource(
    (signal) => /** @type {Promise<Retention>} */ (api.get("/api/settings/retention", { signal })),
  );
  return html`<${Panel} title=${t("settings.tab.retention")}>
    <p class="field-help">${t("settings.retention.lead")}</p>
    <${Problem} error=${found.error} onRetry=${found.reload} />
    ${found.data ? html`<${RetentionForm} key=${JSON.stringify(found.data.retention)} answer=${found.data} onSaved=${found.set} />` : !found.error && html`<${Loading} lines=${8} />`}
  <//>`;
}

/** @param {{answer: Retention, onSaved: (answer: Retention) => void}} props */
function RetentionForm({ answer, onSaved }) {
  const [draft, setDraft] = useState(
    /** @type {Record<string, string>} */ (
      Object.fromEntries(KINDS.map((kind) => [kind, String(answer.retention[`${kind}_days`] ?? "")]))
    ),
  );
  const save = async () => {
    const shorter = KINDS.filter((kind) => isShorter(draft[kind] ?? "", answer.retention[`${kind}_days`]));
    if (
      shorter.length > 0 &&
      !(await confirm({
        title: t("settings.retention.sure"),
        text: consequences(shorter, draft),
        action: t("office.save"),
        danger: true,
      }))
    )
      return;
    const sent = Object.fromEntries(
      KINDS.map((kind) => [`${kind}_days`, draft[kind]?.trim() ? Number(draft[kind]) : null]),
    );
    onSaved(await api.put("/api/settings/retention", sent));
    notify(t("office.saved"));
  };
  return html`
    ${answer.warnings.map((warning) => html`<p key=${warning} class="office-note tone-warn" role="status"><span class="icon" aria-hidden="true">!</span> ${warningWords(warning)}</p>`)}
    <${PageForm} action=${t("office.save")} act=${save}>
      ${(/** @type {import("../office/form-dialog.js").ProblemOf} */ problemOf) => html`<div class="form-grid">
        ${KINDS.map(
          (kind) => html`<${Field}
            key=${kind}
            label=${t(`settings.retention.${kind}`)}
            type="number"
            min="1"
            max="36500"
            value=${draft[kind]}
            placeholder=${t("settings.retention.for_good")}
            onInput=${(/** @type {string} */ value) => setDraft({ ...draft, [kind]: value })}
            error=${problemOf(`${kind}_days`)}
            help=${html`${t(`settings.retention.${kind}_help`)} ${answer.due[kind] > 0 && html`<strong>${t("settings.retention.due", { n: answer.due[kind] })}</strong>`}`}
            after=${html`<span>${t("settings.retention.days")}</span>`}
          />`,
        )}
      </div>`}
    <//>
  `;
}

/** @param {string} days @param {number | null} before */
function isShorter(days, before) {
  return days.trim() !== "" && (before === null || Number(days) < before);
}

/** @param {readonly (typeof KINDS[number])[]} kinds @param {Record<string, string>} draft */
function consequences(kinds, draft) {
  return html`<p>${t("settings.retention.sure_text")}</p>
    <ul>
      ${kinds.map((kind) => html`<li key=${kind}>${t(`settings.retention.${kind}_gone`, { n: Number(draft[kind]) })}</li>`)}
    </ul>`;
}

/** The server warns in English; what it warns of begins with the setting's name. @param {string} warning */
function warningWords(warning) {
  if (warning.startsWith("calls_days is less than five years")) return t("settings.retention.five_years");
  return warning;
}
