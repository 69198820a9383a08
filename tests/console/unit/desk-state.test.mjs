import assert from "node:assert/strict";
import { test } from "node:test";

import { readSnapshot } from "../../../api/console/app/softphone/desk-snapshot.js";
import { withConclusion, withEvent, withSnapshot } from "../../../api/console/app/softphone/desk-state.js";
import { elapsedShare, situationOf } from "../../../api/console/app/softphone/situation.js";
import { AT, BEN, at, snapshot } from "./a-desk.mjs";

const ONLINE = { isOnline: true, offlineSince: null };
const INCOMING = {
  callId: "c1", leadId: "l1", first_name: "Sara", last_name: "Ahmed", phone: "+14155550101", notes: "VIP",
  campaign_id: "m1", campaign_name: "Spring", custom_fields: { Company: "ACME" },
};

/** @param {object} [told] */
const desk = (told) => readSnapshot({ desk: snapshot(told) }, AT).desk;
const status = (/** @type {object} */ told) => ({ agentId: BEN, declared_status: "available", current_calls: 0, wrap_up_until: null, ...told });
const talking = () => withEvent(desk(), "incoming:call", INCOMING, AT + 1000);

test("a call is on the desk as soon as its event is heard", () => {
  const { call } = talking();
  assert.equal(call?.name, "Sara Ahmed");
  assert.deepEqual(call?.fields, { Company: "ACME" });
  assert.deepEqual(situationOf(talking(), ONLINE), { name: "talking", since: AT + 1000, until: null, span: null });
});

test("the same call heard again changes nothing", () => {
  const before = talking();
  assert.equal(withEvent(before, "incoming:call", INCOMING, AT + 2000), before);
});

test("a call that is over does not come back by a late event", () => {
  const over = withEvent(talking(), "call:ended", { callId: "c1", reason: "answered", wrap_up_until: at(40) }, AT + 9000);
  const free = withEvent(over, "agent:status:updated", status({ state: "available", at: at(41), since: at(41) }), AT + 41_000);
  assert.equal(withEvent(free, "incoming:call", INCOMING, AT + 42_000).call, null);
});

test("a status that is older than the known one is left out", () => {
  const before = desk();
  const old = status({ state: "paused", declared_status: "break", at: at(-61) });
  assert.equal(withEvent(before, "agent:status:updated", old, AT + 100), before);
});

test("a status of a moment before the snapshot counts if it is newer than the known one: it was committed later", () => {
  const wrappingUp = desk({ agent: { state: "wrapping_up", updated_at: at(-30) } });
  const free = withEvent(wrappingUp, "agent:status:updated", status({ state: "available", at: at(-1) }), AT + 1000);
  assert.equal(free.agent?.state, "available");
});

test("another agent's status is not this desk's", () => {
  const before = desk();
  const told = { ...status({ state: "paused", declared_status: "break", at: at(5) }), agentId: "cleo" };
  assert.equal(withEvent(before, "agent:status:updated", told, AT + 5000), before);
});

test("after a call comes wrap-up, counted down from its own instants", () => {
  const over = withEvent(talking(), "call:ended", { callId: "c1", reason: "answered", wrap_up_until: at(40) }, AT + 10_000);
  const shown = situationOf(over, ONLINE);
  assert.deepEqual(shown, { name: "wrap-up", since: AT + 10_000, until: AT + 40_000, span: 30_000 });
  assert.equal(elapsedShare(shown, AT + 25_000), 0.5);
});

test("whoever goes on without a result keeps the call at hand until it has one", () => {
  const over = withEvent(talking(), "call:ended", { callId: "c1", reason: "answered", wrap_up_until: at(40) }, AT + 10_000);
  const free = withEvent(over, "agent:status:updated", status({ state: "available", at: at(41) }), AT + 41_000);
  assert.deepEqual([free.call, free.lastCall?.id], [null, "c1"]);
  assert.equal(withConclusion(free, "c1", { disposition: "sale", label: "Sale" }).lastCall, null);
});

test("a concluded call is gone with its wrap-up", () => {
  const over = withEvent(talking(), "call:ended", { callId: "c1", reason: "answered", wrap_up_until: at(40) }, AT + 10_000);
  const done = withConclusion(over, "c1", { disposition: "sale", label: "Sale" });
  assert.equal(done.call?.disposition, "sale");
  const free = withEvent(done, "agent:status:updated", status({ state: "available", at: at(41) }), AT + 41_000);
  assert.deepEqual([free.call, free.lastCall], [null, null]);
});

test("a call outlives the network, whoever waits is told of it", () => {
  const offline = { isOnline: false, offlineSince: AT };
  assert.equal(situationOf(talking(), offline).name, "talking");
  assert.equal(situationOf(desk(), offline).name, "connection-lost");
});

