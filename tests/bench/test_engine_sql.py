"""Counting statements in a server's log."""

from bench.engine_sql import _counted

_PREFIX = "2026-11-22 12:00:00.000 UTC [7] dialer_app@dialer LOG:  statement: "
_LOG = (
    f"{_PREFIX}BEGIN\n"
    f"{_PREFIX}select set_config('app.tenant_id', 'a', true); execute dialer_1 ('x; y', 5)\n"
    "2026-11-22 12:00:00.000 UTC [7] dialer_app@dialer DETAIL:  prepare: prepare dialer_1 as select\n\t\t$1, $2\n"
    f"{_PREFIX}update calls set\n\t\tstate = 'ringing' where id = 'b'::uuid\n"
    f"{_PREFIX}COMMIT\n"
)


def test_what_rides_in_one_message_is_a_statement_of_its_own() -> None:
    counted = _counted(_LOG)
    assert (counted["statements"], counted["messages"], counted["transactions"]) == (3, 2, 1)


def test_statements_are_told_apart_by_their_texts_without_their_values() -> None:
    counted = _counted(_LOG)
    assert counted["select $1, $2"] == counted["update calls set state = ? where id = ?"] == 1
