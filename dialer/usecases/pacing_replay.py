"""Deciding again: kept decisions with the state they had, the events since, and the same or another pacer."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dialer.domain.errors import NotFound
from dialer.domain.ids import CampaignId
from dialer.domain.pacing import Pacer, PacingEvent
from dialer.store import pacing_decisions, pacing_events
from dialer.store.pacing_decisions import KeptDecision
from dialer.store.pacing_events import AGENTS_SPAN, RELEARN_SPAN, RecordedEvent
from dialer.store.session import Database
from dialer.usecases.pacing_engine import (
    Engine,
    PacingSettings,
    build_engine,
    decide_calls,
    engine_version,
    in_order,
    snapshot_from_record,
)

LATE_COMMIT = timedelta(hours=1)
"""How much older an event may be than the tick that first saw it."""


@dataclass(frozen=True)
class Replayed:
    """One decision beside the one that was made. `calls` None: there was nothing to decide.

    `differs`: by how much another answer was given; empty if none. `is_comparable`: the same engine decided then.
    """

    at: datetime
    effective_mode: str
    bound_by: str
    calls_then: int
    calls: int | None
    is_comparable: bool
    differs: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReplayReport:
    """All decisions of a span. `skipped` ones lie before the first state that was kept."""

    decisions: tuple[Replayed, ...]
    skipped: int
    engine: str

    @property
    def contradictions(self) -> int:
        """Decisions that the same engine would now take otherwise."""
        return sum(bool(replayed.differs) and replayed.is_comparable for replayed in self.decisions)


def replay_campaign(
    owner_database: Database,
    *,
    campaign_id: CampaignId,
    since: datetime,
    until: datetime,
    make_pacer: Callable[[], Pacer] | None = None,
) -> ReplayReport:
    """Decide again what a campaign's ticks decided from `since` to `until`; with `make_pacer`, ask that pacer instead.

    Another pacer starts with what happened in the half hour before. Raises NotFound.
    """
    replayed, skipped = [], 0
    with owner_database.transaction() as tx:
        tenant_id = pacing_decisions.find_tenant_of_campaign(tx.session, campaign_id=campaign_id)
        if tenant_id is None:
            raise NotFound("There is no campaign with this id.")
        start = pacing_decisions.find_replay_start(tx.session, campaign_id=campaign_id, since=since)
        begin = min(since, start or since)
        events = pacing_events.list_recorded_events(
            tx.session,
            tenant_id=tenant_id,
            campaign_id=campaign_id,
            since=begin - max(RELEARN_SPAN, LATE_COMMIT),
            until=until,
        )
        replay = _Foreign(events, make_pacer()) if make_pacer is not None else _Same(events)
        for kept in pacing_decisions.iterate_decisions(tx.session, campaign_id=campaign_id, since=begin, until=until):
            result = replay.decide_again(kept)
            if kept.at >= since:
                skipped += result is None
                replayed += [] if result is None else [result]
    return ReplayReport(tuple(replayed), skipped, engine_version())


@dataclass(frozen=True)
class ReadPosition:
    """A snapshot of PostgreSQL as it writes one: `xmin:xmax:xip,…`. It knows which transactions it could see."""

    xmin: int
    xmax: int
    in_progress: frozenset[int]

    @classmethod
    def parse(cls, written: str) -> "ReadPosition":
        """Read what `pg_current_snapshot()` wrote."""
        xmin, xmax, in_progress = written.split(":")
        return cls(int(xmin), int(xmax), frozenset(int(xid) for xid in in_progress.split(",") if xid))

    def saw(self, xid: int) -> bool:
        """Tell whether a transaction had committed (or failed) by then."""
        return xid < self.xmin or (xid < self.xmax and xid not in self.in_progress)


class _News:
    """Which events a reader at one position sees who has read at another one before."""

    def __init__(self, events: list[RecordedEvent]):
        self._all = events
        self._next = 0
        self._pending: list[RecordedEvent] = []

    def since(
        self, base: ReadPosition | None, until: ReadPosition, *, now: datetime, group: str | None
    ) -> list[PacingEvent]:
        """As the tick read them: those of the calls, and the younger ones of the agents in reach, by their times.

        Without a base, those of the last half hour.
        """
        while self._next < len(self._all) and self._all[self._next].recorded_xid < until.xmax:
            self._pending.append(self._all[self._next])
            self._next += 1
        news = [
            recorded
            for recorded in (self._all if base is None else self._pending)
            if until.saw(recorded.recorded_xid)
            and (recorded.order[0] > now - RELEARN_SPAN if base is None else not base.saw(recorded.recorded_xid))
            and (not recorded.is_of_agent or _is_in_reach(recorded, now, group))
        ]
        return [recorded.event for recorded in sorted(news, key=lambda recorded: recorded.order)]

    def forget(self, base: ReadPosition) -> None:
        """Nobody who goes on from this position will ask for what it has seen."""
        self._pending = [recorded for recorded in self._pending if not base.saw(recorded.recorded_xid)]


def _is_in_reach(recorded: RecordedEvent, now: datetime, group: str | None) -> bool:
    return recorded.order[0] > now - AGENTS_SPAN and group in (None, recorded.agent_group_id)


@dataclass
class _Same:
    """The product's own pacers, with the state that the tick had."""

    events: list[RecordedEvent]
    news: _News = field(init=False)
    state: Mapping[str, Any] | None = None
    observed_until: float = 0.0
    base: ReadPosition | None = None

    def __post_init__(self) -> None:
        self.news = _News(self.events)

    def decide_again(self, kept: KeptDecision) -> Replayed | None:
        """None while the state of then is not known."""
        position = ReadPosition.parse(kept.position)
        if self.base is None and not kept.started_afresh:
            if kept.checkpoint is not None:
                # The state after this decision: the next one begins with it.
                self._go_on(kept.checkpoint["state"], float(kept.checkpoint["observed_until"]), position)
            return None
        settings = PacingSettings.from_record(kept.settings)
        engine = None
        if kept.is_saved or settings.dial_mode == "predictive":
            base = None if kept.started_afresh else self.base
            engine = build_engine(
                None if base is None else self.state,
                observed_until=0.0 if base is None else self.observed_until,
                events=self.news.since(base, position, now=kept.at, group=settings.agent_group_id),
                settings=settings,
                now=kept.at.timestamp(),
            )
        result = _decided_again(kept, settings, engine)
        if kept.is_saved and engine is not None:
            self._go_on(json.loads(engine.state_as_json() or "{}"), engine.observed_until, position)
        return result

    def _go_on(self, state: Mapping[str, Any], observed_until: float, position: ReadPosition) -> None:
        self.state, self.observed_until, self.base = state, observed_until, position
        self.news.forget(position)