test("hold, recording, transfer and who listens come with one event", () => {
  const changed = withEvent(talking(), "call:changed", {
    callId: "c1", is_on_hold: true, is_recording: true, is_recording_paused: true,
    transfer: { id: "t1", kind: "warm", state: "consulting", to_agent_name: "Eve", requested_at: at(3), is_merged: false },
    supervision: [{ name: "Ada", mode: "whisper" }],
  }, AT + 4000);
  assert.deepEqual([changed.call?.isHeld, changed.call?.recording], [true, "paused"]);
  assert.deepEqual([changed.transfer?.target, changed.transfer?.isOpen], ["Eve", true]);
  assert.deepEqual(changed.listeners, [{ name: "Ada", mode: "whisper" }]);
  // Ben talks with Eve; the callee alone is on hold.
  assert.equal(situationOf(changed, ONLINE).name, "talking");
  const alone = withEvent(changed, "transfer:changed", { callId: "c1", transferId: "t1", kind: "warm", state: "cancelled" }, AT + 5000);
  assert.deepEqual([situationOf(alone, ONLINE).name, alone.transfer?.isOpen], ["held", false]);
});

test("a call that a colleague hands over says whose it was", () => {
  const handed = { ...INCOMING, transferred_from: { transferId: "t1", kind: "warm", agent_id: "eve", agent_name: "Eve" } };
  const { call, transfer } = withEvent(desk(), "incoming:call", handed, AT + 1000);
  assert.deepEqual([call?.id, transfer?.from, transfer?.fromAgentId, transfer?.isOpen], ["c1", "Eve", "eve", true]);
});

test("who is on the line besides is told while the call lasts", () => {
  const heard = { callId: "c1", supervision: [{ name: "Ada", mode: "barge" }] };
  assert.deepEqual(withEvent(talking(), "supervision:changed", heard, AT + 2000).listeners, [{ name: "Ada", mode: "barge" }]);
  assert.deepEqual(withEvent(desk(), "supervision:changed", heard, AT + 2000).listeners, []);
});

test("a lead that is dialled from its preview rings until somebody answers or nobody does", () => {
  const lead = { ...INCOMING, previewId: "p1", expires_at: at(120) };
  const looking = withEvent(desk(), "preview:lead", lead, AT);
  assert.equal(situationOf(looking, ONLINE).name, "preview");
  const ringing = withEvent(looking, "preview:ended", { previewId: "p1", state: "dialled", callId: "c1" }, AT + 10);
  assert.deepEqual([situationOf(ringing, ONLINE).name, ringing.dialling?.name], ["dialling", "Sara Ahmed"]);
  const unreached = withEvent(ringing, "call:ended", { callId: "c1", reason: "no_answer", wrap_up_until: null }, AT + 20);
  assert.deepEqual([unreached.dialling, unreached.news?.kind, unreached.news?.detail], [null, "unreached", "no_answer"]);
});

test("a break says how long it may last, by the reasons on offer", () => {
  const told = status({ state: "paused", declared_status: "break", break_reason_id: "r1", break_reason: "Lunch", since: at(60), at: at(60) });
  const shown = situationOf(withEvent(desk(), "agent:status:updated", told, AT + 60_000), ONLINE);
  assert.deepEqual(shown, { name: "break", since: AT + 60_000, until: AT + 3_660_000, span: 3_600_000 });
});

test("without sound nobody is available", () => {
  const silent = withEvent(desk(), "agent:audio", { agentId: BEN, connected: false }, AT + 1);
  assert.equal(situationOf(silent, ONLINE).name, "no-audio");
  assert.equal(situationOf(desk({ agent: { works_by: "phone", has_audio: false } }), ONLINE).name, "available");
});

test("a snapshot does not undo a status that was told after it was read", () => {
  const told = status({ state: "paused", declared_status: "break", at: at(5) });
  const onBreak = withEvent(desk(), "agent:status:updated", told, AT + 5000);
  assert.equal(withSnapshot(onBreak, desk()).agent?.declared, "break");
});

test("a snapshot in mid-call finds the call with its notes", () => {
  const call = { id: "c9", lead_id: "l1", campaign_id: "m1", state: "bridged", is_over: false, phone: "+14155550101",
    bridged_at: at(-90), notes: "Likes", notes_revision: 3, live: { is_on_hold: true, is_recording: false } };
  const found = desk({ call, lead: { id: "l1", first_name: "Sara", last_name: null, notes: "VIP" }, agent: { state: "talking" } });
  assert.deepEqual(
    [found.call?.name, found.call?.notes, found.call?.notesRevision, found.call?.leadNotes, found.call?.isHeld],
    ["Sara", "Likes", 3, "VIP", true],
  );
  assert.equal(situationOf(found, ONLINE).since, AT - 90_000);
});

test("an own callback that goes to the team leaves the list and is told", () => {
  const callback = { callbackId: "b1", agentId: BEN, first_name: "Sara", phone: "+1", due_at: at(600), time_zone: "UTC", state: "promised" };
  const promised = withEvent(desk(), "callback:promised", callback, AT);
  assert.deepEqual(promised.callbacks.map(({ id }) => id), ["b1"]);
  const away = withEvent(promised, "callback:handed_over", { ...callback, agentId: null, state: "handed_over" }, AT + 1);
  assert.deepEqual([away.callbacks, away.news?.kind], [[], "callback-away"]);
});
