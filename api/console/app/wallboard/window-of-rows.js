import { useComputed, useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";

/** As many rows as this are simply all there. */
const ALL_UP_TO = 60;
const AROUND = 12;
const USUAL_ROW = 38;

/** @typedef {import("@preact/signals").ReadonlySignal<string[]>} Ids */

/**
 * A table of many rows, of which only those near the visible part exist. All rows are equally high.
 * @param {{caption: string, name: string, head: any, columns: number, ids: Ids, row: (id: string, index: number) => any}} props
 */
export function WindowOfRows({ caption, name, head, columns, ids, row }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const top = useSignal(0);
  const height = useSignal(600);
  const rowHeight = useSignal(USUAL_ROW);
  const shown = useComputed(() => {
    const count = ids.value.length;
    if (count <= ALL_UP_TO) return { first: 0, last: count };
    // In steps, so that scrolling a little draws nothing.
    const first = Math.max(0, Math.floor(top.value / rowHeight.value / AROUND) * AROUND - AROUND);
    return {
      first,
      last: Math.min(count, first + Math.ceil(height.value / rowHeight.value / AROUND) * AROUND + 3 * AROUND),
    };
  });
  useEffect(() => {
    const node = box.current;
    if (node === null) return undefined;
    const look = () => {
      top.value = node.scrollTop;
    };
    const resized = new ResizeObserver(() => {
      height.value = node.clientHeight;
      const found = node.querySelector("tbody tr[aria-rowindex]");
      if (found instanceof HTMLElement && found.offsetHeight > 0) rowHeight.value = found.offsetHeight;
    });
    node.addEventListener("scroll", look, { passive: true });
    resized.observe(node);
    return () => {
      node.removeEventListener("scroll", look);
      resized.disconnect();
    };
  }, []);
  const { first, last } = shown.value;
  const count = ids.value.length;
  return html`<div class="table-box" role="region" aria-label=${caption} tabindex="0" ref=${box}>
    <table data-list=${name} aria-rowcount=${count + 1}>
      <caption class="only-for-readers">${caption}</caption>
      <thead>${head}</thead>
      <tbody>
        <${Gap} key="above" rows=${first} height=${rowHeight.value} columns=${columns} />
        ${ids.value.slice(first, last).map((id, i) => row(id, first + i))}
        <${Gap} key="below" rows=${count - last} height=${rowHeight.value} columns=${columns} />
      </tbody>
    </table>
  </div>`;
}

/** Where rows would be. @param {{rows: number, height: number, columns: number}} props */
function Gap({ rows, height, columns }) {
  if (rows <= 0) return null;
  return html`<tr class="wb-gap" aria-hidden="true" style=${{ height: `${rows * height}px` }}><td colspan=${columns}></td></tr>`;
}
