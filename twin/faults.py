"""Owns planned faults: what goes wrong with REST requests and with webhooks, how often, and for whom."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Any

from twin.errors import DoorError

REST_EFFECTS = ("429", "500", "503", "slow", "reset-before-accept", "reset-after-accept")
WEBHOOK_EFFECTS = ("lost", "duplicated", "reordered", "delayed", "badly-signed")
_KNOWN = {"on", "effect", "method", "path", "kind", "event", "to", "call_sid", "count", "probability", "seconds"}


@dataclass
class Fault:
    """One planned fault. `count` None means every time; `probability` is thrown for each candidate."""

    on: str  # rest, webhook, price
    effect: str
    method: str | None = None
    path: re.Pattern[str] | None = None
    kind: str | None = None
    event: str | None = None
    to: str | None = None
    call_sid: str | None = None
    count: int | None = None
    probability: float = 1.0
    seconds: float = 0.0
    struck: int = 0

    def present(self) -> dict[str, Any]:
        return {
            "on": self.on,
            "effect": self.effect,
            "method": self.method,
            "path": self.path.pattern if self.path else None,
            "kind": self.kind,
            "event": self.event,
            "to": self.to,
            "call_sid": self.call_sid,
            "count": self.count,
            "probability": self.probability,
            "seconds": self.seconds,
            "struck": self.struck,
        }


class FaultPlan:
    def __init__(self, seed: int = 0) -> None:
        self.faults: list[Fault] = []
        self._seed = seed
        self._dice = random.Random(seed)  # nosec B311 # noqa: S311 - reproducible on purpose

    def plan(self, order: dict[str, Any]) -> list[Fault]:
        """Add one fault, or those under `faults`; `seed` restarts the dice, `clear` forgets earlier faults."""
        orders = order.get("faults", [order] if "effect" in order or "on" in order else [])
        if not isinstance(orders, list) or not (orders or "seed" in order or "clear" in order):
            raise DoorError("name a fault: {on, effect, …} or {faults: […]}")
        planned = [parse_fault({k: v for k, v in one.items() if k not in ("seed", "clear")}) for one in orders]
        if order.get("clear"):
            self.faults.clear()
        if "seed" in order:
            self._dice.seed(int(order["seed"]))
        self.faults.extend(planned)
        return planned

    def clear(self) -> None:
        self.faults.clear()
        self._dice.seed(self._seed)

    def strike_rest(self, method: str, path: str, to: str | None) -> list[Fault]:
        """Take the faults that hit a REST request; each one used counts down."""
        return [
            fault
            for fault in list(self.faults)
            if fault.on == "rest"
            and (fault.method is None or fault.method == method)
            and (fault.path is None or fault.path.search(path))
            and (fault.to is None or fault.to == to)
            and self._strikes(fault)
        ]

    def strike_webhook(self, kind: str, event: str | None, to: str | None, call_sid: str | None) -> list[Fault]:
        return [
            fault
            for fault in list(self.faults)
            if fault.on == "webhook"
            and (fault.kind is None or fault.kind == kind)
            and (fault.event is None or fault.event == event)
            and (fault.to is None or fault.to == to)
            and (fault.call_sid is None or fault.call_sid == call_sid)
            and self._strikes(fault)
        ]

    def price_delay_seconds(self) -> float:
        return sum(fault.seconds for fault in list(self.faults) if fault.on == "price" and self._strikes(fault))

    def _strikes(self, fault: Fault) -> bool:
        if fault.probability < 1.0 and self._dice.random() >= fault.probability:
            return False
        fault.struck += 1
        if fault.count is not None:
            fault.count -= 1
            if fault.count <= 0:
                self.faults.remove(fault)
        return True


def parse_fault(order: Any) -> Fault:
    if not isinstance(order, dict):
        raise DoorError("a fault is an object")
    if unknown := set(order) - _KNOWN:
        raise DoorError(f"unknown: {', '.join(sorted(unknown))}")
    effect = str(order.get("effect", ""))
    on = order.get("on") or ("rest" if effect in REST_EFFECTS else "price" if effect == "late" else "webhook")
    allowed = {"rest": REST_EFFECTS, "webhook": WEBHOOK_EFFECTS, "price": ("late",)}.get(str(on))
    if allowed is None:
        raise DoorError("on must be rest, webhook or price")
    if effect not in allowed:
        raise DoorError(f"effect must be one of {', '.join(allowed)}")
    count, probability, seconds = order.get("count"), order.get("probability", 1.0), order.get("seconds", 0.0)
    if count is not None and (not isinstance(count, int) or count < 1):
        raise DoorError("count must be a positive whole number")
    if not isinstance(probability, int | float) or not 0 <= probability <= 1:
        raise DoorError("probability must lie between 0 and 1")
    if not isinstance(seconds, int | float) or seconds < 0:
        raise DoorError("seconds must not be negative")
    try:
        path = re.compile(order["path"]) if order.get("path") else None
    except (re.error, TypeError) as error:
        raise DoorError(f"path is not a regular expression: {error}") from error
    return Fault(
        on=str(on),
        effect=effect,
        method=order["method"].upper() if order.get("method") else None,
        path=path,
        kind=order.get("kind"),
        event=order.get("event"),
        to=order.get("to"),
        call_sid=order.get("call_sid"),
        count=count,
        probability=float(probability),
        seconds=float(seconds),
    )
