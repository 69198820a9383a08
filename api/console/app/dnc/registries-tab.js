import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Badge } from "../kit/components/badge.js";
import { Button } from "../kit/components/button.js";
import { confirm } from "../kit/components/confirm.js";
import { Empty } from "../kit/components/empty.js";
import { notify } from "../kit/components/notify.js";
import { wordsOf } from "../kit/components/problem.js";
import { Table } from "../kit/components/table.js";
import { Time } from "../kit/components/time.js";
import { useAction, useResource } from "../kit/resource.js";
import { can } from "../kit/session.js";
import { formatNumber, t } from "../kit/words.js";
import { RegistryDialog } from "./registry-dialog.js";

/** @typedef {import("../kit/shapes.js").Schema<"RegistryOut">} Registry */

const TONES = /** @type {const} */ ({
  loading: "info",
  active: "ok",
  superseded: "quiet",
  failed: "bad",
  removed: "quiet",
});
const ICONS = { loading: "◔", active: "✓", superseded: "○", failed: "!", removed: "✕" };

/** National lists: which versions there are, which is old, and the next one. */
export function RegistriesTab() {
  const [isOpen, setOpen] = useState(false);
  const [isLoading, setLoading] = useState(false);
  const list = useResource(
    async (signal) => {
      const answer = await api.get("/api/dnc/registries", { signal });
      setLoading(answer.registries.some((/** @type {Registry} */ one) => one.status === "loading"));
      return answer;
    },
    [],
    { everySeconds: isLoading ? 4 : null },
  );
  const remove = useAction(async (/** @type {Registry} */ registry) => {
    const text = t("dnc.registry.remove_text", { name: registry.name, n: registry.total });
    const isSure = await confirm({
      title: t("dnc.registry.remove_title", { name: registry.name }),
      text,
      action: t("dnc.registry.remove_do"),
      danger: true,
    });
    if (!isSure) return;
    await api.delete(`/api/dnc/registries/${registry.id}`);
    notify(t("dnc.registry.removed", { name: registry.name }));
    list.reload();
  });
  const stale = (list.data?.registries ?? []).filter(
    (/** @type {Registry} */ one) => one.status === "active" && one.is_stale,
  );
  const upload =
    can("admin") &&
    html`<${Button} kind="main" icon="⇪" onClick=${() => setOpen(true)}>${t("dnc.registry.upload")}<//>`;
  return html`
    <div class="office-bar"><p class="field-help">${t("dnc.registry.lead")}</p><div class="actions">${upload}</div></div>
    ${stale.length > 0 && html`<p class="office-note tone-warn" role="status"><span class="icon" aria-hidden="true">!</span> ${t("dnc.registry.stale_note", { names: stale.map((/** @type {Registry} */ one) => one.name).join(", ") })}</p>`}
    ${remove.error && html`<p class="office-note tone-bad" role="alert">${wordsOf(remove.error)}</p>`}
    <${Table}
      caption=${t("dnc.tab.registries")}
      columns=${columns(can("admin") ? remove.run : null)}
      rows=${list.data?.registries ?? null}
      rowKey=${(/** @type {Registry} */ registry) => registry.id}
      error=${list.error}
      onRetry=${list.reload}
      isLoading=${list.isLoading}
      empty=${html`<${Empty} title=${t("dnc.registry.empty")} action=${upload}>${t("dnc.registry.empty_help")}<//>`}
    />
    ${isOpen && html`<${RegistryDialog} onClose=${() => setOpen(false)} onDone=${list.reload} />`}
  `;
}

/**
 * @param {((registry: Registry) => unknown) | null} remove
 * @returns {import("../kit/components/table.js").Column<Registry>[]}
 */
function columns(remove) {
  return [
    { key: "name", title: t("dnc.registry.name"), cell: (one) => html`<strong>${one.name}</strong>` },
    { key: "jurisdiction", title: t("dnc.registry.jurisdiction"), cell: (one) => one.jurisdiction },
    {
      key: "published",
      title: t("dnc.registry.published"),
      cell: (one) =>
        html`<${Time} at=${one.published_on} kind="date" /> ${one.is_stale && one.status === "active" && html`<${Badge} tone="warn" icon="!">${t("dnc.registry.stale")}<//>`}`,
    },
    {
      key: "status",
      title: t("dnc.registry.status"),
      cell: (one) =>
        html`<${Badge} tone=${TONES[one.status]} icon=${ICONS[one.status]}>${t(`dnc.registry.is.${one.status}`)}<//>`,
    },
    { key: "total", title: t("dnc.registry.total"), isNumber: true, cell: (one) => formatNumber(one.total) },
    { key: "problems", title: t("dnc.registry.problems"), isNumber: true, cell: (one) => formatNumber(one.problems) },
    { key: "from", title: t("dnc.registry.since"), cell: (one) => html`<${Time} at=${one.activated_at} />` },
    { key: "to", title: t("dnc.registry.ended"), cell: (one) => html`<${Time} at=${one.ended_at} />` },
    {
      key: "actions",
      title: t("office.actions"),
      isTitleHidden: true,
      cell: (one) =>
        remove !== null &&
        (one.status === "active" || one.status === "loading") &&
        html`<${Button} kind="quiet" onClick=${() => remove(one)} label=${t("dnc.registry.remove_one", { name: one.name })}>${t("office.remove")}<//>`,
    },
  ];
}
