import { useComputed, useSignal } from "@preact/signals";
import { html } from "htm/preact";

import { Badge } from "../kit/components/badge.js";
import { Button } from "../kit/components/button.js";
import { notify } from "../kit/components/notify.js";
import { Panel } from "../kit/components/panel.js";
import { hasWord, t } from "../kit/words.js";
import { Age } from "./age.js";
import { confirmTakeOver } from "./listening-bar.js";
import { goOn, listening, mode, MODES, takeOver } from "./listening.js";
import { CALL_STATES, HELD } from "./thresholds.js";
import { WindowOfRows } from "./window-of-rows.js";

/** @typedef {import("./board.js").Board} Board */
/** @typedef {import("./board.js").BoardCall} Call */

const ORDER = Object.keys(CALL_STATES);

/** Calls in flight: who waits, who talks, what rings; in each state the oldest first. @param {{board: Board}} props */
export function CallList({ board }) {
  const isWithPeople = useSignal(false);
  const order = useComputed(() => {
    if (board.calls.revision.value < 0) return [];
    return board.calls.all
      .filter((call) => !isWithPeople.value || call.answered_at !== null)
      .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || Date.parse(a.since) - Date.parse(b.since))
      .map((call) => call.id);
  });
  return html`<${Panel} title=${t("wallboard.calls")} class="wb-list" actions=${html`<${PeopleFilter} isOn=${isWithPeople} />`}>
    ${
      order.value.length === 0
        ? html`<p class="wb-none">${t("wallboard.no_calls")}</p>`
        : html`<${WindowOfRows} name="calls" caption=${t("wallboard.calls_caption")} columns=${6} ids=${order} head=${HEAD()}
          row=${(/** @type {string} */ id, /** @type {number} */ index) => html`<${CallRow} key=${id} id=${id} index=${index} board=${board} />`} />`
    }
  <//>`;
}

const HEAD = () => html`<tr>
  <th scope="col" class="wb-col-state">${t("wallboard.state")}</th>
  <th scope="col" class="number wb-col-age">${t("wallboard.age")}</th>
  <th scope="col" class="wb-col-lead">${t("wallboard.lead")}</th>
  <th scope="col" class="wb-col-name">${t("wallboard.agent_one")}</th>
  <th scope="col" class="wb-col-doors">${t("wallboard.listening")}</th>
  <th scope="col" class="wb-col-name">${t("wallboard.campaign")}</th>
</tr>`;

/** @param {{isOn: import("@preact/signals").Signal<boolean>}} props */
function PeopleFilter({ isOn }) {
  return html`<label class="wb-switch">
    <input type="checkbox" role="switch" checked=${isOn.value} onChange=${(/** @type {any} */ event) => (isOn.value = event.currentTarget.checked)} />
    ${t("wallboard.only_answered")}
  </label>`;
}

/** @param {{id: string, index: number, board: Board}} props */
function CallRow({ id, index, board }) {
  const call = board.calls.of(id)?.value;
  if (!call) return null;
  const look = CALL_STATES[call.state] ?? { tone: "quiet", icon: "?", warnAfter: null, badAfter: null };
  const agent = (call.agent_id && board.agents.of(call.agent_id)?.value.name) || null;
  const lead = call.lead_name ?? t("wallboard.nameless");
  return html`<tr data-call=${id} data-state=${call.state} aria-rowindex=${index + 2}>
    <td>
      <${Badge} tone=${look.tone} icon=${look.icon}>${t(`wallboard.call.${call.state}`)}<//>
      ${
        call.held_since &&
        html` <${Badge} tone="warn" icon="❚❚">${t("wallboard.held")} <${Age} since=${call.held_since} ...${HELD} /><//>`
      }
      ${call.answered_by && hasWord(`wallboard.by.${call.answered_by}`) && html` <span class="wb-quiet">${t(`wallboard.by.${call.answered_by}`)}</span>`}
    </td>
    <td class="number"><${Age} since=${call.since} warnAfter=${look.warnAfter} badAfter=${look.badAfter} /></td>
    <td>${lead} <span class="wb-quiet figure">…${call.number_ending}</span></td>
    <td class="wide">${agent ?? "–"}
      ${call.supervision && html` <${Badge} tone="info" icon="◉" title=${t("wallboard.supervised_by", { name: call.supervision.name })}>${call.supervision.name}<//>`}
    </td>
    <td>${call.state === "bridged" ? html`<${Doors} call=${call} agent=${agent ?? ""} lead=${lead} />` : ""}</td>
    <td class="wide">${board.campaigns.of(call.campaign_id)?.value.name ?? "–"}</td>
  </tr>`;
}

/** The ways on the call. @param {{call: Call, agent: string, lead: string}} props */
function Doors({ call, agent, lead }) {
  const isBusy = useSignal(false);
  const mine = listening.value?.callId === call.id;
  /** @param {() => Promise<unknown>} act */
  const run = async (act) => {
    if (isBusy.peek()) return;
    isBusy.value = true;
    try {
      await act();
    } catch (problem) {
      notify(t("wallboard.not_on_call", { why: /** @type {Error} */ (problem).message }), "bad");
    }
    isBusy.value = false;
  };
  const on = { callId: call.id, agent, lead };
  return html`<div class="wb-doors" role="group" aria-label=${t("wallboard.on_call", { agent, lead })}>
    ${MODES.map(
      (each) => html`<${Button} key=${each} kind=${mine && mode.value === each ? "main" : "plain"} data-door=${each}
        aria-pressed=${mine && mode.value === each} isBusy=${isBusy.value} onClick=${() => void run(() => goOn(on, each))}>
        ${t(`wallboard.mode.${each}`)}
      <//>`,
    )}
    <${Button} isBusy=${isBusy.value} data-door="take-over" onClick=${async () => {
      if (await confirmTakeOver(agent)) void run(() => takeOver(on));
    }}>${t("wallboard.take_over")}<//>
  </div>`;
}
