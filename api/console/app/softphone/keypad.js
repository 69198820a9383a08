import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { Button } from "../kit/components/button.js";
import { t } from "../kit/words.js";
import { sendDigits } from "./headset.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** Tones for menus at the other side. The digits of the keyboard work while the focus is in here. @param {{onClose: () => void}} props */
export function Keypad({ onClose }) {
  const [sent, setSent] = useState("");
  const pad = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => pad.current?.querySelector("button")?.focus(), []);
  /** @param {string} digit */
  const press = (digit) => {
    sendDigits(digit);
    setSent((before) => (before + digit).slice(-24));
  };
  /** @param {KeyboardEvent} event */
  const typed = (event) => {
    if (event.key === "Escape") onClose();
    else if (KEYS.includes(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey) press(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<div class="keypad" ref=${pad} role="group" aria-label=${t("softphone.keypad.title")} onKeyDown=${typed}>
    <output class="keypad-sent figure" aria-label=${t("softphone.keypad.sent")}>${sent || " "}</output>
    <div class="keypad-keys">
      ${KEYS.map((digit) => html`<${Button} key=${digit} class="key" onClick=${() => press(digit)}>${digit}<//>`)}
    </div>
    <small class="hint">${t("softphone.keypad.hint")}</small>
  </div>`;
}
