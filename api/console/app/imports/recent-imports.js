import { html } from "htm/preact";

import { api } from "../kit/api.js";
import { Badge } from "../kit/components/badge.js";
import { Panel } from "../kit/components/panel.js";
import { Table } from "../kit/components/table.js";
import { Time } from "../kit/components/time.js";
import { useResource } from "../kit/resource.js";
import { href } from "../kit/router.js";
import { formatNumber, t } from "../kit/words.js";

/** @typedef {import("../kit/shapes.js").Schema<"ImportOut">} Import */

/** @type {Record<string, {tone: "ok" | "warn" | "bad" | "info" | "quiet", icon: string}>} */
const LOOKS = {
  queued: { tone: "quiet", icon: "◷" },
  running: { tone: "info", icon: "▶" },
  completed: { tone: "ok", icon: "✓" },
  failed: { tone: "bad", icon: "!" },
  cancelled: { tone: "warn", icon: "✕" },
};

/** @param {{status: string}} props */
export function ImportStatus({ status }) {
  const look = LOOKS[status] ?? { tone: "quiet", icon: "●" };
  return html`<${Badge} tone=${look.tone} icon=${look.icon}>${t(`imports.status.${status}`)}<//>`;
}

/** What was imported before. @param {{campaignId: string}} props */
export function RecentImports({ campaignId }) {
  const found = useResource(
    (signal) => api.get("/api/leads/imports", { query: { campaign_id: campaignId, kind: "leads", limit: 10 }, signal }),
    [campaignId],
  );
  if (found.data?.imports.length === 0) return null;
  return html`<${Panel} title=${t("imports.recent")}>
    <${Table}
      caption=${t("imports.recent")}
      rows=${found.data?.imports ?? null}
      rowKey=${(/** @type {Import} */ each) => each.id}
      error=${found.error}
      onRetry=${found.reload}
      isLoading=${found.isLoading}
      expectedRows=${3}
      columns=${[
        {
          key: "file",
          title: t("imports.file"),
          isWide: true,
          cell: (/** @type {Import} */ each) => html`<a href=${href(`/imports/${each.id}`)}>${each.filename}</a>`,
        },
        {
          key: "status",
          title: t("imports.state"),
          cell: (/** @type {Import} */ each) => html`<${ImportStatus} status=${each.status} />`,
        },
        {
          key: "valid",
          title: t("imports.count.came_in"),
          isNumber: true,
          cell: (/** @type {Import} */ each) => formatNumber(each.results.valid),
        },
        {
          key: "invalid",
          title: t("imports.count.refused"),
          isNumber: true,
          cell: (/** @type {Import} */ each) => formatNumber(each.results.total - each.results.valid),
        },
        {
          key: "at",
          title: t("imports.when"),
          cell: (/** @type {Import} */ each) => html`<${Time} at=${each.created_at} />`,
        },
      ]}
    />
  <//>`;
}
