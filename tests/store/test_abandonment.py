"""The standing of a campaign on real PostgreSQL: windows, and sums of hours that cannot lie."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dialer.domain.errors import NotFound
from dialer.domain.ids import CampaignId
from dialer.domain.pacing.abandonment import AbandonmentStanding
from dialer.store.abandonment import load_abandonment_standing, sum_past_hours
from dialer.store.schema.base import new_id
from dialer.store.session import Database
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.fakes.clock import FrozenClock
from tests.store.races import at_once, in_background, until_somebody_waits_for_a_lock

HOUR = timedelta(hours=1)
_ANSWERS = text("""
    with lead as (
        insert into leads (id, tenant_id, campaign_id, phone, phone_normalized, priority, custom_fields, status,
                           call_attempts, last_attempt_number, next_call_at, do_not_call, created_at, updated_at)
        select gen_random_uuid(), :tenant_id, :campaign_id, n, gen_random_uuid(), 1, '{}', 'completed', 1, 1, :first,
               false, :first, :first
        from generate_series(1, :count) as n returning id
    ), attempt as (
        insert into attempts (id, tenant_id, campaign_id, lead_id, number, planned_at)
        select gen_random_uuid(), :tenant_id, :campaign_id, id, 1, :first from lead returning id, lead_id
    ), call as (
        insert into calls (id, tenant_id, campaign_id, lead_id, attempt_id, state, state_changed_at, direction,
                           from_number, to_number, place_before, created_at, metadata)
        select gen_random_uuid(), :tenant_id, :campaign_id, lead_id, id, 'completed', :first, 'outbound', '', '',
               :first, :first, '{}'
        from attempt returning id
    )
    insert into live_answers (call_id, tenant_id, campaign_id, answered_at, waited_milliseconds, outcome,
                              message_played, recorded_at)
    select id, :tenant_id, :campaign_id,
           cast(:first as timestamptz) + (row_number() over () - 1) * cast(:apart as interval),
           0, :outcome, false, :first
    from call
