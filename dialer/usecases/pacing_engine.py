"""The pacer of one campaign: made again from what was saved and what has happened since, and asked for its decision.

Used by the tick and by its replay, so that both are the same arithmetic: same state, events and snapshot, same answer.
Nothing in here raises: an engine that fails says so, and the campaign dials progressively meanwhile.
"""

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

import structlog

from dialer.domain.dispositions import MAX_WAIT
from dialer.domain.pacing import (
    AgentState,
    PacingDecision,
    PacingEvent,
    PredictivePacer,
    ProgressivePacer,
    Snapshot,
    choose_pacer,
)

log = structlog.get_logger()

OVERDIALLING = frozenset({"ratio", "predictive"})
"""Modes that place more than one line for an idle agent, so that a person who answers may find none."""
_MAX_WAIT_SECONDS = MAX_WAIT.total_seconds()


@dataclass(frozen=True)
class PacingSettings:
    """What a campaign lays down about its pacing; kept with each decision, since it may be changed."""

    dial_mode: str
    pacing_ratio: float
    max_abandonment_rate: float
    agent_group_id: str | None

    def as_record(self) -> dict[str, object]:
        """The settings as JSON values."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "PacingSettings":
        """The settings that `as_record` described; what a later release wrote besides is left out."""
        return cls(**{name: record[name] for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Engine:
    """A pacer that has observed all there is. `trouble` says, in words, what of its past could not be used.

    `started_afresh`: it begins with what it has observed just now.
    """

    pacer: PredictivePacer
    observed_until: float
    started_afresh: bool
    trouble: str | None = None

    def state_as_json(self) -> str | None:
        """What is to be saved; None if the engine has nothing that JSON can hold."""
        try:
            return json.dumps(self.pacer.to_state(), allow_nan=False)
        except Exception as trouble:
            log.exception("pacing_state_not_serialised", error=type(trouble).__name__)
            return None


@functools.cache
def engine_version() -> str:
    """What a decision of today is comparable with: states of the same version decide alike."""
    return f"predictive/{PredictivePacer().to_state().get('version')}"


def build_engine(
    state: Mapping[str, Any] | None,
    *,
    observed_until: float,
    events: Iterable[PacingEvent],
    settings: PacingSettings,
    now: float,
) -> Engine:
    """The pacer as it was saved, having observed these events. Without a state that can be read: a fresh one."""
    target = settings.max_abandonment_rate
    restored = None if state is None else _restore(state, target)
    pacer = restored or PredictivePacer(target, _MAX_WAIT_SECONDS)
    trouble = None
    if state is not None and restored is None:
        trouble, observed_until = "what the pacer had learned could not be read, it learns anew", 0.0
    failures = 0
    for event in events:
        ordered = in_order(event, observed_until, now)
        observed_until = max(observed_until, ordered.at)
        try:
            pacer.observe(ordered)
        except Exception:
            failures += 1
            if failures == 1:
                log.exception("pacing_event_not_observed", kind=type(event).__name__)
    if failures:
        trouble = f"{failures} events could not be observed"
    return Engine(pacer, observed_until, started_afresh=restored is None, trouble=trouble)


def _restore(state: Mapping[str, Any], target: float) -> PredictivePacer | None:
    try:
        # The limit may have been changed since the state was saved.
        wanted = {**state, "target_abandonment": target} if "target_abandonment" in state else state
        return PredictivePacer.from_state(wanted)
    except Exception as trouble:
        log.warning("pacing_state_not_restored", error=f"{type(trouble).__name__}: {trouble}")
        return None


def in_order(event: PacingEvent, not_before: float, now: float) -> PacingEvent:
    """Events of transactions that committed late, or of another machine's clock, take the place in which they came."""
    at = max(not_before, min(event.at, now))
    return event if at == event.at else replace(event, at=at)


@dataclass(frozen=True)
class Choice:
    """What pacing wants, in which mode it was decided, and why in another one than the campaign's."""

    decision: PacingDecision
    effective_mode: str
    reason: str | None = None


def decide_calls(
    settings: PacingSettings, *, engine: Engine | None, snapshot: Snapshot, exhausted: str | None
) -> Choice:
    """Ask the pacer of the campaign's mode. `exhausted`: why nobody may be risked to be abandoned now, in words."""
    if exhausted is not None and settings.dial_mode in OVERDIALLING:
        return Choice(ProgressivePacer().decide(snapshot), "progressive", exhausted)
    if settings.dial_mode != "predictive":
        pacer = choose_pacer(settings.dial_mode, Decimal(str(settings.pacing_ratio)))
        return Choice(pacer.decide(snapshot), settings.dial_mode)
    if engine is None:
        return Choice(ProgressivePacer().decide(snapshot), "progressive", "nothing is known of the floor yet")
    try:
        decision = engine.pacer.decide(snapshot)
        if decision.calls < 0:
            raise ValueError("the pacer asked for a negative number of calls")
    except Exception as trouble:
        log.exception("pacing_decision_failed", error=type(trouble).__name__)
        failed = f"the predictive pacer failed ({type(trouble).__name__})"
        return Choice(ProgressivePacer().decide(snapshot), "progressive", failed)
    return Choice(decision, "predictive")


def snapshot_as_record(snapshot: Snapshot) -> dict[str, object]:
    """The floor as JSON values, each number as exact as it was."""
    return {
        "now": snapshot.now,
        "agents": [[agent.agent_id, agent.state, agent.since] for agent in snapshot.agents],
        "ringing": list(snapshot.ringing),
        "waiting": list(snapshot.waiting),
    }


def snapshot_from_record(record: Mapping[str, Any]) -> Snapshot:
    """The floor that `snapshot_as_record` described."""
    return Snapshot(
        now=float(record["now"]),
        agents=tuple(AgentState(agent_id, state, float(since)) for agent_id, state, since in record["agents"]),
        ringing=tuple(float(at) for at in record["ringing"]),
        waiting=tuple(float(at) for at in record["waiting"]),
    )
