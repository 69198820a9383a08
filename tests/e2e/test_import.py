"""A large list through real processes, with everything killed or flushed that may be."""

import os
import signal
from contextlib import suppress
from typing import Any

import psutil
import pytest
import redis

from dialer.embedded.stack import EmbeddedStack
from tests.builders.imports import make_list, phone_of
from tests.e2e.world import Office, Witness, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

ROWS = 40_000
BAD = range(0, ROWS, 20)


def kill_workers_processes(stack: EmbeddedStack) -> None:
    """All that run tasks; Celery's main process starts others in their place."""
    assert stack.supervisor is not None
    for child in psutil.Process(stack.supervisor.process_ids()["worker"]).children(recursive=True):
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)


def flush_redis(stack: EmbeddedStack) -> None:
    with redis.Redis.from_url(stack.environ["REDIS_URL"]) as client:
        client.flushall()


def test_a_large_list_survives_a_flushed_redis_and_killed_workers(
    stack: EmbeddedStack, office: Office, witness: Witness
) -> None:
    campaign = office.add_campaign(office.add_group())
    queued = office.upload(campaign, make_list(ROWS, bad=BAD).decode())
    flush_redis(stack)

    def has(condition: str) -> Any:
        return witness.rows(f"select 1 from imports where id = %(id)s and {condition}", id=queued["import_id"])

    eventually(lambda: has("rows_done > 0"), what="the import has begun, by a sweep")
    kill_workers_processes(stack)
    assert has(f"status = 'running' and rows_done < {ROWS}")
    eventually(lambda: has("status = 'completed'"), what="it is over", seconds=150)
    done = office.admin.get(queued["status_url"])["import"]
    assert done["results"]["total"] == ROWS
    assert (done["results"]["inserted"], done["results"]["invalid"]) == (ROWS - len(BAD), len(BAD))
    stored = witness.rows("select phone_normalized from leads where campaign_id = %(id)s", id=campaign)
    assert len(stored) == ROWS - len(BAD)
    assert {row["phone_normalized"] for row in stored} == {phone_of(n) for n in range(ROWS) if n % 20}
    refused = witness.rows("select number from import_problems where import_id = %(id)s", id=queued["import_id"])
    assert len(refused) == len(BAD)
    eventually(
        lambda: not witness.rows("select 1 from import_chunks where import_id = %(id)s", id=queued["import_id"]),
        what="the file is removed",
    )