def _decided_again(kept: KeptDecision, settings: PacingSettings, engine: Engine | None) -> Replayed:
    if kept.decision is None or kept.snapshot is None:
        return Replayed(kept.at, kept.effective_mode, kept.bound_by, kept.wanted, None, is_comparable=False)
    # In which mode was decided then is a fact of the account of that moment, which the ledger has moved on from.
    exhausted = None if kept.effective_mode == settings.dial_mode else ""
    choice = decide_calls(settings, engine=engine, snapshot=snapshot_from_record(kept.snapshot), exhausted=exhausted)
    now_record = choice.decision.as_record()
    differs = tuple(
        f"{name} {_shown(kept.decision.get(name))} -> {_shown(value)}"
        for name, value in now_record.items()
        if not _alike(kept.decision.get(name), value)
    )
    return Replayed(
        kept.at,
        kept.effective_mode,
        kept.bound_by,
        kept.wanted,
        choice.decision.calls,
        is_comparable=kept.engine is None or kept.engine == engine_version(),
        differs=differs,
    )


def _alike(then: object, now: object) -> bool:
    if isinstance(now, float) and not math.isfinite(now):
        return then is None
    return then == now


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@dataclass
class _Foreign:
    """Any other pacer, observing what happened then, asked at the same moments. Its own past is what it has seen."""

    events: list[RecordedEvent]
    pacer: Pacer
    news: _News = field(init=False)
    base: ReadPosition | None = None
    observed_until: float = 0.0

    def __post_init__(self) -> None:
        self.news = _News(self.events)

    def decide_again(self, kept: KeptDecision) -> Replayed:
        """Its answer beside the one of then."""
        position = ReadPosition.parse(kept.position)
        group = PacingSettings.from_record(kept.settings).agent_group_id
        for event in self.news.since(self.base, position, now=kept.at, group=group):
            ordered = in_order(event, self.observed_until, kept.at.timestamp())
            self.observed_until = ordered.at
            self.pacer.observe(ordered)
        self.base = position
        self.news.forget(position)
        if kept.snapshot is None or kept.decision is None:
            return Replayed(kept.at, kept.effective_mode, kept.bound_by, kept.wanted, None, is_comparable=False)
        calls = self.pacer.calls_to_place(snapshot_from_record(kept.snapshot))
        differs = () if calls == kept.wanted else (f"calls {kept.wanted} -> {calls}",)
        return Replayed(
            kept.at, kept.effective_mode, kept.bound_by, kept.wanted, calls, is_comparable=False, differs=differs
        )


def iterate_lines(report: ReplayReport, *, only_differences: bool = False) -> Iterator[str]:
    """One line a decision: when, in which mode, how many calls then and now, and what else differs."""
    for replayed in report.decisions:
        if only_differences and not replayed.differs:
            continue
        then_now = "-" if replayed.calls is None else f"{replayed.calls_then} -> {replayed.calls}"
        mark = "!" if replayed.differs and replayed.is_comparable else "~" if replayed.differs else " "
        line = f"{mark} {replayed.at.isoformat()} {replayed.effective_mode:<11} {then_now:<10} {replayed.bound_by}"
        yield line + ("" if not replayed.differs else "  " + "; ".join(replayed.differs))
