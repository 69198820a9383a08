"""Rule books in many processes: who places obeys the newest rules, and the book of a verdict can be read for good."""

from dataclasses import replace
from typing import Any

import pytest

from dialer.domain.errors import NotFound
from dialer.domain.principals import Principal, Role
from dialer.store import placements
from dialer.usecases import calling_rules, dialing, pacing
from dialer.usecases.proof import load_proof
from dialer.usecases.services import Services
from tests.builders.floor import Floor
from tests.builders.promises import acting
from tests.store.races import at_once

MORNINGS = {"jurisdiction": "US-CA", "kind": "hours", "value": {"every_day": [["08:00", "09:30"]]}}
EVENINGS = {"jurisdiction": "US-CA", "kind": "hours", "value": {"every_day": [["17:00", "20:00"]]}}
"""At ten in the morning in California neither lets a call through."""
ALL_DAY = {"jurisdiction": "US-CA", "kind": "hours", "value": {"every_day": [["08:00", "19:00"]]}}


class Killed(BaseException):
    """The process dies here: nobody catches this."""


@pytest.fixture
def ada(floor: Floor) -> Principal:
    floor.console_agent()
    floor.leads(1)
    return acting(floor, role=Role.ADMIN)


@pytest.fixture
def another(services: Services) -> Services:
    """Another process, which remembers for itself."""
    return replace(services, rule_books={}, kept_rule_books=set(), localities={}, account_cache={})


def plan_in(services: Services, floor: Floor) -> Any:
    """A tick in this process; what it may read of rules, it remembers."""
    (call_id,) = pacing.pace_campaign(services, tenant_id=floor.tenant_id, campaign_id=floor.campaign_id)
    return call_id


def place_in(services: Services, floor: Floor, call_id: Any) -> None:
    dialing.place_call(services, tenant_id=floor.tenant_id, call_id=call_id)


def version_of(services: Services, actor: Principal, call_id: Any) -> str:
    verdict = load_proof(services, actor=actor, call_id=call_id).verdict
    assert verdict is not None
    return str(verdict["rules"])


def test_a_rule_added_in_one_process_is_obeyed_by_another_that_remembers_an_older_book(
    floor: Floor, ada: Principal, services: Services, another: Services
) -> None:
    call_id = plan_in(another, floor)
    rule = calling_rules.add_rule(services, actor=ada, row=MORNINGS)
    place_in(another, floor, call_id)
    verdict = load_proof(services, actor=ada, call_id=call_id).verdict
    assert floor.carrier.placed == []
    assert verdict is not None
    assert [reason["rule"] for reason in verdict["reasons"]] == [rule.rule.id]


def test_a_rule_retired_in_one_process_holds_no_more_in_another(
    floor: Floor, ada: Principal, services: Services, another: Services
) -> None:
    rule = calling_rules.add_rule(services, actor=ada, row=MORNINGS)
    calling_rules.list_rules(another, actor=ada)
    assert rule.tenant_rule_id is not None
    calling_rules.retire_rule(services, actor=ada, rule_id=rule.tenant_rule_id)
    place_in(another, floor, plan_in(another, floor))
    assert len(floor.carrier.placed) == 1


def test_a_rule_whose_transaction_failed_is_not_taken_for_one_that_came_later(
    floor: Floor, ada: Principal, services: Services, another: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both would have been the tenant's first change of rules."""
    call_id = floor.plan()[0]
    monkeypatch.setattr(calling_rules, "RuleView", _die)
    with pytest.raises(Killed):
        calling_rules.add_rule(services, actor=ada, row=MORNINGS)
    monkeypatch.undo()
    rule = calling_rules.add_rule(another, actor=ada, row=EVENINGS)
    floor.place(call_id)
    verdict = load_proof(services, actor=ada, call_id=call_id).verdict
    assert verdict is not None
    assert [reason["rule"] for reason in verdict["reasons"]] == [rule.rule.id]


def test_the_book_of_a_verdict_can_be_read_even_if_the_first_placing_by_it_died(
    floor: Floor, ada: Principal, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    calling_rules.add_rule(services, actor=ada, row=ALL_DAY)
    call_id = floor.plan()[0]
    monkeypatch.setattr(placements, "begin_placing", _die)
    with pytest.raises(Killed):
        floor.place(call_id)
    monkeypatch.undo()
    assert floor.call(call_id).state == "planned", "what was decided and not committed has not happened"
    assert floor.attempts(floor.call(call_id).lead_id)[0].decided_at is None
    floor.place(call_id)
    version = version_of(services, ada, call_id)
    assert calling_rules.load_rule_book(services, actor=ada, version=version)["version"] == version


def test_yesterdays_verdict_keeps_yesterdays_version_whose_rules_can_still_be_read(
    floor: Floor, ada: Principal, services: Services
) -> None:
    rule = calling_rules.add_rule(services, actor=ada, row=ALL_DAY)
    call_id = floor.dial()
    before = load_proof(services, actor=ada, call_id=call_id)
    assert rule.tenant_rule_id is not None
    calling_rules.retire_rule(services, actor=ada, rule_id=rule.tenant_rule_id)
    calling_rules.add_rule(services, actor=ada, row=EVENINGS)
    floor.services.clock.advance(days=1)  # type: ignore[attr-defined]
    assert load_proof(services, actor=ada, call_id=call_id) == before
    version = version_of(services, ada, call_id)
    book = calling_rules.load_rule_book(services, actor=ada, version=version)
    assert version != calling_rules.list_rules(services, actor=ada).version
    assert rule.rule.id in {row["id"] for row in book["rules"]}


def test_processes_that_place_by_a_new_book_at_once_keep_it_once(
    floor: Floor, ada: Principal, services: Services, another: Services
) -> None:
    floor.console_agent()
    floor.leads(1)
    calling_rules.add_rule(services, actor=ada, row=ALL_DAY)
    first, second = floor.plan()
    at_once(lambda: place_in(services, floor, first), lambda: place_in(another, floor, second))
    assert len(floor.carrier.placed) == 2
    (kept,) = floor.rows("select version from rule_books where tenant_id is not null")
    assert kept.version == version_of(services, ada, first) == version_of(services, ada, second)


def test_a_book_with_rules_of_its_own_is_its_tenants(
    floor: Floor, ada: Principal, services: Services, cleo: Any
) -> None:
    row = {"jurisdiction": "*", "kind": "cap", "value": {"max": 99, "hours": 24}}
    calling_rules.add_rule(services, actor=ada, row=row)
    version = version_of(services, ada, floor.dial())
    assert calling_rules.load_rule_book(services, actor=ada, version=version)
    with pytest.raises(NotFound):
        calling_rules.load_rule_book(services, actor=cleo.principal, version=version)


def _die(*args: Any, **kwargs: Any) -> Any:
    raise Killed
