import { html } from "htm/preact";
import { useEffect, useId } from "preact/hooks";

import { Panel } from "../kit/components/panel.js";
import { useShortcut } from "../kit/shortcuts.js";
import { t } from "../kit/words.js";
import { flushNotes, notesOf, openNotes, typeNotes } from "./notes.js";

const ICONS = { none: "", typing: "•", saving: "…", saved: "✓", retrying: "!", refused: "!" };

/** Notes on a call, saved as they are typed. @param {{call: import("./desk-shapes.js").DeskCall, hasKey?: boolean}} props */
export function NotesPanel({ call, hasKey = true }) {
  const id = useId();
  const notes = notesOf.value[call.id] ?? {
    text: call.notes ?? "",
    status: /** @type {const} */ ("none"),
    problem: null,
  };
  useEffect(() => openNotes(call), [call.id, call.notesRevision]);
  useEffect(() => {
    if (call.isOver) void flushNotes(call.id);
  }, [call.id, call.isOver]);
  useShortcut(`softphone.notes${hasKey ? "" : ".last"}`, {
    keys: "Ctrl+Shift+E",
    label: t("softphone.keys.notes"),
    enabled: hasKey,
    run: () => document.getElementById(id)?.focus(),
  });
  return html`<${Panel} title=${t("softphone.notes")} class="notes">
    <label class="only-for-readers" for=${id}>${t("softphone.notes.label")}</label>
    <textarea id=${id} rows="6" maxlength="5000" value=${notes.text} aria-describedby=${`${id}-state`}
      onInput=${(/** @type {any} */ event) => typeNotes(call.id, event.currentTarget.value)}
      onBlur=${() => void flushNotes(call.id)}></textarea>
    <p id=${`${id}-state`} class=${`notes-state notes-${notes.status}`} role="status" data-testid="notes-state" data-state=${notes.status}>
      <span aria-hidden="true">${ICONS[notes.status]}</span> ${t(`softphone.notes.${notes.status}`, { problem: notes.problem ?? "" })}
    </p>
  <//>`;
}
