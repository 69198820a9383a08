import { html } from "htm/preact";

import { t } from "../words.js";
import { Empty } from "./empty.js";
import { Problem } from "./problem.js";

/**
 * @template Row
 * @typedef {{
 *   key: string, title: string, cell: (row: Row) => any, isNumber?: boolean, isWide?: boolean, onSort?: () => void,
 *   sorted?: "ascending" | "descending" | null, isTitleHidden?: boolean,
 * }} Column
 */

/**
 * A table that scrolls by itself where it is too wide. While it loads for the first time it keeps the room of
 * `expectedRows`; while it loads again the old rows stay.
 * @template Row
 * @param {{
 *   caption: string, columns: Column<Row>[], rows: Row[] | null, rowKey: (row: Row) => string, empty?: any,
 *   error?: import("../api.js").ApiError | null, onRetry?: () => void, isLoading?: boolean, expectedRows?: number,
 *   rowClass?: (row: Row) => string,
 * }} props
 */
export function Table({
  caption,
  columns,
  rows,
  rowKey,
  empty,
  error,
  onRetry,
  isLoading = false,
  expectedRows = 5,
  rowClass,
}) {
  if (error && rows === null) return html`<${Problem} error=${error} onRetry=${onRetry} />`;
  if (rows !== null && rows.length === 0 && !isLoading)
    return empty ?? html`<${Empty} title=${t("kit.nothing_here")} />`;
  return html`<div class="table-box" role="group" aria-label=${caption} tabindex="0" aria-busy=${isLoading}>
    <table>
      <caption class="only-for-readers">${caption}</caption>
      <thead><tr>${columns.map((column) => html`<${Head} key=${column.key} column=${column} />`)}</tr></thead>
      <tbody>
        ${
          rows === null
            ? Array.from(
                { length: expectedRows },
                (_, i) => html`<tr key=${i} class="row-awaited"><td colspan=${columns.length}>\u00a0</td></tr>`,
              )
            : rows.map(
                (row) => html`<tr key=${rowKey(row)} class=${rowClass?.(row) ?? ""}>
                ${columns.map(
                  (column) =>
                    html`<td key=${column.key} class=${column.isNumber ? "number" : column.isWide ? "wide" : ""}>${column.cell(row)}</td>`,
                )}
              </tr>`,
              )
        }
      </tbody>
    </table>
  </div>`;
}

/** @param {{column: Column<any>}} props */
function Head({ column }) {
  const { title, isNumber, onSort, sorted, isTitleHidden } = column;
  const text = isTitleHidden ? html`<span class="only-for-readers">${title}</span>` : title;
  return html`<th scope="col" class=${isNumber ? "number" : ""} aria-sort=${onSort ? (sorted ?? "none") : undefined}>
    ${
      onSort
        ? html`<button type="button" class="sort" onClick=${onSort}>
          ${text}<span class="icon" aria-hidden="true">${sorted === "ascending" ? "▲" : sorted === "descending" ? "▼" : "↕"}</span>
        </button>`
        : text
    }
  </th>`;
}
