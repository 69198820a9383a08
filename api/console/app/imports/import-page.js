import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { confirm } from "../kit/components/confirm.js";
import { Loading } from "../kit/components/loading.js";
import { notify } from "../kit/components/notify.js";
import { Page } from "../kit/components/page.js";
import { Panel } from "../kit/components/panel.js";
import { Problem, wordsOf } from "../kit/components/problem.js";
import { Progress } from "../kit/components/progress.js";
import { Table } from "../kit/components/table.js";
import { useAction, useResource } from "../kit/resource.js";
import { href, navigate } from "../kit/router.js";
import { can } from "../kit/session.js";
import { onConnected, onEvent } from "../kit/socket.js";
import { formatNumber, t } from "../kit/words.js";
import { ImportStatus } from "./recent-imports.js";

/** @typedef {import("../kit/shapes.js").Schema<"ImportDetailsOut">} Import */

const OPEN = ["queued", "running"];

/** One import: how far it is, and what came of it. @param {{route: import("../kit/router.js").Route}} props */
export function ImportPage({ route }) {
  const id = route.params.id ?? "";
  const found = useImport(id);
  /** @type {Import | undefined} */
  const shown = found.data?.import;
  if (!shown) {
    return html`<${Page} title=${t("imports.one")}>${found.error ? html`<${Problem} error=${found.error} onRetry=${found.reload} />` : html`<${Loading} lines=${8} />`}<//>`;
  }
  const isOpen = OPEN.includes(shown.status);
  return html`<${Page} title=${shown.filename} lead=${html`<${ImportStatus} status=${shown.status} />`} actions=${html`<${Actions} shown=${shown} onChange=${found.reload} />`}>
    <${Problem} error=${found.error} onRetry=${found.reload} />
    ${
      isOpen &&
      html`<${Progress}
      label=${t("imports.rows_done", { n: shown.rows_done })}
      value=${shown.percent === null ? null : shown.percent / 100}
      text=${shown.rows_per_second ? t("imports.speed", { n: Math.round(shown.rows_per_second) }) : undefined}
    />`
    }
    ${shown.failure && html`<div class=${`problem tone-${shown.status === "cancelled" ? "warn" : "bad"}`} role="alert"><p><strong>${shown.failure}</strong> ${shown.advice}</p></div>`}
    <${Results} shown=${shown} />
    ${!isOpen && html`<${Next} shown=${shown} />`}
    <${Refused} shown=${shown} />
  <//>`;
}

/** @param {string} id */
function useImport(id) {
  const found = useResource((signal) => api.get(`/api/leads/imports/${id}`, { signal }), [id]);
  const status = found.data?.import.status;
  const isOpen = status === undefined || OPEN.includes(status);
  const latest = useRef(found);
  latest.current = found;
  useEffect(() => {
    if (!isOpen) return undefined;
    const again = () => latest.current.reload();
    const offs = [
      onEvent("import:progress", (/** @type {any} */ told) => {
        const { data, set } = latest.current;
        if (told.import_id !== id || !data) return;
        if (OPEN.includes(told.status)) set({ ...data, import: { ...data.import, ...told, id } });
        else again();
      }),
      onConnected(again),
    ];
    // Events may be lost with a connection: it is looked after now and then.
    const timer = setInterval(again, 5_000);
    return () => {
      offs.forEach((off) => off());
      clearInterval(timer);
    };
  }, [id, isOpen]);
  return found;
}

/** @param {{shown: Import, onChange: () => void}} props */
function Actions({ shown, onChange }) {
  const stopping = useAction(async () => {
    try {
      await api.post(`/api/leads/imports/${shown.id}/cancel`);
      onChange();
    } catch (error) {
      notify(wordsOf(/** @type {any} */ (error)), "bad");
    }
  });
  const stop = async () => {
    if (
      await confirm({
        title: t("imports.cancel_title"),
        text: t("imports.cancel_text"),
        action: t("imports.cancel"),
        danger: true,
      })
    )
      void stopping.run();
  };
  if (!OPEN.includes(shown.status) || !can("admin")) return null;
  return html`<${Button} kind="danger" isBusy=${stopping.isBusy} onClick=${stop}>${t("imports.cancel")}<//>`;
}

/** @param {{shown: Import}} props */
function Results({ shown }) {
  return html`<${Panel} title=${t("imports.results")}>
    <dl class="figures import-counts">
      ${
        /** @type {const} */ (["total", "inserted", "updated", "duplicates", "dnc", "invalid", "warnings"]).map(
          (name) =>
            html`<div key=${name} data-count=${name}><dt>${t(`imports.count.${name}`)}</dt><dd class="figure">${formatNumber(shown.results[name])}</dd></div>`,
        )
      }
    </dl>
  <//>`;
}

/** @param {{shown: Import}} props */
function Next({ shown }) {
  const added = shown.results.inserted + shown.results.updated;
  return html`<${Panel} title=${t("imports.next")}>
    <p>${t(added > 0 ? "imports.next_added" : "imports.next_nothing", { n: added })}</p>
    <div class="actions">
      ${shown.campaign_id && html`<${Button} kind="main" onClick=${() => navigate(`/campaigns/${shown.campaign_id}`)}>${t("imports.to_campaign")}<//>`}
      ${shown.campaign_id && html`<a href=${href(`/campaigns/${shown.campaign_id}`, { tab: "leads" })}>${t("imports.to_leads")}</a>`}
      ${can("admin") && html`<a href=${href("/imports/new", { campaign: shown.campaign_id })}>${t("imports.another")}</a>`}
    </div>
  <//>`;
}

/** @param {{shown: Import}} props */
function Refused({ shown }) {
  const saving = useAction(() =>
    api.download(`/api/leads/imports/${shown.id}/errors.csv`, `${shown.filename}-errors.csv`, { severity: "all" }),
  );
  if (shown.errors.length === 0) return null;
  const actions = html`<${Button} icon="⇩" isBusy=${saving.isBusy} onClick=${() => saving.run()}>${t("imports.error_file")}<//>`;
  return html`<${Panel} title=${t("imports.refused")} actions=${actions}>
    <${Problem} error=${saving.error} />
    ${shown.errors_truncated && html`<p class="section-help">${t("imports.refused_more")}</p>`}
    <${Table}
      caption=${t("imports.refused")}
      rows=${shown.errors}
      rowKey=${(/** @type {any} */ error) => `${error.row} ${error.field} ${error.code}`}
      columns=${[
        {
          key: "row",
          title: t("imports.row"),
          isNumber: true,
          cell: (/** @type {any} */ error) => formatNumber(error.row),
        },
        { key: "column", title: t("imports.column"), cell: (/** @type {any} */ error) => error.column },
        { key: "value", title: t("imports.value"), isWide: true, cell: (/** @type {any} */ error) => error.value },
        { key: "error", title: t("imports.error"), isWide: true, cell: (/** @type {any} */ error) => error.error },
      ]}
    />
  <//>`;
}
