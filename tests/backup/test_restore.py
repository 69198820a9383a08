"""Backed up while it dials, killed, restored elsewhere: nobody is called twice for one attempt, and it dials on.

Real processes throughout. The carrier's twin outlives the installation, as a carrier does, and its log is the witness.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from dialer.embedded.home import Home
from dialer.embedded.ports import accepts_connections, free_port
from dialer.embedded.stack import EmbeddedStack
from tests.e2e.world import PASSWORD, Http, Office, Witness, eventually, new_number

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
LEADS = 24
ADA = {"email": "ada@restored.example.com", "password": PASSWORD}


@dataclass
class World:
    """A carrier that lives on, and the two homes of one installation."""

    twin_url: str
    port: int
    first: Path
    second: Path

    @contextmanager
    def running(self, home: Path) -> Iterator[EmbeddedStack]:
        """The installation in one of its homes, under its one address."""
        stack = EmbeddedStack(home, self.port, with_twin=False, environ=self.environ, say=lambda _: None)
        stack.twin_url = self.twin_url
        with stack:
            yield stack

    @property
    def environ(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"], "TWILIO_CALLS_PER_SECOND": "4", "TWILIO_API_BASE_URL": self.twin_url,
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
        }  # fmt: skip

    def command(self, home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
        """An operator's command in one of the homes."""
        environ = self.environ | {"DIALER_HOME": str(home)}
        command = [sys.executable, "-m", "dialer", *words]
        return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False)

    def violations_that_stay(self, home: Path) -> dict[str, list[str]]:
        """What the doctor finds, by check, when the sweeps have had their time."""
        deadline = time.monotonic() + 60
        while True:
            done = self.command(home, "doctor", "--json")
            assert done.stdout, done.stderr
            found = {one["check"]: one["examples"] for one in json.loads(done.stdout) if one["count"]}
            if not found or time.monotonic() > deadline:
                return found
            time.sleep(1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    tmp_path.chmod(0o755)
    first, second, port = tmp_path / "first", tmp_path / "second", free_port()
    home = Home(first)
    home.create()
    generated = home.generated()
    command = [
        sys.executable, "-m", "twin", "--port", str(port), "--account-sid", generated["TWILIO_ACCOUNT_SID"],
        "--auth-token", generated["TWILIO_AUTH_TOKEN"], "--twiml-app-sid", generated["TWILIO_TWIML_APP_SID"],
        "--api-key-sid", generated["TWILIO_API_KEY_SID"], "--api-key-secret", generated["TWILIO_API_KEY_SECRET"],
        "--calls-per-second", "20", "--time-factor", "10",
    ]  # fmt: skip
    with (tmp_path / "twin.log").open("wb") as log:
        twin = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        eventually(lambda: accepts_connections(port), what="the twin listens")
        # The keys are no part of a backup: who restores elsewhere brings them along.
        second.mkdir()
        shutil.copy2(home.generated_file, second)
        yield World(f"http://127.0.0.1:{port}", free_port(), first, second)
    finally:
        twin.kill()
        twin.wait()


def open_campaign(stack: EmbeddedStack) -> tuple[Office, str]:
    """Two agents at their phones, and two dozen people whose calls are over soon."""
    login = Http(stack.url).post("/api/auth/register", {**ADA, "first_name": "Ada", "last_name": "Ek"})
    office = Office(stack, Http(stack.url, login["token"]), login["user"]["tenant_id"])
    group = office.add_group()
    for _ in range(2):
        phone = new_number()
        office.script(phone, "answer", ring_seconds=0.3, talk_seconds=600)
        office.add_phone_agent(group, phone=phone)
    campaign_id = office.add_campaign(
        group, dial_mode="ratio", pacing_ratio=3, retry_policy={"max_attempts": 3, "delay_minutes": 90}
    )
    numbers = [new_number() for _ in range(LEADS)]
    outcomes = ("busy", "answer", "failed", "busy", "no-answer")
    for place, number in enumerate(numbers):
        outcome = outcomes[place % len(outcomes)]
        office.script(number, outcome, ring_seconds=1, **({"talk_seconds": 3} if outcome == "answer" else {}))
    office.upload(campaign_id, "phone\n" + "\n".join(numbers) + "\n")
    office.admin.post(f"/api/campaigns/{campaign_id}/start")
    return office, campaign_id


def times_called(witness: Witness) -> Counter[str]:
    return Counter(entry["form"]["To"] for entry in witness.placements())


def test_nobody_is_called_twice_because_a_backup_does_not_know_of_it(world: World, tmp_path: Path) -> None:
    dump = tmp_path / "under-load.dump"
    with world.running(world.first) as stack:
        _, campaign_id = open_campaign(stack)
        witness = Witness(stack)
        eventually(lambda: len(times_called(witness)) >= 5, what="it dials")
        backup = world.command(world.first, "backup", "--to", str(dump))
        assert backup.returncode == 0, backup.stderr
        called_by_then = len(times_called(witness))
        eventually(lambda: len(times_called(witness)) >= called_by_then + 5, what="it dials on")
        for name in ("web", "worker", "scheduler"):
            os.kill(stack.supervisor.process_ids()[name], 9)  # type: ignore[union-attr]
    called = times_called(witness)
    assert len(called) < LEADS, "there has to be somebody left to call"

    restored = world.command(world.second, "restore", "--from", str(dump))
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert "WHAT WAS ENTERED AFTER" in restored.stdout
    with world.running(world.second) as stack:
        witness = Witness(stack)
        assert {row["status"] for row in witness.rows("select status from campaigns")} == {"paused"}
        known = witness.rows("select to_number from calls where placing_at is not null")
        assert {row["to_number"] for row in known} >= set(called), "all that the carrier was asked for is known again"
        ada = log_in(stack)
        refused = start(stack, ada, campaign_id)
        assert (refused.status_code, refused.json()["success"]) == (409, False)
        confirmed = world.command(world.second, "restore", "--confirm")
        assert confirmed.returncode == 0, confirmed.stdout + confirmed.stderr
        assert world.violations_that_stay(world.second) == {}
        assert start(stack, ada, campaign_id).status_code == 200
        make_agents_ready(stack, ada)
        eventually(lambda: len(times_called(witness)) == LEADS, what="everybody is called")
        settled = "select 1 from leads where status in ('queued', 'calling')"
        eventually(lambda: not witness.rows(settled), what="every call has ended")
        assert set(times_called(witness).values()) == {1}, "nobody was called twice"
        attempts = witness.rows("select call_attempts from leads")
        assert {row["call_attempts"] for row in attempts} == {1}
        assert world.violations_that_stay(world.second) == {}


def log_in(stack: EmbeddedStack) -> Http:
    """Every session ended with the restore; the passwords are as they were."""
    return Http(stack.url, Http(stack.url).post("/api/auth/login", ADA)["token"])


def start(stack: EmbeddedStack, ada: Http, campaign_id: str) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        path = f"{stack.url}/api/campaigns/{campaign_id}/start"
        return session.post(path, headers=ada._headers, json={}, timeout=30)


def make_agents_ready(stack: EmbeddedStack, ada: Http) -> None:
    """They say so again, as people do when they come back to work."""
    agents: list[Any] = ada.get("/api/agents")["agents"]
    for agent in agents:
        ada.put(f"/api/agents/{agent['id']}/status", {"status": "available"})
