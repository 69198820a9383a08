"""What the view and the report show, read from the running product.

From its report and pacing endpoints; and what these do not tell (agents by state at this moment, retries by their
times, recordings) from the database itself.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg2
import psycopg2.extras

from demo.api import HttpClient
from demo.pacing import Pacing, read_pacing


@dataclass(frozen=True)
class Latencies:
    """Milliseconds; None without a measurement."""

    p50: float | None
    p99: float | None
    count: int


@dataclass(frozen=True)
class Figures:
    """One reading. Shares are of 1."""

    at: datetime
    calls_placed: int
    conversations: int
    calls_by_state: Mapping[str, int]
    agents_by_state: Mapping[str, int]
    leads_by_status: Mapping[str, int]
    leads_called: int
    dispositions: Mapping[str, int]
    agent_dispositions: Mapping[str, int]
    reached: int
    late: int
    abandoned: int
    hung_up: int
    abandonment: float | None
    occupancy: float | None
    seconds_by_agent_state: Mapping[str, float]
    twiml: Latencies
    screen_pop: Latencies
    delivery: Latencies
    total_cost: float
    talk_seconds: int
    average_talk_seconds: float
    recordings: int
    recorded_seconds: int
    retries_waiting: int
    retries_due: int
    retries_made: int
    next_retries: tuple[datetime, ...]
    retry_reasons: Mapping[str, int]
    pacing_note: str | None
    pacing: Pacing
    decisions_by_bound: Mapping[str, int]

    @property
    def leads(self) -> int:
        """How many leads the campaign has."""
        return sum(self.leads_by_status.values())

    @property
    def in_flight(self) -> int:
        """Calls that have not ended."""
        return sum(number for state, number in self.calls_by_state.items() if state in IN_FLIGHT)


IN_FLIGHT = ("planned", "placing", "unresolved", "placed", "ringing", "answered", "waiting", "bridged")


PACING_EVERY_SECONDS = 3.0
"""The API lets one person ask a hundred times a minute, and the report is read each second."""


class FigureReader:
    """Reads; connects when first used. The database role is the schema's owner, which sees every tenant's rows, so each
    statement names the campaign.
    """

    def __init__(self, supervisor: HttpClient, database_owner_url: str, campaign_id: str):
        self._supervisor = supervisor
        self._url = database_owner_url.replace("postgresql+psycopg2://", "postgresql://", 1)
        self._campaign_id = campaign_id
        self._connection: Any = None
        self._pacing: dict[str, Any] = {}
        self._pacing_read_at = -PACING_EVERY_SECONDS

    def read(self) -> Figures:
        """Read everything once. Raises ApiError or psycopg2.Error."""
        report = self._supervisor.get(f"/api/campaigns/{self._campaign_id}/report")["report"]
        if time.monotonic() - self._pacing_read_at >= PACING_EVERY_SECONDS:
            self._pacing = self._supervisor.get(f"/api/campaigns/{self._campaign_id}/pacing")["pacing"]
            self._pacing_read_at = time.monotonic()
        return combine(report, self._pacing, self._rows())

    def in_flight(self) -> int:
        """How many calls have not ended."""
        return sum(self._rows()["calls_by_state"].get(state, 0) for state in IN_FLIGHT)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _rows(self) -> dict[str, Any]:
        if self._connection is None:
            self._connection = psycopg2.connect(self._url, connect_timeout=5, application_name="demo")
            self._connection.autocommit = True
        with self._connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            cursor.execute(_READING, {"campaign": self._campaign_id})
            return dict(cursor.fetchone())


def combine(report: Mapping[str, Any], pacing: Mapping[str, Any], rows: Mapping[str, Any]) -> Figures:
    """One reading from the endpoints' answers and the database's row."""
    latency, ledger, calls = report["latency"], report["abandonment"], report["calls"]
    return Figures(
        at=rows["at"],
        calls_placed=rows["calls_placed"],
        conversations=rows["conversations"],
        calls_by_state=rows["calls_by_state"] or {},
        agents_by_state=rows["agents_by_state"] or {},
        leads_by_status=report["leads_by_status"],
        leads_called=rows["leads_called"],
        dispositions={line["disposition"]: line["count"] for line in report["dispositions"]},
        agent_dispositions=rows["agent_dispositions"] or {},
        reached=ledger["reached"],
        late=ledger["late"],
        abandoned=ledger["abandoned"],
        hung_up=ledger["hung_up"],
        abandonment=ledger["rate"],
        occupancy=report["occupancy"]["ratio"],
        seconds_by_agent_state=report["occupancy"]["seconds_by_state"],
        twiml=Latencies(latency["answer_to_twiml_p50"], latency["answer_to_twiml_p99"], latency["twiml_count"]),
        screen_pop=Latencies(
            latency["answer_to_screen_pop_p50"], latency["answer_to_screen_pop_p99"], latency["screen_pop_count"]
        ),
        delivery=Latencies(rows["delivery_p50"], rows["delivery_p99"], rows["delivery_count"]),
        total_cost=float(calls["total_cost"]),
        talk_seconds=rows["talk_seconds"],
        average_talk_seconds=float(calls["avg_talk_time"]),
        recordings=rows["recordings"],
        recorded_seconds=rows["recorded_seconds"],
        retries_waiting=report["retries_scheduled"],
        retries_due=rows["retries_due"],
        retries_made=rows["retries_made"],
        next_retries=tuple(rows["next_retries"] or ()),
        retry_reasons=rows["retry_reasons"] or {},
        pacing_note=rows["pacing_note"],
        pacing=read_pacing(pacing),
        decisions_by_bound=rows["decisions_by_bound"] or {},
    )


_READING = """
    with ours as (select * from calls where campaign_id = %(campaign)s),
    placed as (select * from ours where placing_at is not null),
    delivered as (
        select extract(epoch from screen_popped_at - agent_reserved_at)::float8 * 1000 as took
        from placed where screen_popped_at is not null
    ),
    waiting as (select * from leads where campaign_id = %(campaign)s and status = 'pending' and call_attempts > 0)
    select now() as at,
        (select count(*) from placed) as calls_placed,
        (select count(*) from placed where bridged_at is not null and disposition = 'answered') as conversations,
        (select count(distinct lead_id) from placed) as leads_called,
        (select coalesce(sum(talk_seconds), 0)::int from placed where disposition = 'answered') as talk_seconds,
        (select count(*) from placed where recording_sid is not null) as recordings,
        (select coalesce(sum(recording_seconds), 0)::int from placed) as recorded_seconds,
        (select json_object_agg(state, n) from (
            select state, count(*) as n from ours group by state) s) as calls_by_state,
        (select json_object_agg(agent_disposition, n) from (
            select agent_disposition, count(*) as n from placed where agent_disposition is not null group by 1) d
        ) as agent_dispositions,
        (select json_object_agg(state, n) from (
            select a.state, count(*) as n from agents a join campaigns m on m.agent_group_id = a.agent_group_id
            where m.id = %(campaign)s group by a.state) s) as agents_by_state,
        (select percentile_cont(0.5) within group (order by took) from delivered) as delivery_p50,
        (select percentile_cont(0.99) within group (order by took) from delivered) as delivery_p99,
        (select count(*) from delivered) as delivery_count,
        (select count(*) from attempts t join placed p on p.attempt_id = t.id where t.number > 1) as retries_made,
        (select array_agg(next_call_at order by next_call_at) from (
            select next_call_at from waiting where next_call_at > now() order by next_call_at limit 3) soonest
        ) as next_retries,
        (select count(*) from waiting where next_call_at <= now()) as retries_due,
        (select json_object_agg(status_reason, n) from (
            select coalesce(status_reason, 'unknown') as status_reason, count(*) as n from waiting group by 1) r
        ) as retry_reasons,
        (select pacing_note from campaigns where id = %(campaign)s) as pacing_note,
        (select json_object_agg(bound_by, n) from (
            select bound_by, count(*) as n from pacing_decisions
            where campaign_id = %(campaign)s and decision is not null group by 1) b) as decisions_by_bound
"""
