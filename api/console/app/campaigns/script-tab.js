import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Field } from "../kit/components/field.js";
import { Loading } from "../kit/components/loading.js";
import { notify } from "../kit/components/notify.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { useAction, useResource } from "../kit/resource.js";
import { t } from "../kit/words.js";

/** @typedef {import("../kit/shapes.js").Schema<"ScriptOut">} Script */
/** @typedef {Script["blocks"][number]} Block */

const PREVIEW_AFTER_MS = 600;
const EXAMPLE_LEADS = 1;

/** The script that agents read from, with how it reads. @param {{campaign: import("./status.js").Campaign}} props */
export function ScriptTab({ campaign }) {
  const found = useResource((signal) => api.get(`/api/campaigns/${campaign.id}/script`, { signal }), [campaign.id]);
  if (found.data === null) {
    return html`<${Panel} title=${t("campaigns.tab.script")}>${found.error ? html`<${Problem} error=${found.error} onRetry=${found.reload} />` : html`<${Loading} lines=${6} />`}<//>`;
  }
  return html`<${Editor} key=${found.data.script.updated_at} campaignId=${campaign.id} stored=${found.data.script} onSaved=${found.set} />`;
}

/** @param {{campaignId: string, stored: Script, onSaved: (answer: {script: Script}) => void}} props */
function Editor({ campaignId, stored, onSaved }) {
  const [text, setText] = useState(stored.text ?? "");
  const [shown, setShown] = useState(stored);
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const sample = useSample(campaignId, stored);
  useEffect(() => {
    if (text === (stored.text ?? "")) return setShown(stored);
    const stopped = new AbortController();
    const timer = setTimeout(async () => {
      const answer = await api
        .put(`/api/campaigns/${campaignId}/script`, { text, dry_run: true }, { signal: stopped.signal })
        .catch(() => null);
      if (answer) setShown(answer.script);
    }, PREVIEW_AFTER_MS);
    return () => {
      clearTimeout(timer);
      stopped.abort();
    };
  }, [text]);
  const saving = useAction(async () => {
    onSaved(await api.put(`/api/campaigns/${campaignId}/script`, { text, updated_at: stored.updated_at }));
    notify(t("campaigns.script_saved"));
  });
  /** Write a field where the cursor is. @param {string} name */
  const insert = (name) => {
    const area = box.current?.querySelector("textarea");
    const at = area?.selectionStart ?? text.length;
    setText(`${text.slice(0, at)}{${name}}${text.slice(area?.selectionEnd ?? at)}`);
    area?.focus();
  };
  const isUnchanged = text === (stored.text ?? "");
  return html`<div class="script-editor">
    <${Panel} title=${t("campaigns.script_text")}>
      <p class="section-help">${t("campaigns.script_help")}</p>
      <div class="script-fields" role="toolbar" aria-label=${t("campaigns.script_fields")}>
        ${shown.known_fields.map((name) => html`<${Button} key=${name} onClick=${() => insert(name)}>${name}<//>`)}
      </div>
      <div ref=${box}><${Field} label=${t("campaigns.script_text")} rows=${14} value=${text} onInput=${setText} error=${saving.error?.of("text")} /></div>
      ${
        shown.warnings.length > 0 &&
        html`<ul class="tone-warn script-warnings">${shown.warnings.map((warning) => html`<li key=${`${warning.line}${warning.field}`}>${t("campaigns.line", { n: warning.line })}: ${warning.message}</li>`)}</ul>`
      }
      <${Problem} error=${saving.error} />
      <div class="actions"><${Button} kind="main" disabled=${isUnchanged} isBusy=${saving.isBusy} onClick=${() => saving.run()}>${t("campaigns.save")}<//></div>
    <//>
    <${Panel} title=${t("campaigns.script_preview")}>
      <${Blocks} blocks=${isUnchanged && sample ? sample.blocks : shown.blocks} />
      ${isUnchanged && sample && html`<small>${t("campaigns.script_sample")}</small>`}
    <//>
  </div>`;
}

/** How the stored script reads for one lead. @param {string} campaignId @param {Script} stored */
function useSample(campaignId, stored) {
  const found = useResource(
    async (signal) => {
      if (!stored.text) return null;
      const { leads } = await api.get("/api/leads", {
        query: { campaign_id: campaignId, limit: EXAMPLE_LEADS, count: "none" },
        signal,
      });
      if (leads.length === 0) return null;
      return /** @type {Script} */ (
        (await api.get(`/api/campaigns/${campaignId}/script`, { query: { lead_id: leads[0].id }, signal })).script
      );
    },
    [campaignId, stored.updated_at],
  );
  return found.data;
}

/** @param {{blocks: Block[]}} props */
function Blocks({ blocks }) {
  if (blocks.length === 0) return html`<p class="section-help">${t("campaigns.script_none")}</p>`;
  return html`<div class="script-blocks">
    ${blocks.map((block, i) => {
      const tag = block.kind === "heading" ? `h${Math.min(block.level + 2, 5)}` : "p";
      const mark = block.kind === "bullet" ? "• " : block.kind === "number" ? "– " : "";
      return html`<${tag} key=${i} class=${mark ? `script-item level-${block.level}` : ""}>${mark}${block.spans.map((span, j) => html`<${Span} key=${j} span=${span} />`)}<//>`;
    })}
  </div>`;
}

/** @param {{span: Block["spans"][number]}} props */
function Span({ span }) {
  const text = span.field && span.is_missing ? `{${span.field}}` : span.text;
  const inner = span.field ? html`<mark class=${span.is_missing ? "tone-warn" : "tone-info"}>${text}</mark>` : text;
  return span.bold ? html`<strong>${inner}</strong>` : inner;
}
