"""A backup is whole and private, or not there; a restore is whole, or nothing, and nothing is dialled after it."""

import contextlib
import io
import json
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from dialer.cli import main
from dialer.commands.dumps import manifest_of
from dialer.embedded.postgres import EmbeddedPostgres
from dialer.store.migrate import newest_revision
from dialer.store.session import Database
from tests.builders.agents import make_tenant
from tests.builders.calls import make_call
from tests.conftest import DatabaseUrls, cloned

_SECRETS = {
    "SECRET_KEY": "s" * 40, "JWT_SECRET_KEY": "j" * 40, "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "t" * 32, "FIELD_ENCRYPTION_KEYS": "nbTXWUjpHrVL0u9GiK7mVfCMKy1BFFpWJtZJbZv0y3Q=",
    # Nobody listens there: what asks the carrier is told at once that it cannot be asked.
    "TWILIO_API_BASE_URL": "http://127.0.0.1:1", "PUBLIC_URL": "http://127.0.0.1:8000",
}  # fmt: skip


def point_at(patch: pytest.MonkeyPatch, urls: DatabaseUrls) -> None:
    """Let the commands be about this database."""
    for name, value in (_SECRETS | {"DATABASE_URL": urls.application, "DATABASE_OWNER_URL": urls.owner}).items():
        patch.setenv(name, value)


@dataclass(frozen=True)
class Installation:
    """A database with an active campaign, a call in flight and somebody logged in, and what `backup` made of it."""

    urls: DatabaseUrls
    dump: Path
    said: str

    @property
    def manifest(self) -> Path:
        return manifest_of(self.dump)


