import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { Button } from "../kit/components/button.js";
import { useShortcut } from "../kit/shortcuts.js";
import { t } from "../kit/words.js";
import { reasonName } from "./break-names.js";
import { declare, finishWrapUp } from "./deeds.js";
import { desk, situation } from "./live-desk.js";
import { Refusal } from "./refusal.js";
import { underWay } from "./press.js";

/** What the agent is ready for; during a call it is said for the time after it. */
export function StatusControl() {
  const [isOpen, setOpen] = useState(false);
  const { agent, call } = desk.value;
  const isBusy = underWay.value.has("status");
  const isLater = call !== null && !call.isOver;
  const declared = agent?.declared ?? "offline";
  const { name } = situation.value;
  const isWrapUp = name === "wrap-up";
  useEffect(() => setOpen(false), [name]);
  useShortcut("softphone.available", {
    keys: "Ctrl+Shift+A",
    label: t("softphone.keys.accept"),
    enabled: agent !== null,
    run: () => void (isWrapUp && declared === "available" ? finishWrapUp() : declare("available")),
  });
  useShortcut("softphone.status", {
    keys: "Ctrl+Shift+S",
    label: t("softphone.keys.status"),
    enabled: agent !== null,
    run: () => (declared === "break" ? void declare("available") : choose()),
  });

  function choose() {
    if (desk.value.breakReasons.length === 0) void declare("break");
    else setOpen(!isOpen);
  }

  /** @param {string} id */
  const takeBreak = (id) => {
    setOpen(false);
    void declare("break", id);
  };
  return html`<div class="status-control" role="group" aria-label=${isLater ? t("softphone.status.chooseAfter") : t("softphone.status")}>
    ${isLater && html`<p class="status-when">${t("softphone.status.chooseAfter")}</p>`}
    <div class="segments">
      <${Choice} status="available" icon="✓" declared=${declared} isBusy=${isBusy} onClick=${() => void declare("available")} />
      <${Choice} status="break" icon="◔" declared=${declared} isBusy=${isBusy} expanded=${isOpen} onClick=${choose} />
      <${Choice} status="offline" icon="○" declared=${declared} isBusy=${isBusy} onClick=${() => void declare("offline")} />
    </div>
    ${
      isOpen &&
      html`<ul class="reasons" aria-label=${t("softphone.status.breakReason")}>
      ${desk.value.breakReasons.map(
        (reason) => html`<li key=${reason.id}>
        <${Button} kind="quiet" class="reason" aria-pressed=${agent?.break?.id === reason.id ? "true" : "false"}
          onClick=${() => takeBreak(reason.id)}>
          <span>${reasonName(reason)}</span>
          ${reason.allowedSeconds && html`<small>${t("softphone.status.minutes", { n: Math.round(reason.allowedSeconds / 60) })}</small>`}
        <//>
      </li>`,
      )}
    </ul>`
    }
    <${Refusal} place="status" />
  </div>`;
}

/** @param {{status: string, icon: string, declared: string, isBusy: boolean, expanded?: boolean, onClick: () => void}} props */
function Choice({ status, icon, declared, isBusy, expanded, onClick }) {
  return html`<${Button} class="segment" icon=${icon} isBusy=${isBusy} aria-pressed=${declared === status ? "true" : "false"}
    aria-expanded=${expanded === undefined ? undefined : String(expanded)} onClick=${onClick}>
    ${t(`softphone.status.${status}`)}
  <//>`;
}
