"""Erasing a person: where he is found, what goes, what stays, and that he does not come back."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from dialer.domain.calls import CallState
from dialer.domain.errors import Conflict, Invalid, NotFound
from dialer.domain.ids import LeadId
from dialer.domain.principals import Principal, Role
from dialer.store.leads import insert_phones
from dialer.store.suppressions import list_suppressed_numbers
from dialer.usecases import erasure
from dialer.usecases.erasure import Erasure
from tests.builders.campaigns import make_campaign
from tests.builders.floor import Floor, open_floor
from tests.builders.leads import make_lead

NUMBER = "+14155552671"
OTHER = "+14155559999"
DETAILS = {
    "first_name": "Zaphod", "last_name": "Beeblebrox", "email": "zaphod@example.com", "external_id": "crm-4711",
    "state": "CA", "postal_code": "94103", "time_zone": "America/Los_Angeles", "type": "president",
    "custom_fields": {"street": "Heart of Gold 1"}, "notes": "two heads",
}  # fmt: skip
READABLE = (
    "4155552671",
    "Zaphod",
    "Beeblebrox",
    "crm-4711",
    "94103",
    "Heart of Gold",
    "two heads",
    "RE0042",
    "president",
)


@pytest.fixture
def admin(floor: Floor) -> Principal:
    """Somebody who may, and has no account any more."""
    return Principal(floor.tenant_id, None, Role.ADMIN, session_id="")  # type: ignore[arg-type]


def lead(floor: Floor, phone: str = NUMBER, *, further: tuple[str, ...] = (), **columns: Any) -> LeadId:
    campaign = columns.pop("campaign_id", floor.campaign_id)
    made = make_lead(floor.services, floor.tenant_id, campaign_id=campaign, phone=phone, **columns)
    if further:
        with floor.services.transaction(floor.tenant_id) as tx:
            insert_phones(tx.session, {made.id: (phone, *further)}, tenant_id=floor.tenant_id)
    return made.id


def erase(floor: Floor, admin: Principal, **who: Any) -> Erasure:
    return erasure.erase_person(floor.services, actor=admin, **(who or {"phone": NUMBER}))


def everything(floor: Floor) -> str:
    """Every row of the tenant's tables, as text."""
    tables = floor.rows("select table_name from information_schema.columns where column_name = 'tenant_id' "
                        "and table_schema = 'public' order by 1")  # fmt: skip
    rows = [str(row[0]) for table in tables for row in floor.rows(f"select cast(t as text) from {table.table_name} t")]
    return "\n".join(rows)


def test_of_a_person_who_was_called_nothing_readable_is_left(floor: Floor, admin: Principal) -> None:
    floor.console_agent()
    lead_id = lead(floor, further=(OTHER,), **DETAILS)
    call_id = floor.dial()
    floor.answer(call_id)
    floor.join(call_id, payload={"To": NUMBER, "CallerName": "Zaphod"})
    floor.report(call_id, CallState.COMPLETED, duration=9)
    floor.change("update calls set recording_sid = 'RE0042', recording_url = 'https://x/RE0042', notes = 'two heads', "
                 "metadata = '{\"a\": \"Zaphod\"}'")  # fmt: skip
    floor.change("insert into suppressions (id, tenant_id, phone_normalized, reason, source, note, created_at) "
                 "values (gen_random_uuid(), :tenant, :number, 'requested', 'api', 'Zaphod said so', now())",
                 tenant=floor.tenant_id, number=NUMBER)  # fmt: skip
    before = everything(floor)
    assert all(word in before for word in READABLE)
    evidence = erase(floor, admin, phone=NUMBER, reason="objection", reference="DSR-12")
    assert [word for word in (*READABLE[:-2], OTHER, "president") if word in everything(floor)] == []
    assert (evidence.reason, evidence.reference, evidence.finished_at) == (
        "objection", "DSR-12", floor.services.clock.now(),
    )  # fmt: skip
    assert dict(evidence.counts) == {
        "leads": 1, "waiting": 0, "calls": 1, "recordings": 1, "numbers": 2, "suppressions": 1, "import_problems": 0,
    }  # fmt: skip
    assert floor.lead(lead_id).erased_at == floor.services.clock.now()


def test_that_there_was_a_call_and_how_it_ended_stays(floor: Floor, admin: Principal) -> None:
    floor.console_agent()
    lead_id = lead(floor, **DETAILS)
    call_id = floor.dial()
    floor.answer(call_id)
    floor.join(call_id)
    floor.services.clock.advance(seconds=30)  # type: ignore[attr-defined]
    floor.report(call_id, CallState.COMPLETED, duration=31)
    before, ledger = floor.call(call_id), floor.ledger(call_id)
    erase(floor, admin)
    call = floor.call(call_id)
    kept = ("state", "from_number", "placing_at", "answered_at", "ended_at", "talk_seconds", "disposition", "agent_id")
    assert {name: getattr(call, name) for name in kept} == {name: getattr(before, name) for name in kept}
    assert (call.to_number, floor.ledger(call_id)) == ("", ledger)
    (attempt,) = floor.attempts(lead_id)
    assert attempt.verdict["allowed"] is True
    assert [gate["rule"] for gate in attempt.verdict["evaluations"]]
    assert attempt.verdict["inputs"]["max_attempts"] == 3
    assert "to_number" not in attempt.verdict["inputs"]
    assert "4155552671" not in json.dumps(attempt.verdict)
    assert (floor.lead(lead_id).status, floor.lead(lead_id).call_attempts) == ("completed", 1)


