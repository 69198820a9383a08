"""What is simulated for a forecast, and what is made of it."""

import json
from collections.abc import Sequence
from datetime import time
from decimal import Decimal
from typing import Any

import pytest

from dialer.domain.campaigns import DialMode
from dialer.domain.errors import Forbidden, Invalid, NotFound
from dialer.domain.pacing import Answered, Dialed, PredictivePacer
from dialer.domain.pacing.what_if import SimulatedFloor, WhatIf
from dialer.usecases import forecast
from dialer.usecases.forecast import CampaignForecast, Wish, forecast_campaign
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.fakes import FrozenClock, InstantSimulations
from tests.fixtures_cast import Caller


@pytest.fixture
def floor(services: Services, ada: Caller) -> Floor:
    """Ada's campaign with two agents, until 20:00; it is 15:00."""
    floor = open_floor(
        services, ada.tenant_id, calling_hours_start=time(12), calling_hours_end=time(23), ring_timeout_seconds=30
    )
    floor.console_agent()
    floor.console_agent()
    return floor


def ask(floor: Floor, caller: Caller, **wish: Any) -> CampaignForecast:
    return forecast_campaign(floor.services, actor=caller.principal, campaign_id=floor.campaign_id, wish=Wish(**wish))


def learn(floor: Floor, calls: int, *, until: float = 1000.0) -> PredictivePacer:
    """Save a pacer that has seen so many calls, each answered."""
    pacer = PredictivePacer()
    for call in range(calls):
        pacer.observe(Dialed(f"c{call}", 10.0 * call))
        pacer.observe(Answered(f"c{call}", 10.0 * call + 8, "human"))
    floor.change(
        "insert into pacing_states (campaign_id, tenant_id, state, observed_until, saved_at) "
        "values (:id, :tenant, cast(:state as jsonb), :until, :now)",
        id=floor.campaign_id, tenant=floor.tenant_id, state=json.dumps(pacer.to_state()), until=until,
        now=floor.services.clock.now(),
    )  # fmt: skip
    return pacer


def test_the_wish_is_simulated_beside_today(floor: Floor, sam: Caller, simulations: InstantSimulations) -> None:
    found = ask(floor, sam, agents=5, max_abandonment_rate=Decimal("0.01"), dial_mode=DialMode.PREDICTIVE)
    today, wished = (asked.plan for asked in simulations.asked)
    assert (today.agents, today.hours, today.dial_mode, today.max_abandonment_rate) == (2, 5.0, "progressive", 0.03)
    assert (wished.agents, wished.hours, wished.dial_mode, wished.max_abandonment_rate) == (5, 5.0, "predictive", 0.01)
    assert found.today is not None
    assert (found.today.plan, found.what_if.plan) == (today, wished)


def test_what_is_simulated_is_what_the_campaigns_pacer_has_learned(
    floor: Floor, sam: Caller, simulations: InstantSimulations
) -> None:
    pacer = learn(floor, 40, until=1234.5)
    found = ask(floor, sam, agents=3)
    asked = simulations.asked[1]
    assert asked.learned == PredictivePacer.from_state(pacer.to_state()).learned()
    assert (asked.pacer_state, asked.begins_at) == (json.loads(json.dumps(pacer.to_state())), 1234.5)
    assert (asked.ring_timeout_seconds, asked.max_wait_seconds, asked.max_lines) == (30.0, 2.0, 100)
    assert found.based_on_calls == round(asked.learned.calls) > 30


def test_both_floors_meet_the_same_people(floor: Floor, sam: Caller, simulations: InstantSimulations) -> None:
    ask(floor, sam, agents=3)
    assert len({asked.seed for asked in simulations.asked}) == 1


def test_a_wish_for_nothing_is_today_simulated_once(floor: Floor, sam: Caller, simulations: InstantSimulations) -> None:
    found = ask(floor, sam)
    assert len(simulations.asked) == 1
    assert found.today == found.what_if


def test_before_anything_is_learned_it_says_so(floor: Floor, sam: Caller) -> None:
    found = ask(floor, sam)
    assert found.based_on_calls == 0
    assert found.assumptions[0].startswith("Little is known yet: 0 calls.")


def test_of_a_floor_that_is_known_it_does_not_say_so(
    floor: Floor, sam: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecast, "FEW_CALLS", 20)
    learn(floor, 40)
    assert not any("Little is known" in told for told in ask(floor, sam).assumptions)


def test_a_state_of_another_version_counts_as_nothing_learned(floor: Floor, sam: Caller) -> None:
    learn(floor, 40)
    floor.change('update pacing_states set state = \'{"version": "old"}\'')
    assert ask(floor, sam).based_on_calls == 0


