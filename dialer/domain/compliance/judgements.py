"""One rule, one call, one moment: whether the rule lets the call through, in words and as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dialer.domain.compliance.attempts import Limit
from dialer.domain.compliance.call_subject import CallSubject
from dialer.domain.compliance.geography import TERRITORIES, UNITED_STATES
from dialer.domain.compliance.rule_values import Ban, Cap, Consent, NumberKinds, RefusedPlaces, Wait, write_spans
from dialer.domain.compliance.rules import Rule
from dialer.domain.compliance.timetables import CLOSURE, HORIZON_SECONDS, Timetable
from dialer.domain.compliance.wall_clock import (
    date_of,
    day_of,
    instant_of,
    local_day,
    seconds_of,
    start_of_day,
    zone_info,
)

OK = "ok"
REGION_RULE, TIME_ZONE_RULE = "ALLOWED-COUNTRIES", "TIME-ZONE"
_EVENTS = {"conversation": "a conversation", "refusal": "a refusal", "abandoned": "an abandoned call"}
_NOTHING: Mapping[str, object] = {}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one rule says about a call, in one zone where zones matter. `code` is `ok` when it lets the call through.

    `clears_at` is the first moment at which this rule alone would; None when time alone never brings it.
    """

    rule: str
    code: str
    passed: bool
    message: str
    clears_at: datetime | None = None
    time_zone: str | None = None
    inputs: Mapping[str, object] = field(default_factory=dict)

    def as_record(self) -> dict[str, object]:
        """The evaluation as JSON values."""
        return {
            "rule": self.rule,
            "code": self.code,
            "passed": self.passed,
            "message": self.message,
            "clears_at": self.clears_at.isoformat() if self.clears_at else None,
            "time_zone": self.time_zone,
            "inputs": dict(self.inputs),
        }


def judge_hours(timetable: Timetable, zone: str, at: datetime) -> Evaluation:
    """Hours, holidays, closures and a campaign's window, on the wall clock of one zone."""
    now = seconds_of(at)
    local = at.astimezone(zone_info(zone))
    plan = timetable.plan(day_of(local.date()))
    inputs: dict[str, object] = {"local_time": local.isoformat(), "open": write_spans(plan.spans)}
    if plan.note:
        inputs["note"] = plan.note
    if timetable.is_open(zone, now):
        return _pass(timetable.rule_id, inputs, zone)
    opening = timetable.next_opening(zone, now, now + HORIZON_SECONDS)
    clears_at = None if opening is None else instant_of(opening)
    spans = " and ".join("–".join(span) for span in write_spans(plan.spans))
    allowed = f"calls are allowed {spans} that day" if spans and plan.code != CLOSURE else "no calls are allowed"
    note = f" ({plan.note})" if plan.note else ""
    message = f"It is {_WEEKDAYS[local.weekday()]} {local:%H:%M} in {zone}{note}: {allowed}."
    return _block(timetable.rule_id, plan.code, message, clears_at, zone, inputs)


def judge_line(rule: Rule, kinds: NumberKinds, subject: CallSubject, at: datetime) -> Evaluation:
    """Whether lines of this kind are called."""
    inputs = {"line_type": subject.line_type}
    zones = subject.locality.time_zones
    if subject.line_type in kinds.dialable or not _is_in_force(rule, at, zones):
        return _pass(rule.id, inputs)
    message = f"Numbers of this kind ({subject.line_type.replace('_', ' ')}) are not called."
    return _block(rule.id, "not_dialable", message, _end(rule, zones), None, inputs)


def judge_place(rule: Rule, places: RefusedPlaces, subject: CallSubject, at: datetime) -> Evaluation:
    """Whether numbers of this place are called: satellite networks, and foreign countries that look like home."""
    inputs = {"region": subject.region, "country": subject.country}
    zones = subject.locality.time_zones
    by_prefix = subject.to_number.startswith(places.prefixes)
    looks_like_home = places.shared_prefix is not None and subject.to_number.startswith(places.shared_prefix)
    is_meant = subject.region == subject.country or subject.region in (subject.allowed_regions or ())
    is_abroad = looks_like_home and subject.region not in places.home and not is_meant
    if not (by_prefix or is_abroad) or not _is_in_force(rule, at, zones):
        return _pass(rule.id, inputs)
    message = "Satellite and international service numbers are not called."
    if not by_prefix:
        message = f"This is a number of {subject.region}, a country that the lead's data do not name."
    return _block(rule.id, "country_not_allowed", message, _end(rule, zones), None, inputs)


