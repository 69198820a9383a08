import { html } from "htm/preact";

import { Badge } from "../kit/components/badge.js";
import { formatTime } from "../kit/time.js";
import { t } from "../kit/words.js";
import { actionInWords, fieldInWords, valueInWords } from "./audit-words.js";

/** @typedef {import("../kit/shapes.js").Schema<"AuditEntryOut">} Entry */
/** @typedef {{before?: unknown, after?: unknown}} Change */

const ICONS = { ok: "+", bad: "−", info: "✎" };
const FEW = 6;

/**
 * One thing that somebody did: who, when, what became of which field.
 * @param {{entry: Entry, names: Map<string, string>, onChoose: (changes: Record<string, string | null>) => void}} props
 */
export function AuditEntry({ entry, names, onChoose }) {
  const { object, verb, tone } = actionInWords(entry.action);
  const changes = /** @type {[string, Change][]} */ (Object.entries(entry.changes));
  const who =
    names.get(entry.actor_id ?? "") ?? entry.actor_email ?? t(entry.actor_id ? "audit.somebody_gone" : "audit.system");
  const name = nameIn(entry.changes);
  const table = html`<${Changes} changes=${changes} names=${names} />`;
  return html`<li class="audit-entry">
    <time class="figure" datetime=${entry.at} title=${entry.at}>${formatTime(entry.at)}</time>
    <div class="audit-what">
      <p>
        <${Badge} tone=${tone} icon=${ICONS[tone]}>${object}: ${verb}<//>
        ${name && html` <strong>${name}</strong>`}
        <span class="audit-who"> ${t("audit.by")} ${who}</span>
      </p>
      ${changes.length > 0 && changes.length <= FEW && table}
      ${changes.length > FEW && html`<details><summary>${t("audit.fields", { n: changes.length })}</summary>${table}</details>`}
      <p class="audit-small">
        ${entry.address && html`<span>${t("audit.from", { address: entry.address })}</span>`}
        ${entry.via && html`<span>${t("audit.via", { via: entry.via.replaceAll("_", " ") })}</span>`}
        ${
          entry.object_id &&
          html`<button type="button" class="audit-link" onClick=${() => onChoose({ object_id: entry.object_id, object_type: entry.object_type })}>${t("audit.history")}</button>`
        }
      </p>
    </div>
  </li>`;
}

/** @param {{changes: [string, Change][], names: Map<string, string>}} props */
function Changes({ changes, names }) {
  const words = (/** @type {unknown} */ value) => names.get(String(value)) ?? valueInWords(value);
  return html`<dl class="audit-changes">
    ${changes.map(
      ([field, change]) => html`<div key=${field}>
        <dt>${fieldInWords(field)}</dt>
        <dd>
          ${"before" in change && html`<del><span class="only-for-readers">${t("audit.before")} </span>${words(change.before)}</del>`}
          ${"before" in change && "after" in change && html`<span aria-hidden="true"> → </span>`}
          ${"after" in change && html`<ins><span class="only-for-readers">${t("audit.after")} </span>${words(change.after)}</ins>`}
        </dd>
      </div>`,
    )}
  </dl>`;
}

/** What the thing is called, as far as the entry tells. @param {Record<string, any>} changes */
function nameIn(changes) {
  for (const field of ["name", "email", "e164", "phone_normalized"]) {
    const told = changes[field]?.after ?? changes[field]?.before;
    if (typeof told === "string") return told;
  }
  return null;
}