def test_the_number_is_not_called_imported_or_added_again(floor: Floor, admin: Principal) -> None:
    erase(floor, admin)
    with floor.services.transaction(floor.tenant_id) as tx:
        now = floor.services.clock.now()
        numbers = [NUMBER, OTHER]
        held = list_suppressed_numbers(tx.session, numbers, campaign_id=floor.campaign_id, at=now)
    assert held == {NUMBER}
    floor.console_agent()
    lead_id = lead(floor)
    (call_id,) = floor.plan()
    floor.place(call_id)
    assert floor.carrier.placed == []
    (attempt,) = floor.attempts(lead_id)
    (reason,) = attempt.verdict["reasons"]
    assert (reason["rule"], "erased" in reason["message"]) == ("SUPPRESSION", True)


def test_hashes_of_one_number_differ_between_accounts(floor: Floor, admin: Principal) -> None:
    other = open_floor(floor.services)
    erase(floor, admin)
    erase(other, Principal(other.tenant_id, None, Role.ADMIN, session_id=""))  # type: ignore[arg-type]
    (ours,), (theirs,) = (each.rows("select hash from erased_numbers") for each in (floor, other))
    assert len(bytes(ours.hash)) == 32
    assert bytes(ours.hash) != bytes(theirs.hash)


def test_a_person_is_found_by_further_numbers_and_by_external_id(floor: Floor, admin: Principal) -> None:
    second = make_campaign(floor.services, floor.tenant_id).id
    own = lead(floor, external_id="7")
    alternate = lead(floor, OTHER, further=(NUMBER,), campaign_id=second)
    linked = lead(floor, "+14155551111", external_id="7", campaign_id=second)
    by_his_other_number = lead(floor, OTHER)
    stranger = lead(floor, "+14155552222", external_id="8")
    assert erase(floor, admin).counts["leads"] == 4
    bare = {row.id for row in floor.rows("select id from leads where erased_at is not null")}
    assert bare == {own, alternate, linked, by_his_other_number}
    assert floor.lead(stranger).first_name == "Sara"


def test_who_shares_a_further_number_but_bears_another_id_is_somebody_else(floor: Floor, admin: Principal) -> None:
    second = make_campaign(floor.services, floor.tenant_id).id
    lead(floor, further=(OTHER,), external_id="7")
    neighbour = lead(floor, OTHER, external_id="8", campaign_id=second)
    assert erase(floor, admin, external_id="7").counts["leads"] == 1
    assert floor.lead(neighbour).erased_at is None


def test_without_links_only_the_number_itself_counts(floor: Floor, admin: Principal) -> None:
    second = make_campaign(floor.services, floor.tenant_id).id
    lead(floor, external_id="7")
    linked = lead(floor, OTHER, external_id="7", campaign_id=second)
    assert erase(floor, admin, phone=NUMBER, is_linked=False).counts["leads"] == 1
    assert floor.lead(linked).erased_at is None


def test_an_id_that_everybody_bears_names_nobody(
    floor: Floor, admin: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "MAX_LEADS", 2)
    lead(floor, external_id="N/A")
    floor.leads(2, external_id="N/A")
    with pytest.raises(Conflict, match="names no single person"):
        erase(floor, admin)
    assert floor.rows("select 1 from erasures") == []
    assert erase(floor, admin, phone=NUMBER, is_linked=False).counts["leads"] == 1


@pytest.mark.parametrize("key", ["phone", "external_id", "lead_id"])
def test_asking_again_answers_the_same(floor: Floor, admin: Principal, key: str) -> None:
    who = {"phone": NUMBER, "external_id": "7", "lead_id": lead(floor, external_id="7")}
    first = erase(floor, admin, **{key: who[key]})
    floor.services.clock.advance(seconds=60)  # type: ignore[attr-defined]
    assert [erase(floor, admin, **{again: who[again]}) for again in who] == [first] * 3
    assert len(floor.rows("select 1 from erasures")) == 1


def test_a_number_nobody_knows_is_kept_off_all_the_same(floor: Floor, admin: Principal) -> None:
    evidence = erase(floor, admin, phone="(415) 555-2671")
    assert (evidence.counts["leads"], evidence.counts["numbers"]) == (0, 1)
    assert erase(floor, admin, phone=NUMBER) == evidence


