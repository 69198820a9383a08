import { html } from "htm/preact";

import { api } from "../kit/api.js";
import { Badge } from "../kit/components/badge.js";
import { Panel } from "../kit/components/panel.js";
import { Table } from "../kit/components/table.js";
import { Time } from "../kit/components/time.js";
import { useResource } from "../kit/resource.js";
import { formatDuration } from "../kit/time.js";
import { hasWord, t } from "../kit/words.js";

/** @typedef {import("../kit/shapes.js").Schema<"CallOut">} Call */
/** @typedef {import("../kit/shapes.js").Schema<"CallbackOut">} Callback */

/** Calls to somebody. @param {{leadId: string}} props */
export function CallHistory({ leadId }) {
  const found = useResource(
    (signal) => api.get("/api/calls", { query: { lead_id: leadId, limit: 50 }, signal }),
    [leadId],
  );
  return html`<${Panel} title=${t("leads.calls")}>
    <${Table}
      caption=${t("leads.calls")}
      rows=${found.data?.calls ?? null}
      rowKey=${(/** @type {Call} */ call) => call.id}
      error=${found.error}
      onRetry=${found.reload}
      isLoading=${found.isLoading}
      expectedRows=${2}
      empty=${html`<p class="section-help">${t("leads.no_calls")}</p>`}
      columns=${[
        {
          key: "at",
          title: t("leads.when"),
          cell: (/** @type {Call} */ call) => html`<${Time} at=${call.start_time ?? call.created_at} />`,
        },
        {
          key: "number",
          title: t("leads.column.phone"),
          cell: (/** @type {Call} */ call) => html`<span class="figure">${call.to_number}</span>`,
        },
        {
          key: "outcome",
          title: t("leads.outcome"),
          cell: (/** @type {Call} */ call) =>
            html`<${Badge} tone="quiet" icon="→">${call.disposition_label ?? outcome(call.agent_disposition ?? call.disposition ?? call.status)}<//>`,
        },
        { key: "agent", title: t("leads.agent"), cell: (/** @type {Call} */ call) => call.agent_name ?? "–" },
        {
          key: "talk",
          title: t("leads.talked"),
          isNumber: true,
          cell: (/** @type {Call} */ call) => (call.talk_time === null ? "–" : formatDuration(call.talk_time)),
        },
        {
          key: "notes",
          title: t("leads.field.notes"),
          isWide: true,
          cell: (/** @type {Call} */ call) => call.notes ?? "",
        },
      ]}
    />
  <//>`;
}

/** @param {string} word */
const outcome = (word) => (hasWord(`leads.outcomes.${word}`) ? t(`leads.outcomes.${word}`) : word.replaceAll("_", " "));

/** Promised calls to somebody. @param {{leadId: string, version: string}} props */
export function Promises({ leadId, version }) {
  const found = useResource(
    (signal) => api.get("/api/callbacks", { query: { lead_id: leadId, limit: 20 }, signal }),
    [leadId, version],
  );
  return html`<${Panel} title=${t("leads.callbacks")}>
    <${Table}
      caption=${t("leads.callbacks")}
      rows=${found.data?.callbacks ?? null}
      rowKey=${(/** @type {Callback} */ promise) => promise.id}
      error=${found.error}
      onRetry=${found.reload}
      isLoading=${found.isLoading}
      expectedRows=${1}
      empty=${html`<p class="section-help">${t("leads.no_callbacks")}</p>`}
      columns=${[
        {
          key: "due",
          title: t("leads.due"),
          cell: (/** @type {Callback} */ promise) => html`<${Time} at=${promise.due_at} zone=${promise.time_zone} />`,
        },
        {
          key: "state",
          title: t("leads.column.status"),
          cell: (/** @type {Callback} */ promise) =>
            hasWord(`leads.callback_state.${promise.state}`)
              ? t(`leads.callback_state.${promise.state}`)
              : promise.state,
        },
        {
          key: "agent",
          title: t("leads.agent"),
          cell: (/** @type {Callback} */ promise) => promise.agent_name ?? t("leads.team"),
        },
        {
          key: "note",
          title: t("leads.field.notes"),
          isWide: true,
          cell: (/** @type {Callback} */ promise) => promise.note ?? "",
        },
      ]}
    />
  <//>`;
}
