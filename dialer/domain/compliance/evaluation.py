"""What every rule says about a call at a moment, and when all of them will let it through."""

from collections.abc import Iterator
from datetime import UTC, datetime

from dialer.domain.compliance.applicable_rules import ApplicableRules, applicable_rules
from dialer.domain.compliance.attempts import judge_cap, judge_wait
from dialer.domain.compliance.call_subject import CallSubject
from dialer.domain.compliance.calling_window import CallingWindow, window_timetable
from dialer.domain.compliance.judgements import (
    OK,
    Evaluation,
    judge_ban,
    judge_consent,
    judge_hours,
    judge_known_time,
    judge_limit,
    judge_line,
    judge_place,
    judge_region,
    zones_of_limit,
)
from dialer.domain.compliance.localities import Locality
from dialer.domain.compliance.rule_book import RuleBook
from dialer.domain.compliance.timetables import HORIZON_SECONDS, Timetable, first_common_opening
from dialer.domain.compliance.wall_clock import instant_of, seconds_of

__all__ = ["OK", "CallSubject", "Evaluation", "evaluate_limits", "evaluate_rules", "next_allowed", "timetable_pairs"]


def evaluate_rules(subject: CallSubject, at: datetime, book: RuleBook) -> tuple[Evaluation, ...]:
    """Ask every rule that binds this call, in every zone in which the callee may be; those that pass answer, too."""
    at = at.astimezone(UTC)
    rules = applicable_rules(book, subject.locality, subject.call_type)
    return tuple(_evaluate(subject.known_at(at), at, rules))


def evaluate_limits(subject: CallSubject, at: datetime, book: RuleBook) -> tuple[Evaluation, ...]:
    """Ask the caps and the waits alone, where all else is known."""
    at = at.astimezone(UTC)
    rules = applicable_rules(book, subject.locality, subject.call_type)
    return tuple(_evaluate_limits(subject.known_at(at), at, rules))


def next_allowed(subject: CallSubject, at: datetime, book: RuleBook) -> datetime | None:
    """The first moment, at or after `at`, at which nothing blocks; None when time alone never brings it.

    What may happen in between is not foreseen: only events up to `at` count.
    """
    at = at.astimezone(UTC)
    rules = applicable_rules(book, subject.locality, subject.call_type)
    subject = subject.known_at(at)
    pairs = timetable_pairs(rules, subject.locality, subject.window)
    until = seconds_of(at) + HORIZON_SECONDS
    moment = at
    while True:
        # Each reason names the first moment at which it alone is gone: nothing before the latest of them is allowed.
        blocking = [evaluation for evaluation in _evaluate(subject, moment, rules) if not evaluation.passed]
        if not blocking:
            return moment
        clearing = [evaluation.clears_at for evaluation in blocking if evaluation.clears_at is not None]
        if len(clearing) < len(blocking):
            return None
        latest = max(clearing)
        opening = first_common_opening(pairs, seconds_of(latest), until)
        if opening is None:
            return None
        moment = max(latest, instant_of(opening))


def timetable_pairs(
    rules: ApplicableRules, locality: Locality, window: CallingWindow | None
) -> list[tuple[Timetable, str]]:
    """Every timetable that binds, with each zone in which it has to be open."""
    pairs: list[tuple[Timetable, str]] = [
        (timetable, zone) for timetable in rules.timetables for zone in locality.time_zones
    ]
    if window is not None:
        timetable = window_timetable(window)
        zones = locality.time_zones if timetable.zone is None else (timetable.zone,)
        pairs.extend((timetable, zone) for zone in zones)
    return pairs


def _evaluate(subject: CallSubject, at: datetime, rules: ApplicableRules) -> Iterator[Evaluation]:
    zones = subject.locality.time_zones
    yield from (judge_line(rule, kinds, subject, at) for rule, kinds in rules.number_kinds)
    yield from (judge_place(rule, places, subject, at) for rule, places in rules.refused_places)
    if subject.allowed_regions is not None:
        yield judge_region(subject, subject.allowed_regions)
    if not zones:
        yield judge_known_time()
    for timetable, zone in timetable_pairs(rules, subject.locality, subject.window):
        yield judge_hours(timetable, zone, at)
    yield from _evaluate_limits(subject, at, rules)
    yield from (judge_ban(rule, ban, at, zones) for rule, ban in rules.bans)
    yield from (judge_consent(rule, consent, subject, at) for rule, consent in rules.consents)


def _evaluate_limits(subject: CallSubject, at: datetime, rules: ApplicableRules) -> Iterator[Evaluation]:
    zones = subject.locality.time_zones
    for rule, cap in rules.caps:
        by_local_day = cap.days is not None or cap.period not in (None, "ever")
        for where in zones_of_limit(zones, by_local_day=by_local_day):
            limit = judge_cap(cap, subject.prior_attempts, at, where)
            yield judge_limit(rule, "attempt_cap", limit, at, where, zones)
    for rule, wait in rules.waits:
        for where in zones_of_limit(zones, by_local_day=wait.days is not None):
            limit = judge_wait(wait, subject.events(wait.after), at, where)
            yield judge_limit(rule, f"{wait.after}_wait", limit, at, where, zones)