""")


def book(
    floor: Floor, outcome: str, count: int = 1, *, ago: timedelta = timedelta(0), apart: timedelta = timedelta(0)
) -> None:
    """So many lines of the ledger, the first `ago`, the following ones `apart`."""
    with floor.services.transaction(floor.tenant_id) as tx:
        values = {"count": count, "outcome": outcome, "first": floor.services.clock.now() - ago, "apart": apart}
        tx.session.execute(_ANSWERS, {**values, "tenant_id": floor.tenant_id, "campaign_id": floor.campaign_id})


def standing(floor: Floor, at: datetime | None = None) -> AbandonmentStanding:
    with floor.services.transaction(floor.tenant_id) as tx:
        return load_abandonment_standing(
            tx.session, campaign_id=floor.campaign_id, now=at or floor.services.clock.now()
        )


def figures(floor: Floor) -> tuple[int, int]:
    found = standing(floor)
    return found.live_answers, found.abandoned


def add_up(floor: Floor, since: timedelta = timedelta(days=3)) -> bool:
    now = floor.services.clock.now()
    with floor.services.transaction(floor.tenant_id) as tx:
        return sum_past_hours(tx.session, campaign_id=floor.campaign_id, since=now - since, now=now)


def hours(floor: Floor) -> list[tuple[int, int]]:
    """The summed hours that had lines."""
    rows = floor.rows("select reached, abandoned from live_answer_hours where reached + abandoned > 0 order by hour")
    return [(row.reached, row.abandoned) for row in rows]


def test_late_counts_as_abandoned_and_whoever_hung_up_counts_nowhere(floor: Floor) -> None:
    for outcome, count in (("reached", 5), ("late", 2), ("abandoned", 1), ("hung_up", 4)):
        book(floor, outcome, count)
    found = standing(floor)
    assert (found.live_answers, found.abandoned, found.rate) == (8, 3, 3 / 8)
    assert (found.standard.key, found.max_rate) == ("strict", 0.03)


def test_a_campaign_without_answers_has_no_rate(floor: Floor) -> None:
    found = standing(floor)
    assert (found.live_answers, found.abandoned, found.rate, found.is_exhausted) == (0, 0, None, False)


def test_an_unknown_campaign_and_cleos_are_not_found(floor: Floor, services: Services) -> None:
    cleos = open_floor(services)
    for campaign_id in (CampaignId(new_id()), cleos.campaign_id):
        with pytest.raises(NotFound), services.transaction(floor.tenant_id) as tx:
            load_abandonment_standing(tx.session, campaign_id=campaign_id, now=services.clock.now())


def test_another_campaigns_answers_do_not_count(floor: Floor, services: Services) -> None:
    other = open_floor(services, floor.tenant_id)
    book(other, "abandoned")
    add_up(other)
    assert figures(floor) == (0, 0)


def test_the_strict_window_is_the_last_24_hours_to_the_second(floor: Floor) -> None:
    book(floor, "abandoned", ago=24 * HOUR + timedelta(seconds=1))
    book(floor, "reached", ago=24 * HOUR)
    assert figures(floor) == (1, 0)


def test_the_american_account_starts_anew_after_thirty_days(services: Services) -> None:
    floor = open_floor(services, abandonment_standard="us")
    book(floor, "abandoned")
    started = floor.campaign().started_at
    assert standing(floor, at=started + timedelta(days=29)).abandoned == 1
    anew = standing(floor, at=started + timedelta(days=31))
    assert (anew.abandoned, anew.window_start) == (0, started + timedelta(days=30))
    assert anew.window_end == started + timedelta(days=60)


def test_the_canadian_account_is_the_month_of_the_campaigns_zone(services: Services) -> None:
    floor = open_floor(services, abandonment_standard="ca", timezone="America/Toronto")
    found = standing(floor, at=datetime.fromisoformat("2026-07-01T03:59:59+00:00"))
    assert found.window_start == datetime.fromisoformat("2026-06-01T04:00:00+00:00")
    assert found.window_end == datetime.fromisoformat("2026-07-01T04:00:00+00:00")


def test_a_campaign_may_be_stricter_than_its_standard(services: Services) -> None:
    floor = open_floor(services, abandonment_standard="ca", max_abandonment_rate=Decimal("0.01"))
    assert standing(floor).max_rate == 0.01


def test_a_standard_that_is_known_no_more_is_the_strict_one(floor: Floor) -> None:
    floor.change("update campaigns set abandonment_standard = 'gone', max_abandonment_rate = 0.9")
    assert (standing(floor).standard.key, standing(floor).max_rate) == ("strict", 0.03)


def test_summed_hours_give_the_same_figures(floor: Floor) -> None:
    book(floor, "reached", 300, ago=26 * HOUR, apart=timedelta(minutes=5))
    book(floor, "abandoned", 7, ago=20 * HOUR, apart=timedelta(hours=3, minutes=7))
    counted = figures(floor)
    assert add_up(floor)
    assert figures(floor) == counted
    assert sum(reached for reached, _ in hours(floor)) > 250


def test_an_hour_that_the_window_cuts_is_counted_by_its_lines(floor: Floor, clock: FrozenClock) -> None:
    clock.advance(minutes=30)
    book(floor, "reached", 60, ago=24 * HOUR + timedelta(minutes=30), apart=timedelta(minutes=1))
    add_up(floor)
    assert figures(floor) == (30, 0)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("update live_answers set outcome = 'late'", (1, 1)),
        ("delete from live_answers", (0, 0)),
        ("update live_answers set answered_at = answered_at - interval '1 hour'", (1, 0)),
        ("update live_answers set answered_at = answered_at - interval '3 days'", (0, 0)),
    ],
)
def test_whatever_changes_a_line_undoes_its_hours_sum(floor: Floor, change: str, expected: tuple[int, int]) -> None:
    book(floor, "reached", ago=5 * HOUR)
    add_up(floor)
    assert figures(floor) == (1, 0)
    floor.change(change)
    assert figures(floor) == expected
    add_up(floor)
    assert figures(floor) == expected


def test_a_line_that_comes_late_into_a_summed_hour_counts(floor: Floor) -> None:
    add_up(floor)
    book(floor, "abandoned", ago=5 * HOUR)
    assert figures(floor) == (1, 1)


def test_nothing_is_summed_while_a_line_is_being_written(floor: Floor) -> None:
    book(floor, "reached", ago=5 * HOUR)
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("update live_answers set outcome = 'late'"))
        assert not add_up(floor)
    assert figures(floor) == (1, 1)
    assert add_up(floor)


def test_a_line_written_while_its_hour_is_summed_waits_and_then_counts(floor: Floor, owner_database: Database) -> None:
    now = floor.services.clock.now()
    book(floor, "reached", ago=5 * HOUR)
    with floor.services.transaction(floor.tenant_id) as tx:
        sum_past_hours(tx.session, campaign_id=floor.campaign_id, since=now - 24 * HOUR, now=now)
        with in_background(lambda: book(floor, "abandoned", ago=5 * HOUR)) as writing:
            until_somebody_waits_for_a_lock(owner_database)
            tx.session.commit()
            writing.result(timeout=10)
    assert hours(floor) == []
    assert figures(floor) == (2, 1)


def test_sums_made_at_once_are_made_once(floor: Floor) -> None:
    book(floor, "reached", 50, ago=20 * HOUR, apart=timedelta(minutes=20))
    at_once(*[lambda: add_up(floor)] * 4)
    assert figures(floor) == (50, 0)


def test_a_long_ledger_is_summed_by_whoever_asks(floor: Floor) -> None:
    book(floor, "reached", 2_100, ago=2 * HOUR, apart=timedelta(seconds=1))
    assert figures(floor) == figures(floor) == (2_100, 0)
    assert sum(reached for reached, _ in hours(floor)) == 2_100
    floor.change("update live_answer_hours set reached = reached + 1 where reached > 0")  # to see that they are used
    assert figures(floor)[0] > 2_100


lines = st.lists(
    st.tuples(st.sampled_from(["reached", "late", "abandoned", "hung_up"]), st.integers(0, 40 * 60), st.booleans()),
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines)
def test_whenever_hours_are_summed_the_figures_are_the_lines(floor: Floor, booked: list[tuple[str, int, bool]]) -> None:
    floor.change("delete from live_answers")
    for outcome, minutes, is_summed_before in booked:
        if is_summed_before:
            add_up(floor)
        book(floor, outcome, ago=timedelta(minutes=minutes))
    within = [outcome for outcome, minutes, _ in booked if minutes <= 24 * 60 and outcome != "hung_up"]
    assert figures(floor) == (len(within), len([outcome for outcome in within if outcome != "reached"]))
