"""The doctor: checks on a live database what must always hold, names every violation, explains and repairs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from dialer.domain import in_flight
from dialer.domain.compliance import RuleBook
from dialer.domain.errors import NotFound
from dialer.domain.ids import TenantId
from dialer.ports import Clock
from dialer.store import doctor_checks, doctor_history
from dialer.store.doctor_checks import Finding
from dialer.store.doctor_history import Story as Story
from dialer.store.doctor_stuck import FOUND_BY, stuck_queries
from dialer.store.session import Database
from dialer.usecases import doctor_repairs
from dialer.usecases.services import Services

log = structlog.get_logger()


@dataclass(frozen=True)
class Examination:
    """What the doctor looks at, and with whose eyes. Placements are looked at `days` back."""

    owner_database: Database
    clock: Clock
    application_role: str
    book: RuleBook
    days: int = 7


@dataclass(frozen=True)
class Deed:
    """What was done about one violation; `done` None: nothing was wrong any more, or `trouble` stood in the way."""

    check: str
    what: str
    done: str | None
    trouble: str | None = None


@dataclass(frozen=True)
class CheckExplained:
    """A check in plain words: what must hold, what was found, what sweeps do about it and what a repair would do."""

    finding: Finding
    states: tuple[in_flight.InFlight, ...]
    repair: str


@dataclass(frozen=True)
class StoryExplained:
    """The history of a call, a lead or an agent, the checks that name it, and what a repair of each would do."""

    story: Story
    named_by: tuple[tuple[str, str], ...]


NO_REPAIR = "none: the rows are evidence of a bug or of a hand in the database. Keep them and the logs of their ids."


def examine(
    owner_database: Database, *, clock: Clock, application_role: str, book: RuleBook, days: int = 7
) -> list[Finding]:
    """Run every check over all tenants in one read-only snapshot; placements are looked at `days` back."""
    now = clock.now()
    with owner_database.transaction() as tx:
        return doctor_checks.examine(
            tx.session, now=now, since=now - timedelta(days=days), application_role=application_role, book=book
        )


def explain(examination: Examination, subject: str) -> CheckExplained | StoryExplained:
    """Explain a check by its name, or a call, lead or agent by its id. Raises NotFound if there is neither."""
    findings = _examine(examination)
    for finding in findings:
        if finding.check == subject:
            return CheckExplained(finding, _states_of(subject), repair_of(subject))
    try:
        row_id = UUID(subject)
    except ValueError:
        raise NotFound(f"There is no check and no id {subject}.") from None
    with examination.owner_database.transaction() as tx:
        story = doctor_history.tell_story(tx.session, row_id)
    if story is None:
        raise NotFound(f"There is no call, lead or agent {subject}.")
    named_by = tuple((name, repair_of(name)) for name in _naming(findings, subject))
    return StoryExplained(story, named_by)


def repair(services: Services, examination: Examination, *, check: str | None = None) -> list[Deed]:
    """Put right what is wrong and can be put right safely: of one check, or of all. Safe to run again.

    Raises NotFound for a check that does not exist or has no repair.
    """
    if check is not None and check not in doctor_repairs.CURES:
        raise NotFound(f"There is no repair of {check}. Repairs: {', '.join(doctor_repairs.CURES)}.")
    wanted = [
        finding
        for finding in _examine(examination)
        if finding.count > 0 and finding.check in doctor_repairs.CURES and check in (None, finding.check)
    ]
    return [deed for finding in wanted for deed in _cure(services, finding)]


def repair_of(check: str) -> str:
    """What a repair of this check would do, in words."""
    cure = doctor_repairs.CURES.get(check)
    return NO_REPAIR if cure is None else cure.says


def _examine(examination: Examination) -> list[Finding]:
    return examine(
        examination.owner_database,
        clock=examination.clock,
        application_role=examination.application_role,
        book=examination.book,
        days=examination.days,
    )


def _cure(services: Services, finding: Finding) -> Iterator[Deed]:
    cure = doctor_repairs.CURES[finding.check]
    if cure.sweep is not None:
        doctor_repairs.run_sweep(services, finding.check)
        if cure.each is None:
            yield Deed(finding.check, f"{finding.count} violations", f"swept: {cure.says}")
            return
    for violation in finding.violations:
        if violation.tenant_id is None or violation.id is None:
            continue
        try:
            done = doctor_repairs.repair(
                services, check=finding.check, tenant_id=TenantId(violation.tenant_id), row_id=violation.id
            )
        except Exception as trouble:
            # What cannot be repaired must not keep the rest from it.
            log.exception("not_repaired", check=finding.check, what=violation.what)
            yield Deed(finding.check, violation.what, None, f"{type(trouble).__name__}: {trouble}"[:200])
        else:
            yield Deed(finding.check, violation.what, done)


def _states_of(check: str) -> tuple[in_flight.InFlight, ...]:
    """The rows of the table of in-flight states that a check derives from."""
    derived = [row for row, found_by in FOUND_BY.items() if found_by == check]
    for subject, queries in stuck_queries().items():
        if doctor_checks.name_of_stuck(subject) == check:
            derived += [row for row, _ in queries]
    return tuple(derived)


def _naming(findings: list[Finding], row_id: str) -> list[str]:
    return [
        finding.check
        for finding in findings
        if any(row_id in (violation.id, *violation.what.split()) for violation in finding.violations)
    ]
