import { effect, useComputed } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useMemo } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Page } from "../kit/components/page.js";
import { Panel } from "../kit/components/panel.js";
import { useResource } from "../kit/resource.js";
import { changeQuery } from "../kit/router.js";
import { useShortcut } from "../kit/shortcuts.js";
import { onConnected, onEvent, say } from "../kit/socket.js";
import { moment } from "../kit/time.js";
import { t } from "../kit/words.js";
import { AgentList } from "./agent-list.js";
import { Board } from "./board.js";
import { CallList } from "./call-list.js";
import { CampaignCards } from "./campaign-cards.js";
import { Charts } from "./charts.js";
import { Freshness } from "./freshness.js";
import { ListeningBar } from "./listening-bar.js";
import { callIsOver, leave, listening } from "./listening.js";
import { Tiles } from "./tiles.js";
import { toWall, toDesk, useWallTheme } from "./wall-mode.js";

/** The floor as it is now. `?mode=wall` for five metres, `?group=` for one team. @param {{route: import("../kit/router.js").Route}} props */
export function WallboardPage({ route }) {
  const isWall = route.query.get("mode") === "wall";
  const group = route.query.get("group") ?? "";
  const board = useBoard(group);
  useWallTheme(isWall);
  useShortcut("wallboard.wall", {
    keys: "w",
    label: t("wallboard.shortcut_wall"),
    run: isWall ? toDesk : () => void toWall(),
  });
  useShortcut("wallboard.stop", { keys: "x", label: t("wallboard.stop_listening"), run: () => void leave() });
  const actions = html`<${GroupChoice} group=${group} />
    <${Button} onClick=${isWall ? toDesk : () => void toWall()} data-action="wall">
      ${t(isWall ? "wallboard.to_desk" : "wallboard.to_wall")}
    <//>`;
  return html`<${Page} title=${t("wallboard.title")} wide actions=${actions}>
    <div class=${`wb ${isWall ? "wb-wall" : "wb-desk"}`} data-board-mode=${isWall ? "wall" : "desk"}>
      <${ListeningBar} />
      <${Freshness} board=${board} />
      ${
        board.refusal.value
          ? html`<${Refused} board=${board} />`
          : html`<${Tiles} board=${board} />
            ${!isWall && html`<${BelowTiles} board=${board} />`}`
      }
    </div>
  <//>`;
}

/** What stands below the tiles comes with their first figures: shown earlier, it would jump. @param {{board: Board}} props */
function BelowTiles({ board }) {
  const isKnown = useComputed(() => board.totals.value !== null);
  if (!isKnown.value) return null;
  return html`<div class="wb-lists"><${CallList} board=${board} /><${AgentList} board=${board} /></div>
    <${CampaignCards} board=${board} />
    <${Charts} board=${board} />`;
}

/** A board for as long as the page is shown. @param {string} group */
function useBoard(group) {
  const board = useMemo(() => new Board({ say, onEvent, onConnected, moment }), [group]);
  useEffect(() => {
    board.start(group ? { agent_group_id: group } : {});
    return () => board.stop();
  }, [board]);
  useEffect(
    () =>
      effect(() => {
        const callId = listening.value?.callId;
        if (callId && board.calls.revision.value > 0 && !board.calls.of(callId)) callIsOver();
      }),
    [board],
  );
  // Whoever leaves the page would listen on without seeing it.
  useEffect(() => () => void leave(), []);
  return board;
}

/** @param {{group: string}} props */
function GroupChoice({ group }) {
  const { data } = useResource((signal) => api.get("/api/agent-groups", { signal }), []);
  /** @type {{id: string, name: string}[]} */
  const groups = data?.agent_groups ?? data?.groups ?? [];
  return html`<select class="wb-filter wb-filter-group" aria-label=${t("wallboard.filter_group")} value=${group} data-filter="group"
    onChange=${(/** @type {any} */ event) => changeQuery({ group: event.currentTarget.value || null })}>
    <option value="">${t("wallboard.whole_floor")}</option>
    ${groups.map((each) => html`<option key=${each.id} value=${each.id}>${each.name}</option>`)}
  </select>`;
}

/** @param {{board: Board}} props */
function Refused({ board }) {
  return html`<${Panel} title=${t("wallboard.refused")}>
    <p>${board.refusal.value?.message}</p>
    <${Button} onClick=${() => changeQuery({ group: null })}>${t("wallboard.whole_floor")}<//>
  <//>`;
}
