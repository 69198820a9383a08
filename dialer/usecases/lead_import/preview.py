"""Looking at a file before it is imported: how it was understood, and what would become of its first rows."""

from dataclasses import dataclass
from uuid import UUID

from dialer.domain.ids import ImportId
from dialer.domain.imports import ImportCounts
from dialer.domain.lead_rows import LeadDraft, MappingProposal
from dialer.domain.principals import Principal, Role
from dialer.store.import_problems import ImportProblem
from dialer.usecases.imports import Upload
from dialer.usecases.lead_import.plan import ImportPlan, ImportRequest, plan_import
from dialer.usecases.lead_import.upload import MAX_BYTES_AT_ONCE, MAX_ROWS_AT_ONCE
from dialer.usecases.lead_import.work import LeadWork
from dialer.usecases.list_files import FileDialect
from dialer.usecases.services import Services

SHOWN_ROWS = 20
SHOWN_PROBLEMS = 100
_SHOWN_VALUES = 3
_SHOWN_CHARACTERS = 200
_BATCH_ROWS = 5_000


@dataclass(frozen=True)
class ShownColumn:
    """What a column is taken for, how that was found out, and some of its values."""

    header: str
    target: str | None
    how: str
    samples: tuple[str, ...]


@dataclass(frozen=True)
class ShownRow:
    """A row as it is written, and as the lead that it would become, or None and why not."""

    number: int
    cells: tuple[str, ...]
    draft: LeadDraft | None
    problems: tuple[str, ...]


@dataclass(frozen=True)
class ImportPreview:
    """What is known of a file. `counts` and `problems` are of the first `rows_examined` rows; `is_whole`: that is all
    of them. `runs_at_once`: an upload would be done within its request."""

    filename: str
    bytes_total: int
    dialect: FileDialect
    columns: tuple[ShownColumn, ...]
    notes: tuple[str, ...]
    is_certain: bool
    rows: tuple[ShownRow, ...]
    rows_examined: int
    is_whole: bool
    counts: ImportCounts
    problems: tuple[ImportProblem, ...]
    runs_at_once: bool


def preview_import(services: Services, *, actor: Principal, request: ImportRequest, upload: Upload) -> ImportPreview:
    """Read the beginning of a file as an import would, and store nothing. Raises what `import_leads` raises."""
    actor.require(Role.ADMIN)
    plan = plan_import(services, actor=actor, request=request, upload=upload)
    work = LeadWork(
        services,
        campaign=plan.campaign,
        import_id=ImportId(UUID(int=0)),
        mapping=plan.proposal.mapping,
        choices=plan.choices,
    )
    counts, problems, is_whole = _judge(services, actor, plan, work)
    sample = plan.file.sample(SHOWN_ROWS)
    return ImportPreview(
        filename=upload.filename,
        bytes_total=upload.size,
        dialect=plan.file.dialect,
        columns=_columns(plan.proposal, sample),
        notes=(*plan.file.dialect.notes, *plan.proposal.problems),
        is_certain=plan.proposal.is_certain,
        rows=_rows(plan, work),
        rows_examined=counts.total,
        is_whole=is_whole,
        counts=counts,
        problems=tuple(problems[:SHOWN_PROBLEMS]),
        runs_at_once=is_whole and upload.size <= MAX_BYTES_AT_ONCE and plan.proposal.is_certain,
    )


def _judge(
    services: Services, actor: Principal, plan: ImportPlan, work: LeadWork
) -> tuple[ImportCounts, list[ImportProblem], bool]:
    counts, problems = ImportCounts(), list[ImportProblem]()
    for batch in plan.file.batches(batch_rows=_BATCH_ROWS):
        if counts.total >= MAX_ROWS_AT_ONCE:
            return counts, problems, False
        read = work.read(batch)
        with services.transaction(actor.tenant_id) as tx:
            outcome = work.judge(tx, read)
        counts += outcome.counts
        problems += sorted(outcome.problems, key=lambda problem: (problem.number, problem.position))
    return counts, problems, True


def _columns(proposal: MappingProposal, sample: list[tuple[str, ...]]) -> tuple[ShownColumn, ...]:
    shown = []
    for place, column in enumerate(proposal.columns):
        values = dict.fromkeys(row[place].strip()[:100] for row in sample if row[place].strip())
        shown.append(ShownColumn(column.header, column.target, column.how, tuple(values)[:_SHOWN_VALUES]))
    return tuple(shown)


def _rows(plan: ImportPlan, work: LeadWork) -> tuple[ShownRow, ...]:
    batch = next(iter(plan.file.batches(batch_rows=SHOWN_ROWS)), None)
    if batch is None:
        return ()
    drafts, problems = work.judge_rows(batch)
    written = [tuple(cell[:_SHOWN_CHARACTERS] for cell in row) for row in zip(*batch.columns, strict=True)]
    told: dict[int, list[str]] = {}
    for problem in problems:
        told.setdefault(problem.index, []).append(f"{problem.field}: {problem.message}")
    return tuple(
        ShownRow(number, written[index], draft, tuple(told.get(index, ())))
        for index, (number, draft) in enumerate(zip(batch.numbers, drafts, strict=True))
    )
