"""House rules that no linter knows."""

import ast
import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from dialer.store.schema import Base
from tests.architecture.source import PRODUCT, ROOT, called_names, modules
from tests.conftest import DatabaseUrls

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def test_nothing_of_ours_is_patched_by_a_mock() -> None:
    for path, tree in modules("tests").items():
        for node in ast.walk(tree):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
            assert module != "unittest.mock", path
            assert not {"unittest.mock", "mock"} & set(names), path


def test_only_a_transaction_commits() -> None:
    for path, tree in modules(*PRODUCT).items():
        if path == "dialer/store/migrate.py":
            continue  # roles and databases are made outside of any transaction
        for line, name in called_names(tree):
            assert name != ".commit", f"{path}:{line}: transactions commit at their end, by themselves"


def test_rules_ask_the_clock_that_they_were_given() -> None:
    banned = {".utcnow", ".today"}
    for path, tree in modules("dialer/domain", "dialer/usecases", "dialer/store").items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                is_datetime = isinstance(owner, ast.Name) and owner.id in {"datetime", "date"}
                assert f".{node.func.attr}" not in banned, f"{path}:{node.lineno}"
                assert not (is_datetime and node.func.attr == "now"), f"{path}:{node.lineno}"


_COMPARED = "clock_timestamp() as database_now"


def test_sql_uses_the_moment_it_is_given_too() -> None:
    """`now()` in a statement would be another clock than the use case's. Only to compare both it may be asked for."""
    for path, tree in modules("dialer/store").items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) > 40:
                found = re.search(
                    r"\b(now\(\)|current_timestamp|clock_timestamp\(\))", node.value.lower().replace(_COMPARED, "")
                )
                assert found is None, f"{path}:{node.lineno}"


def test_no_error_handler_is_registered_for_the_whole_application_by_a_surface() -> None:
    for path, tree in modules("api/surfaces", "api/webhooks").items():
        assert ".app_errorhandler" not in {name for _, name in called_names(tree)}, path


def test_there_is_one_head_of_the_migrations() -> None:
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


@pytest.mark.filterwarnings("ignore:Computed default")  # PostgreSQL writes the expression in its own words
def test_the_migrated_schema_is_what_the_models_say(database_urls: DatabaseUrls) -> None:
    engine = create_engine(database_urls.owner)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []


def test_every_table_of_a_tenant_is_confined_by_row_level_security(database_urls: DatabaseUrls) -> None:
    engine = create_engine(database_urls.owner)
    with engine.connect() as connection:
        open_tables = connection.exec_driver_sql(
            "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' "
            "where n.nspname = 'public' and c.relkind in ('r', 'p') and (not c.relrowsecurity or not exists "
            "(select from pg_policy p where p.polrelid = c.oid))"
        ).scalars().all()  # fmt: skip
        can_bypass = connection.exec_driver_sql(
            "select rolname from pg_roles where rolbypassrls and rolname = %s", (_user_of(database_urls.application),)
        ).all()
    engine.dispose()
    assert open_tables == []
    assert can_bypass == []


def _user_of(url: str) -> str:
    from sqlalchemy import make_url

    return make_url(url).username or ""


@pytest.mark.parametrize("package", PRODUCT)
def test_files_and_functions_stay_small(package: str) -> None:
    large = [
        f"{path}: {lines} lines"
        for path in modules(package)
        if (lines := len((ROOT / path).read_text().splitlines())) > MAX_FILE_LINES
    ]
    for path, tree in modules(package).items():
        for node in ast.walk(tree):
            if isinstance(node, FUNCTION):
                lines = _length(node) - sum(_length(inner) for inner in node.body if isinstance(inner, FUNCTION))
                if lines > MAX_FUNCTION_LINES:
                    large.append(f"{path}:{node.lineno} {node.name}: {lines} lines")
    assert large == []


def _length(function: ast.stmt) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_every_module_says_what_it_is_for() -> None:
    silent = [path for path, tree in modules(*PRODUCT).items() if ast.get_docstring(tree) is None]
    assert silent == []
