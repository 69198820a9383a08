/**
 * The board that this page shows: given whole once, then made anew of each frame. A frame that is missing, or one of
 * another board, is answered by asking for the whole again; so is a silence.
 *
 * Each agent, call and campaign is a signal of its own: a frame redraws the rows that it is about, and no others.
 */

import { batch, signal } from "@preact/signals";

/** @typedef {import("../kit/shapes.js").Schema<"WallboardAgentOut">} BoardAgent */
/** @typedef {import("../kit/shapes.js").Schema<"WallboardCallOut">} BoardCall */
/** @typedef {import("../kit/shapes.js").Schema<"WallboardCampaignOut">} BoardCampaign */
/** @typedef {import("../kit/shapes.js").Schema<"WallboardMinuteOut">} BoardMinute */
/** @typedef {import("../kit/shapes.js").Schema<"WallboardTotalsOut">} BoardTotals */
/** @typedef {{agents: BoardAgent[], calls: BoardCall[], campaigns: BoardCampaign[], minutes: BoardMinute[], totals: BoardTotals}} WholeBoard */
/**
 * @typedef {{
 *   epoch: string, sequence: number, at: string, stale_since?: string, problem?: string,
 *   changed?: Partial<WholeBoard>, removed?: {[section: string]: string[]},
 * }} Frame
 */
/** @typedef {{campaign_ids?: string[], agent_group_id?: string}} Chosen */
/**
 * The way to the server, and its time.
 * @typedef {{
 *   say: (event: string, body: object) => Promise<any>, onEvent: (name: string, heard: (payload: any) => void) => () => void,
 *   onConnected: (arrived: () => void) => () => void, moment: () => number,
 * }} Server
 */

const ASK_AGAIN_MS = 2_000;
/** The server says something at least each five seconds. */
export const SILENCE_MS = 12_000;
const MAX_EARLY_FRAMES = 20;

/** Refusals after which asking again would be of no use. */
const FINAL = new Set(["forbidden", "not_found", "unauthenticated"]);

/** @template {{id: string}} Item */
export class Entries {
  constructor() {
    /** @type {Map<string, import("@preact/signals").Signal<Item>>} */
    this.byId = new Map();
    /** Changes with each frame that is about any of them, for whoever shows them in an order. */
    this.revision = signal(0);
  }

  /** One of them as a signal. @param {string} id */
  of(id) {
    return this.byId.get(id);
  }

  /** All of them now. */
  get all() {
    return [...this.byId.values()].map((each) => each.peek());
  }

  /** @param {Item[]} items */
  replace(items) {
    const kept = new Set(items.map((item) => item.id));
    for (const id of this.byId.keys()) if (!kept.has(id)) this.byId.delete(id);
    for (const item of items) this.put(item);
    this.revision.value += 1;
  }

  /** @param {Item[] | undefined} changed @param {string[] | undefined} removed */
  change(changed, removed) {
    if (!changed && !removed) return;
    for (const patch of changed ?? []) this.put({ ...this.byId.get(patch.id)?.peek(), ...patch });
    for (const id of removed ?? []) this.byId.delete(id);
    this.revision.value += 1;
  }

  /** @param {Item} item */
  put(item) {
    const known = this.byId.get(item.id);
    if (known) known.value = item;
    else this.byId.set(item.id, signal(item));
  }
}