def judge_region(subject: CallSubject, allowed: frozenset[str]) -> Evaluation:
    """Whether the number's country is among those that are called; territories count as the United States."""
    inputs = {"region": subject.region, "allowed_regions": sorted(allowed)}
    own = {subject.region, UNITED_STATES} if subject.region in TERRITORIES else {subject.region}
    if own & allowed:
        return _pass(REGION_RULE, inputs)
    message = f"Numbers of {subject.region} are not among the countries that are called."
    return _block(REGION_RULE, "country_not_allowed", message, None, None, inputs)


def judge_known_time() -> Evaluation:
    """Nothing says where the callee is."""
    message = "The callee's local time is not known: the number belongs to no place, and nothing else names one."
    return _block(TIME_ZONE_RULE, "unknown_time_zone", message)


def judge_limit(
    rule: Rule, code: str, limit: Limit, at: datetime, zone: str | None, zones: Sequence[str]
) -> Evaluation:
    """A cap on attempts or a wait after an event."""
    own_zones = zones if zone is None else (zone,)
    inputs = {"counted": [event.isoformat() for event in limit.counted]}
    if not limit.blocks or not _is_in_force(rule, at, own_zones):
        return _pass(rule.id, inputs, zone)
    ends = (limit.clears_at, _end(rule, own_zones))
    clears_at = min((moment for moment in ends if moment is not None), default=None)
    return _block(rule.id, code, _limit_message(rule, limit), clears_at, zone, inputs)


def judge_ban(rule: Rule, ban: Ban, at: datetime, zones: Sequence[str]) -> Evaluation:
    """What is never allowed."""
    if not _is_in_force(rule, at, zones):
        return _pass(rule.id, _NOTHING)
    return _block(rule.id, "banned", ban.reason, _end(rule, zones))


def judge_consent(rule: Rule, consent: Consent, subject: CallSubject, at: datetime) -> Evaluation:
    """Whether the consent on record is of the form that is asked for."""
    inputs = {"consent": subject.consent, "needed": consent.form}
    zones, form = subject.locality.time_zones, subject.consent_form
    is_enough = consent.form == "none" or form == "written" or (consent.form == "any" and form != "none")
    if is_enough or not _is_in_force(rule, at, zones):
        return _pass(rule.id, inputs)
    needed = "prior written consent" if consent.form == "written" else "prior consent"
    on_record = "none" if form == "none" else f"only {form} consent"
    message = f"This call needs {needed}, and {on_record} is on record."
    return _block(rule.id, "consent_required", message, _end(rule, zones), None, inputs)


def zones_of_limit(zones: Sequence[str], *, by_local_day: bool) -> Sequence[str | None]:
    """In which zones a limit is judged: elapsed time needs none, local days every one."""
    return zones if by_local_day else (None,)


def _pass(rule: str, inputs: Mapping[str, object], zone: str | None = None) -> Evaluation:
    return Evaluation(rule, OK, passed=True, message="", time_zone=zone, inputs=inputs)


def _block(
    rule: str,
    code: str,
    message: str,
    clears_at: datetime | None = None,
    zone: str | None = None,
    inputs: Mapping[str, object] = _NOTHING,
) -> Evaluation:
    return Evaluation(rule, code, False, message, clears_at, zone, inputs)  # noqa: FBT003 - what blocks has not passed


def _limit_message(rule: Rule, limit: Limit) -> str:
    value = rule.value
    if isinstance(value, Cap):
        span = f"{value.hours} hours" if value.hours else f"{value.days} days" if value.days else f"the {value.period}"
        within = "ever" if value.period == "ever" else f"within {span}"
        return f"{len(limit.counted)} attempts to this person {within}; {value.max_attempts} are allowed."
    if isinstance(value, Wait):
        span = f"{value.hours} hours" if value.hours else f"{value.days} days"
        event = _EVENTS[value.after]
        return f"After {event} on {limit.counted[0]:%Y-%m-%d %H:%M} UTC this person is left alone for {span}."
    return "A limit is reached."


def _is_in_force(rule: Rule, at: datetime, zones: Sequence[str]) -> bool:
    if rule.effective_from is None and rule.effective_to is None:
        return True
    now = seconds_of(at)
    return any(rule.is_in_force(date_of(local_day(zone, now))) for zone in zones or ("UTC",))


def _end(rule: Rule, zones: Sequence[str]) -> datetime | None:
    """When the rule is no longer in force, wherever the callee is."""
    if rule.effective_to is None:
        return None
    after = day_of(rule.effective_to) + 1
    return instant_of(max(start_of_day(zone, after) for zone in zones or ("UTC",)))
