"""The rows about abandoned calls say what pacing goes by."""

import pytest

from dialer.domain.compliance.rule_values import Abandonment, Note
from dialer.domain.pacing.abandonment import STANDARDS
from tests.builders.callees import BOOK

ROWS = {"us": "US-ABANDON", "uk": "GB-ABANDON", "ca": "CA-ABANDON", "it": "IT-ABANDON", "strict": "OTHER-ABANDON"}


def test_every_standard_has_its_row() -> None:
    assert set(ROWS) == set(STANDARDS)


@pytest.mark.parametrize("key", sorted(ROWS))
def test_a_row_agrees_with_the_standard_that_pacing_keeps(key: str) -> None:
    standard, rule = STANDARDS[key], BOOK.rule(ROWS[key])
    assert rule is not None
    assert isinstance(rule.value, Abandonment)
    length = standard.window_length
    assert rule.value == Abandonment(
        standard.max_rate,
        standard.window.value,
        int(length.total_seconds() // 3600) if length is not None else None,
        standard.max_wait_seconds,
        standard.clock,
    )


def test_california_is_no_laxer_than_the_federal_rule() -> None:
    state, federal = BOOK.rule("US-CA-ABANDON"), BOOK.rule("US-ABANDON")
    assert state is not None
    assert federal is not None
    assert state.value == federal.value


def test_messages_and_rings_are_rows_that_can_be_looked_up() -> None:
    ring, message = BOOK.rule("US-RING"), BOOK.rule("US-MSG")
    assert ring is not None
    assert isinstance(ring.value, Note)
    assert dict(ring.value.facts) == {"min_ring_seconds": 15, "or_rings": 4}
    assert message is not None
    assert isinstance(message.value, Note)
    assert message.value.facts["within_seconds"] == 2.0
