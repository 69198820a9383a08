"""The `TaskQueue` port over Celery: sends by name, knows no task."""

import structlog
from celery import Celery
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

log = structlog.get_logger()

# In Redis the lowest number goes first, over all queues; within a number queues take turns. Calls and ticks go before
# what may last for long. Placements need not be behind ticks: the gate lets only a few of them into the queue.
FIRST, LATER = 0, 3
_LATER = ("dialer.imports.", "dialer.integrations.", "dialer.analysis.")


class CeleryTaskQueue:
    """Publishes to the broker of a Celery application. The queue follows from the task's name (`celeryconfig`)."""

    def __init__(self, app: Celery):
        self._app = app

    def send(self, task: str, *, expires_seconds: float | None = None, **arguments: str | int) -> None:
        """See `TaskQueue.send`."""
        try:
            self._app.send_task(
                task,
                kwargs=arguments,
                expires=expires_seconds,
                priority=LATER if task.startswith(_LATER) else FIRST,
                ignore_result=True,
                retry=False,
            )
        except (KombuError, RedisError, OSError) as trouble:
            log.warning("task_not_sent", task=task, error=type(trouble).__name__, **arguments)


def celery_app(redis_url: str) -> Celery:
    """A Celery application configured by `celeryconfig.py`, on this broker; it is not made the current one."""
    app = Celery("dialer", set_as_current=False)
    app.config_from_object("celeryconfig")
    app.conf.broker_url = redis_url
    return app
