"""The worker under faults: `celery -A faults.sabotaged_worker worker`."""

from faults.sabotage import install

install()

from workers import app  # noqa: E402 - its services must be built after the wrapping

__all__ = ["app"]
