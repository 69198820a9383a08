"""Ticks of several tenants: whose comes first, and what each may plan on an account of its own or of all."""

from dataclasses import replace
from uuid import uuid4

import pytest

from dialer.domain.ids import CallId, UserId
from dialer.domain.principals import Principal, Role
from dialer.ports import CarrierAccount
from dialer.usecases import carrier_accounts, pacing
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.fakes import FrozenClock


@pytest.fixture
def cleo(services: Services, floor: Floor) -> Floor:
    """Another tenant, with an agent and a lead."""
    return staffed(open_floor(services), agents=1)


def staffed(floor: Floor, *, agents: int) -> Floor:
    for _ in range(agents):
        floor.console_agent()
    floor.leads(agents)
    return floor


def limit(floor: Floor, **limits: float) -> None:
    """Other limits of the platform's account, until the end of the test."""
    account = replace(floor.services.platform_account, **limits)  # type: ignore[arg-type]
    object.__setattr__(floor.services, "platform_account", account)
    floor.services.account_cache.clear()


def open_own_account(floor: Floor, *, calls_per_second: float = 5.0, max_lines: int = 100) -> None:
    actor = Principal(floor.tenant_id, UserId(uuid4()), Role.ADMIN, "session")
    account = CarrierAccount("AC" + "9" * 32, "t" * 32, calls_per_second=calls_per_second, max_lines=max_lines)
    carrier_accounts.save_carrier_account(floor.services, actor=actor, account=account)


def place(floor: Floor, calls: list[CallId]) -> None:
    for call_id in calls:
        floor.place(call_id)


def test_many_campaigns_of_one_tenant_do_not_come_before_the_only_one_of_another(
    services: Services, floor: Floor, clock: FrozenClock
) -> None:
    mine = {str(floor.campaign_id), *(str(open_floor(services, floor.tenant_id).campaign_id) for _ in range(4))}
    clock.advance(seconds=1)
    cleo = open_floor(services)
    floor.change("update campaigns set last_paced_at = now() - interval '1 day'")
    cleo.change("update campaigns set last_paced_at = now()")
    floor.queue.clear()
    assert pacing.pace_active_campaigns(services) == 6
    order = [sent.arguments["campaign_id"] for sent in floor.queue.sent]
    assert order[1] == str(cleo.campaign_id)
    assert set(order) == mine | {str(cleo.campaign_id)}


def test_what_the_gate_lost_is_lined_up_again_while_it_may_still_be_placed(floor: Floor, clock: FrozenClock) -> None:
    planned = staffed(floor, agents=2).plan()
    floor.gate.lined_up.clear()  # a flushed Redis
    clock.advance(seconds=2)
    floor.plan()
    assert floor.gate.lined_up == [], "it may only be waiting for its turn"
    clock.advance(seconds=3)
    floor.plan()
    assert [call_id for _, call_id in floor.gate.lined_up] == sorted(planned)
    place(floor, planned)
    assert len(floor.carrier.placed) == 2


def test_what_is_placed_or_has_expired_is_not_lined_up_again(floor: Floor, clock: FrozenClock) -> None:
    first, _ = staffed(floor, agents=2).plan()
    floor.place(first)
    floor.gate.lined_up.clear()
    clock.advance(seconds=10)
    floor.plan()
    assert floor.gate.lined_up == []


def test_another_campaigns_calls_are_lined_up_by_its_own_ticks(
    services: Services, floor: Floor, clock: FrozenClock
) -> None:
    other = open_floor(services, floor.tenant_id)
    staffed(floor, agents=1).plan()
    floor.gate.lined_up.clear()
    clock.advance(seconds=5)
    other.plan()
    assert floor.gate.lined_up == []


def test_tenants_of_one_account_plan_their_parts_of_its_rate(floor: Floor, cleo: Floor) -> None:
    assert len(staffed(floor, agents=20).plan()) == 5, "half of what five calls a second come to in two seconds"
    assert len(cleo.plan()) == 1


def test_what_all_plan_together_is_started_before_it_expires(services: Services, floor: Floor) -> None:
    limit(floor, calls_per_second=0.25)
    others = [staffed(open_floor(services), agents=3) for _ in range(4)]
    assert sum(len(other.plan()) for other in others) == 2, "one call every four seconds, for eight seconds"


def test_who_is_greedy_on_a_shared_account_leaves_lines_to_who_begins(floor: Floor, cleo: Floor) -> None:
    limit(floor, calls_per_second=100.0, max_lines=10)
    staffed(floor, agents=20)
    for _ in range(5):
        place(floor, floor.plan())
    assert len(floor.carrier.placed) == 9
    assert "all lines of the carrier account are in use" in floor.campaign().pacing_note
    assert len(cleo.plan()) == 1


def test_alone_on_the_platforms_account_a_tenant_has_all_of_it(floor: Floor, cleo: Floor) -> None:
    limit(floor, calls_per_second=100.0, max_lines=10)
    cleo.change("update campaigns set status = 'paused'")
    staffed(floor, agents=20)
    assert len(floor.plan()) == 10


@pytest.mark.parametrize("whose", ["mine", "cleo's"])
def test_an_account_of_ones_own_is_shared_with_nobody(floor: Floor, cleo: Floor, whose: str) -> None:
    limit(floor, max_lines=12)
    open_own_account(floor if whose == "mine" else cleo)
    place(cleo, cleo.plan())
    assert len(staffed(floor, agents=20).plan()) == 10
    assert {account[:3] for account in floor.gate.asked} == {"AC9", floor.services.platform_account.account_sid[:3]}
