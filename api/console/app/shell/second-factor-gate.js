/** Whether whoever is signed in has to set up a second factor before anything else. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { api } from "../kit/api.js";
import { session } from "../kit/session.js";

/** @typedef {"asking" | "needed" | "open"} Gate */

// For whom the server has been asked, and what it said.
const asked = signal(/** @type {{userId: string, gate: Gate} | null} */ (null));

/** How the gate stands. Only of admins a tenant may want a second factor, so only for them the server is asked. @returns {Gate} */
export function useSecondFactorGate() {
  const user = session.value?.user;
  const userId = user && (user.role === "admin" || user.role === "owner") ? user.id : null;
  useEffect(() => {
    if (userId !== null && asked.peek()?.userId !== userId) void ask(userId);
  }, [userId]);
  if (userId === null) return "open";
  return asked.value?.userId === userId ? asked.value.gate : "asking";
}

/** The second factor has been set up. */
export function openGate() {
  if (asked.value) asked.value = { ...asked.value, gate: "open" };
}

/** Where the answer is not to be had the pages are shown: the server keeps the gate, this is only the way to it. @param {string} userId */
async function ask(userId) {
  asked.value = { userId, gate: "asking" };
  /** @type {Gate} */
  let gate = "open";
  try {
    const factor = await api.get("/api/auth/second-factor");
    if (factor.is_required && !factor.is_enabled) gate = "needed";
  } catch {
    // As said above.
  }
  if (asked.value?.userId === userId) asked.value = { userId, gate };
}
