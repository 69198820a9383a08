"""A predictive campaign through real processes: it dials, says why, may change its mode, and can be replayed."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dialer.embedded.stack import EmbeddedStack
from tests.e2e.world import Witness, eventually, found_office, new_number

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[2]
_OPEN_LEADS = """
    select 1 from leads where campaign_id = %(campaign)s and status in ('pending', 'queued', 'calling')
      and next_call_at <= now()
"""


def _replay(stack: EmbeddedStack, campaign_id: str) -> "subprocess.CompletedProcess[str]":
    base = {name: os.environ[name] for name in ("PATH", "PYTHONDONTWRITEBYTECODE") if name in os.environ}
    names = ("DATABASE_URL", "DATABASE_OWNER_URL", "DIALER_HOME")
    environ = base | {name: stack.environ[name] for name in names if name in stack.environ}
    return subprocess.run(
        [sys.executable, "-m", "dialer", "replay", "--campaign", campaign_id],
        cwd=ROOT, env=environ, check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_a_predictive_campaign_from_start_to_replay(
    stack: EmbeddedStack, witness: Witness, doctor: Callable[[], dict[str, list[str]]]
) -> None:
    office = found_office(stack)
    group = office.add_group()
    for _ in range(3):
        office.add_console(group)
    numbers = [new_number() for _ in range(24)]
    for place, number in enumerate(numbers):
        outcome = "answer" if place % 3 else "busy"
        office.script(number, outcome, ring_seconds=1, talk_seconds=2)
    campaign_id = office.add_campaign(
        group, dial_mode="predictive", retry_policy={"max_attempts": 1, "retry_on_busy": False}
    )
    office.upload(campaign_id, "phone,first_name\n" + "".join(f"{number},Sara\n" for number in numbers))
    office.admin.post(f"/api/campaigns/{campaign_id}/start")
    try:
        eventually(
            lambda: witness.rows(
                "select 1 from live_answers where campaign_id = %(campaign)s offset 3", campaign=campaign_id
            ),
            what="some have answered",
        )
        shown: Any = office.admin.get(f"/api/campaigns/{campaign_id}/pacing")["pacing"]["now"]
        assert shown["effective_mode"] in ("predictive", "progressive")
        assert shown["last_decision"]["bound_by"]
        office.admin.put(f"/api/campaigns/{campaign_id}", {"dial_mode": "progressive"})
        eventually(lambda: not witness.rows(_OPEN_LEADS, campaign=campaign_id), what="all were called")
    finally:
        office.close()
    told = witness.rows(
        "select kind, count(*) as times from pacing_events where campaign_id = %(campaign)s group by kind",
        campaign=campaign_id,
    )
    times = {row["kind"]: row["times"] for row in told}
    assert times["dialed"] == 24
    assert times["unanswered"] == 8
    assert times["answered"] == 16
    modes = witness.rows(
        "select distinct dial_mode from pacing_decisions where campaign_id = %(campaign)s", campaign=campaign_id
    )
    assert {row["dial_mode"] for row in modes} == {"predictive", "progressive"}
    assert doctor() == {}
    replayed = _replay(stack, campaign_id)
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    assert " decisions, 0 different" in replayed.stdout