@pytest.fixture(scope="module")
def monday(
    postgres_server: EmbeddedPostgres, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Made once; the tests only read."""
    with cloned(postgres_server, migrated_template) as urls:
        database = Database(urls.application, pool_size=1)
        tenant_id = make_tenant(database)
        make_call(database, tenant_id=tenant_id, state="ringing", call_sid="CA" + "1" * 32)
        with database.transaction(tenant_id) as tx:
            tx.session.execute(text(_SESSION), {"tenant_id": tenant_id})
        database.dispose()
        dump = tmp_path_factory.mktemp("backup") / "monday.dump"
        said = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said):
            point_at(patch, urls)
            assert main(["backup", "--to", str(dump)]) == 0
        yield Installation(urls, dump, said.getvalue())


@pytest.fixture
def copy(monday: Installation, tmp_path: Path) -> Path:
    """A copy of the backup that a test may harm."""
    shutil.copy2(monday.manifest, tmp_path)
    return Path(shutil.copy2(monday.dump, tmp_path))


@pytest.fixture
def elsewhere(empty_database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> DatabaseUrls:
    """An empty database, which the commands are about."""
    point_at(monkeypatch, empty_database_urls)
    return empty_database_urls


_SESSION = """
    with someone as (
        insert into users (id, tenant_id, email, password_hash, first_name, last_name, role, is_active, created_at)
        values (gen_random_uuid(), :tenant_id, 'ada@example.com', 'x', 'Ada', 'Ek', 'owner', true, now())
        returning id, tenant_id
    )
    insert into login_sessions (id, tenant_id, user_id, refresh_token_id, created_at, expires_at)
    select gen_random_uuid(), tenant_id, id, gen_random_uuid(), now(), now() + interval '1 day' from someone
"""


def rows(url: str, statement: str) -> list[Any]:
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            return list(connection.execute(text(statement)).scalars())
    finally:
        engine.dispose()


def restore(dump: Path) -> int:
    return main(["restore", "--from", str(dump), "--without-carrier"])


def is_empty(urls: DatabaseUrls) -> bool:
    return rows(urls.owner, "select relname from pg_class where relname = 'tenants'") == []


def test_a_backup_is_private_and_says_what_it_is(monday: Installation) -> None:
    manifest = json.loads(monday.manifest.read_text())
    files = sorted(monday.dump.parent.iterdir())
    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600, 0o600]
    assert (manifest["revision"], manifest["rows"]["calls"]) == (newest_revision(), 1)
    assert (manifest["bytes"], manifest["taken_at"] in monday.said) == (monday.dump.stat().st_size, True)
    assert "FIELD_ENCRYPTION_KEYS" in monday.said, "what is not in it is said"


def test_a_backup_is_never_written_over(monday: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    point_at(monkeypatch, monday.urls)
    before = monday.dump.read_bytes()
    assert main(["backup", "--to", str(monday.dump)]) == 1
    assert monday.dump.read_bytes() == before


def test_a_backup_that_fails_leaves_nothing(
    elsewhere: DatabaseUrls, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", "--to", str(tmp_path / "none.dump")]) == 1
    assert "nothing to back up" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_restored_installation_dials_nobody_has_nobody_logged_in_and_confines_the_application(
    monday: Installation, elsewhere: DatabaseUrls
) -> None:
    assert restore(monday.dump) == 0
    owner = elsewhere.owner
    assert rows(owner, "select version_num from alembic_version") == [newest_revision()]
    assert rows(owner, "select status from campaigns") == ["paused"]
    assert rows(owner, "select end_reason from login_sessions") == ["restored"]
    assert rows(owner, "select count(*) from dialling_holds where reconciled_at is null") == [1]
    assert rows(monday.urls.owner, "select status from campaigns") == ["active"], "the other one goes on"
    for catalogue in (_POLICIES, _GUARDED, _RIGHTS):
        assert rows(owner, catalogue) == rows(monday.urls.owner, catalogue)
    assert (rows(elsewhere.application, _LEADS), rows(owner, _LEADS)) == ([0], [1]), "no tenant was entered"


_LEADS = "select count(*) from leads"
_POLICIES = """
    select tablename || ' ' || policyname || ' ' || coalesce(qual, '') || coalesce(with_check, '') from pg_policies
    order by 1
"""
_GUARDED = "select relname from pg_class where relrowsecurity order by 1"
_RIGHTS = """
    select table_name || ' ' || privilege_type from information_schema.role_table_grants
    where grantee = 'dialer_app' order by 1
"""


def test_a_database_with_anything_in_it_is_not_restored_into(
    monday: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    point_at(monkeypatch, monday.urls)
    assert restore(monday.dump) == 1
    assert "is not empty" in capsys.readouterr().err
    assert rows(monday.urls.owner, "select status from campaigns") == ["active"]


@pytest.mark.parametrize("harm", ["cut short", "changed", "without a manifest", "of a newer release"])
def test_a_dump_that_is_not_what_was_written_is_not_restored(harm: str, copy: Path, elsewhere: DatabaseUrls) -> None:
    whole, manifest = copy.read_bytes(), manifest_of(copy)
    if harm == "without a manifest":
        manifest.unlink()
    elif harm == "of a newer release":
        manifest.write_text(manifest.read_text().replace(f'"revision": "{newest_revision()}"', '"revision": "9999"'))
    else:
        copy.write_bytes(whole[:-200] if harm == "cut short" else whole[:-200] + bytes(200))
    assert restore(copy) == 1
    assert is_empty(elsewhere)


def test_a_restore_that_fails_at_its_very_end_leaves_the_database_empty(
    copy: Path, elsewhere: DatabaseUrls, capsys: pytest.CaptureFixture[str]
) -> None:
    told = json.loads(manifest_of(copy).read_text())
    told["rows"]["calls"] = 2
    manifest_of(copy).write_text(json.dumps(told))
    assert restore(copy) == 1
    assert "calls: 1 rows and not 2" in capsys.readouterr().err
    assert is_empty(elsewhere)


def test_a_carrier_that_cannot_be_asked_keeps_everything_held(
    monday: Installation, elsewhere: DatabaseUrls, capsys: pytest.CaptureFixture[str]
) -> None:
    held = "select count(*) from dialling_holds"
    assert main(["restore", "--from", str(monday.dump)]) == 1
    assert "NOT ASKED" in capsys.readouterr().out
    assert (main(["restore", "--confirm"]), rows(elsewhere.owner, held)) == (1, [1])
    assert (main(["restore", "--confirm", "--even-unreconciled"]), rows(elsewhere.owner, held)) == (0, [0])