@pytest.mark.parametrize(
    ("who", "refusal"),
    [({"external_id": "7"}, NotFound), ({"lead_id": LeadId(UUID(int=1))}, NotFound), ({"phone": "nonsense"}, Invalid),
     ({"phone": NUMBER, "external_id": "7"}, Invalid)],
)  # fmt: skip
def test_who_is_nobody_is_not_erased(
    floor: Floor, admin: Principal, who: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        erase(floor, admin, **who)
    assert floor.rows("select 1 from erased_numbers") == []


def test_a_lead_in_a_call_is_erased_when_the_call_ends(floor: Floor, admin: Principal) -> None:
    floor.console_agent()
    lead_id = lead(floor, **DETAILS)
    call_id = floor.dial()
    floor.answer(call_id)
    floor.join(call_id)
    evidence = erase(floor, admin)
    assert (evidence.finished_at, evidence.counts["waiting"], evidence.counts["leads"]) == (None, 1, 0)
    assert (floor.lead(lead_id).first_name, floor.call(call_id).to_number) == ("Zaphod", NUMBER)
    floor.services.clock.advance(seconds=6)  # type: ignore[attr-defined]
    assert erasure.sweep_erasures(floor.services) == 1
    assert floor.lead(lead_id).first_name == "Zaphod"
    floor.report(call_id, CallState.COMPLETED, duration=9)
    floor.services.clock.advance(seconds=6)  # type: ignore[attr-defined]
    erasure.sweep_erasures(floor.services)
    assert (floor.lead(lead_id).first_name, floor.call(call_id).to_number) == (None, "")
    done = erasure.load_erasure(floor.services, actor=admin, erasure_id=evidence.id)
    assert done.finished_at == floor.services.clock.now()
    assert (done.counts["waiting"], done.counts["leads"], done.counts["calls"]) == (0, 1, 1)
    assert erase(floor, admin) == done


def test_a_call_that_was_only_planned_is_withdrawn(floor: Floor, admin: Principal, planned: Any) -> None:
    number = floor.call(planned).to_number
    erase(floor, admin, phone=number)
    assert floor.call(planned).state == CallState.CANCELLED
    floor.services.clock.advance(seconds=6)  # type: ignore[attr-defined]
    erasure.sweep_erasures(floor.services)
    assert [row.erased_at is not None for row in floor.rows("select erased_at from leads")] == [True]


def test_what_comes_late_is_removed_a_day_later(floor: Floor, admin: Principal) -> None:
    floor.console_agent()
    lead(floor)
    call_id = floor.dial()
    floor.report(call_id, CallState.NO_ANSWER)
    erase(floor, admin)
    floor.change("update calls set recording_sid = 'RE0042', recording_url = 'https://x'")
    floor.change('update call_events set payload = \'{"To": "+14155552671"}\'')
    floor.services.clock.advance(days=1, seconds=1)  # type: ignore[attr-defined]
    assert erasure.sweep_erasures(floor.services) == 1
    assert "4155552671" not in everything(floor)
    assert [row.recording_sid for row in floor.rows("select recording_sid from recordings_to_delete")] == ["RE0042"]
    floor.services.clock.advance(days=9)  # type: ignore[attr-defined]
    assert erasure.sweep_erasures(floor.services) == 0


def test_rows_that_imports_refused_are_forgotten_however_the_number_was_written(floor: Floor, admin: Principal) -> None:
    lead(floor, email="zaphod@example.com")
    import_id = UUID(int=5)
    floor.change("insert into imports (id, tenant_id, campaign_id, filename, created_at) "
                 "values (:id, :tenant, :campaign, 'a.csv', now())",
                 id=import_id, tenant=floor.tenant_id, campaign=floor.campaign_id)  # fmt: skip
    values = ["(415) 555-2671", "001 415 555 2671", "5552671", "zaphod@example.com", "+1 415 555 2672", "1234", ""]
    for number, value in enumerate(values):
        floor.change(
            "insert into import_problems (import_id, number, position, tenant_id, severity, field, column_name, code, "
            "value, message) values (:id, :number, 0, :tenant, 'refused', 'phone', 'Phone', 'x', :value, '')",
            id=import_id, number=number, tenant=floor.tenant_id, value=value,
        )  # fmt: skip
    assert erase(floor, admin).counts["import_problems"] == 4
    assert [row.value for row in floor.rows("select value from import_problems order by number")] == values[4:]


def test_only_admins_erase(floor: Floor) -> None:
    from dialer.domain.errors import Forbidden

    supervisor = Principal(floor.tenant_id, None, Role.SUPERVISOR, session_id="")  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        erase(floor, supervisor)


def test_two_erasures_at_once_leave_nothing_and_agree(floor: Floor, admin: Principal) -> None:
    from tests.store.races import at_once

    lead(floor, **DETAILS)
    first, second = at_once(lambda: erase(floor, admin), lambda: erase(floor, admin))
    assert [word for word in READABLE if word in everything(floor)] == []
    assert (first, first.counts["leads"]) == (second, 1)


def test_no_row_is_looked_at_before_its_time(floor: Floor, admin: Principal) -> None:
    erase(floor, admin)
    floor.services.clock.advance(hours=23)  # type: ignore[attr-defined]
    assert erasure.sweep_erasures(floor.services) == 0
    assert timedelta(days=1) == erasure.SECOND_LOOK
