import { html } from "htm/preact";
import { useEffect } from "preact/hooks";

import { api, ApiError } from "../kit/api.js";
import { Empty } from "../kit/components/empty.js";
import { Loading } from "../kit/components/loading.js";
import { Page } from "../kit/components/page.js";
import { Problem } from "../kit/components/problem.js";
import { useResource } from "../kit/resource.js";
import { session } from "../kit/session.js";
import { t } from "../kit/words.js";
import { DeskColumns } from "./desk-columns.js";
import { forgetHeadset, prepareHeadset } from "./headset.js";
import { desk, openDesk, problem, resync } from "./live-desk.js";
import { keepNotes } from "./notes.js";

/** Finds whose desk this is, and sits down at it. */
export function SoftphonePage() {
  const own = useResource(findOwnAgent, [session.value?.user.id]);
  const agentId = own.data?.id ?? "";
  useEffect(() => {
    if (agentId === "") return;
    keepNotes();
    openDesk(agentId);
    prepareHeadset(agentId);
  }, [agentId]);
  if (own.error) {
    return html`<${Page} title=${t("softphone.title")}><${Problem} error=${own.error} title=${t("softphone.deskFailed")} onRetry=${own.reload} /><//>`;
  }
  if (!own.isLoading && own.data === null) {
    return html`<${Page} title=${t("softphone.title")}><${Empty} title=${t("softphone.noAgent")}>${t("softphone.noAgentHint")}<//><//>`;
  }
  return html`<${Page} title=${t("softphone.title")} wide>
    <div class="softphone">
      ${desk.value.agent === null ? html`<${Loading} lines=${8} />` : html`<${DeskColumns} />`}
      ${
        problem.value instanceof ApiError &&
        html`<${Problem} error=${problem.value}
        title=${t(desk.value.agent === null ? "softphone.deskFailed" : "softphone.banner.outdated")} onRetry=${() => void resync()} />`
      }
    </div>
  <//>`;
}

const PAGE = 100;

/**
 * Somebody in the role of an agent is shown himself alone; a supervisor looks through all.
 * @param {AbortSignal} signal
 * @returns {Promise<{id: string} | null>}
 */
async function findOwnAgent(signal) {
  const userId = session.value?.user.id;
  for (let offset = 0; ; offset += PAGE) {
    const { agents, total } = await api.get("/api/agents", { query: { limit: PAGE, offset }, signal });
    const own = agents.find((/** @type {any} */ agent) => agent.user_id === userId);
    if (own || offset + PAGE >= total) return own ?? null;
  }
}

// Who signs out takes the headset off; whose session merely ended goes on talking and signs in again.
let wearer = session.value?.user.id ?? null;
session.subscribe((now) => {
  const id = now?.user.id ?? null;
  if (id !== null && wearer !== null && id !== wearer) forgetHeadset();
  if (id !== null) wearer = id;
});
