"""Statuses, working hours and phone numbers of agents."""

import pytest

from dialer.domain.agents import AgentState, AgentStatus, parse_agent_phone, parse_working_hours, present_status
from dialer.domain.errors import Invalid


@pytest.mark.parametrize("state", ["reserved", "talking", "wrapping_up"])
@pytest.mark.parametrize("declared", list(AgentStatus))
def test_an_agent_at_work_for_a_callee_is_shown_as_busy_whatever_he_declares(state, declared):
    assert present_status(declared, AgentState(state)) is AgentStatus.BUSY


@pytest.mark.parametrize(
    ("declared", "state"), [("available", "available"), ("busy", "paused"), ("break", "paused"), ("offline", "offline")]
)
def test_otherwise_the_declared_status_is_shown(declared, state):
    assert present_status(AgentStatus(declared), AgentState(state)) == declared


def test_working_hours_are_kept_as_given():
    hours = {"monday": {"start": "09:00", "end": "17:00"}, "sunday": {"start": "22:00", "end": "06:00"}}
    assert parse_working_hours(hours) == hours


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        ({"someday": {"start": "09:00", "end": "17:00"}}, "working_hours.someday"),
        ({"monday": "09:00-17:00"}, "working_hours.monday"),
        ({"monday": {"start": "09:00"}}, "working_hours.monday"),
        ({"monday": {"start": "09:00", "end": "17:00", "pause": "12:00"}}, "working_hours.monday"),
        ({"monday": {"start": "9:00", "end": "17:00"}}, "working_hours.monday.start"),
        ({"monday": {"start": "09:00", "end": "24:00"}}, "working_hours.monday.end"),
        ({"monday": {"start": "09:60", "end": "17:00"}}, "working_hours.monday.start"),
        ({"monday": {"start": None, "end": "17:00"}}, "working_hours.monday.start"),
        ({"monday": {"start": "09:00", "end": "09:00"}}, "working_hours.monday"),
    ],
)
def test_wrong_working_hours_are_refused_by_name(hours, field):
    with pytest.raises(Invalid) as refused:
        parse_working_hours(hours)
    assert refused.value.fields[0].field == field


def test_all_wrong_hours_are_named_together():
    with pytest.raises(Invalid) as refused:
        parse_working_hours({"monday": {"start": "x", "end": "y"}, "funday": {}})
    assert [wrong.field for wrong in refused.value.fields] == [
        "working_hours.monday.start",
        "working_hours.monday.end",
        "working_hours.funday",
    ]


@pytest.mark.parametrize("raw", ["+14155553333", "+1 (415) 555-3333", " +1.415.555.3333 "])
def test_an_agents_phone_is_kept_in_e164(raw):
    assert parse_agent_phone(raw) == "+14155553333"


@pytest.mark.parametrize("raw", ["4155553333", "", "+", "hello", "+1415", "+19005551234", "911", "+14155553333x" * 9])
def test_no_agent_is_called_at_what_is_no_number_or_costs_the_caller(raw):
    with pytest.raises(Invalid) as refused:
        parse_agent_phone(raw)
    assert refused.value.fields[0].field == "phone"