def test_while_nobody_takes_calls_there_is_no_today(floor: Floor, sam: Caller, simulations: InstantSimulations) -> None:
    floor.change("update agents set status = 'offline'")
    found = ask(floor, sam, agents=4)
    assert (found.today, [asked.plan.agents for asked in simulations.asked]) == (None, [4])
    with pytest.raises(Invalid, match="say with how many agents"):
        ask(floor, sam)


def test_rates_are_the_whole_floors(floor: Floor, sam: Caller) -> None:
    """The simulated floor has 60 calls, 20 connects and half an abandonment per agent and hour."""
    found = ask(floor, sam, agents=10).what_if
    assert (found.calls_per_hour.expected, found.connects_per_hour.expected) == (600.0, 200.0)
    assert found.occupancy.expected == pytest.approx(0.8)
    assert found.abandonment_rate.expected == pytest.approx(2 / 102, rel=0.3)
    assert found.replications == 8


def test_hours_to_finish_follow_the_open_leads_and_the_retry_policy(floor: Floor, sam: Caller) -> None:
    """Of the simulated calls 45 % are unanswered or busy and 20 % reach machines, which are not tried again."""
    floor.change("update campaigns set max_attempts = 3")
    floor.leads(4)
    floor.leads(2, call_attempts=2)
    floor.leads(3, status="completed")
    found = ask(floor, sam, agents=10)
    assert found.open_leads == 6
    calls = 4 * (1 + 0.45 + 0.45**2) + 2
    assert found.what_if.hours_to_finish is not None
    assert found.what_if.hours_to_finish.expected == pytest.approx(calls / 600)
    assert any(f"about {round(calls)} calls" in told for told in found.assumptions)


@pytest.mark.parametrize(
    ("policy", "calls"), [("retry_on_no_answer", 1.1), ("retry_on_busy", 1.35), ("retry_on_voicemail", 1.45)]
)
def test_what_is_not_tried_again_takes_no_calls(floor: Floor, sam: Caller, policy: str, calls: float) -> None:
    floor.change(f"update campaigns set max_attempts = 2, {policy} = false")
    floor.leads(1)
    found = ask(floor, sam, agents=10).what_if
    assert found.hours_to_finish is not None
    assert found.hours_to_finish.expected == pytest.approx(calls / 600)


@pytest.mark.parametrize(("minutes", "hours"), [(0, 5.0), (290, 0.25), (480, 11.0)], ids=["18:00", "22:50", "02:00"])
def test_without_hours_it_is_what_the_calling_hours_leave(
    floor: Floor, sam: Caller, clock: FrozenClock, simulations: InstantSimulations, minutes: int, hours: float
) -> None:
    clock.advance(minutes=minutes)
    ask(floor, sam, agents=4)
    assert simulations.asked[-1].plan.hours == hours


def test_who_calls_around_the_clock_plans_for_half_a_day(
    floor: Floor, sam: Caller, simulations: InstantSimulations
) -> None:
    floor.change("update campaigns set calling_hours_start = '00:00', calling_hours_end = '00:00'")
    ask(floor, sam)
    assert simulations.asked[0].plan.hours == 12.0


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"agents": 0}, "agents"),
        ({"agents": 1001}, "agents"),
        ({"hours": 0.2}, "hours"),
        ({"hours": 25.0}, "hours"),
        ({"max_abandonment_rate": Decimal("0.3")}, "max_abandonment_rate"),
        ({"max_abandonment_rate": Decimal(0)}, "max_abandonment_rate"),
    ],
)
def test_a_wish_out_of_range_is_refused_by_name(
    floor: Floor, sam: Caller, simulations: InstantSimulations, wish: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        ask(floor, sam, **wish)
    assert [mistake.field for mistake in refused.value.fields] == [field]
    assert simulations.asked == []


def test_a_preview_says_what_it_does_not_know(floor: Floor, sam: Caller) -> None:
    assert any("look at a lead" in told for told in ask(floor, sam, dial_mode=DialMode.PREVIEW).assumptions)


def test_agents_may_not_ask_and_other_tenants_find_nothing(
    floor: Floor, ben: Caller, cleo: Caller, simulations: InstantSimulations
) -> None:
    with pytest.raises(Forbidden):
        ask(floor, ben)
    with pytest.raises(NotFound):
        ask(floor, cleo, agents=3)
    assert simulations.asked == []


def test_no_transaction_is_open_while_floors_are_simulated(floor: Floor, sam: Caller) -> None:
    class Looking(InstantSimulations):
        def simulate(self, questions: Sequence[WhatIf], *, seconds: float) -> list[SimulatedFloor]:
            idle = floor.rows("select count(*) as open from pg_stat_activity where state = 'idle in transaction'")
            assert idle[0].open == 0
            return super().simulate(questions, seconds=seconds)

    vars(floor.services)["simulations"] = looking = Looking()
    ask(floor, sam)
    assert looking.asked
