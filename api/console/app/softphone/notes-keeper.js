/**
 * Keeps what an agent types until the server has it: saved when typing pauses, kept in the tab's storage meanwhile,
 * tried again while the network is away. Holds drafts of several calls: the next call may come before the last is saved.
 */

/**
 * @typedef {"none" | "typing" | "saving" | "saved" | "retrying" | "refused"} NotesStatus
 * @typedef {{text: string, status: NotesStatus, problem: string | null}} Notes
 * @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">} Drawer
 * @typedef {{text: string, saved: string, status: NotesStatus, problem: string | null, failures: number,
 *   sending: Promise<void> | null, stopTimer: () => void}} Draft
 */

export const PAUSE_MS = 1500;
const RETRY_MS = [2_000, 4_000, 8_000, 15_000];
/** Typing without a pause is saved now and then too. */
const MAX_UNSAVED_MS = 10_000;

/**
 * @param {object} needs
 * @param {(callId: string, text: string) => Promise<unknown>} needs.save
 * @param {(error: unknown) => string | null} needs.refusal words, if trying again is of no use; null if it is
 * @param {(callId: string, notes: Notes) => void} needs.onChange
 * @param {Drawer} needs.drawer
 * @param {string} needs.owner whose notes these are: another user of this browser must not send them
 * @param {(run: () => void, ms: number) => () => void} [needs.later]
 * @param {() => number} [needs.clock]
 */
export function createNotesKeeper({ save, refusal, onChange, drawer, owner, later = laterByTimer, clock = Date.now }) {
  const prefix = `softphone.notes.${owner}.`;
  /** @type {Map<string, Draft>} */
  const drafts = new Map();
  /** @type {Map<string, number>} */
  const unsavedSince = new Map();

  /** @param {string} callId */
  function draftOf(callId) {
    let draft = drafts.get(callId);
    if (!draft) {
      draft = { text: "", saved: "", status: "none", problem: null, failures: 0, sending: null, stopTimer: () => {} };
      drafts.set(callId, draft);
    }
    return draft;
  }

  /** @param {string} callId @param {Draft} draft @param {NotesStatus} status */
  function show(callId, draft, status) {
    draft.status = status;
    onChange(callId, { text: draft.text, status, problem: draft.problem });
  }

  /** @param {string} callId @param {Draft} draft */
  function remember(callId, draft) {
    try {
      if (draft.text === draft.saved) drawer.removeItem(prefix + callId);
      else drawer.setItem(prefix + callId, draft.text);
    } catch {
      // A full or forbidden storage costs the notes only if the tab dies too.
    }
  }

  /** @param {string} callId @param {Draft} draft @param {number} ms */
  function schedule(callId, draft, ms) {
    draft.stopTimer();
    draft.stopTimer = later(() => void send(callId), ms);
  }

  /** @param {string} callId @returns {Promise<void>} */
  async function send(callId) {
    const draft = draftOf(callId);
    draft.stopTimer();
    if (draft.sending) {
      await draft.sending;
      return draft.text === draft.saved || draft.failures ? undefined : send(callId);
    }
    if (draft.text === draft.saved) return undefined;
    draft.sending = attempt(callId, draft, draft.text);
    await draft.sending;
    return undefined;
  }

  /** @param {string} callId @param {Draft} draft @param {string} text */
  async function attempt(callId, draft, text) {
    show(callId, draft, "saving");
    try {
      await save(callId, text);
      draft.saved = text;
      draft.failures = 0;
      draft.problem = null;
      unsavedSince.delete(callId);
      remember(callId, draft);
      if (draft.text === text) show(callId, draft, "saved");
      else schedule(callId, draft, PAUSE_MS);
    } catch (error) {
      draft.problem = refusal(error);
      draft.failures += 1;
      show(callId, draft, draft.problem === null ? "retrying" : "refused");
      if (draft.problem === null) schedule(callId, draft, RETRY_MS[Math.min(draft.failures, RETRY_MS.length) - 1] ?? 0);
    } finally {
      draft.sending = null;
    }
  }

  return {
    /**
     * Begin with what the server has; what was typed before a reload and never arrived wins over it.
     * @param {string} callId
     * @param {string | null} text
     */
    open(callId, text) {
      const draft = draftOf(callId);
      const isDirty = draft.text !== draft.saved;
      draft.saved = text ?? "";
      const kept = isDirty ? draft.text : readKept(drawer, prefix + callId);
      draft.text = kept ?? draft.saved;
      if (draft.text === draft.saved) {
        remember(callId, draft);
        show(callId, draft, draft.saved === "" ? "none" : "saved");
      } else if (!isDirty) {
        show(callId, draft, "retrying");
        schedule(callId, draft, 0);
      }
    },

    /** @param {string} callId @param {string} text */
    type(callId, text) {
      const draft = draftOf(callId);
      draft.text = text;
      draft.failures = 0;
      draft.problem = null;
      remember(callId, draft);
      show(callId, draft, "typing");
      const since = unsavedSince.get(callId) ?? clock();
      unsavedSince.set(callId, since);
      schedule(callId, draft, Math.max(0, Math.min(PAUSE_MS, since + MAX_UNSAVED_MS - clock())));
    },

    /** Save now: the call is over, or is being concluded. @param {string} callId */
    flush: (callId) => send(callId),

    /** The network is back, or somebody has signed in again. */
    retry() {
      for (const [callId, draft] of drafts) if (draft.text !== draft.saved && draft.problem === null) void send(callId);
    },

    /** The server has these notes by another way, as with a disposition. @param {string} callId @param {string} text */
    arrived(callId, text) {
      const draft = draftOf(callId);
      draft.saved = text;
      remember(callId, draft);
      if (draft.text === text) {
        draft.stopTimer();
        show(callId, draft, "saved");
      }
    },

    /** @param {string} callId @returns {Notes} */
    notes(callId) {
      const { text, status, problem } = draftOf(callId);
      return { text, status, problem };
    },

    /** Calls whose notes were typed before this page was opened and have not arrived. */
    kept() {
      const found = [];
      for (let at = 0; at < drawer.length; at += 1) {
        const key = drawer.key(at);
        if (key?.startsWith(prefix)) found.push({ callId: key.slice(prefix.length), text: drawer.getItem(key) ?? "" });
      }
      return found;
    },

    /** Whether there is something that the server has refused or that did not reach it. */
    isStuck: () => [...drafts.values()].some((draft) => draft.text !== draft.saved && draft.failures > 0),

    /** Nothing runs after the page is left; what is unsaved stays in the drawer. */
    stop() {
      for (const draft of drafts.values()) draft.stopTimer();
    },
  };
}

/** @param {Drawer} drawer @param {string} key */
function readKept(drawer, key) {
  try {
    return drawer.getItem(key);
  } catch {
    return null;
  }
}

/** @param {() => void} run @param {number} ms */
function laterByTimer(run, ms) {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
