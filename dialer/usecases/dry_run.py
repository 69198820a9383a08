"""A campaign before its start: how many leads could be called now and in each hour to come, and what stops the rest."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from dialer.domain.campaigns import CampaignSettings
from dialer.domain.compliance import open_spans
from dialer.domain.dialability import Gate
from dialer.domain.errors import Invalid, NotFound
from dialer.domain.ids import CampaignId
from dialer.domain.principals import Principal, Role
from dialer.store import campaigns
from dialer.store import dialability as store
from dialer.store.dialability import CampaignFacts
from dialer.store.localities import UNDETERMINED
from dialer.store.session import Transaction
from dialer.usecases.calling_rules import rule_book
from dialer.usecases.dialability import ListDialability, campaign_gate, count_by_gate, one_moment, overdue
from dialer.usecases.held_leads import HeldLead, list_held_leads
from dialer.usecases.lead_groups import GroupJudge
from dialer.usecases.registries import list_stale_registries
from dialer.usecases.services import Services
from dialer.usecases.verdicts import window_of
from dialer.usecases.voicemail_messages import voicemail_warnings

MAX_DAYS = 14
HOUR = timedelta(hours=1)
PLACEHOLDER = "[business name]"
Place = tuple[int, bool | None]
"""A locality's number, and what its leads say about consent."""
Changes = dict[Place, list[tuple[datetime, int]]]
"""By how many more or fewer leads may be called from an hour on, as far as their own time goes."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class HourAhead:
    """One hour to come: how many leads could be called in some part of it, none of them being called before."""

    starts_at: datetime
    callable: int


@dataclass(frozen=True)
class DryRun:
    """What would happen if the campaign dialled from now on. `warnings`: what its owner should mend before."""

    campaign_id: CampaignId
    at: datetime
    campaign_gate: Gate | None
    lists: tuple[ListDialability, ...]
    hours: tuple[HourAhead, ...]
    warnings: tuple[str, ...]
    rules_version: str


def dry_run(services: Services, *, actor: Principal, campaign_id: CampaignId, days: int = 3) -> DryRun:
    """Look at a campaign without calling anybody: callable now, by hour of the next days, and blocked by which gate.

    Raises NotFound, and Invalid for more than two weeks.
    """
    actor.require(Role.SUPERVISOR)
    if not 1 <= days <= MAX_DAYS:
        raise Invalid.field("days", f"must be between 1 and {MAX_DAYS}")
    now = services.clock.now()
    with one_moment(services, actor) as tx:
        facts = store.load_campaign_facts(tx.session, campaign_id)
        if facts is None:
            raise NotFound("There is no campaign with this id.")
        book = rule_book(services, tx.session, tenant_id=facts.tenant_id)
        groups = store.count_lead_groups(tx.session, campaign_id, now=overdue(facts, now))
        judge = GroupJudge(tx, facts, book, now, {group.locality_id for group in groups})
        held = tuple(list_held_leads(tx, facts, judge))
        lists = count_by_gate(facts, groups, judge, held)
        active = {entry.id for entry in facts.lists if entry.is_active}
        ready: dict[Place, int] = defaultdict(int)
        for group in groups:
            if group.status == "pending" and not group.is_waiting and group.list_id in active:
                ready[group.locality_id, group.consent] += group.count
        first = _hour_of(now)
        end = first + timedelta(days=days)
        changes = _changes(tx, facts, ready, held, now, end)
        callable_in = _callable_by_hour(judge, facts, changes, now, end)
        hours = tuple(HourAhead(hour, callable_in.get(hour, 0)) for hour in _hours(first, end))
        campaign = campaigns.find_campaign(tx.session, facts.id)
        settings = None if campaign is None else campaign.settings
        warnings = tuple(_warnings(services, tx, settings, ready))
    warnings += voicemail_warnings(services, None if settings is None else settings.voicemail_message_url)
    return DryRun(campaign_id, now, campaign_gate(facts, now), lists, hours, warnings, book.version)


def _changes(
    tx: Transaction,
    facts: CampaignFacts,
    ready: Mapping[Place, int],
    held: Iterable[HeldLead],
    now: datetime,
    end: datetime,
) -> Changes:
    """Ready leads may be called at any time, waiting ones from the hour on in which they are due.

    Whom a cap, a wait or a list holds for a time may be called after it; who is in a call, nobody knows when.
    """
    changes: Changes = defaultdict(list)
    for place, count in ready.items():
        changes[place].append((LONG_AGO, count))
    for waiting in store.count_waiting_by_hour(tx.session, facts.id, since=now, until=end):
        changes[waiting.locality_id, waiting.consent].append((waiting.hour, waiting.count))
    for entry in held:
        group, due_at = entry.lead.group, entry.may_be_called_at
        if group.status == "pending" and entry.own.gate != "callback":
            of_place = changes[group.locality_id, group.consent]
            of_place.append((_hour_of(entry.lead.next_call_at) if group.is_waiting else LONG_AGO, -1))
            if due_at is not None:
                of_place.append((_hour_of(due_at), 1))
    return changes


def _callable_by_hour(
    judge: GroupJudge, facts: CampaignFacts, changes: Changes, now: datetime, end: datetime
) -> dict[datetime, int]:
    callable_in: dict[datetime, int] = defaultdict(int)
    for place, of_place in changes.items():
        since, totals = _summed(of_place)
        for hour in _open_hours(judge, facts, place, now, end):
            reached = bisect_right(since, hour)
            callable_in[hour] += totals[reached - 1] if reached else 0
    return callable_in


def _summed(changes: Sequence[tuple[datetime, int]]) -> tuple[list[datetime], list[int]]:
    """The hours of changes in order, and what all up to each come to."""
    in_order = sorted(changes)
    return [hour for hour, _ in in_order], list(accumulate(count for _, count in in_order))


def _hour_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _hours(first: datetime, end: datetime) -> Iterable[datetime]:
    while first < end:
        yield first
        first += HOUR


def _open_hours(
    judge: GroupJudge, facts: CampaignFacts, place: Place, now: datetime, end: datetime
) -> Iterable[datetime]:
    """The hours in part of which people there may be called; none if something lasting forbids it."""
    locality_id, consent = place
    gate = judge.gate_of_place(locality_id, consent)
    if locality_id == UNDETERMINED or (gate is not None and gate.gate != "hours"):
        return
    subject = judge.subject(locality_id, consent)
    until = end if facts.terms.schedule_end is None else min(end, facts.terms.schedule_end)
    since = now if facts.schedule_start is None else max(now, facts.schedule_start)
    terms = facts.terms
    spans = open_spans(
        subject.locality, terms.call_type, subject.consent, terms.calling_profile, window_of(terms), since, until,
        judge.book,
    ) if since < until else ()  # fmt: skip
    seen: set[datetime] = set()
    for opens, closes in spans:
        hour = _hour_of(opens)
        while hour < closes:
            if hour not in seen:
                seen.add(hour)
                yield hour
            hour += HOUR


def _warnings(
    services: Services, tx: Transaction, settings: CampaignSettings | None, ready: dict[Place, int]
) -> Iterable[str]:
    if settings is not None and PLACEHOLDER in settings.abandonment_message:
        yield f"The abandonment message still says {PLACEHOLDER}: name the business, and a number to call back."
    undetermined = sum(count for (locality_id, _), count in ready.items() if locality_id == UNDETERMINED)
    if undetermined:
        yield f"{undetermined:,} leads came without their locality; it is determined when they are first chosen."
    for registry in list_stale_registries(services, tx):
        yield f"The registry {registry.name} is of {registry.published_on}: load one that is at most 31 days old."
    if not ready:
        yield "No lead of an active list is ready to be called."
