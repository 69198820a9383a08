import { effect } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";

import { formatDuration, now } from "../kit/time.js";

/** @typedef {{element: HTMLElement, since: number, warnAfter: number | null, badAfter: number | null}} Ticking */

/** Those on the screen: one clock moves them all, and none that nobody sees. @type {Set<Ticking>} */
const seen = new Set();
/** @type {WeakMap<Element, Ticking>} */
const known = new WeakMap();

const watcher = new IntersectionObserver((changes) => {
  for (const { target, isIntersecting } of changes) {
    const ticking = known.get(target);
    if (ticking === undefined) continue;
    if (isIntersecting) {
      seen.add(ticking);
      paint(ticking);
    } else {
      seen.delete(ticking);
    }
  }
});

effect(() => {
  if (now.value) for (const ticking of seen) paint(ticking);
});

/** @param {Ticking} ticking */
function paint({ element, since, warnAfter, badAfter }) {
  const seconds = Math.max(0, Math.floor((now.peek() - since) / 1_000));
  const text = formatDuration(seconds);
  if (element.textContent !== text) element.textContent = text;
  const tone =
    badAfter !== null && seconds >= badAfter ? "bad" : warnAfter !== null && seconds >= warnAfter ? "warn" : "";
  if (element.dataset.tone !== tone) element.dataset.tone = tone;
}

/**
 * How long ago something began, counting. No live region: nobody wants it read out each second.
 * @param {{since: string, warnAfter?: number | null, badAfter?: number | null}} props
 */
export function Age({ since, warnAfter = null, badAfter = null }) {
  const element = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const node = element.current;
    if (node === null) return undefined;
    const ticking = { element: node, since: Date.parse(since), warnAfter, badAfter };
    known.set(node, ticking);
    paint(ticking);
    watcher.observe(node);
    return () => {
      watcher.unobserve(node);
      seen.delete(ticking);
    };
  }, [since, warnAfter, badAfter]);
  return html`<time class="wb-age" datetime=${since} ref=${element}></time>`;
}
