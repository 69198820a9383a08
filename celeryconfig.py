"""Celery's settings; data only. Tasks are named `dialer.<queue>.<verb>`, and the middle word chooses the queue."""

import os

from kombu import Queue

QUEUES = ("dialing", "calls", "imports", "integrations", "analysis")

# kombu has its own word for a Redis behind a unix socket.
broker_url = os.environ.get("REDIS_URL", "").replace("unix://", "redis+socket://", 1)
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_transport_options = {
    # A task not acknowledged for this long is delivered again, so it is far above every time limit.
    "visibility_timeout": 3600,
    "socket_connect_timeout": 5,
    # Above the one second that the consumer's blocking read takes.
    "socket_timeout": 10,
    "socket_keepalive": True,
    "health_check_interval": 20,
    "retry_on_timeout": True,
}
broker_pool_limit = 10

# Results are rows in PostgreSQL; nothing ever waits for a task.
result_backend = None
task_ignore_result = True
task_store_errors_even_if_ignored = False

accept_content = ["json"]
task_serializer = "json"
result_serializer = "json"
timezone = "UTC"
enable_utc = True

task_queues = [Queue(name) for name in QUEUES]
task_default_queue = "calls"
task_create_missing_queues = False
task_routes = {f"dialer.{name}.*": {"queue": name} for name in QUEUES}

# Acknowledged early unless a task says otherwise: placing a call twice is worse than not placing it.
task_acks_late = False
task_soft_time_limit = 30
task_time_limit = 45
task_send_sent_event = False

worker_concurrency = int(os.environ.get("WORKER_CONCURRENCY", "4"))
# One message ahead for each process, so that a tick waits for a handful of others at most. None at all
# (`worker_disable_prefetch`) costs three of four calls: the consumer is woken late when a process becomes free.
worker_prefetch_multiplier = 1
worker_hijack_root_logger = False
worker_redirect_stdouts = False
worker_send_task_events = False
# Late-acknowledged tasks come again after a lost connection; the running copy ends first.
worker_cancel_long_running_tasks_on_connection_loss = True
