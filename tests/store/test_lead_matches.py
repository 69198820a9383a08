"""Filters of leads on real rows: each condition finds its own and nobody else."""

from datetime import timedelta
from typing import Any

import pytest

from dialer.domain.ids import LeadId
from dialer.domain.lead_filters import CustomFieldCondition, LeadFilter
from dialer.store.lead_matches import matches
from dialer.store.leads import insert_phones
from tests.builders.calls import make_call
from tests.builders.floor import Floor
from tests.builders.leads import make_lead
from tests.fakes.clock import NOON


def found(floor: Floor, chosen: LeadFilter) -> list[LeadId]:
    where, parameters = matches(chosen)
    return [
        row.id
        for row in floor.rows(
            f"select l.id from leads l where {where} order by l.id", campaign_id=floor.campaign_id, **parameters
        )
    ]


def lead(floor: Floor, **columns: Any) -> LeadId:
    return make_lead(floor.services, floor.tenant_id, campaign_id=floor.campaign_id, **columns).id


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        ({"status": "failed"}, LeadFilter(statuses=("failed", "dnc"))),
        ({"priority": 0}, LeadFilter(priorities=(0,))),
        ({"country": "GB"}, LeadFilter(countries=("GB", "FR"))),
        ({"state": "CA"}, LeadFilter(states=("CA",))),
        ({"external_id": "7"}, LeadFilter(external_ids=("6", "7"))),
        ({"call_attempts": 2}, LeadFilter(attempts_min=2)),
        ({"last_call_at": NOON}, LeadFilter(last_called_after=NOON)),
        ({"last_call_at": NOON}, LeadFilter(last_called_before=NOON + timedelta(seconds=1))),
        ({"phone": "+14155552671"}, LeadFilter(phones=("+14155552671", "+14155552672"))),
        ({"custom_fields": {"a b": "X"}}, LeadFilter(custom_fields=(CustomFieldCondition("a b", "equals", "X"),))),
        ({"custom_fields": {"n": 7}}, LeadFilter(custom_fields=(CustomFieldCondition("n", "equals", "7"),))),
        ({"custom_fields": {"a": "ABC_1"}}, LeadFilter(custom_fields=(CustomFieldCondition("a", "contains", "c_"),))),
        ({"custom_fields": {"a": "x"}}, LeadFilter(custom_fields=(CustomFieldCondition("a", "present"),))),
    ],
)  # fmt: skip
def test_a_condition_finds_whom_it_describes(floor: Floor, columns: dict[str, Any], chosen: LeadFilter) -> None:
    other = lead(floor, last_name="other", custom_fields={"n": None})
    assert found(floor, chosen) == []
    wanted = lead(floor, **columns)
    assert found(floor, chosen) == [wanted]
    assert found(floor, LeadFilter()) == [other, wanted]


def test_a_missing_custom_field_is_absent_null_or_empty(floor: Floor) -> None:
    bare = [lead(floor, custom_fields=custom) for custom in ({}, {"a": None}, {"a": ""})]
    lead(floor, custom_fields={"a": "x"})
    assert found(floor, LeadFilter(custom_fields=(CustomFieldCondition("a", "missing"),))) == bare


def test_conditions_hold_all_at_once(floor: Floor) -> None:
    both = lead(floor, status="failed", country="GB")
    lead(floor, status="failed", country="US")
    assert found(floor, LeadFilter(statuses=("failed",), countries=("GB",))) == [both]


def test_a_further_phone_names_its_lead_too(floor: Floor) -> None:
    wanted = lead(floor)
    with floor.services.transaction(floor.tenant_id) as tx:
        insert_phones(tx.session, {wanted: ["+14155550001", "+14155559999"]}, tenant_id=floor.tenant_id)
    assert found(floor, LeadFilter(phones=("+14155559999",))) == [wanted]


def test_the_last_call_counts_by_either_word(floor: Floor) -> None:
    first, second = lead(floor), lead(floor)
    ours = {"tenant_id": floor.tenant_id, "campaign_id": floor.campaign_id}
    make_call(floor.services.database, **ours, lead_id=first, disposition="busy", at=NOON)
    make_call(
        floor.services.database, **ours, lead_id=first, at=NOON + timedelta(hours=1),
        disposition="answered", agent_disposition="interested",
    )  # fmt: skip
    make_call(floor.services.database, **ours, lead_id=second, disposition="busy", at=NOON)
    assert found(floor, LeadFilter(last_dispositions=("busy",))) == [second]
    assert found(floor, LeadFilter(last_dispositions=("interested", "answered"))) == [first]


def test_leads_of_other_campaigns_and_erased_ones_match_nothing(floor: Floor) -> None:
    gone = lead(floor)
    floor.change("update leads set erased_at = now() where id = :id", id=gone)
    assert found(floor, LeadFilter()) == []
    assert found(floor, LeadFilter(ids=(gone,))) == []


def test_a_value_is_never_sql(floor: Floor) -> None:
    wanted = lead(floor, state="'; drop table leads; --", custom_fields={"a'b:c": "%"})
    assert found(floor, LeadFilter(states=("'; drop table leads; --",))) == [wanted]
    tests = (CustomFieldCondition("a'b:c", "equals", "%"), CustomFieldCondition("a'b:c", "contains", "%"))
    assert found(floor, LeadFilter(custom_fields=tests)) == [wanted]
    assert found(floor, LeadFilter()) == [wanted]
