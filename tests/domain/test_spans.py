"""Spans of whole days and of instants."""

from datetime import UTC, datetime, timedelta

import pytest

from dialer.domain.errors import Invalid
from dialer.domain.spans import Span, parse_span


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_a_bare_date_at_the_end_includes_that_whole_day():
    assert parse_span("2024-01-01", "2024-01-31") == Span(at(2024, 1, 1), at(2024, 2, 1))


def test_one_day_is_a_span():
    assert parse_span("2024-01-01", "2024-01-01") == Span(at(2024, 1, 1), at(2024, 1, 2))


def test_an_instant_at_the_end_is_included():
    span = parse_span(None, "2024-01-31T12:00:00Z")
    assert span == Span(None, at(2024, 1, 31, 12) + timedelta(microseconds=1))


@pytest.mark.parametrize(
    "raw", ["2024-01-31T12:00:00+02:00", "2024-01-31T12:00:00 02:00", "2024-01-31T10:00", "2024-01-31T10:00:00Z"]
)
def test_zones_are_understood_and_without_one_it_is_utc(raw):
    assert parse_span(raw, None).since == at(2024, 1, 31, 10)


def test_nothing_given_is_everything():
    assert parse_span(None, None) == Span()


@pytest.mark.parametrize(
    "raw", ["yesterday", "2024-13-01", "2024-02-30", "9999-12-31", "0001-01-01T00:00:00+23:00", "1", "2024-01-01T99"]
)
def test_what_is_no_date_is_refused_by_name(raw):
    with pytest.raises(Invalid) as refused:
        parse_span(None, raw)
    assert refused.value.fields[0].field == "date_to"


def test_an_end_before_the_start_is_refused():
    with pytest.raises(Invalid, match="date_to"):
        parse_span("2024-01-02", "2024-01-01")
