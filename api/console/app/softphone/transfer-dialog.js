import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { Button } from "../kit/components/button.js";
import { Dialog } from "../kit/components/dialog.js";
import { Field } from "../kit/components/field.js";
import { Loading } from "../kit/components/loading.js";
import { Problem } from "../kit/components/problem.js";
import { useAction, useResource } from "../kit/resource.js";
import { t } from "../kit/words.js";
import { loadTargets, startTransfer } from "./transfers.js";

/** @typedef {import("./transfers.js").Target} Target */

const KINDS = /** @type {const} */ (["agents", "groups", "number"]);

/** To whom the call goes, and how. @param {{callId: string, onClose: () => void}} props */
export function TransferDialog({ callId, onClose }) {
  const targets = useResource((signal) => loadTargets(callId, signal), [callId], { everySeconds: 10 });
  const [kind, setKind] = useState(/** @type {typeof KINDS[number]} */ ("agents"));
  const [chosen, setChosen] = useState("");
  const [number, setNumber] = useState("");
  const [how, setHow] = useState(/** @type {"warm" | "cold"} */ ("warm"));
  const target = targetOf(kind, chosen, number);
  const start = useAction(async () => {
    if (target === null) return;
    await startTransfer(callId, target, kind === "groups" ? "cold" : how);
    onClose();
  });
  const actions = html`<${Button} onClick=${onClose}>${t("kit.cancel")}<//>
    <${Button} kind="main" type="submit" form="transfer-form" isBusy=${start.isBusy} disabled=${target === null}>${t("softphone.transfer.start")}<//>`;
  /** @param {typeof KINDS[number]} next */
  const turn = (next) => {
    setKind(next);
    setChosen("");
    start.clear();
  };
  return html`<${Dialog} title=${t("softphone.transfer.title")} class="transfer-dialog" onClose=${onClose} actions=${actions}>
    <form id="transfer-form" onSubmit=${(/** @type {Event} */ event) => {
      event.preventDefault();
      void start.run();
    }}>
      <${Choices} name="kind" legend=${t("softphone.transfer.to")} value=${kind} onChange=${turn}
        options=${KINDS.map((value) => ({ value, label: t(`softphone.transfer.${value}`) }))} />
      ${
        kind === "number"
          ? html`<${Field} label=${t("softphone.transfer.number")} type="tel" value=${number} onInput=${setNumber}
            help=${t("softphone.transfer.numberHint")} error=${start.error?.of("to.phone")} autocomplete="off" autofocus />`
          : html`<${People} people=${targets.data?.[kind] ?? null} chosen=${chosen} onChoose=${setChosen} empty=${t(kind === "agents" ? "softphone.transfer.noAgents" : "softphone.transfer.noGroups")} />`
      }
      ${
        kind !== "groups" &&
        html`<${Choices} name="how" legend=${t("softphone.transfer.how")} value=${how} onChange=${setHow}
        options=${["warm", "cold"].map((value) => ({ value, label: t(`softphone.transfer.${value}`) }))} />`
      }
      <${Problem} error=${targets.error ?? (start.error?.of("to.phone") ? null : start.error)} onRetry=${targets.error ? targets.reload : undefined} />
    </form>
  <//>`;
}

/** @param {{people: import("./transfers.js").Person[] | null, chosen: string, onChoose: (id: string) => void, empty: string}} props */
function People({ people, chosen, onChoose, empty }) {
  if (people === null) return html`<${Loading} lines=${3} />`;
  if (people.length === 0) return html`<p class="hint">${empty}</p>`;
  return html`<ul class="transfer-people">${people.map(
    ({ id, name, available }) => html`<li key=${id}>
    <label><input type="radio" name="target" value=${id} checked=${id === chosen} disabled=${available === 0} onChange=${() => onChoose(id)} />
      ${" "}${name}${available !== undefined && html` <small class="hint">${t("softphone.transfer.available", { n: available })}</small>`}</label>
  </li>`,
  )}</ul>`;
}

/**
 * @param {{name: string, legend: string, value: string, options: {value: string, label: string}[], onChange: (value: any) => void}} props
 */
function Choices({ name, legend, value, options, onChange }) {
  return html`<fieldset class="choices"><legend>${legend}</legend>
    ${options.map(
      (option) => html`<label key=${option.value}>
      <input type="radio" name=${name} value=${option.value} checked=${option.value === value} onChange=${() => onChange(option.value)} /> ${option.label}
    </label>`,
    )}
  </fieldset>`;
}

/** @param {typeof KINDS[number]} kind @param {string} chosen @param {string} number @returns {Target | null} */
function targetOf(kind, chosen, number) {
  if (kind === "number") return number.trim() === "" ? null : { kind: "phone", id: number.replace(/[\s()-]/g, "") };
  if (chosen === "") return null;
  return { kind: kind === "agents" ? "agent" : "group", id: chosen };
}
