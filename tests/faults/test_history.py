"""The history checker finds each planted violation, and nothing where nothing is wrong."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from faults.history import CallRow, CarrierCall, History, Rules, check_history, find_unsettled

NOON = datetime(2027, 3, 9, 12, tzinfo=UTC)
NOW = NOON + timedelta(hours=1)
RULES = Rules(lambda _number, at: 9 <= at.hour < 18, frozenset({"+12125550199"}), timedelta(minutes=1))


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def make_carrier_call(n: int = 1, **facts: object) -> CarrierCall:
    """A call to a person who answered after five seconds and talked for half a minute."""
    call = CarrierCall(
        sid=f"CA{n}", to_number=f"+1212555{n:04}", accepted_at=NOON, call_id=UUID(int=n),
        answered_at=at(5), ended_at=at(35), end="completed", verdict="human",
    )  # fmt: skip
    return replace(call, **facts)  # type: ignore[arg-type]


def make_row(n: int = 1, **facts: object) -> CallRow:
    """The row that such a call leaves."""
    row = CallRow(
        id=UUID(int=n), to_number=f"+1212555{n:04}", state="completed", call_sid=f"CA{n}", lead_id=UUID(int=100 + n),
        attempt_id=UUID(int=200 + n), created_at=at(-1), placing_at=NOON, placed_at=NOON, answered_at=at(5),
        bridged_at=at(6), ended_at=at(35), answered_by="human", outcome="reached",
    )  # fmt: skip
    return replace(row, **facts)  # type: ignore[arg-type]


def violations(calls: list[CarrierCall], rows: list[CallRow], *, now: datetime = NOW) -> list[str]:
    return [violation.check for violation in check_history(History(tuple(calls), tuple(rows)), RULES, now=now)]


def test_a_history_on_which_both_sides_agree_holds_no_violation() -> None:
    assert violations([make_carrier_call(1), make_carrier_call(2)], [make_row(1), make_row(2)]) == []


def test_a_call_that_was_accepted_twice_for_one_attempt_is_found() -> None:
    doubled = make_carrier_call(1, sid="CA9", accepted_at=at(120), answered_at=None, ended_at=at(130), end="busy")
    assert "called_twice_for_one_attempt" in violations([make_carrier_call(1), doubled], [make_row(1)])


def test_a_second_call_while_the_first_is_in_progress_is_found() -> None:
    second = make_carrier_call(2, to_number="+12125550001", accepted_at=at(20))
    found = violations([make_carrier_call(1), second], [make_row(1), make_row(2)])
    assert found == ["two_calls_at_once"]


def test_a_second_call_while_the_first_has_not_ended_at_all_is_found() -> None:
    endless = make_carrier_call(1, ended_at=None, end=None)
    second = make_carrier_call(2, to_number="+12125550001", accepted_at=at(120), ended_at=at(150))
    assert "two_calls_at_once" in violations([endless, second], [make_row(1), make_row(2)])


def test_a_person_who_is_called_again_before_the_retry_delay_is_found() -> None:
    second = make_carrier_call(2, to_number="+12125550001", accepted_at=at(60), ended_at=at(90))
    assert violations([make_carrier_call(1), second], [make_row(1), make_row(2)]) == ["called_again_too_soon"]


def test_a_person_who_is_called_again_after_the_retry_delay_is_in_order() -> None:
    second = make_carrier_call(2, to_number="+12125550001", accepted_at=at(96), ended_at=at(120))
    assert violations([make_carrier_call(1), second], [make_row(1), make_row(2)]) == []


def test_a_call_that_belongs_to_no_row_is_found() -> None:
    assert violations([make_carrier_call(1)], []) == ["call_without_attempt"]


def test_a_call_whose_row_knows_only_another_call_is_found() -> None:
    other = make_row(1, call_sid="CA7")
    found = violations([make_carrier_call(1), make_carrier_call(7)], [other])
    assert found.count("call_without_attempt") == 1


def test_a_row_that_never_heard_of_its_call_is_found() -> None:
    unheard = make_row(1, call_sid=None, state="cancelled", answered_at=None, outcome=None)
    assert "call_not_found_out" in violations([make_carrier_call(1)], [unheard])


def test_a_row_that_claims_a_call_which_the_carrier_never_had_is_found() -> None:
    assert violations([], [make_row(1)]) == ["call_that_never_was"]


def test_two_rows_of_one_attempt_are_found() -> None:
    twin = make_row(2, attempt_id=UUID(int=201))
    assert violations([make_carrier_call(1), make_carrier_call(2)], [make_row(1), twin]) == ["attempt_with_two_calls"]


@pytest.mark.parametrize(
    ("facts", "check"),
    [
        ({"answered_at": None, "outcome": None}, "answer_lost"),
        ({"outcome": None}, "answer_not_in_ledger"),
    ],
)
def test_a_lost_answer_is_found(facts: dict[str, object], check: str) -> None:
    assert violations([make_carrier_call(1)], [make_row(1, **facts)]) == [check]


def test_a_machine_need_not_be_in_the_ledger() -> None:
    machine = make_carrier_call(1, verdict="machine_end_beep")
    assert violations([machine], [make_row(1, outcome=None, answered_by="machine_end_beep")]) == []


def test_a_call_at_night_is_found() -> None:
    night = NOON + timedelta(hours=10)
    late = make_carrier_call(
        1, accepted_at=night, answered_at=night + timedelta(seconds=5), ended_at=night + timedelta(seconds=35)
    )
    assert violations([late], [make_row(1)], now=night + timedelta(hours=1)) == ["called_outside_hours"]


def test_a_call_to_a_suppressed_number_is_found() -> None:
    suppressed = make_carrier_call(1, to_number="+12125550199")
    assert violations([suppressed], [make_row(1)]) == ["suppressed_number_called"]


@pytest.mark.parametrize(
    ("end", "state"),
    [("completed", "bridged"), ("completed", "no_answer"), ("busy", "no_answer"), ("failed", "placed")],
)
def test_an_end_on_which_the_sides_disagree_is_found(end: str, state: str) -> None:
    call = make_carrier_call(1, end=end, answered_at=at(5) if end == "completed" else None)
    assert violations([call], [make_row(1, state=state)]) == ["end_disagrees"]


def test_a_row_that_has_ended_while_the_person_still_talks_is_found() -> None:
    talking = make_carrier_call(1, ended_at=None, end=None)
    assert violations([talking], [make_row(1)]) == ["still_talking"]


def test_the_last_webhooks_get_time_to_arrive() -> None:
    assert violations([make_carrier_call(1)], [make_row(1, state="bridged")], now=at(40)) == []


@pytest.mark.parametrize(
    ("facts", "row"),
    [
        ({}, {"state": "placing", "call_sid": None}),
        ({}, {"state": "unresolved", "call_sid": None}),
        ({}, {"state": "bridged"}),
        ({"ended_at": None, "end": None}, {"state": "completed"}),
    ],
)
def test_a_row_that_is_still_to_be_mended_is_not_at_rest(facts: dict[str, object], row: dict[str, object]) -> None:
    history = History((make_carrier_call(1, **facts),), (make_row(1, **row),))
    assert [found.check for found in find_unsettled(history, before=NOON, now=NOW)] == ["not_at_rest"]
    assert find_unsettled(history, before=at(-2), now=NOW) == []


def test_a_call_that_goes_on_at_both_sides_is_at_rest() -> None:
    history = History((make_carrier_call(1, ended_at=None, end=None),), (make_row(1, state="bridged"),))
    assert find_unsettled(history, before=NOON, now=NOW) == []


def test_delays_that_a_wrong_clock_has_measured_prove_nothing() -> None:
    second = make_carrier_call(2, to_number="+12125550001", accepted_at=at(60), ended_at=at(90))
    history = History((make_carrier_call(1), second), (make_row(1), make_row(2)))
    wrong = replace(RULES, wrong_clocks=[(at(30), at(50))])
    assert check_history(history, wrong, now=NOW) == []
    right = replace(RULES, wrong_clocks=[(at(61), at(90))])
    assert [found.check for found in check_history(history, right, now=NOW)] == ["called_again_too_soon"]
