"""`python -m dialer replay` as an operator meets it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dialer.store.session import Database
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.conftest import DatabaseUrls
from tests.fakes import FrozenClock
from tests.usecases.pacing_story import work

ROOT = Path(__file__).parents[2]
SPAN = ("--from", "2026-03-04T17:00", "--to", "2026-03-04T21:00+00:00")


@pytest.fixture
def floor(services: Services, clock: FrozenClock) -> Floor:
    """A predictive campaign whose two agents have worked for some seconds."""
    floor = open_floor(services, dial_mode="predictive")
    floor.console_agent()
    floor.console_agent()
    floor.leads(30)
    work(floor, clock, turns=12)
    return floor


def replay(urls: DatabaseUrls, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    base = {name: os.environ[name] for name in ("PATH", "PYTHONDONTWRITEBYTECODE") if name in os.environ}
    database = {"DATABASE_URL": urls.application, "DATABASE_OWNER_URL": urls.owner, "DIALER_HOME": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "-m", "dialer", "replay", *arguments],
        cwd=ROOT, env=base | database, check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_the_same_engine_agrees_with_itself(floor: Floor, database_urls: DatabaseUrls, tmp_path: Path) -> None:
    result = replay(database_urls, tmp_path, "--campaign", str(floor.campaign_id), *SPAN)
    assert (result.returncode, result.stderr) == (0, "")
    *lines, summary = result.stdout.splitlines()
    assert len(lines) == len(floor.rows("select 1 from pacing_decisions"))
    assert "0 of them by the same engine" in summary


def test_a_contradiction_is_named_and_ends_with_status_1(
    floor: Floor, database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    floor.change("update pacing_decisions set decision = jsonb_set(decision, '{calls}', '77')")
    result = replay(database_urls, tmp_path, "--campaign", str(floor.campaign_id), *SPAN, "--differences")
    assert result.returncode == 1
    assert "calls 77 -> " in result.stdout


def test_another_pacer_may_be_asked(floor: Floor, database_urls: DatabaseUrls, tmp_path: Path) -> None:
    pacer = "dialer.domain.pacing:ProgressivePacer"
    result = replay(database_urls, tmp_path, "--campaign", str(floor.campaign_id), *SPAN, "--pacer", pacer)
    assert result.returncode == 0
    assert "0 of them by the same engine" in result.stdout


@pytest.mark.parametrize("pacer", ["nowhere:Pacer", "dialer.domain.pacing:Nobody", "x", ":"])
def test_a_pacer_that_does_not_exist_is_one_line(
    floor: Floor, database_urls: DatabaseUrls, tmp_path: Path, pacer: str
) -> None:
    result = replay(database_urls, tmp_path, "--campaign", str(floor.campaign_id), "--pacer", pacer)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1)


def test_an_unknown_campaign_is_one_line(database: Database, database_urls: DatabaseUrls, tmp_path: Path) -> None:
    result = replay(database_urls, tmp_path, "--campaign", "01890000-0000-7000-8000-000000000000")
    assert (result.returncode, result.stderr) == (1, "There is no campaign with this id.\n")


def test_a_time_that_is_none_is_refused(database_urls: DatabaseUrls, tmp_path: Path) -> None:
    result = replay(database_urls, tmp_path, "--campaign", "01890000-0000-7000-8000-000000000000", "--from", "noon")
    assert result.returncode == 2
    assert "not a time: 'noon'" in result.stderr
