"""A cut of the fault suite: one floor of real processes, the faults that hurt most, and one look at what they left."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import requests

from demo.settings import RETRY_DELAY_MINUTES
from faults.campaign import Result, inject
from faults.floor import Floor, FloorOptions
from faults.plan import make_plan
from faults.scenarios import SCENARIOS
from faults.settling import Judge, Settled

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SEED = 5
# The whole suite asks for 15 s on quiet cores. Here other tests run beside it.
RESUME_SECONDS = 45.0
SETTLE_SECONDS = 90.0
FAULTS = (
    "before_request",
    "after_acceptance",
    "callbacks_lost",
    "callbacks_doubled",
    "webhooks_forged",
    "web_killed",
    "redis_flushed",
)


@dataclass(frozen=True)
class Story:
    """What came of each fault, and what all of them left behind."""

    results: dict[str, Result]
    settled: Settled
    noticed: Settled
    calls: int
    forgeries_refused: int


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    home = tmp_path_factory.mktemp("faults")
    # Whoever PostgreSQL runs as has to get through.
    for folder in (home, *home.parents[:2]):
        folder.chmod(folder.stat().st_mode | 0o055)
    with Floor(FloorOptions(home, SEED, agents=4, leads=1200), say=lambda _: None) as floor:
        judge = Judge(floor, min_retry_delay=timedelta(minutes=RETRY_DELAY_MINUTES))
        plan = make_plan([SCENARIOS[name] for name in FAULTS], seed=SEED, times=1, moments=(0.1, 1.0))
        results = {name: inject(floor, SCENARIOS[name], plan[name], resume_seconds=RESUME_SECONDS) for name in FAULTS}
        settled = judge.settle(since=datetime.now(UTC), seconds=SETTLE_SECONDS)
        calls, refused = len(floor.witness.calls), floor.witness.forgeries_refused
        _call_somebody_again(floor)
        noticed = judge.settle(since=datetime.now(UTC), seconds=0.0)
    return Story(results, settled, noticed, calls, refused)


def _call_somebody_again(floor: Floor) -> None:
    """What the product must never do: ask the carrier a second time for an attempt that it has accepted."""
    first = next(call for call in floor.witness.calls.values() if call.call_id is not None)
    account = floor.stack.environ["TWILIO_ACCOUNT_SID"]
    url = f"{floor.stack.url}/webhooks/twilio/answer?callId={first.call_id}"
    answer = requests.post(
        f"{floor.stack.twin_url}/2010-04-01/Accounts/{account}/Calls.json",
        auth=(account, floor.stack.environ["TWILIO_AUTH_TOKEN"]),
        data={"To": first.to_number, "From": floor.place.caller_id, "Url": url},
        timeout=10,
    )
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("name", FAULTS)
def test_dialling_goes_on_after(story: Story, name: str) -> None:
    result = story.results[name]
    assert (result.injected, result.not_injected) == (1, [])
    assert result.violations == []


def test_nobody_was_called_twice_and_nothing_was_lost_or_is_stuck(story: Story) -> None:
    assert story.calls > 20
    assert story.settled.violations == ()


def test_a_call_that_was_planted_for_an_attempt_of_before_is_noticed(story: Story) -> None:
    assert "called_twice_for_one_attempt" in {violation.check for violation in story.noticed.violations}


def test_forged_webhooks_were_refused(story: Story) -> None:
    assert story.forgeries_refused > 0
