import { html } from "htm/preact";

import { Badge } from "../kit/components/badge.js";
import { Panel } from "../kit/components/panel.js";
import { Select } from "../kit/components/select.js";
import { formatNumber, t } from "../kit/words.js";
import { chosenTarget, targetOptions } from "./targets.js";

/** @typedef {import("./new-import-page.js").Preview} Preview */
/** @typedef {Preview["errors"][number]} CellError */

/** @type {Record<string, {tone: "ok" | "warn" | "info" | "quiet", icon: string}>} */
const CONFIDENCE = {
  explicit: { tone: "ok", icon: "✓" },
  remembered: { tone: "ok", icon: "↻" },
  header: { tone: "ok", icon: "✓" },
  values: { tone: "warn", icon: "?" },
  custom: { tone: "quiet", icon: "+" },
};

/**
 * How a file is read: counts, what each column is, and the first rows with what is wrong in each cell.
 * @param {{preview: Preview, isSampled: boolean, isBusy: boolean, onTarget: (header: string, target: string) => void}} props
 */
export function PreviewPanel({ preview, isSampled, isBusy, onTarget }) {
  const { dialect, results } = preview;
  const isPart = isSampled || !preview.is_whole_file;
  const read = [
    dialect.format.toUpperCase(),
    dialect.encoding,
    dialect.delimiter && t("imports.delimited", { mark: nameOf(dialect.delimiter) }),
    dialect.sheet,
  ].filter(Boolean);
  return html`<${Panel} title=${t("imports.preview")}>
    <p class="import-read">${read.join(" · ")}</p>
    <dl class="figures import-counts" aria-busy=${isBusy ? "true" : undefined}>
      ${
        /** @type {const} */ (["valid", "duplicates", "dnc", "invalid", "warnings"]).map(
          (name) =>
            html`<div key=${name} data-count=${name}><dt>${t(`imports.count.${name}`)}</dt><dd class="figure">${formatNumber(results[name])}</dd></div>`,
        )
      }
    </dl>
    <p class="section-help">${t(isPart ? "imports.counted_part" : "imports.counted_all", { n: preview.rows_examined })}</p>
    ${preview.notes.length > 0 && html`<ul class="import-notes">${preview.notes.map((note) => html`<li key=${note}>${note}</li>`)}</ul>`}
    <${Rows} preview=${preview} onTarget=${onTarget} />
  <//>`;
}

/** @param {string} mark */
const nameOf = (mark) => (mark === "\t" ? t("imports.choice.delimiter.tab") : mark);

/** @param {{preview: Preview, onTarget: (header: string, target: string) => void}} props */
function Rows({ preview, onTarget }) {
  const errors = byCell(preview);
  return html`<div class="table-box preview-table" role="region" aria-label=${t("imports.first_rows")} tabindex="0">
    <table>
      <caption class="only-for-readers">${t("imports.first_rows")}</caption>
      <thead>
        <tr>
          <th scope="col">${t("imports.row")}</th>
          ${preview.columns.map((column) => {
            const sure = CONFIDENCE[column.how] ?? { tone: "quiet", icon: "●" };
            return html`<th scope="col" key=${column.header} data-column=${column.header}>
              <span class="preview-header">${column.header}</span>
              <${Select}
                label=${t("imports.column_is", { name: column.header })}
                isLabelHidden
                value=${chosenTarget(column.target)}
                options=${targetOptions(column.header, column.target)}
                onChange=${(/** @type {string} */ target) => onTarget(column.header, target)}
              />
              <${Badge} tone=${sure.tone} icon=${sure.icon}>${t(`imports.how.${column.how}`)}<//>
            </th>`;
          })}
        </tr>
      </thead>
      <tbody>
        ${preview.rows.map((row) => {
          const own = errors.get(row.row) ?? [];
          const isRefused = row.lead === null;
          return html`<tr key=${row.row} class=${isRefused ? "is-refused" : ""}>
            <th scope="row" class="number">${row.row}</th>
            ${preview.columns.map((column, i) => html`<${Cell} key=${column.header} text=${row.cells[i] ?? ""} errors=${own.filter((error) => error.column === column.header)} isIgnored=${column.target === null} />`)}
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

/** @param {{text: string, errors: CellError[], isIgnored: boolean}} props */
function Cell({ text, errors, isIgnored }) {
  if (errors.length === 0) return html`<td class=${isIgnored ? "is-ignored" : ""}>${text}</td>`;
  return html`<td class="tone-bad cell-wrong">
    <span>${text || "–"}</span>
    ${errors.map((error) => html`<small key=${error.code}><span class="icon" aria-hidden="true">!</span> ${error.error}</small>`)}
  </td>`;
}

/** Errors by row; one that names no column that is there stands at the phone. @param {Preview} preview */
function byCell(preview) {
  const headers = new Set(preview.columns.map((column) => column.header));
  const phone = preview.columns.find((column) => column.target === "phone")?.header ?? preview.columns[0]?.header ?? "";
  /** @type {Map<number, CellError[]>} */
  const found = new Map();
  for (const error of preview.errors) {
    const placed = headers.has(error.column) ? error : { ...error, column: phone };
    found.set(error.row, [...(found.get(error.row) ?? []), placed]);
  }
  return found;
}
