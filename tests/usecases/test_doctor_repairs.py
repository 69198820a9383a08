"""What the doctor puts right, told in the history, done once, and never a second call to anybody."""

import argparse
import json
from datetime import timedelta
from typing import Any

import pytest

from dialer.commands import doctor as command
from dialer.commands.failure import CommandError
from dialer.domain.calls import CallState
from dialer.domain.errors import NotFound
from dialer.store.doctor_checks import CHECKS
from dialer.store.schema.base import new_id
from dialer.store.session import Database
from dialer.usecases import doctor
from dialer.usecases.doctor import CheckExplained, Examination, StoryExplained
from dialer.usecases.doctor_repairs import CURES
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_conversation, open_floor
from tests.conftest import DatabaseUrls

S = CallState


@pytest.fixture
def floor(services: Services) -> Floor:
    """One conversation that has ended, and one that goes on."""
    floor = open_floor(services)
    ended, _ = open_conversation(floor)
    floor.report(ended, S.COMPLETED, duration=30)
    floor.services.clock.advance(seconds=20)  # type: ignore[attr-defined]
    live, _ = open_conversation(floor)
    floor.carrier.knows(floor.sid(live), S.ANSWERED)
    return floor


@pytest.fixture
def examination(floor: Floor, owner_database: Database) -> Examination:
    return Examination(owner_database, floor.services.clock, "dialer_app", floor.services.rules)


def live_call(floor: Floor) -> Any:
    return floor.rows("select * from calls where state <> 'completed'")[0]


def ended_call(floor: Floor) -> Any:
    return floor.rows("select * from calls where state = 'completed'")[0]


def violations(examination: Examination) -> dict[str, int]:
    found = doctor._examine(examination)
    return {finding.check: finding.count for finding in found if finding.count > 0}


_LATER = "interval '1 hour'"
DAMAGE = {
    "no_call_stuck": f"update calls set state = 'placing', state_changed_at = placing_at - {_LATER} "
    "where state = 'bridged'",
    "nobody_waits_in_silence": "update calls set state = 'waiting', agent_id = null, bridged_at = null, answered_at = "
    f"answered_at - {_LATER}, state_changed_at = state_changed_at - interval '20 seconds' where state = 'bridged'",
    "agents_hold_live_calls": f"""update agents set updated_at = updated_at - {_LATER}, held_call_ids =
        array(select id from calls where state = 'completed') where cardinality(held_call_ids) = 0""",
    "one_agent_per_call": "update agents set held_call_ids = array(select id from calls where state = 'bridged')",
    "attempts_counted": "update leads set call_attempts = call_attempts + 1",
    "answers_in_ledger": "delete from live_answers",
    "hours_match_ledger": """
        insert into live_answer_hours (campaign_id, hour, tenant_id, reached, abandoned)
        select campaign_id, date_trunc('hour', answered_at, 'UTC'), tenant_id, 7, 0 from live_answers""",
    "promises_match_leads": "update leads set callback_at = updated_at where status = 'calling'",
    "previews_match_leads": """
        insert into previews (id, tenant_id, campaign_id, lead_id, agent_id, state, offered_at, expires_at)
        select gen_random_uuid(), tenant_id, campaign_id, id, (select id from agents limit 1), 'offered', updated_at,
               updated_at + interval '1 day' from leads where status = 'calling'""",
    "leads_match_calls": f"update leads set status = 'calling', updated_at = updated_at - {_LATER}",
}
"""What a hand in the database might do, and PostgreSQL lets it."""


def test_every_repair_belongs_to_a_check_and_says_what_it_does() -> None:
    assert set(CURES) <= {check.name for check in CHECKS}
    assert all(cure.says and (cure.each or cure.sweep) for cure in CURES.values())
    assert {name for name, cure in CURES.items() if cure.each is not None} == set(DAMAGE)


@pytest.mark.parametrize("check", DAMAGE)
def test_what_is_wrong_is_put_right_once_and_told(floor: Floor, examination: Examination, check: str) -> None:
    services, placed = floor.services, len(floor.carrier.placed)
    floor.change(DAMAGE[check])
    assert check in violations(examination)
    deeds = doctor.repair(services, examination, check=check)
    assert [deed.trouble for deed in deeds] == [None] * len(deeds)
    done = [deed for deed in deeds if deed.done is not None]
    assert done, "something was done"
    assert check not in violations(examination)
    assert doctor.repair(services, examination, check=check) == []
    told = floor.rows("select * from repairs where check_name = :check", check=check)
    assert len(told) == len(done)
    assert len(floor.carrier.placed) == placed
    assert len(floor.plan()) == 0, "nobody is called because of it"


def test_a_call_that_was_stuck_tells_its_repair_itself(floor: Floor, examination: Examination) -> None:
    call_id = live_call(floor).id
    floor.change(DAMAGE["no_call_stuck"])
    doctor.repair(floor.services, examination, check="no_call_stuck")
    events = floor.rows("select * from call_events where call_id = :id and kind = 'repair'", id=call_id)
    assert [event.payload["check"] for event in events] == ["no_call_stuck"]
    assert floor.call(call_id).state == "answered", "what the carrier says"


def test_a_lead_on_its_list_with_a_call_in_flight_is_taken_off_it(floor: Floor, examination: Examination) -> None:
    lead_id = live_call(floor).lead_id
    floor.change(
        "update leads set status = 'pending', claimed_until = null, updated_at = :at where id = :id",
        id=lead_id, at=floor.services.clock.now() - timedelta(hours=1),
    )  # fmt: skip
    doctor.repair(floor.services, examination, check="leads_match_calls")
    assert floor.lead(lead_id).status == "calling"


