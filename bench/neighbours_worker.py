"""The product's worker, which also notes when ticks were sent and begun: `celery -A bench.neighbours_worker worker`."""

import json
import os
import time
from datetime import datetime
from functools import cache
from typing import Any

from celery import signals
from redis import Redis

from workers import app

__all__ = ["NOTES", "app"]

NOTES = "bench:ticks"
TICKS = ("dialer.dialing.pace_active_campaigns", "dialer.dialing.pace_campaign")
EXPIRES_SECONDS = 2.0
"""What both tasks are sent with: so a message says when it was sent."""


@cache
def _redis() -> Redis:
    return Redis.from_url(os.environ["REDIS_URL"])


@signals.task_prerun.connect  # type: ignore[untyped-decorator]
def _note_tick(task: Any, kwargs: dict[str, str], **_: object) -> None:
    if task.name not in TICKS or task.request.expires is None:
        return
    begun, expires = time.time(), task.request.expires
    sent = (datetime.fromisoformat(expires) if isinstance(expires, str) else expires).timestamp() - EXPIRES_SECONDS
    _redis().rpush(NOTES, json.dumps([kwargs.get("tenant_id"), sent, begun]))