export class Board {
  /** @param {Server} server */
  constructor(server) {
    this.server = server;
    this.agents = /** @type {Entries<BoardAgent>} */ (new Entries());
    this.calls = /** @type {Entries<BoardCall>} */ (new Entries());
    this.campaigns = /** @type {Entries<BoardCampaign>} */ (new Entries());
    this.minutes = signal(/** @type {BoardMinute[]} */ ([]));
    this.totals = signal(/** @type {BoardTotals | null} */ (null));
    /** As of when all of it is true. */
    this.at = signal(/** @type {string | null} */ (null));
    /** Why what is shown is old, if the server says so: `database`, `clock`, `unknown`. */
    this.problem = signal(/** @type {string | null} */ (null));
    /** When the server was heard last, in milliseconds. */
    this.heardAt = signal(0);
    this.refusal = signal(/** @type {Error | null} */ (null));
    this.resyncs = 0;
    this.epoch = "";
    this.sequence = -1;
    /** @type {Chosen} */
    this.chosen = {};
    this.turn = 0;
    this.isAsking = false;
    /** @type {Frame[]} */
    this.early = [];
    /** @type {(() => void)[]} */
    this.offs = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** Begin, and keep at it over every reconnection. @param {Chosen} chosen */
  start(chosen) {
    this.chosen = chosen;
    const listening = setInterval(() => this.listen(), 1_000);
    this.offs = [
      this.server.onEvent("wallboard:frame", (frame) => this.take(frame)),
      this.server.onConnected(() => void this.ask()),
      () => clearInterval(listening),
    ];
  }

  stop() {
    this.turn += 1;
    clearTimeout(this.timer);
    for (const off of this.offs) off();
    this.server.say("wallboard:unwatch", {}).catch(() => {
      // Gone already, and with it the watch.
    });
  }

  /** Ask for the whole board. */
  async ask() {
    this.turn += 1;
    const mine = this.turn;
    clearTimeout(this.timer);
    this.isAsking = true;
    this.early = [];
    try {
      const answer = await this.server.say("wallboard:watch", this.chosen);
      if (mine === this.turn) this.begin(answer);
    } catch (problem) {
      if (mine !== this.turn) return;
      const refusal = /** @type {Error & {code?: string}} */ (problem);
      if (FINAL.has(refusal.code ?? "")) this.refusal.value = refusal;
      else this.timer = setTimeout(() => void this.ask(), ASK_AGAIN_MS);
    }
  }

  /** @param {Frame & {board: WholeBoard}} answer */
  begin(answer) {
    batch(() => {
      this.agents.replace(answer.board.agents);
      this.calls.replace(answer.board.calls);
      this.campaigns.replace(answer.board.campaigns);
      this.minutes.value = answer.board.minutes;
      this.totals.value = answer.board.totals;
      this.refusal.value = null;
      this.note(answer);
    });
    this.epoch = answer.epoch;
    this.isAsking = false;
    // What was told while the answer was on its way.
    const early = this.early;
    this.early = [];
    for (const frame of early) this.take(frame);
  }

  /** @param {Frame} frame */
  take(frame) {
    if (this.isAsking) {
      if (this.early.length < MAX_EARLY_FRAMES) this.early.push(frame);
      return;
    }
    if (frame.epoch === this.epoch && frame.sequence <= this.sequence) return;
    if (frame.epoch !== this.epoch || frame.sequence !== this.sequence + 1) {
      this.resyncs += 1;
      void this.ask();
      return;
    }
    const { changed = {}, removed = {} } = frame;
    batch(() => {
      this.agents.change(changed.agents, removed.agents);
      this.calls.change(changed.calls, removed.calls);
      this.campaigns.change(changed.campaigns, removed.campaigns);
      if (changed.minutes || removed.minutes)
        this.minutes.value = joined(this.minutes.peek(), changed.minutes, removed.minutes);
      const totals = this.totals.peek();
      if (changed.totals && totals) this.totals.value = { ...totals, ...changed.totals };
      this.note(frame);
    });
  }

  /** @param {Frame} frame */
  note(frame) {
    this.sequence = frame.sequence;
    this.at.value = frame.stale_since ?? frame.at;
    this.problem.value = frame.problem ?? null;
    this.heardAt.value = this.server.moment();
  }

  listen() {
    if (this.isAsking || this.refusal.peek() || this.server.moment() - this.heardAt.peek() < SILENCE_MS) return;
    // A sleeping tab may have missed that the connection came and went.
    this.heardAt.value = this.server.moment();
    this.resyncs += 1;
    void this.ask();
  }
}

/**
 * The minutes in their order.
 * @param {BoardMinute[]} minutes
 * @param {BoardMinute[] | undefined} changed
 * @param {string[] | undefined} removed
 */
function joined(minutes, changed = [], removed = []) {
  const byStart = new Map(minutes.map((minute) => [minute.at, minute]));
  for (const patch of changed) byStart.set(patch.at, { ...byStart.get(patch.at), ...patch });
  for (const at of removed) byStart.delete(at);
  return [...byStart.values()].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
