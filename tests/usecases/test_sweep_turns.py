"""Who is skipped when a row, a carrier or a database fails in the middle of a sweep."""

import pytest

from dialer.domain.errors import CarrierOutcomeUnknown, CarrierRefused, CarrierUnavailable, Unavailable
from dialer.domain.ids import TenantId
from dialer.store.schema.base import new_id
from dialer.usecases.sweep_turns import one_by_one

ADA, CLEO, DEE = (TenantId(new_id()) for _ in range(3))


def go_through(trouble: Exception, *rows: tuple[TenantId, str]) -> list[str]:
    """Which rows are come to when those called "bad" fail."""
    seen: list[str] = []

    def work(_: TenantId, what: str) -> None:
        seen.append(what)
        if what.startswith("bad"):
            raise trouble

    done = one_by_one(rows, work)
    assert done == len([what for what in seen if not what.startswith("bad")])
    return seen


@pytest.mark.parametrize("trouble", [KeyError("x"), CarrierRefused("no", scope="account", carrier_code=20003)])
def test_a_row_that_fails_keeps_nobody_from_his_turn(trouble: Exception) -> None:
    assert go_through(trouble, (ADA, "bad"), (ADA, "one"), (CLEO, "two")) == ["bad", "one", "two"]


@pytest.mark.parametrize("trouble", [CarrierUnavailable("x"), CarrierOutcomeUnknown("x"), Unavailable("x")])
def test_whose_carrier_is_silent_is_not_asked_again_in_this_turn_and_others_are(trouble: Exception) -> None:
    assert go_through(trouble, (ADA, "bad"), (ADA, "one"), (CLEO, "two")) == ["bad", "two"]


def test_after_two_that_are_silent_the_rest_waits_for_the_next_turn() -> None:
    rows = ((ADA, "bad"), (CLEO, "bad too"), (DEE, "three"))
    assert go_through(CarrierOutcomeUnknown("timed out"), *rows) == ["bad", "bad too"]
