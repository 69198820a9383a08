/** The notes of this tab's calls: what `notes-keeper` keeps, saved through the API. */

import { effect, signal } from "@preact/signals";

import { api, ApiError } from "../kit/api.js";
import { session, user } from "../kit/session.js";
import { connection } from "../kit/socket.js";
import { createNotesKeeper } from "./notes-keeper.js";
import { reasonOf } from "./press.js";

/** @typedef {import("./notes-keeper.js").Notes} Notes */

/** What is typed on each call, and whether it has arrived. @type {import("@preact/signals").Signal<Record<string, Notes>>} */
export const notesOf = signal({});

/** How often the notes of a call were saved: the server leaves out what is older. @type {Map<string, number>} */
const revisions = new Map();

/** @type {ReturnType<typeof createNotesKeeper> | null} */
let keeper = null;
let owner = "";

/** Begin to keep the notes of whoever is signed in; send what an earlier page could not. */
export function keepNotes() {
  const id = user.value?.id ?? "";
  if (id === "" || owner === id) return;
  keeper?.stop();
  owner = id;
  notesOf.value = {};
  const mine = createNotesKeeper({
    save,
    refusal,
    owner: id,
    drawer: sessionStorage,
    onChange: (callId, notes) => {
      notesOf.value = { ...notesOf.peek(), [callId]: notes };
    },
  });
  keeper = mine;
  for (const { callId, text } of mine.kept()) {
    mine.type(callId, text);
    void mine.flush(callId);
  }
}

effect(() => {
  if (connection.value === "online" && session.value !== null) queueMicrotask(() => keeper?.retry());
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) for (const callId of Object.keys(notesOf.value)) void keeper?.flush(callId);
});

addEventListener("beforeunload", (event) => {
  // They outlive a reload in the tab's storage; closing the tab would lose what the server does not take.
  if (keeper?.isStuck()) event.preventDefault();
});

/** A call is on the screen. @param {{id: string, notes: string | null, notesRevision: number}} call */
export function openNotes({ id, notes, notesRevision }) {
  revisions.set(id, Math.max(revisions.get(id) ?? 0, notesRevision));
  keeper?.open(id, notes);
}

/** @param {string} callId @param {string} text */
export function typeNotes(callId, text) {
  keeper?.type(callId, text);
}

/** @param {string} callId @returns {Promise<void>} */
export async function flushNotes(callId) {
  await keeper?.flush(callId);
}

/** @param {string} callId @param {string} text */
async function save(callId, text) {
  const body = { notes: text === "" ? null : text, revision: (revisions.get(callId) ?? 0) + 1 };
  const answer = await api.put(`/api/calls/${callId}/notes`, body);
  revisions.set(callId, Math.max(body.revision, Number(answer.call?.notes_revision ?? 0)));
  // Another tab has saved meanwhile: what is typed here is the later word.
  if (answer.is_stored === false) await api.put(`/api/calls/${callId}/notes`, { ...body, revision: next(callId) });
}

/** @param {string} callId */
function next(callId) {
  const revision = (revisions.get(callId) ?? 0) + 1;
  revisions.set(callId, revision);
  return revision;
}

/** @param {unknown} error */
function refusal(error) {
  const isForGood = error instanceof ApiError && [400, 403, 404, 422].includes(error.status);
  return isForGood ? reasonOf(error) : null;
}
