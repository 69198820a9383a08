import { html } from "htm/preact";

import { Panel } from "../kit/components/panel.js";
import { t } from "../kit/words.js";

/**
 * @typedef {import("./desk-snapshot.js").Block} Block
 * @typedef {import("./desk-snapshot.js").Span} Span
 */

/** What the agent says, with what is known of the lead filled in. @param {{blocks: Block[] | null, isRead: boolean}} props */
export function ScriptPanel({ blocks, isRead }) {
  return html`<${Panel} title=${t("softphone.script")} class="script">
    ${
      blocks === null
        ? html`<p class="hint">${t(isRead ? "softphone.script.none" : "softphone.script.loading")}</p>`
        : html`<div class="script-text">${grouped(blocks).map(shown)}</div>`
    }
  <//>`;
}

/** Items that follow one another are one list. @param {Block[]} blocks @returns {Block[][]} */
export function grouped(blocks) {
  /** @type {Block[][]} */
  const groups = [];
  for (const block of blocks) {
    const last = groups.at(-1);
    const isItem = block.kind === "bullet" || block.kind === "number";
    if (isItem && last?.[0]?.kind === block.kind) last.push(block);
    else groups.push([block]);
  }
  return groups;
}

/** @param {Block[]} group @param {number} at */
function shown(group, at) {
  const [first] = group;
  if (first?.kind === "heading")
    return html`<h3 key=${at} class=${`script-h${first.level}`}>${first.spans.map(span)}</h3>`;
  if (first?.kind === "bullet") return html`<ul key=${at}>${group.map(item)}</ul>`;
  if (first?.kind === "number") return html`<ol key=${at}>${group.map(item)}</ol>`;
  return html`<p key=${at}>${first?.spans.map(span)}</p>`;
}

/** @param {Block} block @param {number} at */
function item(block, at) {
  return html`<li key=${at} class=${`script-level-${block.level}`}>${block.spans.map(span)}</li>`;
}

/** @param {Span} given @param {number} at */
function span({ text, bold, field, is_missing: isMissing }, at) {
  const words = isMissing ? `‹${field}›` : text;
  const inner =
    field === null ? words : html`<span class=${isMissing ? "script-missing" : "script-field"}>${words}</span>`;
  return bold ? html`<strong key=${at}>${inner}</strong>` : html`<span key=${at}>${inner}</span>`;
}
