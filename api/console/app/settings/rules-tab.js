import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Badge } from "../kit/components/badge.js";
import { Button } from "../kit/components/button.js";
import { Checkbox } from "../kit/components/checkbox.js";
import { confirm } from "../kit/components/confirm.js";
import { Empty } from "../kit/components/empty.js";
import { Field } from "../kit/components/field.js";
import { notify } from "../kit/components/notify.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { Table } from "../kit/components/table.js";
import { useAction, useResource } from "../kit/resource.js";
import { formatDate } from "../kit/time.js";
import { hasWord, t } from "../kit/words.js";
import { useTyped } from "../office/list.js";
import { RuleDialog } from "./rule-dialog.js";
import { valueInWords } from "./rule-words.js";

/** @typedef {import("../kit/shapes.js").Schema<"CallingRuleOut">} Rule */

const SHOWN = 50;

/** The rules by which each call is judged. */
export function RulesTab() {
  const { typed, setTyped, settled } = useTyped();
  const [withShipped, setWithShipped] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const list = useResource(
    (signal) => api.get("/api/rules", { query: { own: withShipped ? null : true }, signal }),
    [withShipped],
  );
  const retire = useAction(async (/** @type {Rule} */ rule) => {
    if (
      !(await confirm({
        title: t("settings.rules.retire_title"),
        text: t("settings.rules.retire_text"),
        action: t("settings.rules.retire_do"),
        danger: true,
      }))
    )
      return;
    await api.delete(`/api/rules/${rule.own_id}`);
    notify(t("settings.rules.retired"));
    list.reload();
  });
  const wanted = settled.toLowerCase();
  /** @type {Rule[] | null} */
  const found =
    list.data?.rules.filter((/** @type {Rule} */ rule) =>
      [rule.jurisdiction, rule.kind, rule.source, rule.remark, kindInWords(rule)].some((text) =>
        text.toLowerCase().includes(wanted),
      ),
    ) ?? null;
  const add = html`<${Button} kind="main" icon="+" onClick=${() => setOpen(true)}>${t("settings.rules.add")}<//>`;
  return html`<${Panel} title=${t("settings.tab.rules")} actions=${add}>
    <p class="field-help">${t("settings.rules.lead")} ${list.data && t("settings.rules.version", { version: list.data.version.split("~")[0] })}</p>
    <div class="office-bar">
      <${Field} label=${t("settings.rules.find")} type="search" value=${typed} onInput=${setTyped} autocomplete="off" />
      <${Checkbox} label=${t("settings.rules.with_shipped")} checked=${withShipped} onChange=${setWithShipped} />
    </div>
    <${Problem} error=${retire.error} />
    <${Table}
      caption=${t("settings.tab.rules")}
      columns=${columns(retire.run)}
      rows=${found?.slice(0, SHOWN) ?? null}
      rowKey=${(/** @type {Rule} */ rule) => rule.id}
      error=${list.error}
      onRetry=${list.reload}
      isLoading=${list.isLoading}
      empty=${settled || withShipped ? html`<${Empty} title=${t("settings.rules.none_found")} />` : html`<${Empty} title=${t("settings.rules.empty")} action=${add}>${t("settings.rules.empty_help")}<//>`}
    />
    ${found && found.length > SHOWN && html`<p class="field-help">${t("settings.rules.more", { shown: SHOWN, total: found.length })}</p>`}
    ${isOpen && html`<${RuleDialog} onClose=${() => setOpen(false)} onDone=${list.reload} />`}
  <//>`;
}

/** @param {Rule} rule */
function kindInWords(rule) {
  const key = `settings.rules.kind.${rule.kind}`;
  return hasWord(key) ? t(key) : rule.kind.replaceAll("_", " ");
}

/**
 * @param {(rule: Rule) => unknown} retire
 * @returns {import("../kit/components/table.js").Column<Rule>[]}
 */
function columns(retire) {
  return [
    {
      key: "place",
      title: t("settings.rules.place"),
      cell: (one) =>
        html`<strong>${one.jurisdiction === "*" ? t("settings.rules.everywhere") : one.jurisdiction}</strong>`,
    },
    { key: "kind", title: t("settings.rules.what"), cell: kindInWords },
    { key: "value", title: t("settings.rules.value"), isWide: true, cell: (one) => valueInWords(one) },
    { key: "from", title: t("settings.rules.days"), cell: days },
    {
      key: "source",
      title: t("settings.rules.source"),
      isWide: true,
      cell: (one) =>
        html`${one.remark || one.source} ${one.own_id && html`<${Badge} tone="info" icon="●">${t("settings.rules.own")}<//>`}`,
    },
    {
      key: "actions",
      title: t("office.actions"),
      isTitleHidden: true,
      cell: (one) =>
        one.own_id &&
        html`<${Button} kind="quiet" onClick=${() => retire(one)} label=${t("settings.rules.retire_one", { what: `${one.jurisdiction} ${kindInWords(one)}` })}>${t("settings.rules.retire")}<//>`,
    },
  ];
}

/** @param {Rule} rule */
function days({ effective_from: from, effective_to: to }) {
  if (!from && !to) return t("settings.rules.always");
  return `${from ? formatDate(from, { zone: "UTC" }) : ""} – ${to ? formatDate(to, { zone: "UTC" }) : ""}`;
}
