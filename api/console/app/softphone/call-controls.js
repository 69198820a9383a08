import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { Button } from "../kit/components/button.js";
import { useShortcut } from "../kit/shortcuts.js";
import { t } from "../kit/words.js";
import { hangUp, hold, pauseRecording } from "./deeds.js";
import { headsetState, isMuted, mute } from "./headset.js";
import { Keypad } from "./keypad.js";
import { desk, deskAgent } from "./live-desk.js";
import { underWay } from "./press.js";
import { Refusal } from "./refusal.js";
import { TransferDialog } from "./transfer-dialog.js";
import { TransferState } from "./transfer-state.js";

/** What can be done with the call; on a phone it stays at the bottom of the screen. */
export function CallControls() {
  const { call, transfer, listeners } = desk.value;
  const [isKeypad, setKeypad] = useState(false);
  const [isTransfer, setTransfer] = useState(false);
  const isLive = call !== null && !call.isOver;
  const hasHeadset = headsetState.value === "on" || headsetState.value === "proving";
  const callId = call?.id ?? "";
  const isMoving = transfer?.isOpen === true;
  const mayTransfer = isLive && !isMoving;
  // Until a colleague has handed the call over, it is his to steer.
  const isOwn = !isMoving || transfer?.fromAgentId === deskAgent();
  useShortcut("call.mute", {
    keys: "Ctrl+Shift+M",
    label: t("softphone.keys.mute"),
    enabled: hasHeadset,
    run: () => mute(!isMuted.value),
  });
  useShortcut("call.hold", {
    keys: "Ctrl+Shift+L",
    label: t("softphone.keys.hold"),
    enabled: mayTransfer,
    run: () => void hold(callId, !call?.isHeld),
  });
  useShortcut("call.hang-up", {
    keys: "Ctrl+Shift+H",
    label: t("softphone.keys.hangUp"),
    enabled: isLive && isOwn,
    run: () => void hangUp(callId),
  });
  useShortcut("softphone.transfer", {
    keys: "Ctrl+Shift+X",
    label: t("softphone.keys.transfer"),
    enabled: mayTransfer,
    run: () => setTransfer(true),
  });
  useShortcut("softphone.keypad", {
    keys: "Ctrl+Shift+K",
    label: t("softphone.keys.keypad"),
    enabled: isLive,
    run: () => setKeypad(!isKeypad),
  });
  const bar = useBarHeight(isLive);
  if (!isLive) return null;
  const busy = underWay.value;
  return html`<section ref=${bar} class="call-controls" aria-label=${t("softphone.controls")}>
    <div class="control-grid">
      <${Button} class="control" icon="⊘" disabled=${!hasHeadset} aria-pressed=${String(isMuted.value)}
        onClick=${() => mute(!isMuted.value)}>${t(`softphone.controls.${isMuted.value ? "unmute" : "mute"}`)}<//>
      <${Button} class="control" icon=${call.isHeld ? "▶" : "‖"} disabled=${isMoving} isBusy=${busy.has("hold")} aria-pressed=${String(call.isHeld)}
        onClick=${() => void hold(callId, !call.isHeld)}>${t(`softphone.controls.${call.isHeld ? "resume" : "hold"}`)}<//>
      <${Button} class="control" icon="▦" aria-expanded=${String(isKeypad)} onClick=${() => setKeypad(!isKeypad)}>${t("softphone.controls.keypad")}<//>
      <${Button} class="control" icon="⇄" disabled=${!mayTransfer} onClick=${() => setTransfer(true)}>${t("softphone.controls.transfer")}<//>
      ${
        call.recording !== "off" &&
        html`<${Button} class="control" icon=${call.recording === "on" ? "◌" : "●"}
        disabled=${!isOwn} isBusy=${busy.has("recording")} onClick=${() => void pauseRecording(callId, call.recording === "on")}>
        ${t(`softphone.controls.${call.recording === "on" ? "pauseRecording" : "resumeRecording"}`)}<//>`
      }
      <${Button} kind="danger" class="control hang-up" icon="✕" disabled=${!isOwn} isBusy=${busy.has("hang-up")} onClick=${() => void hangUp(callId)}>
        ${t(`softphone.controls.${busy.has("hang-up") ? "hangingUp" : "hangUp"}`)}<//>
    </div>
    <div class="call-notices" role="status">
      ${isMuted.value && html`<p class="tone-warn"><span aria-hidden="true">⊘</span> ${t("softphone.controls.muted")}</p>`}
      ${call.isHeld && !isMoving && html`<p class="tone-warn"><span aria-hidden="true">‖</span> ${t("softphone.controls.onHold")}</p>`}
      ${call.recording !== "off" && html`<p class=${call.recording === "on" ? "tone-quiet" : "tone-warn"}><span aria-hidden="true">●</span> ${t(`softphone.controls.${call.recording === "on" ? "recording" : "recordingPaused"}`)}</p>`}
      ${listeners.map((one) => html`<p key=${one.name} class="tone-info"><span aria-hidden="true">◉</span> ${t(`softphone.listeners.${one.mode}`, { name: one.name })}</p>`)}
    </div>
    ${isKeypad && html`<${Keypad} onClose=${() => setKeypad(false)} />`}
    ${transfer && isOwn && html`<${TransferState} key=${transfer.id} transfer=${transfer} />`}
    <${Refusal} place="controls" />
    ${isTransfer && html`<${TransferDialog} callId=${callId} onClose=${() => setTransfer(false)} />`}
  </section>`;
}

/** Tell the styles how high the bar is, so that on a phone nothing that has the focus lies under it. @param {boolean} isShown */
function useBarHeight(isShown) {
  const bar = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    if (!isShown || bar.current === null) return undefined;
    const node = bar.current;
    const root = document.documentElement;
    const observer = new ResizeObserver(() => root.style.setProperty("--call-bar", `${node.offsetHeight}px`));
    observer.observe(node);
    return () => {
      observer.disconnect();
      root.style.removeProperty("--call-bar");
    };
  }, [isShown]);
  return bar;
}
