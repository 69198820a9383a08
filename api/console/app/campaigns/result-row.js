import { html } from "htm/preact";

import { useLayoutEffect, useRef } from "preact/hooks";

import { Button } from "../kit/components/button.js";
import { Field } from "../kit/components/field.js";
import { Select } from "../kit/components/select.js";
import { t } from "../kit/words.js";
import { DIGITS, moved, withDigit, withOutcome } from "./results.js";

/** @typedef {import("./results.js").Row} Row */

/** An outcome in the reader's language. @param {string} outcome */
export const outcomeWord = (outcome) => t(`campaigns.result.${outcome}`);

/**
 * One result: what it is called, what it stands for, which digit chooses it.
 * @param {{
 *   rows: Row[], at: number, outcomes: string[], error: import("../kit/api.js").ApiError | null,
 *   onChange: (rows: Row[]) => void,
 * }} props
 */
export function ResultRow({ rows, at, outcomes, error, onChange }) {
  const row = /** @type {Row} */ (rows[at]);
  /** @param {Partial<Row>} changes */
  const set = (changes) => onChange(rows.map((one, i) => (i === at ? { ...one, ...changes } : one)));
  /** @param {"label" | "key" | "digit" | "outcome"} name */
  const problem = (name) => error?.of(`dispositions.${at}.${name}`);
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const moving = useRef(/** @type {string | null} */ (null));
  // Whoever moves an entry by the keyboard moves it on: the button goes along, and would lose the focus by that.
  useLayoutEffect(() => {
    if (moving.current === null) return;
    const buttons = [...(place.current?.querySelectorAll("button") ?? [])];
    (
      buttons.find((one) => one.dataset.move === moving.current && !one.disabled) ??
      buttons.find((one) => !one.disabled)
    )?.focus();
    moving.current = null;
  }, [at]);
  /** @param {-1 | 1} by */
  const move = (by) => {
    moving.current = String(by);
    onChange(moved(rows, at, by));
  };
  const name = row.label || outcomeWord(row.outcome);
  return html`<li class="result">
    <div class="result-place" ref=${place}>
      <${Button} kind="quiet" icon="↑" label=${t("campaigns.result_up", { name })} data-move="-1" disabled=${at === 0} onClick=${() => move(-1)} />
      <${Button} kind="quiet" icon="↓" label=${t("campaigns.result_down", { name })} data-move="1" disabled=${at === rows.length - 1} onClick=${() => move(1)} />
    </div>
    <${Select}
      class="result-digit"
      label=${t("campaigns.result_digit")}
      value=${String(row.digit ?? "")}
      options=${[{ value: "", label: "–" }, ...DIGITS.map((digit) => ({ value: String(digit), label: String(digit) }))]}
      onChange=${(/** @type {string} */ digit) => onChange(withDigit(rows, at, digit === "" ? null : Number(digit)))}
      error=${problem("digit")}
    />
    <${Field} class="result-label" label=${t("campaigns.result_label")} value=${row.label} maxlength="40" required onInput=${(/** @type {string} */ label) => set({ label })} error=${problem("label")} />
    <${Select}
      class="result-outcome"
      label=${t("campaigns.result_outcome")}
      value=${row.outcome}
      options=${outcomes.map((outcome) => ({ value: outcome, label: outcomeWord(outcome) }))}
      onChange=${(/** @type {string} */ outcome) => onChange(withOutcome(rows, at, outcome, outcomeWord))}
      error=${problem("outcome")}
    />
    <${Field}
      class="result-key"
      label=${t("campaigns.result_key")}
      value=${row.key}
      maxlength="40"
      placeholder=${t("campaigns.result_key_made")}
      onInput=${(/** @type {string} */ key) => set({ key })}
      error=${problem("key")}
    />
    <${Button} kind="quiet" icon="✕" class="result-remove" label=${t("campaigns.result_remove", { name })} disabled=${rows.length === 1} onClick=${() => onChange(rows.filter((_, i) => i !== at))} />
  </li>`;
}
