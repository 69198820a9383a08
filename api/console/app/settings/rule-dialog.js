import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Field } from "../kit/components/field.js";
import { notify } from "../kit/components/notify.js";
import { Select } from "../kit/components/select.js";
import { t } from "../kit/words.js";
import { FormDialog } from "../office/form-dialog.js";

const KINDS = /** @type {const} */ (["hours", "cap", "closure", "ban"]);

/** A rule of one's own: it can only narrow what the others allow. @param {{onClose: () => void, onDone: () => void}} props */
export function RuleDialog({ onClose, onDone }) {
  const [kind, setKind] = useState("hours");
  const [draft, setDraft] = useState(
    /** @type {Record<string, string>} */ ({
      jurisdiction: "",
      start: "09:00",
      end: "18:00",
      max: "3",
      hours: "24",
      from: "",
      to: "",
      reason: "",
      remark: "",
    }),
  );
  /** @param {string} name */
  const set = (name) => (/** @type {string} */ value) => setDraft({ ...draft, [name]: value });
  const add = async () => {
    await api.post("/api/rules", {
      jurisdiction: draft.jurisdiction?.trim().toUpperCase() || "*",
      kind,
      value: valueOf(kind, draft),
      remark: draft.remark?.trim() || null,
    });
    notify(t("settings.rules.added"));
    onDone();
  };
  return html`<${FormDialog} title=${t("settings.rules.add")} action=${t("settings.rules.add_do")} onClose=${onClose} act=${add} isReady=${isReady(kind, draft)}>
    ${(/** @type {import("../office/form-dialog.js").ProblemOf} */ problemOf) => {
      /** @param {string} name @param {string} type @param {string} [error] */
      const field = (name, type, error) =>
        html`<${Field} label=${t(`settings.rules.field.${name}`)} type=${type} value=${draft[name]} onInput=${set(name)} error=${problemOf(error ?? name)} />`;
      return html`
        <p class="field-help">${t("settings.rules.add_help")}</p>
        <div class="form-grid">
          <${Select} label=${t("settings.rules.what")} value=${kind} options=${KINDS.map((value) => ({ value, label: t(`settings.rules.kind.${value}`) }))} onChange=${setKind} error=${problemOf("kind")} />
          <${Field} label=${t("settings.rules.place")} value=${draft.jurisdiction} onInput=${set("jurisdiction")} error=${problemOf("jurisdiction")} help=${t("settings.rules.place_help")} maxlength="10" />
        </div>
        <div class="form-grid">
          ${kind === "hours" && html`${field("start", "time", "value.every_day")} ${field("end", "time")}`}
          ${kind === "cap" && html`${field("max", "number", "value.max")} ${field("hours", "number", "value.hours")}`}
          ${kind === "closure" && html`${field("from", "date", "value.from")} ${field("to", "date", "value.to")} ${field("reason", "text", "value.reason")}`}
          ${kind === "ban" && field("reason", "text", "value.reason")}
        </div>
        <${Field} label=${t("settings.rules.remark")} value=${draft.remark} onInput=${set("remark")} error=${problemOf("remark")} help=${t("settings.rules.remark_help")} />
      `;
    }}
  <//>`;
}

/** @param {string} kind @param {Record<string, string>} draft @returns {Record<string, unknown>} */
function valueOf(kind, draft) {
  if (kind === "hours") return { every_day: [[draft.start, draft.end]] };
  if (kind === "cap") return { max: Number(draft.max), hours: Number(draft.hours) };
  if (kind === "closure") return { from: draft.from, ...(draft.to ? { to: draft.to } : {}), reason: draft.reason };
  return { reason: draft.reason };
}

/** @param {string} kind @param {Record<string, string>} draft */
function isReady(kind, draft) {
  if (kind === "hours") return Boolean(draft.start && draft.end);
  if (kind === "cap") return Number(draft.max) > 0 && Number(draft.hours) > 0;
  if (kind === "closure") return Boolean(draft.from && draft.reason?.trim());
  return Boolean(draft.reason?.trim());
}
