"""The proof that a call was allowed: its stored verdict, and those of a campaign as a table of any length."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from dialer.domain.errors import Forbidden, NotFound
from dialer.domain.principals import Role
from dialer.domain.spans import ALWAYS, Span
from dialer.store import proofs
from dialer.usecases.proof import HEADERS, export_proofs, load_proof
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.builders.promises import acting
from tests.builders.situations import supervisor
from tests.fakes.clock import NOON
from tests.statements import counted

VERDICT = {"rules": "2026-11-22.abc", "inputs": {}, "evaluations": [{"rule": "US-HOURS", "code": "ok", "passed": True}]}


def many_verdicts(floor: Floor, count: int, verdict: Any = None) -> None:
    """So many calls of one lead, a minute apart; the last was placed at noon."""
    (lead_id,) = floor.leads(1, phone="+16172530000")
    floor.change(
        """
        with attempt as (
            insert into attempts (id, tenant_id, campaign_id, lead_id, number, planned_at, decided_at, allowed, verdict)
            select gen_random_uuid(), :tenant, :campaign, :lead, n, at, at, true, cast(:verdict as jsonb)
            from generate_series(1, :count) n, lateral (select :noon - make_interval(mins => :count - n) as at) moment
            returning *
        )
        insert into calls (id, tenant_id, campaign_id, lead_id, attempt_id, state, state_changed_at, direction,
                           from_number, to_number, place_before, created_at, placing_at, metadata)
        select gen_random_uuid(), tenant_id, campaign_id, lead_id, id, 'no_answer', planned_at, 'outbound',
               '+14155551234', '+16172530000', planned_at, planned_at, planned_at, '{}' from attempt
        """,
        tenant=floor.tenant_id, campaign=floor.campaign_id, lead=lead_id, count=count, noon=NOON,
        verdict=json.dumps(verdict or VERDICT),
    )  # fmt: skip


def lines_of(floor: Floor, span: Span = ALWAYS) -> Iterator[dict[str, str]]:
    table = export_proofs(floor.services, actor=supervisor(floor), campaign_id=floor.campaign_id, span=span)
    return (dict(zip(table.headers, line, strict=True)) for line in table.lines)


def test_an_export_of_thousands_has_each_verdict_once_the_oldest_first(floor: Floor) -> None:
    many_verdicts(floor, 2 * proofs.PAGE + 1)
    lines = list(lines_of(floor))
    assert len({line["call_id"] for line in lines}) == len(lines) == 2 * proofs.PAGE + 1
    assert [line["attempt"] for line in lines] == [str(number) for number in range(1, len(lines) + 1)]


def test_an_export_is_read_page_by_page_and_holds_no_connection_in_between(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proofs, "PAGE", 10)
    many_verdicts(floor, 25)
    lines = lines_of(floor)
    pool: Any = floor.services.database.engine.pool
    with counted(floor.services.database) as statements:
        next(lines)
        assert sum("from calls" in statement for statement in statements) == 1
        assert pool.checkedout() == 0, "whoever reads slowly would keep a connection from those who dial"
        assert len(list(lines)) == 24
    assert sum("from calls" in statement for statement in statements) == 3


def test_a_span_is_of_the_decisions(floor: Floor) -> None:
    many_verdicts(floor, 10)
    span = Span(NOON - timedelta(minutes=6), NOON - timedelta(minutes=2))
    assert [line["attempt"] for line in lines_of(floor, span)] == ["4", "5", "6", "7"]


def test_no_cell_is_taken_for_a_formula(floor: Floor) -> None:
    asked = {"rule": "=1+1", "code": "@SUM", "message": "-2+3", "passed": True}
    many_verdicts(floor, 1, {**VERDICT, "evaluations": [asked]})
    (line,) = lines_of(floor)
    assert (line["rule"], line["code"], line["message"]) == ("'=1+1", "'@SUM", "'-2+3")
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in line.values())


def test_a_call_that_is_planned_has_nothing_to_prove_yet(floor: Floor) -> None:
    floor.console_agent()
    floor.leads(1)
    (call_id,) = floor.plan()
    proof = load_proof(floor.services, actor=supervisor(floor), call_id=call_id)
    assert (proof.state, proof.allowed, proof.verdict) == ("planned", None, None)
    assert list(lines_of(floor)) == []


def test_a_verdict_from_before_there_were_rules_shows_its_reasons(floor: Floor) -> None:
    many_verdicts(floor, 1, {"reasons": [{"code": "suppressed", "message": "The number is suppressed."}]})
    (line,) = lines_of(floor)
    assert (line["code"], line["rule"], line["rules_version"]) == ("suppressed", "", "")
    assert tuple(line) == HEADERS


def test_proofs_are_for_supervisors_of_the_same_tenant(services: Services, floor: Floor, cleo: Any) -> None:
    many_verdicts(floor, 1)
    (call,) = floor.rows("select id from calls")
    ben = acting(floor, role=Role.AGENT)
    for actor, refusal in ((ben, Forbidden), (cleo.principal, NotFound)):
        with pytest.raises(refusal):
            load_proof(services, actor=actor, call_id=call.id)
        with pytest.raises(refusal):
            export_proofs(services, actor=actor, campaign_id=floor.campaign_id, span=ALWAYS)
    own = open_floor(services, cleo.tenant_id)
    assert list(lines_of(own)) == []
