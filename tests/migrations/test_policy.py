"""Every migration since 0011 can be applied while the release before it works on: held to a list of what may be said.

The rules and their reasons: docs/decisions/0025-migrations-under-the-previous-release.md.
"""

import re
from pathlib import Path

import pytest

from dialer.store.migrate import known_revisions
from migrations.statements import MARK, statements_of

SQL = Path(__file__).parents[2] / "migrations" / "sql"
HELD = sorted(path for path in SQL.glob("*.sql") if path.name >= "0011")

# What takes no time however large the installation is: a tenant has a handful of each.
SMALL = {
    "tenants", "users", "carrier_accounts", "agents", "agent_groups", "campaigns", "lists", "retention_settings",
    "tenant_rules", "rule_books", "dnc_registries", "import_mappings", "localities",
}  # fmt: skip
_BODIES = re.compile(r"\$(\w*)\$.*?\$\1\$", re.DOTALL)
_FORBIDDEN = {
    r"\bdrop\s+(table|column|view|schema|type|sequence)\b": "the previous release may use it",
    r"\bdrop\s+constraint\b.*\bnot\s+null\b": "say what replaces it",
    r"\brename\b": "the previous release knows the old name",
    r"\balter\s+column\s+\w+\s+(set\s+data\s+)?type\b": "the table is written anew under an exclusive lock",
    r"\balter\s+column\s+\w+\s+set\s+not\s+null\b": "the previous release may write null",
    r"\b(truncate|cluster|vacuum\s+full)\b": "everybody waits",
    r"\bdrop\s+(function|trigger)\b": "the previous release may call it",
}


def commands(path: Path) -> list[str]:
    """The file's statements, without comments and bodies of functions, in small letters and on one line each."""
    plain = "\n".join(line.partition("--")[0] for line in path.read_text().splitlines())
    return [" ".join(part.split()).lower() for part in _BODIES.sub("''", plain).split(";") if part.strip()]


def made_in(path: Path) -> set[str]:
    return {found[1] for command in commands(path) if (found := re.match(r"create table (\w+)", command))}


def about_locks(path: Path) -> list[str]:
    """A lock may be taken early, in an order that avoids a stalemate, if the file needs it anyway."""
    rest = " ; ".join(command for command in commands(path) if not command.startswith("lock table"))
    needed = set(re.findall(r"\b(?:alter table|references|on) (\w+)", rest))
    locked = [found for command in commands(path) for found in re.findall(r"lock table (.+?) in ", command)]
    return [f"{name}: locked for nothing" for names in locked for name in names.split(", ") if name not in needed]


def complaints(path: Path) -> list[str]:
    """What the previous release would suffer from."""
    own, found = made_in(path), about_locks(path)
    is_concurrent = path.read_text().startswith(MARK)
    for command in commands(path):
        for pattern, why in _FORBIDDEN.items():
            if re.search(pattern, command):
                found.append(f"{command[:80]}: {why}")
        table = re.match(r"alter table (?:only )?(\w+)", command)
        if table is not None and table[1] not in own:
            found += about_columns(command) + about_constraints(command, table[1])
        index = re.match(r"create (?:unique )?index (concurrently )?(\w+) on (\w+)", command)
        if index is not None and not index[1] and index[3] not in own | SMALL:
            found.append(f"{index[2]}: writers of {index[3]} would wait: build it concurrently, in a file of its own")
        if is_concurrent != bool(re.match(r"(create (unique )?index|drop index) concurrently", command)):
            found.append(f"{command[:80]}: a file is either in one transaction or all of it concurrent")
        written = re.match(r"(?:update (\w+)|delete from (\w+))", command)
        if written is not None and (written[1] or written[2]) not in own | SMALL:
            found.append(f"{command[:80]}: writes a large table in one transaction; do it in batches, from a task")
    return found


def about_columns(command: str) -> list[str]:
    """The previous release does not name new columns when it inserts, and the table must not be written anew."""
    found = []
    for column in re.findall(r"add column (.*?)(?:, (?=add |drop |alter )|$)", command):
        default = re.search(r"\bdefault (.+?)(?: not null| null| constraint| check|$)", column)
        if re.search(r"\bnot null\b", column) and default is None:
            found.append(f"{column}: not null without a default")
        if default is not None and re.search(r"gen_random|random\(|clock_timestamp|nextval", default[1]):
            found.append(f"{column}: a default that differs from row to row writes every row")
        if re.search(r"\bgenerated always as\b(?! identity)", column) or re.search(r"\breferences\b", column):
            found.append(f"{column}: every row is read or written under an exclusive lock")
    return found


def about_constraints(command: str, table: str) -> list[str]:
    is_small = table in SMALL
    found = []
    for constraint in re.findall(r"add constraint (.*?)(?:, (?=add |drop |alter )|$)", command):
        if re.search(r"\b(unique|primary key|exclude)\b", constraint) and "using index" not in constraint:
            found.append(f"{constraint}: build its index concurrently first")
        elif not is_small and "not valid" not in constraint:
            found.append(f"{constraint}: add it not valid, and validate it in the next migration")
    return found


@pytest.mark.parametrize("path", HELD, ids=lambda path: path.name)
def test_a_migration_lets_the_previous_release_work_on(path: Path) -> None:
    assert complaints(path) == []


def test_every_revision_is_held_to_it() -> None:
    written = {path.name[:4] for path in HELD}
    assert {revision for revision in known_revisions() if revision >= "0011"} == written


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("alter table leads drop column notes", "may use it"),
        ("alter table calls rename column state to status", "old name"),
        ("alter table leads add column rank integer not null", "without a default"),
        ("alter table leads add column token uuid not null default gen_random_uuid()", "differs from row to row"),
        ("alter table leads add column a text, add column b text not null", "b text not null"),
        ("create index ix_calls_x on calls (x)", "concurrently"),
        ("alter table calls add constraint ck_calls_x check (x > 0)", "not valid"),
        ("alter table users add constraint uq_users_x unique (x)", "concurrently first"),
        ("alter table calls alter column cost type numeric", "written anew"),
        ("alter table users alter column phone set not null", "write null"),
        ("update leads set rank = 0", "in batches"),
        ("create table x (id uuid); create index concurrently ix_x on leads (id)", "either in one transaction"),
        ("drop function current_tenant()", "may call it"),
    ],
)
def test_what_is_not_allowed_is_found(script: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "0099_wrong.sql"
    path.write_text(script + ";\n")
    assert any(complaint in one for one in complaints(path))


@pytest.mark.parametrize(
    "script",
    [
        "create table x (id uuid not null); create index ix_x on x (id); alter table x add constraint c check (id > 0)",
        "alter table leads add column rank integer not null default 0",
        "alter table calls add constraint ck_calls_x check (x > 0) not valid",
        "create function f() returns trigger as $$ begin update leads set rank = 0; end $$ language plpgsql",
        "-- concurrently\ncreate index concurrently ix_leads_x on leads (x)",
        "-- drop table leads;\nselect 1",
    ],
)
def test_what_is_allowed_is_let_through(script: str, tmp_path: Path) -> None:
    path = tmp_path / "0099_right.sql"
    path.write_text(script + ";\n")
    assert complaints(path) == []


def test_statements_of_a_concurrent_file_are_told_apart() -> None:
    script = f"{MARK}\n-- why\ncreate index concurrently a on leads (x);\n-- and\ndrop index concurrently b;\n"
    assert statements_of(script) == ["create index concurrently a on leads (x)", "drop index concurrently b"]
