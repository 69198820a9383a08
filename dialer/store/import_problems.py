"""What is wrong with rows of imported files, in SQL: every refused row, and cells that were left out of others."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import ImportId, TenantId
from dialer.domain.lead_rows import Severity


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """A problem of the row that a spreadsheet numbers so. `column_name` is the header, `field` what it is taken for."""

    number: int
    position: int
    severity: Severity
    field: str
    column_name: str
    code: str
    value: str
    message: str


def insert_problems(
    session: Session, import_id: ImportId, problems: Sequence[ImportProblem], *, tenant_id: TenantId
) -> None:
    """Store problems, in one statement. Their (number, position) are unique within the import."""
    if problems:
        columns = {name: [getattr(problem, name) for problem in problems] for name in _COLUMNS}
        session.execute(_INSERT, {**columns, "import_id": import_id, "tenant_id": tenant_id})


def list_problems(
    session: Session,
    import_id: ImportId,
    *,
    severity: Severity | None,
    limit: int,
    after: tuple[int, int] = (0, -1),
) -> list[ImportProblem]:
    """The next problems after a place, (number, position), in the order of the file."""
    values = {"import_id": import_id, "severity": severity, "limit": limit, "number": after[0], "position": after[1]}
    return [ImportProblem(**row._mapping) for row in session.execute(_LIST, values)]


_COLUMNS = tuple(ImportProblem.__dataclass_fields__)
_INSERT = text(
    f"""
    insert into import_problems (import_id, tenant_id, {", ".join(_COLUMNS)})
    select :import_id, :tenant_id, problem.*
    from unnest(cast(:number as integer[]), cast(:position as smallint[]), cast(:severity as text[]),
                cast(:field as text[]), cast(:column_name as text[]), cast(:code as text[]), cast(:value as text[]),
                cast(:message as text[])) as problem
    """
)
_LIST = text(
    f"""
    select {", ".join(_COLUMNS)} from import_problems
    where import_id = :import_id and (number, position) > (:number, :position)
      and (cast(:severity as text) is null or severity = :severity)
    order by number, position
    limit :limit
    """
)
