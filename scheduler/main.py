"""The scheduler process: stand by until it leads, then enqueue what is due, and planned calls whose start has come.

Neither jobs nor the dispatcher do work themselves.
"""

import logging
import os
import signal
import socket
import sys
from collections.abc import Callable

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler

from dialer.integrations.celery_queue import CeleryTaskQueue, celery_app
from dialer.integrations.redis.capacity_gate import RedisCapacityGate
from dialer.integrations.redis.connection import connect_redis
from dialer.integrations.redis.heartbeats import RedisHeartbeats
from dialer.logging import configure_logging
from dialer.ports import TaskQueue
from dialer.settings import Settings, SettingsError
from scheduler.dispatcher import Dispatcher
from scheduler.jobs import JOBS, Job
from scheduler.leadership import Leadership

log = structlog.get_logger()

LEADERSHIP_SECONDS = 2


class Clockwork:
    """Sends the jobs' tasks while this process leads."""

    def __init__(self, queue: TaskQueue, leadership: Leadership, beat: Callable[[], None]):
        self._queue = queue
        self._leadership = leadership
        self._beat = beat
        self.leads = False

    def watch(self) -> None:
        """Take, keep or notice the loss of leadership, and say that this process is alive."""
        self.leads = self._leadership.hold()
        self._beat()

    def send(self, job: Job) -> None:
        """Enqueue one job's task, if this process leads."""
        if self.leads:
            self._queue.send(job.task, expires_seconds=max(job.seconds, 2.0))


def main() -> int:
    """Run until SIGTERM or SIGINT."""
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        sys.stderr.write(f"the settings are not right:\n{error}\n")
        return 1
    configure_logging(settings.log_level)
    # APScheduler reports every run; what matters is logged here.
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    # Built here, not by bootstrap: the adapters that only other processes need weigh 50 MB.
    beats = RedisHeartbeats(connect_redis(settings.redis_url))
    name = f"{socket.gethostname()}:{os.getpid()}"
    leadership = Leadership(settings.database_url)
    queue = CeleryTaskQueue(celery_app(settings.redis_url))
    clockwork = Clockwork(queue, leadership, lambda: beats.beat("scheduler", name))
    dispatcher = Dispatcher(
        RedisCapacityGate(connect_redis(settings.redis_url)),
        queue,
        leads=lambda: clockwork.leads,
        count_processes=lambda: beats.count_processes("worker"),
    )
    scheduler = build_scheduler(clockwork)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: scheduler.shutdown(wait=False))
    clockwork.watch()
    dispatcher.start()
    scheduler.start()
    dispatcher.stop()
    leadership.release()
    return 0


def build_scheduler(clockwork: Clockwork) -> BlockingScheduler:
    """Every job of the table, none of them twice at once, and the watch over leadership."""
    scheduler = BlockingScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(4)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 1},
    )
    scheduler.add_job(clockwork.watch, "interval", seconds=LEADERSHIP_SECONDS, id="leadership")
    for job in JOBS:
        scheduler.add_job(clockwork.send, "interval", seconds=job.seconds, args=[job], id=job.task)
    return scheduler
