import { html } from "htm/preact";

import { api } from "../kit/api.js";
import { Badge } from "../kit/components/badge.js";
import { Button } from "../kit/components/button.js";
import { confirm } from "../kit/components/confirm.js";
import { notify } from "../kit/components/notify.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { Table } from "../kit/components/table.js";
import { Time } from "../kit/components/time.js";
import { useAction, useResource } from "../kit/resource.js";
import { t } from "../kit/words.js";
import { deviceWords } from "./device-words.js";

/** @typedef {import("../kit/shapes.js").Schema<"SessionOut">} LoginSession */

/** One's own logins, each of which can be ended. `changes` counts what may have ended some. @param {{changes: number}} props */
export function SessionsPanel({ changes }) {
  const { data, error, isLoading, reload } = useResource(
    (signal) => /** @type {Promise<{sessions: LoginSession[]}>} */ (api.get("/api/auth/sessions", { signal })),
    [changes],
  );
  const ending = useAction(async (/** @type {() => Promise<number>} */ end) => {
    notify(t("profile.sessions.ended", { n: await end() }));
    reload();
  });
  /** @param {LoginSession} session */
  const endOne = async (session) => {
    const text = t("profile.sessions.endText", { device: deviceWords(session.user_agent) });
    const action = t("profile.sessions.end");
    if (!(await confirm({ title: t("profile.sessions.endTitle"), text, action, danger: true }))) return;
    await ending.run(() => api.delete(`/api/auth/sessions/${session.id}`).then(() => 1));
  };
  const endOthers = async () => {
    const [title, text] = [t("profile.sessions.endOthersTitle"), t("profile.sessions.endOthersText")];
    if (!(await confirm({ title, text, action: t("profile.sessions.endOthers"), danger: true }))) return;
    await ending.run(() => api.delete("/api/auth/sessions").then((answer) => answer.ended));
  };
  const sessions = data?.sessions ?? null;
  const others = html`<${Button} disabled=${(sessions?.length ?? 0) < 2} isBusy=${ending.isBusy} onClick=${endOthers}>
    ${t("profile.sessions.endOthers")}
  <//>`;
  return html`<${Panel} class="sessions" title=${t("profile.sessions")} actions=${others}>
    <${Problem} error=${ending.error} />
    <${Table}
      caption=${t("profile.sessions")}
      columns=${columns(endOne, ending.isBusy)}
      rows=${sessions}
      rowKey=${(/** @type {LoginSession} */ session) => session.id}
      error=${error}
      onRetry=${reload}
      isLoading=${isLoading}
      expectedRows=${2}
    />
  <//>`;
}

/** @param {(session: LoginSession) => void} endOne @param {boolean} isBusy */
function columns(endOne, isBusy) {
  return [
    {
      key: "device",
      title: t("profile.sessions.device"),
      cell: (/** @type {LoginSession} */ each) => deviceWords(each.user_agent),
    },
    {
      key: "address",
      title: t("profile.sessions.address"),
      cell: (/** @type {LoginSession} */ each) => each.address ?? "–",
    },
    {
      key: "used",
      title: t("profile.sessions.used"),
      cell: (/** @type {LoginSession} */ each) => html`<${Time} at=${each.last_used_at} />`,
    },
    {
      key: "since",
      title: t("profile.sessions.since"),
      cell: (/** @type {LoginSession} */ each) => html`<${Time} at=${each.created_at} />`,
    },
    {
      key: "end",
      title: t("profile.sessions.actions"),
      isTitleHidden: true,
      cell: (/** @type {LoginSession} */ each) =>
        each.is_current
          ? html`<${Badge} tone="ok" icon="●">${t("profile.sessions.this")}<//>`
          : html`<${Button} disabled=${isBusy} onClick=${() => endOne(each)}>${t("profile.sessions.end")}<//>`,
    },
  ];
}