def test_a_lead_that_was_talked_to_is_not_called_again_by_a_repair(floor: Floor, examination: Examination) -> None:
    lead_id = ended_call(floor).lead_id
    floor.change(DAMAGE["leads_match_calls"])
    doctor.repair(floor.services, examination)
    assert floor.lead(lead_id).status == "completed"


def test_cleo_s_rows_are_left_alone_when_ada_s_are_repaired(
    services: Services, floor: Floor, examination: Examination
) -> None:
    cleo = open_floor(services)
    call_id, _ = open_conversation(cleo)
    before = cleo.call(call_id), cleo.lead(cleo.call(call_id).lead_id)
    floor.change(DAMAGE["attempts_counted"])
    doctor.repair(services, examination)
    assert (cleo.call(call_id), cleo.lead(before[0].lead_id)) == before
    assert cleo.rows("select * from repairs") == []


def test_what_cannot_be_repaired_is_refused_by_name(floor: Floor, examination: Examination) -> None:
    with pytest.raises(NotFound, match="no repair of verdict_stored"):
        doctor.repair(floor.services, examination, check="verdict_stored")


def test_one_row_that_cannot_be_repaired_does_not_keep_the_others_from_it(
    floor: Floor, examination: Examination, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_conversation(floor)
    floor.change(DAMAGE["no_call_stuck"])
    fetch, asked = floor.carrier.fetch_call, []

    def stumble(account: Any, *, call_sid: str) -> Any:
        asked.append(call_sid)
        if len(asked) == 1:
            raise KeyError("status")
        return fetch(account, call_sid=call_sid)

    monkeypatch.setattr(floor.carrier, "fetch_call", stumble)
    deeds = doctor.repair(floor.services, examination, check="no_call_stuck")
    assert sorted(deed.trouble is None for deed in deeds) == [False, True]


def test_a_check_is_explained_with_its_rows_and_its_repair(floor: Floor, examination: Examination) -> None:
    floor.change(DAMAGE["no_call_stuck"])
    explained = doctor.explain(examination, "no_call_stuck")
    assert isinstance(explained, CheckExplained)
    assert str(live_call(floor).id) in explained.finding.violations[0].what
    assert {row.subject for row in explained.states} == {"call"}
    assert explained.repair == CURES["no_call_stuck"].says
    evidence = doctor.explain(examination, "verdict_stored")
    assert isinstance(evidence, CheckExplained)
    assert evidence.repair == doctor.NO_REPAIR


def test_a_call_is_explained_with_its_history_and_what_is_wrong_with_it(floor: Floor, examination: Examination) -> None:
    call = live_call(floor)
    floor.change(DAMAGE["no_call_stuck"])
    doctor.repair(floor.services, examination)
    floor.change(DAMAGE["no_call_stuck"].replace("'bridged'", "'answered'"))
    explained = doctor.explain(examination, str(call.id))
    assert isinstance(explained, StoryExplained)
    told = "\n".join(explained.story.lines)
    assert (explained.story.subject, explained.story.tenant_id) == ("call", floor.tenant_id)
    assert all(word in told for word in ("is placing", "event answer", "event repair", "repaired (no_call_stuck)"))
    assert [check for check, _ in explained.named_by] == ["no_call_stuck"]
    assert call.to_number not in told


@pytest.mark.parametrize("subject", ["lead", "agent"])
def test_leads_and_agents_have_stories_too(floor: Floor, examination: Examination, subject: str) -> None:
    call = live_call(floor)
    explained = doctor.explain(examination, str(call.lead_id if subject == "lead" else call.agent_id))
    assert isinstance(explained, StoryExplained)
    assert explained.story.subject == subject
    assert any(str(call.id) in line for line in explained.story.lines)
    assert explained.named_by == ()


@pytest.mark.parametrize("nobody", ["no_such_check", str(new_id())], ids=["a name", "an id"])
def test_what_does_not_exist_is_not_explained(examination: Examination, nobody: str) -> None:
    with pytest.raises(NotFound):
        doctor.explain(examination, nobody)


@pytest.fixture
def environment(database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", database_urls.owner)
    monkeypatch.setenv("DATABASE_URL", database_urls.application)


def run(**options: Any) -> int:
    chosen = {"days": 7, "json": False, "states": False, "explain": None, "repair": None} | options
    return command.run_doctor(argparse.Namespace(**chosen))


def test_the_command_explains(floor: Floor, environment: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(explain=str(live_call(floor).id)) == 0
    assert "is bridged" in capsys.readouterr().out
    assert run(explain="no_call_stuck", json=True) == 0
    assert json.loads(capsys.readouterr().out)["finding"]["check"] == "no_call_stuck"
    with pytest.raises(CommandError, match="no check"):
        run(explain="nonsense")


def test_the_command_prints_findings_without_the_rows(
    floor: Floor, environment: None, capsys: pytest.CaptureFixture[str]
) -> None:
    floor.change(DAMAGE["attempts_counted"])
    assert run(json=True) == 1
    found = {finding["check"]: finding for finding in json.loads(capsys.readouterr().out)}
    assert found["attempts_counted"]["count"] == 2
    assert set(found["attempts_counted"]) == {"check", "meaning", "count", "examples"}
