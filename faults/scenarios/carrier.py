"""The carrier: refusing, failing, too slow, silent, repeating itself, late, and somebody who pretends to be it."""

import random
import time
from functools import partial
from http import HTTPStatus

import requests

from faults.floor import Floor
from faults.history import Violation
from faults.scenario import Aftermath, NotInjected, Scenario

_PLACEMENT: dict[str, object] = {"on": "rest", "method": "POST", "path": r"/Calls\.json$"}
_TOO_SLOW_SECONDS = 12.0
"""Beyond the ten seconds that the product waits: the carrier accepts when nobody listens any more."""


def strike(
    floor: Floor, dice: random.Random, *, fault: dict[str, object], seconds: tuple[float, float], is_sure: bool = True
) -> Aftermath:
    """Plan a fault at the twin for a while."""
    chance = {} if is_sure else {"probability": 0.5}
    order = {"faults": [fault | chance], "seed": dice.randrange(2**31)}
    floor.twin.post("/_twin/faults", order)
    try:
        time.sleep(dice.uniform(*seconds))
    finally:
        floor.twin.send("DELETE", "/_twin/faults")
    return Aftermath(time.time())


def strike_some(floor: Floor, dice: random.Random, *, effect: str, seconds: float = 0.0) -> Aftermath:
    """Have a fault hit the next one, two or three placements, whenever they come."""
    fault = _PLACEMENT | {"effect": effect, "seconds": seconds, "count": dice.randint(1, 3)}
    floor.twin.post("/_twin/faults", fault)
    deadline = time.monotonic() + 30
    while floor.twin.get("/_twin/faults")["faults"]:
        if time.monotonic() > deadline:
            floor.twin.send("DELETE", "/_twin/faults")
            raise NotInjected(f"no placement was hit by {effect}")
        time.sleep(0.1)
    time.sleep(seconds)
    return Aftermath(time.time())


def forge(floor: Floor, dice: random.Random) -> Aftermath:
    """Spoil the carrier's signatures for a while, and tell lies about calls that are under way, signed by nobody."""
    floor.twin.post("/_twin/faults", {"on": "webhook", "effect": "badly-signed", "probability": 0.5})
    try:
        lies = [_lie(floor, dice) for _ in range(8)]
        time.sleep(2.0)
    finally:
        floor.twin.send("DELETE", "/_twin/faults")
    believed = tuple(violation for violation in lies if violation is not None)
    return Aftermath(time.time(), believed)


def _lie(floor: Floor, dice: random.Random) -> Violation | None:
    """Say that somebody's call has ended. Anything but a refusal is a violation."""
    rows = floor.witness.rows(
        "select id, call_sid from calls where call_sid is not null and ended_at is null and campaign_id = %(campaign)s",
        campaign=floor.office.campaign_id,
    )
    time.sleep(dice.uniform(0.05, 0.3))
    if not rows:
        return None
    row = dice.choice(rows)
    path = dice.choice(["status", "answer", "amd"])
    form = {"CallSid": row["call_sid"], "CallStatus": "completed", "AnsweredBy": "machine_start"}
    headers = {"X-Twilio-Signature": "Zm9yZ2VkIGJ5IHNvbWVib2R5IGVsc2U="} if dice.random() < 0.5 else {}
    with requests.Session() as session:
        session.trust_env = False
        url = f"{floor.stack.url}/webhooks/twilio/{path}?callId={row['id']}"
        answer = session.post(url, data=form, headers=headers, timeout=15)
    if answer.status_code == HTTPStatus.FORBIDDEN:
        floor.witness.forgeries_refused += 1
        return None
    return Violation("forgery_believed", f"{path} about call {row['id']} was answered with {answer.status_code}")


def _webhooks(effect: str, **more: object) -> dict[str, object]:
    return {"on": "webhook", "effect": effect, **more}


# A callee whose end nobody reported is found out by a sweep that asks the carrier, two minutes after the bridging.
_LOST_SETTLE_SECONDS = 240.0
SCENARIOS = (
    Scenario("carrier_429", partial(strike, fault=_PLACEMENT | {"effect": "429"}, seconds=(2, 6))),
    Scenario("carrier_500", partial(strike, fault=_PLACEMENT | {"effect": "500"}, seconds=(1, 3))),
    Scenario("carrier_resets_before_accepting", partial(strike_some, effect="reset-before-accept")),
    Scenario("carrier_resets_after_accepting", partial(strike_some, effect="reset-after-accept")),
    Scenario("carrier_accepts_too_late", partial(strike_some, effect="slow", seconds=_TOO_SLOW_SECONDS)),
    Scenario(
        "callbacks_lost", partial(strike, fault=_webhooks("lost"), seconds=(2, 4)), settle_seconds=_LOST_SETTLE_SECONDS
    ),
    Scenario(
        "status_callbacks_lost",
        partial(strike, fault=_webhooks("lost", kind="status"), seconds=(3, 6)),
        settle_seconds=_LOST_SETTLE_SECONDS,
    ),
    Scenario("callbacks_doubled", partial(strike, fault=_webhooks("duplicated"), seconds=(4, 8))),
    Scenario("callbacks_reordered", partial(strike, fault=_webhooks("reordered"), seconds=(4, 8), is_sure=False)),
    Scenario(
        "callbacks_a_minute_late",
        partial(strike, fault=_webhooks("delayed", seconds=60, kind="status"), seconds=(3, 6), is_sure=False),
        settle_seconds=_LOST_SETTLE_SECONDS,
    ),
    Scenario("webhooks_forged", forge, settle_seconds=_LOST_SETTLE_SECONDS),
)
