/**
 * Who is signed in, in all tabs of this browser at once.
 *
 * The tokens are kept in localStorage: a reload or a second tab goes on without signing in again. Refreshing is done by
 * one tab at a time; the others take over what it got.
 */

import { computed, signal } from "@preact/signals";

import { forget, recall, remember, whenRemembered } from "./memory.js";

const KEY = "session";
const REFRESH_WITHIN_MS = 15_000;
const RANKS = { agent: 0, supervisor: 1, admin: 2, owner: 3 };

/** @typedef {import("./shapes.js").Schema<"UserOut">} User */
/** @typedef {keyof typeof RANKS} Role */
/** @typedef {{token: string, refresh_token: string, user: User}} Session */

/** The session, or null for somebody who has to sign in. */
export const session = signal(/** @type {Session | null} */ (recall(KEY, null)));

/** The user who is signed in, or null. */
export const user = computed(() => session.value?.user ?? null);

/** Whether the session ended by itself, so that the sign-in page can say so. */
export const hasExpired = signal(false);

whenRemembered(KEY, (value) => {
  session.value = value;
});

/** Begin a session with what the login answered. @param {Session} answer */
export function signIn({ token, refresh_token, user }) {
  hasExpired.value = false;
  keep({ token, refresh_token, user });
}

/** Note what the server now says of the user. @param {User} changed */
export function updateUser(changed) {
  if (session.value) keep({ ...session.value, user: changed });
}

/** End the session here and at the server. */
export async function signOut() {
  const ended = session.value;
  keep(null);
  if (ended === null) return;
  try {
    await fetch("/api/auth/logout", {
      method: "POST",
      headers: { Authorization: `Bearer ${ended.token}` },
      signal: AbortSignal.timeout(5_000),
    });
  } catch {
    // The server ends it by itself when it is not used any more.
  }
}

/** Whether the user's role is at least this one. @param {Role} role */
export function can(role) {
  const own = /** @type {Role | undefined} */ (session.value?.user.role);
  return own !== undefined && RANKS[own] >= RANKS[role];
}

/**
 * A token that is newer than the one that was refused; null once the session is over.
 * @param {string} refused
 * @returns {Promise<string | null>}
 */
export async function freshToken(refused) {
  return alone(async () => {
    // Another tab may have been quicker.
    const current = /** @type {Session | null} */ (recall(KEY, null));
    if (current === null) return null;
    if (current.token !== refused) {
      session.value = current;
      return current.token;
    }
    return refresh(current);
  });
}

/**
 * One tab at a time. Browsers have locks only behind HTTPS and on this machine; elsewhere two tabs may refresh at once,
 * which the server bears for ten seconds.
 * @template Result
 * @param {() => Promise<Result>} act
 * @returns {Promise<Result>}
 */
async function alone(act) {
  return navigator.locks ? await navigator.locks.request("dialer-refresh", act) : act();
}

/** @param {Session} current */
async function refresh(current) {
  const response = await fetch("/api/auth/refresh", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ refresh_token: current.refresh_token }),
    signal: AbortSignal.timeout(REFRESH_WITHIN_MS),
  }).catch(() => null);
  // Nobody answered, or the server is troubled: the session may well be good, so it is kept.
  if (response === null || response.status >= 500 || response.status === 429) return null;
  if (!response.ok) {
    hasExpired.value = true;
    keep(null);
    return null;
  }
  const answer = await response.json();
  keep({ token: answer.token, refresh_token: answer.refresh_token, user: answer.user ?? current.user });
  return /** @type {string} */ (answer.token);
}

/** @param {Session | null} value */
function keep(value) {
  if (value === null) forget(KEY);
  else remember(KEY, value);
  session.value = value;
}
