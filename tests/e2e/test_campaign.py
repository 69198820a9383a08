"""A small campaign from CSV to conversation, through real processes; database and carrier's log bear witness."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from redis import Redis
from twilio.request_validator import RequestValidator

from dialer.embedded.stack import EmbeddedStack
from tests.e2e.world import Console, Office, Witness, eventually, found_office, new_number, query_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

RETRY_MINUTES = 90
_SETTLED = """
    select c.id from campaigns c where c.id = %(campaign)s
      and not exists (select from calls where campaign_id = c.id and state not in
          ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned'))
      and not exists (select from leads where campaign_id = c.id
          and (status in ('queued', 'calling') or status = 'pending' and next_call_at <= now()))
"""


@dataclass
class Story:
    """What was uploaded and what came of it. `first_round` holds the leads as they stood before the retry came due."""

    office: Office
    consoles: list[Console]
    campaign_id: str
    number_of: dict[str, str]
    upload: Mapping[str, Any]
    first_round: dict[str, Mapping[str, Any]]
    witness: Witness

    def calls(self, who: str) -> list[Mapping[str, Any]]:
        """The calls to one of the people, in order, with the ledger's line."""
        return self.witness.rows(
            "select c.*, a.outcome, a.waited_milliseconds, t.number as attempt_number, t.allowed, t.verdict"
            " from calls c join attempts t on t.id = c.attempt_id left join live_answers a on a.call_id = c.id"
            " where c.campaign_id = %(campaign)s and c.to_number = %(number)s order by t.number",
            campaign=self.campaign_id,
            number=self.number_of[who],
        )

    def lead(self, who: str) -> Mapping[str, Any]:
        return _leads(self.witness, self.campaign_id)[self.number_of[who]]

    def console_of(self, call: Mapping[str, Any]) -> Console:
        return next(console for console in self.consoles if console.agent_id == call["agent_id"])


@pytest.fixture(scope="module")
def story(stack: EmbeddedStack, witness: Witness) -> Any:
    office = found_office(stack)
    people = ("talker", "other_talker", "busy", "silent", "machine", "unreachable", "refused", "late_dnc", "early_dnc")
    number_of = {who: new_number() for who in people}
    _script_people(office, number_of)
    group = office.add_group()
    consoles = [office.add_console(group), office.add_console(group)]
    campaign_id = office.add_campaign(
        group, amd_enabled=True, record_calls=True, voicemail_message_url="https://example.com/voicemail.mp3",
        retry_policy={"max_attempts": 2, "delay_minutes": RETRY_MINUTES, "retry_on_voicemail": False},
    )  # fmt: skip
    office.admin.post("/api/dnc", {"phone": number_of["early_dnc"]})
    upload = office.upload(campaign_id, _csv(number_of))
    office.admin.post("/api/dnc", {"phone": number_of["late_dnc"]})
    office.admin.post(f"/api/campaigns/{campaign_id}/start")
    eventually(lambda: witness.rows(_SETTLED, campaign=campaign_id), what="every lead is where it belongs")
    first_round = _leads(witness, campaign_id)
    # Ninety minutes pass for the one who was busy.
    office.script(number_of["busy"], "answer", talk_seconds=10)
    witness.change(
        "update leads set next_call_at = now() where campaign_id = %(campaign)s and phone_normalized = %(number)s",
        campaign=campaign_id, number=number_of["busy"],
    )  # fmt: skip
    eventually(
        lambda: _leads(witness, campaign_id)[number_of["busy"]]["status"] == "completed", what="the retry is answered"
    )
    eventually(lambda: witness.rows(_SETTLED, campaign=campaign_id), what="everybody is free again")
    yield Story(office, consoles, campaign_id, number_of, upload, first_round, witness)
    office.close()


def _script_people(office: Office, number_of: Mapping[str, str]) -> None:
    office.script(number_of["talker"], "answer", talk_seconds=30)
    office.script(number_of["other_talker"], "answer", talk_seconds=20)
    office.script(number_of["busy"], "busy")
    office.script(number_of["silent"], "no-answer")
    office.script(number_of["machine"], "answer", answered_by="machine_end_beep", talk_seconds=400)
    office.script(number_of["unreachable"], "failed")
    office.script(number_of["refused"], "answer", refuse_with=21211)


def _csv(number_of: Mapping[str, str]) -> str:
    """A list as people send them: their own column names, a row without a number, one twice, one on the DNC list."""
    rows = [f"{number},{who.title()},Doe,ACME" for who, number in number_of.items()]
    rows += ["not a number,Bad,Row,ACME", f"{number_of['talker']},Twice,Doe,ACME"]
    return "Phone Number,First Name,Last Name,Company\n" + "\n".join(rows) + "\n"


def _leads(witness: Witness, campaign_id: str) -> dict[str, Mapping[str, Any]]:
    rows = witness.rows("select * from leads where campaign_id = %(campaign)s", campaign=campaign_id)
    return {row["phone_normalized"]: row for row in rows}


def test_the_upload_reports_bad_rows_duplicates_and_suppressed_numbers(story: Story) -> None:
    results, reported = story.upload["results"], story.upload["errors"]
    assert (results["total"], results["inserted"], results["invalid"], results["duplicates"], results["dnc"]) == (
        11,
        8,
        1,
        1,
        1,
    )
    assert {row["code"] for row in reported} >= {"duplicate_in_file", "dnc"}
    assert len(reported) == 3


@pytest.mark.parametrize(
    ("who", "state", "disposition", "lead_status"),
    [
        ("talker", "completed", "answered", "completed"),
        ("other_talker", "completed", "answered", "completed"),
        ("busy", "busy", "busy", "pending"),
        ("silent", "no_answer", "no_answer", "pending"),
        ("machine", "completed", "voicemail", "completed"),
        ("unreachable", "failed", "failed", "failed"),
        ("refused", "failed", "failed", "failed"),
    ],
)
def test_every_outcome_is_recorded_and_moves_its_lead(
    story: Story, who: str, state: str, disposition: str, lead_status: str
) -> None:
    call = story.calls(who)[0]
    assert (call["state"], call["disposition"]) == (state, disposition)
    lead = story.first_round[story.number_of[who]]
    assert (lead["status"], lead["call_attempts"]) == (lead_status, 1)


@pytest.mark.parametrize("who", ["busy", "silent"])
def test_a_retry_is_due_as_long_after_the_call_as_the_policy_says(story: Story, who: str) -> None:
    distance = story.first_round[story.number_of[who]]["next_call_at"] - story.calls(who)[0]["ended_at"]
    assert abs(distance - timedelta(minutes=RETRY_MINUTES)) < timedelta(seconds=1)


def test_a_retry_that_is_due_is_a_second_attempt_with_a_call_of_its_own(story: Story) -> None:
    first, second = story.calls("busy")
    assert (first["attempt_number"], second["attempt_number"]) == (1, 2)
    assert (second["disposition"], story.lead("busy")["call_attempts"]) == ("answered", 2)
    assert first["call_sid"] != second["call_sid"]


def test_who_is_suppressed_after_the_upload_is_refused_at_placing_and_never_called(story: Story) -> None:
    assert story.lead("late_dnc")["status"] == "dnc"
    assert story.lead("late_dnc")["call_attempts"] == 0
    assert all(call["placing_at"] is None for call in story.calls("late_dnc"))


def test_every_placed_call_has_the_verdict_that_allowed_it(story: Story) -> None:
    placed = [call for who in story.number_of for call in story.calls(who) if call["placing_at"]]
    assert len(placed) == 8
    assert all(call["allowed"] and call["verdict"]["inputs"]["window"]["timezone"] == "UTC" for call in placed)


@pytest.mark.parametrize("who", ["talker", "other_talker"])
def test_who_answered_is_in_the_ledger_with_the_wait_to_the_agent(story: Story, who: str) -> None:
    (call,) = story.calls(who)
    waited = (call["bridged_at"] - call["answered_at"]) / timedelta(milliseconds=1)
    assert call["waited_milliseconds"] == pytest.approx(waited, abs=1)
    assert call["outcome"] == ("reached" if waited <= 2000 else "late")
    assert call["twiml_milliseconds"] is None or call["twiml_milliseconds"] > 0


def test_a_machine_is_not_in_the_ledger(story: Story) -> None:
    (call,) = story.calls("machine")
    assert (call["answered_by"], call["outcome"], call["talk_seconds"]) == ("machine_end_beep", None, None)


def test_the_machine_hears_the_campaigns_message(story: Story) -> None:
    (call,) = story.calls("machine")
    changes = [
        entry["form"]["Twiml"]
        for entry in story.witness.log("request")
        if entry["method"] == "POST" and f"/Calls/{call['call_sid']}" in entry["path"] and "Twiml" in entry["form"]
    ]
    assert len(changes) == 1
    assert "<Play>https://example.com/voicemail.mp3</Play>" in changes[0]


def test_the_agents_console_shows_the_lead_and_then_the_end_of_the_call(story: Story) -> None:
    (call,) = story.calls("talker")
    console = story.console_of(call)
    (shown,) = [heard for heard in console.all_heard("incoming:call") if heard["callId"] == str(call["id"])]
    assert shown == {
        "callId": str(call["id"]), "leadId": str(call["lead_id"]), "first_name": "Talker", "last_name": "Doe",
        "phone": story.number_of["talker"], "notes": None, "campaign_id": story.campaign_id,
        "campaign_name": "Spring outreach", "custom_fields": {"company": "ACME"},
        "time_zone": "America/New_York",
    }  # fmt: skip
    (ended,) = [heard for heard in console.all_heard("call:ended") if heard["callId"] == str(call["id"])]
    assert (ended["reason"], ended["disposition"]) == ("answered", "answered")
    assert ended["wrap_up_until"] is not None
    assert call["screen_popped_at"] >= call["answered_at"]


def test_the_agent_goes_through_every_state_of_a_conversation(story: Story) -> None:
    (call,) = story.calls("talker")
    changes = story.witness.rows(
        "select state, at from agent_state_changes where agent_id = %(agent)s order by id", agent=call["agent_id"]
    )
    began = next(i for i, change in enumerate(changes) if change["at"] == call["agent_reserved_at"])
    states = [change["state"] for change in changes[began - 1 : began + 4]]
    assert states == ["available", "reserved", "talking", "wrapping_up", "available"]


def test_conversations_are_recorded(story: Story) -> None:
    def recording() -> Any:
        (call,) = story.calls("talker")
        return call["recording_sid"] and call

    call = eventually(recording, what="the recording is ready")
    assert call["recording_url"].endswith(call["recording_sid"])
    assert call["recording_seconds"] > 0


def test_the_price_is_fetched_once_it_has_come(story: Story) -> None:
    def priced() -> Any:
        calls = [story.calls(who)[-1] for who in ("talker", "other_talker", "machine")]
        return all(call["cost"] for call in calls) and calls

    for call in eventually(priced, what="answered calls have a cost", seconds=150):
        assert (call["cost"] > 0, call["cost_unit"]) == (True, "USD")
        assert call["cost_checked_at"] - call["ended_at"] >= timedelta(seconds=20)
    assert story.calls("silent")[0]["cost"] is None


def test_the_carrier_was_asked_once_for_each_attempt_and_never_for_a_suppressed_number(story: Story) -> None:
    asked = {who: story.witness.placements(to=number) for who, number in story.number_of.items()}
    expected = {"talker": 1, "other_talker": 1, "busy": 2, "silent": 1, "machine": 1, "unreachable": 1,
                "refused": 0, "late_dnc": 0, "early_dnc": 0}  # fmt: skip
    assert {who: len(entries) for who, entries in asked.items()} == expected
    for who, entries in asked.items():
        calls = [str(call["id"]) for call in story.calls(who) if call["call_sid"]]
        assert [query_of(entry["form"]["Url"])["callId"] for entry in entries] == calls


def test_every_webhook_was_genuine_and_answered_with_success(story: Story, stack: EmbeddedStack) -> None:
    sent = [entry for entry in story.witness.log("webhook") if entry["done"]]
    assert len(sent) > 30
    assert [(entry["url"], entry["status"]) for entry in sent if not 200 <= (entry["status"] or 0) < 300] == []
    validator = RequestValidator(stack.environ["TWILIO_AUTH_TOKEN"])
    assert all(validator.validate(entry["url"], entry["form"], entry["signature"]) for entry in sent)


def test_the_doctor_finds_nothing_after_a_campaign(story: Story, doctor: Callable[[], dict[str, list[str]]]) -> None:
    assert doctor() == {}


def test_a_paused_campaign_places_nothing_until_it_goes_on(office: Office, witness: Witness) -> None:
    numbers = [new_number() for _ in range(40)]
    group = office.add_group()
    office.add_console(group)
    campaign_id = office.add_campaign(group)
    office.upload(campaign_id, "phone\n" + "\n".join(numbers))
    for number in numbers:
        office.script(number, "busy", ring_seconds=1)
    office.admin.post(f"/api/campaigns/{campaign_id}/start")
    eventually(lambda: _placed(witness, campaign_id) >= 3, what="dialling has begun")
    office.admin.post(f"/api/campaigns/{campaign_id}/pause")
    # What was being placed at that moment may still be placed.
    eventually(
        lambda: (
            not witness.rows(
                "select id from calls where campaign_id = %(campaign)s and state in ('planned', 'placing')",
                campaign=campaign_id,
            )
        ),
        what="nothing is planned any more",
    )
    placed = _placed(witness, campaign_id)
    time.sleep(3)  # three pacing ticks
    assert _placed(witness, campaign_id) == placed
    office.admin.post(f"/api/campaigns/{campaign_id}/start")
    eventually(lambda: _placed(witness, campaign_id) > placed, what="dialling goes on")
    office.admin.post(f"/api/campaigns/{campaign_id}/cancel")


def _placed(witness: Witness, campaign_id: str) -> int:
    numbers = {row["to_number"] for row in witness.rows(
        "select to_number from calls where campaign_id = %(campaign)s", campaign=campaign_id)}  # fmt: skip
    return sum(entry["form"]["To"] in numbers for entry in witness.placements())


def test_an_agent_at_his_phone_is_rung_whispered_to_and_bridged(office: Office, witness: Witness) -> None:
    lead, phone, group = new_number(), new_number(), office.add_group()
    office.script(lead, "answer", talk_seconds=40)
    office.script(phone, "answer", talk_seconds=6000, ring_seconds=1)
    agent_id = office.add_phone_agent(group, phone=phone)
    campaign_id = office.add_campaign(group)
    office.upload(campaign_id, f"phone,first_name\n{lead},Sara\n")
    office.admin.post(f"/api/campaigns/{campaign_id}/start")
    eventually(lambda: witness.rows(_SETTLED, campaign=campaign_id), what="the conversation is over")
    (call,) = witness.rows("select * from calls where campaign_id = %(campaign)s", campaign=campaign_id)
    assert (call["state"], call["disposition"], call["agent_id"]) == ("completed", "answered", agent_id)
    assert call["conference_name"] == f"call_{call['id']}"
    _assert_whispered_and_met(witness, call, phone)


def _assert_whispered_and_met(witness: Witness, call: Mapping[str, Any], phone: str) -> None:
    whispers = [entry for entry in witness.log("webhook") if "/agent-answer" in entry["url"]]
    (whisper,) = [entry for entry in whispers if query_of(entry["url"]).get("callId") == str(call["id"])]
    assert (whisper["form"]["To"], query_of(whisper["url"])["leadName"]) == (phone, "Sara")
    assert "Sara" in whisper["body"]
    joined = [
        entry["call_sid"]
        for entry in witness.log("conference")
        if entry.get("name") == f"call_{call['id']}" and entry["change"] == "join"
    ]
    assert sorted(joined) == sorted([call["call_sid"], whisper["call_sid"]])


def test_a_killed_worker_and_a_flushed_redis_cost_time_and_nothing_else(
    office: Office, stack: EmbeddedStack, witness: Witness, doctor: Callable[[], dict[str, list[str]]]
) -> None:
    numbers = [new_number() for _ in range(40)]
    for number in numbers[::2]:
        office.script(number, "busy", ring_seconds=2)
    for number in numbers[1::2]:
        office.script(number, "answer", talk_seconds=5)
    group = office.add_group()
    office.add_console(group)
    office.add_console(group)
    campaign_id = office.add_campaign(group, dial_mode="ratio", pacing_ratio=2)
    office.upload(campaign_id, "phone\n" + "\n".join(numbers))
    office.admin.post(f"/api/campaigns/{campaign_id}/start")
    eventually(lambda: _placed(witness, campaign_id) >= 6, what="dialling has begun")
    _kill_worker_and_flush(stack)
    before = _placed(witness, campaign_id)
    eventually(lambda: _placed(witness, campaign_id) >= before + 6, what="dialling has resumed", seconds=90)
    office.admin.post(f"/api/campaigns/{campaign_id}/pause")
    eventually(lambda: not witness.rows(_UNSETTLED, campaign=campaign_id), what="every call has ended", seconds=90)
    _assert_no_attempt_was_placed_twice(witness, campaign_id)
    assert doctor() == {}


# A call of which nobody knows whether the carrier has it stays unresolved for five minutes; what the carrier accepted
# is found within seconds.
_UNSETTLED = """
    select id, state from calls where campaign_id = %(campaign)s
      and state in ('planned', 'placing', 'placed', 'ringing', 'answered', 'waiting', 'bridged')
"""


def _kill_worker_and_flush(stack: EmbeddedStack) -> None:
    assert stack.supervisor is not None
    os.kill(stack.supervisor.process_ids()["worker"], signal.SIGKILL)
    with Redis.from_url(stack.environ["REDIS_URL"]) as redis:
        redis.flushall()


def _assert_no_attempt_was_placed_twice(witness: Witness, campaign_id: str) -> None:
    calls = {
        str(row["id"]): row
        for row in witness.rows("select * from calls where campaign_id = %(campaign)s", campaign=campaign_id)
    }
    numbers = {call["to_number"] for call in calls.values()}
    asked = [entry for entry in witness.placements() if entry["form"]["To"] in numbers]
    times_asked = Counter(query_of(entry["form"]["Url"])["callId"] for entry in asked)
    assert max(times_asked.values()) == 1
    # Every call that the carrier has is the call of one attempt, and the database knows it by the carrier's id.
    assert {call_id: calls[call_id]["call_sid"] for call_id in times_asked} == {
        query_of(entry["form"]["Url"])["callId"]: entry["sid"] for entry in asked
    }
    for number in numbers:
        to_one = sorted(
            (call for call in calls.values() if call["to_number"] == number), key=lambda call: call["created_at"]
        )
        assert all(
            earlier["ended_at"] is not None and earlier["ended_at"] <= later["created_at"]
            for earlier, later in pairwise(to_one)
        )
