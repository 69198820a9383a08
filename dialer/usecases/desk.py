"""An agent's desk as one snapshot, from which a page that was reloaded shows everything; and what he did today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialer.domain.agents import AgentState
from dialer.domain.compliance.wall_clock import is_zone
from dialer.domain.day_parts import zone_named
from dialer.domain.desk_dispositions import DeskDisposition, name_of, read_dispositions
from dialer.domain.errors import Forbidden, Invalid, NotFound
from dialer.domain.ids import AgentId
from dialer.domain.principals import Principal, Role
from dialer.domain.scripts import Block
from dialer.store import desk as store
from dialer.store.agent_states import BreakSeconds, Occupancy, agent_occupancy
from dialer.store.callbacks import Callback, list_own_due
from dialer.store.desk import DeskAgent, DeskLead, PastCall
from dialer.store.desk import DeskCall as DeskCall
from dialer.store.previews import Preview, find_open_preview
from dialer.store.session import Transaction
from dialer.usecases.agents import visible_agent
from dialer.usecases.scripts import fill_for
from dialer.usecases.services import Services
from dialer.usecases.wrap_ups import WrapUp, wrap_up_of

PAST_CALLS = 10
MAX_CALLBACKS = 100


@dataclass(frozen=True)
class LocalTime:
    """What the clock shows where the callee is."""

    time_zone: str
    local_time: str
    utc_offset_minutes: int


@dataclass(frozen=True)
class Desk:
    """Everything that is before an agent at one moment.

    `call` is in progress or being wrapped up; `last_call` the one after which he last wrapped up, if it is another.
    `lead` and what hangs on it are the call's, or, without one, the preview's.
    """

    server_time: datetime
    agent: DeskAgent
    wrap_up: WrapUp | None
    call: DeskCall | None
    last_call: DeskCall | None
    preview: Preview | None
    lead: DeskLead | None
    local_time: LocalTime | None
    history: tuple[PastCall, ...]
    script: tuple[Block, ...]
    dispositions: tuple[DeskDisposition, ...]
    callbacks: tuple[Callback, ...]


def load_desk(services: Services, *, actor: Principal, agent_id: AgentId, zone: str | None = None) -> Desk:
    """An agent's desk as it is now: one's own, or anybody's for supervisors. At most six statements.

    `zone` is where the agent sits: it decides when today ends; UTC unless told. Raises NotFound, Forbidden, Invalid.
    """
    now = services.clock.now()
    _, end = day_of(now, zone_of(zone))
    with services.transaction(actor.tenant_id) as tx:
        agent = store.find_desk_agent(tx.session, agent_id)
        if agent is None:
            raise NotFound("There is no agent with this id.")
        if actor.agent_id != agent_id and not actor.has_at_least(Role.SUPERVISOR):
            raise Forbidden("Agents may do this for themselves only.")
        call, last_call = _calls(tx, agent)
        # Nobody looks at a lead while he has a call.
        is_free = call is None or call.is_over
        preview = find_open_preview(tx.session, agent_id=agent_id, now=now) if is_free else None
        subject = call or preview
        lead = None if subject is None else store.find_desk_lead(tx.session, subject.lead_id)
        callbacks = list_own_due(tx.session, agent_id=agent_id, until=end, max_rows=MAX_CALLBACKS)
        return Desk(
            server_time=now,
            agent=agent,
            wrap_up=_wrap_up(agent),
            call=call,
            last_call=last_call,
            preview=preview,
            lead=lead,
            local_time=None if lead is None else local_time(now, zone_named(lead.callee_zone)),
            history=() if lead is None else _history(tx, lead, call),
            script=() if lead is None else fill_for(lead, agent_name=agent.agent.name),
            dispositions=() if lead is None else read_dispositions(lead.dispositions),
            callbacks=tuple(callbacks),
        )


def _calls(tx: Transaction, desk: DeskAgent) -> tuple[DeskCall | None, DeskCall | None]:
    calls = store.list_desk_calls(tx.session, desk.agent.id)
    held = next((call for call in calls if call.is_held), None)
    wrapped_up = next((call for call in calls if call.id == desk.agent.wrap_up_call_id), None)
    if held is None and desk.agent.state is AgentState.WRAPPING_UP:
        return wrapped_up, None
    return held, None if held is wrapped_up else wrapped_up


def _history(tx: Transaction, lead: DeskLead, call: DeskCall | None) -> tuple[PastCall, ...]:
    but = None if call is None else call.id
    return tuple(store.list_past_calls(tx.session, lead_id=lead.id, but=but, max_rows=PAST_CALLS))


def _wrap_up(desk: DeskAgent) -> WrapUp | None:
    allowed = desk.wrap_up_extension_seconds or 0
    return wrap_up_of(desk.agent, allowed - desk.agent.wrap_up_extended_seconds)


@dataclass(frozen=True)
class DispositionToday:
    """How often an agent concluded something; `is_own`: the label is a campaign's."""

    key: str
    label: str
    count: int
    is_own: bool


