"""The web process under faults: `gunicorn faults.sabotaged_web:app`."""

from faults.sabotage import install

install()

from wsgi import app  # noqa: E402 - its services must be built after the wrapping

__all__ = ["app"]
