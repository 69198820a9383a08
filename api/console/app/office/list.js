/** Lists that come page by page, and what people type to find something in them. */

import { useEffect, useState } from "preact/hooks";

import { useResource } from "../kit/resource.js";
import { t } from "../kit/words.js";

const TYPING_MS = 350;

/**
 * A list by limit and offset. Another question begins at the first page.
 * @param {(page: {limit: number, offset: number}, signal: AbortSignal) => Promise<any>} load
 * @param {unknown[]} [wanted]
 * @param {{size?: number, everySeconds?: number | null}} [how]
 */
export function useList(load, wanted = [], { size = 50, everySeconds = null } = {}) {
  const [offset, setOffset] = useState(0);
  useEffect(() => setOffset(0), wanted);
  const found = useResource((signal) => load({ limit: size, offset }, signal), [offset, ...wanted], { everySeconds });
  const total = found.data?.total ?? 0;
  const last = Math.min(total, offset + size);
  const pager = {
    text: total === 0 ? "" : t("office.range", { from: offset + 1, to: last, total }),
    onPrevious: offset > 0 ? () => setOffset(Math.max(0, offset - size)) : null,
    onNext: last < total ? () => setOffset(offset + size) : null,
    isBusy: found.isLoading,
  };
  return { ...found, pager, isPaged: total > size };
}

/** A text, and the same once nobody has typed for a moment. @param {string} [first] */
export function useTyped(first = "") {
  const [typed, setTyped] = useState(first);
  const [settled, settle] = useState(first);
  useEffect(() => {
    const timer = setTimeout(() => settle(typed.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return { typed, setTyped, settled };
}