@dataclass(frozen=True)
class AgentDay:
    """An agent's calls and time from midnight in his zone until now. Averages are None where nothing was done."""

    zone: str
    day: date
    since: datetime
    until: datetime
    calls: int
    conversations: int
    talk_seconds: float
    hold_seconds: float
    occupancy: Occupancy
    average_handle_seconds: float | None
    dispositions: tuple[DispositionToday, ...]
    callbacks_promised: int

    def seconds(self, state: AgentState) -> float:
        """How long the agent was in a state."""
        return self.occupancy.seconds_by_state.get(state, 0.0)

    @property
    def breaks(self) -> tuple[BreakSeconds, ...]:
        """His breaks by their reasons."""
        return self.occupancy.breaks


def load_day(services: Services, *, actor: Principal, agent_id: AgentId, zone: str | None = None) -> AgentDay:
    """What an agent has done today: one's own, or anybody's for supervisors. Counted from calls and states.

    Handling is talk, with what was held, and wrap-up, for each conversation that has ended. Raises NotFound, Forbidden,
    Invalid.
    """
    now, place = services.clock.now(), zone_of(zone)
    since, _ = day_of(now, place)
    with services.transaction(actor.tenant_id) as tx:
        visible_agent(tx, actor, agent_id)
        figures = store.count_day(tx.session, agent_id=agent_id, since=since, until=now)
        occupancy = agent_occupancy(tx.session, agent_id=agent_id, since=since, until=now)
    handled = figures.ended_talk_seconds + occupancy.seconds_by_state.get(AgentState.WRAPPING_UP, 0.0)
    return AgentDay(
        zone=place.key,
        day=now.astimezone(place).date(),
        since=since,
        until=now,
        calls=figures.calls,
        conversations=figures.conversations,
        talk_seconds=figures.talk_seconds,
        hold_seconds=figures.hold_seconds,
        occupancy=occupancy,
        average_handle_seconds=handled / figures.ended_conversations if figures.ended_conversations else None,
        dispositions=_concluded(figures.dispositions),
        callbacks_promised=figures.callbacks_promised,
    )


def _concluded(counted: Mapping[str, tuple[str | None, int]]) -> tuple[DispositionToday, ...]:
    return tuple(_named(key, label, count) for key, (label, count) in counted.items())


def _named(key: str, stored: str | None, count: int) -> DispositionToday:
    label, is_own = name_of(key, stored)
    return DispositionToday(key, label, count, is_own)


def zone_of(name: str | None) -> ZoneInfo:
    """The zone of this name, UTC for none. Raises Invalid."""
    if name is not None and not is_zone(name):
        raise Invalid.field("zone", "must be a time zone name, such as Europe/Berlin")
    return zone_named(name or "UTC")


def day_of(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the day of this instant begins and ends on the clocks of the zone, in UTC."""
    today = now.astimezone(zone).date()
    begins, ends = (datetime.combine(day, time(), tzinfo=zone) for day in (today, today + timedelta(days=1)))
    return begins.astimezone(UTC), ends.astimezone(UTC)


def local_time(now: datetime, zone: ZoneInfo) -> LocalTime:
    """What the clocks of a zone show."""
    there = now.astimezone(zone)
    offset = there.utcoffset() or timedelta()
    return LocalTime(zone.key, there.strftime("%Y-%m-%dT%H:%M"), round(offset / timedelta(minutes=1)))
