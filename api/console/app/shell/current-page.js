import { html } from "htm/preact";
import { useEffect, useErrorBoundary, useState } from "preact/hooks";

import { Button } from "../kit/components/button.js";
import { Loading } from "../kit/components/loading.js";
import { Page } from "../kit/components/page.js";
import { href, matchPath, navigate, place } from "../kit/router.js";
import { can, session } from "../kit/session.js";
import { language, learn, t } from "../kit/words.js";
import { ENROLMENT, PAGES } from "../pages.js";
import { useSecondFactorGate } from "./second-factor-gate.js";

/** @typedef {import("../pages.js").PageEntry} PageEntry */
/** @typedef {{entry: PageEntry, component: any}} Shown */

/** The page that the address names, once its module and its words are there. */
export function CurrentPage() {
  const { path, query } = place.value;
  const found = findPage(path);
  const refusal = whyNot(path, found?.entry ?? null);
  const [shown, setShown] = useState(/** @type {Shown | null} */ (null));
  const [hasFailed, setFailed] = useState(false);
  const gate = useSecondFactorGate();
  const wanted = refusal === null ? (found?.entry ?? null) : null;
  const entry = wanted !== null && !wanted.isPublic && gate === "needed" ? ENROLMENT : wanted;
  useEffect(() => {
    if (refusal?.goTo) navigate(refusal.goTo, { query: refusal.query, replace: true });
  }, [refusal?.goTo]);
  useEffect(() => {
    if (entry === null) return undefined;
    let isCurrent = true;
    setFailed(false);
    Promise.all([entry.module(), learn(...entry.words)])
      .then(([module]) => isCurrent && setShown({ entry, component: module[entry.component] }))
      .catch((problem) => {
        console.warn("A page could not be loaded.", problem);
        if (isCurrent) setFailed(true);
      });
    return () => {
      isCurrent = false;
    };
  }, [entry]);
  if (refusal?.goTo) return html`<${Loading} />`;
  if (refusal)
    return html`<${Elsewhere} title=${t(refusal.title ?? "kit.not_found")} text=${t(refusal.text ?? "kit.not_found_text")} />`;
  if (hasFailed) return html`<${NotLoaded} />`;
  const isAsking = gate === "asking" && !entry?.isPublic;
  if (shown === null || shown.entry !== entry || isAsking) return html`<${Loading} lines=${6} />`;
  const route = { path, params: found?.params ?? {}, query };
  // Another language draws the page anew, since not every text of it reads the language while it is drawn; those at the
  // entrance do, and keep what has been typed.
  const key = shown.entry.isPublic ? path : `${path} ${language.value}`;
  return html`<${Guarded} key=${key}><${shown.component} route=${route} /><//>`;
}

/** Where somebody belongs after signing in. */
export function homePath() {
  const user = session.value?.user;
  if (!user) return "/sign-in";
  if (user.role === "agent") return "/softphone";
  return user.role === "supervisor" ? "/wallboard" : "/campaigns";
}

/** @param {string} path */
function findPage(path) {
  // A path without parameters goes first: `/campaigns/new` is no campaign.
  const ordered = [...PAGES].sort((a, b) => Number(a.path.includes(":")) - Number(b.path.includes(":")));
  for (const entry of ordered) {
    const params = matchPath(entry.path, path);
    if (params) return { entry, params };
  }
  return null;
}

/** @typedef {{goTo?: string, query?: Record<string, string>, title?: string, text?: string}} Refusal */

/**
 * Why a page is not shown, and where to go instead.
 * @param {string} path
 * @param {PageEntry | null} entry
 * @returns {Refusal | null}
 */
function whyNot(path, entry) {
  if (path === "/") return { goTo: homePath() };
  if (entry?.isPublic) return null;
  if (session.value === null) {
    const { query } = place.value;
    const wanted = query.size ? `${path}?${query}` : path;
    return { goTo: "/sign-in", query: { to: wanted } };
  }
  if (entry === null) return { title: "kit.not_found", text: "kit.not_found_text" };
  if (entry.role && !can(entry.role)) return { title: "kit.not_allowed", text: "kit.not_allowed_text" };
  return null;
}

/** @param {{title: string, text: string}} props */
function Elsewhere({ title, text }) {
  return html`<${Page} title=${title}>
    <p>${text}</p>
    <p><a href=${href("/")}>${t("kit.go_home")}</a></p>
  <//>`;
}

/** A page that breaks takes nothing else with it: the navigation and a call go on. @param {{children?: any}} props */
function Guarded({ children }) {
  const [problem, again] = useErrorBoundary((error) => console.error("A page broke.", error));
  if (problem === undefined) return children;
  return html`<${Page} title=${t("kit.broken")}>
    <p>${t("kit.broken_text")}</p>
    <${Button} kind="main" onClick=${again}>${t("kit.try_again")}<//>
  <//>`;
}

/** After a new release the parts of the old one are gone from the server. */
function NotLoaded() {
  return html`<${Page} title=${t("kit.not_loaded")}>
    <p>${t("kit.not_loaded_text")}</p>
    <${Button} kind="main" onClick=${() => location.reload()}>${t("kit.reload")}<//>
  <//>`;
}
