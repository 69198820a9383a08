/** Which page is shown: what stands behind the `#`, such as `#/campaigns/<id>?tab=leads`. */

import { signal } from "@preact/signals";

/** @typedef {{path: string, params: Record<string, string>, query: URLSearchParams}} Route */

/** Where one is. `params` is filled in by whoever knows the pages. */
export const place = signal(readPlace());

addEventListener("hashchange", () => {
  place.value = readPlace();
});

/** The address of a page, for links. @param {string} path @param {Record<string, string | number | null | undefined>} [query] */
export function href(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `#${path}${text ? `?${text}` : ""}`;
}

/**
 * Go to a page. With `replace`, back leads to where one was before this page.
 * @param {string} path
 * @param {{query?: Record<string, string | number | null | undefined>, replace?: boolean}} [how]
 */
export function navigate(path, { query = {}, replace = false } = {}) {
  const target = href(path, query);
  if (replace) {
    history.replaceState(null, "", target);
    place.value = readPlace();
  } else {
    location.hash = target;
  }
}

/**
 * Change what stands behind the `?` of this page, without another entry in the history; null takes a name out.
 * @param {Record<string, string | number | null | undefined>} changes
 */
export function changeQuery(changes) {
  const { path, query } = place.value;
  const merged = { ...Object.fromEntries(query), ...changes };
  navigate(path, { query: merged, replace: true });
}

/**
 * The parameters of a path that fits a pattern such as `/leads/:id`, or null.
 * @param {string} pattern
 * @param {string} path
 * @returns {Record<string, string> | null}
 */
export function matchPath(pattern, path) {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== given.length) return null;
  /** @type {Record<string, string>} */
  const params = {};
  for (const [i, part] of wanted.entries()) {
    const found = given[i] ?? "";
    if (part.startsWith(":")) params[part.slice(1)] = decoded(found);
    else if (part !== found) return null;
  }
  return params;
}

/** A part of an address that somebody mistyped stays as it is. @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** @returns {{path: string, query: URLSearchParams}} */
function readPlace() {
  const [path = "", query = ""] = splitOnce(location.hash.replace(/^#/, ""), "?");
  const clean = path.replace(/\/+$/, "");
  return { path: clean.startsWith("/") ? clean : `/${clean}`, query: new URLSearchParams(query) };
}

/** @param {string} text @param {string} mark */
function splitOnce(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
