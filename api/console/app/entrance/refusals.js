/** What the server refuses at the entrance, in the reader's language and at the field that it is about. */

import { useState } from "preact/hooks";

import { ApiError } from "../kit/api.js";
import { wordsOf } from "../kit/components/problem.js";
import { formatDuration, moment, now } from "../kit/time.js";
import { t } from "../kit/words.js";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const MIN_PASSWORD = 8;

// The server's words about a password (dialer/domain/passwords.py); others are shown as they come.
/** @type {Array<[RegExp, string]>} */
const OF_PASSWORDS = [
  [/^needs \d+ characters|at least \d+ characters/, "entrance.problem.short"],
  [/^has room for|at most \d+ characters/, "entrance.problem.long"],
  [/^must not be the e-mail address/, "entrance.problem.ofAddress"],
  [/^is one of those that are tried first/, "entrance.problem.common"],
  [/^is wrong$/, "entrance.problem.same"],
];

/** @param {string | null | undefined} message */
export function passwordWords(message) {
  if (!message) return null;
  const known = OF_PASSWORDS.find(([pattern]) => pattern.test(message));
  return known ? t(known[1]) : message;
}

/** What is wrong with an address before anybody is asked. @param {string} email */
export function emailProblem(email) {
  if (email.trim() === "") return t("entrance.missing");
  return EMAIL.test(email.trim()) ? null : t("entrance.noEmail");
}

/** @param {string} password */
export function newPasswordProblem(password) {
  if (password === "") return t("entrance.missing");
  return password.length < MIN_PASSWORD ? t("entrance.problem.short") : null;
}

/** @param {string} text */
export function missing(text) {
  return text.trim() === "" ? t("entrance.missing") : null;
}

/** What is wrong, field by field. @typedef {Record<string, string | null | undefined>} Problems */

/**
 * A form: what is wrong field by field, what is wrong with all of it, and how long to wait before the next try.
 * `submit` looks at the fields first, then acts; an error is shared out by `told`, and what that leaves is said above.
 * @param {{
 *   check: () => Problems, act: () => Promise<unknown>,
 *   told?: (error: ApiError) => Problems | string,
 * }} form
 */
export function useForm({ check, act, told = () => ({}) }) {
  const [isBusy, setBusy] = useState(false);
  const [problems, setProblems] = useState(/** @type {Problems} */ ({}));
  const [trouble, setTrouble] = useState(/** @type {string | null} */ (null));
  const [wait, setWait] = useState({ seconds: 0, until: 0 });
  // The clock ticks by whole seconds, and may be one behind.
  const waits = Math.min(wait.seconds, Math.max(0, Math.ceil((wait.until - now.value) / 1_000)));

  /** @param {ApiError} error */
  const refuse = (error) => {
    if (error.status === 429) {
      const seconds = Math.max(1, error.retryAfterSeconds ?? 60);
      setWait({ seconds, until: moment() + seconds * 1_000 });
      return;
    }
    const found = error.status === 0 || error.status >= 500 ? wordsOf(error) : told(error);
    if (typeof found === "string") setTrouble(found);
    else if (Object.values(found).some(Boolean)) setProblems(found);
    else setTrouble(wordsOf(error));
  };

  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    if (isBusy || waits > 0) return;
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    setTrouble(null);
    setWait({ seconds: 0, until: 0 });
    const found = check();
    setProblems(found);
    if (Object.values(found).some(Boolean)) {
      focusFirstProblem(form);
      return;
    }
    setBusy(true);
    try {
      await act();
    } catch (error) {
      refuse(error instanceof ApiError ? error : new ApiError(String(error)));
      focusFirstProblem(form);
    } finally {
      setBusy(false);
    }
  };
  return { submit, isBusy, problems, trouble, waits, waitSeconds: wait.seconds };
}

/** How long to wait, as a clock that runs. @param {number} seconds */
export function waitWords(seconds) {
  return t("entrance.waitBrief", { time: formatDuration(seconds) });
}

/** How long to wait, as one would say it. @param {number} seconds */
export function waitSentence(seconds) {
  const minutes = Math.ceil(seconds / 60);
  return seconds <= 60 ? t("entrance.waitSeconds", { n: seconds }) : t("entrance.waitMinutes", { n: minutes });
}

/** After the fields have been marked. @param {HTMLFormElement} form */
function focusFirstProblem(form) {
  requestAnimationFrame(() => {
    /** @type {HTMLElement | null} */ (form.querySelector("[aria-invalid=true]"))?.focus();
  });
}
