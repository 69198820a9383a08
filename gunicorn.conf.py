"""The web server. One worker process per instance: a Socket.IO session lives in the process that accepted it, so more
processes behind one port would need stickiness gunicorn does not have. Scale by instances behind a sticky proxy.

Every open WebSocket holds a thread; they are made as they are needed, so a high limit costs nothing when idle.
"""

import os
import signal
from pathlib import Path
from types import FrameType
from typing import Any

from gunicorn.glogging import Logger as GunicornLogger

from dialer.logging import mask_handlers

bind = f"{os.environ.get('BIND_ADDRESS', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = 1
threads = int(os.environ.get("WEB_THREADS", "1000"))
worker_connections = 2 * threads + 1000
# Longer than the proxy's, so that it is never we who close a connection the proxy is about to use.
keepalive = 75
timeout = 60
# Open WebSockets never end by themselves: this is how long a stopping instance waits for requests in progress.
graceful_timeout = int(os.environ.get("WEB_GRACEFUL_SECONDS", "20"))
accesslog = None
# Nobody manages the server through it, and two instances would share its path.
control_socket_disable = True
errorlog = "-"
loglevel = os.environ.get("LOG_LEVEL", "INFO").lower()
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
# The heartbeat file in memory: on a slow disk its update may block long enough to look like a hang.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # nosec B108 # noqa: S108 - gunicorn makes a private file in it


class _Logger(GunicornLogger):
    """Gunicorn keeps handlers of its own; its lines, which hold addresses with queries, are masked like ours."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        mask_handlers(self.error_log)


logger_class = _Logger


def post_worker_init(worker: Any) -> None:
    """On SIGTERM: tell sockets to connect elsewhere, finish the requests in hand, and go.

    Without the first, each open socket would be waited for until the time is up.
    """
    # Whoever replaces a server by USR2 waits for this line before he stops the old one.
    worker.log.info("Worker ready (pid: %s)", worker.pid)
    from api.sockets import send_sockets_elsewhere

    def stop(number: int, frame: FrameType | None) -> None:
        send_sockets_elsewhere(worker.wsgi)
        worker.handle_exit(number, frame)

    signal.signal(signal.SIGTERM, stop)
