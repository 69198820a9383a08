"""A process that is killed in the middle of a list, and another that goes on: real processes, a real database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from dialer.domain.ids import ImportId
from dialer.domain.imports import ImportStatus
from dialer.store.imports import Import
from tests.builders.campaigns import make_campaign
from tests.builders.imports import load, make_list, phone_of, run

ROOT = Path(__file__).parents[2]
ROWS = 40_000
BAD = range(0, ROWS, 20)


@pytest.fixture
def environ(database_urls: Any, redis_url: str) -> Mapping[str, str]:
    """The settings of an installation on this worker's database."""
    return {
        **os.environ, "DATABASE_URL": database_urls.application, "REDIS_URL": redis_url, "SECRET_KEY": "s" * 32,
        "JWT_SECRET_KEY": "j" * 32, "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "PUBLIC_URL": "https://dialer.example.com", "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "t" * 32,
    }  # fmt: skip


def begin(environ: Mapping[str, str], ada: Any, campaign: Any, file: Path) -> "subprocess.Popen[bytes]":
    """`import-leads` in a process of its own."""
    command = [sys.executable, "-m", "dialer", "import-leads", "--tenant", str(ada.tenant_id)]
    return subprocess.Popen(
        [*command, "--campaign", str(campaign.id), str(file)], env=environ, cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip


def until_rows_are_stored(owner_database: Any, process: "subprocess.Popen[bytes]") -> ImportId:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with owner_database.transaction() as tx:
            row = tx.session.execute(text("select id from imports where rows_done > 0")).one_or_none()
        if row is not None:
            return ImportId(row.id)
        assert process.poll() is None, "it was over before it began"
        time.sleep(0.01)
    raise AssertionError("nothing was stored within a minute")


def finish(services: Any, ada: Any, import_id: ImportId) -> Import:
    """Go on with it as soon as the server has noticed that its runner is gone."""
    deadline = time.monotonic() + 30
    while (found := load(services, ada.principal, import_id)).status == ImportStatus.RUNNING:
        assert time.monotonic() < deadline, "its lock was never free"
        run(services, ada.principal, import_id)
    return found


def test_a_killed_import_is_finished_by_another_process_without_a_row_lost_or_doubled(
    services: Any, ada: Any, owner_database: Any, environ: Mapping[str, str], tmp_path: Path
) -> None:
    campaign, file = make_campaign(services, ada.tenant_id), tmp_path / "list.csv"
    file.write_bytes(make_list(ROWS, bad=BAD))
    process = begin(environ, ada, campaign, file)
    import_id = until_rows_are_stored(owner_database, process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    halfway = load(services, ada.principal, import_id)
    assert (halfway.status, 0 < halfway.rows_done < ROWS) == (ImportStatus.RUNNING, True)
    found = finish(services, ada, import_id)
    assert (found.status, found.rows_done, found.counts.total) == (ImportStatus.COMPLETED, ROWS, ROWS)
    assert (found.counts.inserted, found.counts.invalid) == (ROWS - len(BAD), len(BAD))
    with owner_database.transaction() as tx:
        stored = tx.session.execute(text("select phone_normalized from leads")).scalars().all()
        refused = tx.session.execute(text("select number from import_problems order by number")).scalars().all()
    assert len(stored) == len(set(stored))
    assert set(stored) == {phone_of(n) for n in range(ROWS) if n % 20}
    assert refused == [n + 2 for n in BAD]


def test_a_command_left_alone_finishes_a_large_file_and_says_what_became_of_it(
    services: Any, ada: Any, environ: Mapping[str, str], tmp_path: Path
) -> None:
    campaign, file = make_campaign(services, ada.tenant_id), tmp_path / "list.csv"
    file.write_bytes(make_list(12_000, bad=[7]))
    process = begin(environ, ada, campaign, file)
    output, errors = process.communicate(timeout=90)
    assert process.returncode == 0, errors.decode()
    assert "total 12000, valid 11999, invalid 1" in output.decode()
    assert "row 9: phone: Invalid phone number format ('none')" in errors.decode()
