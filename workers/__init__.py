"""Celery tasks: each is a use case with a queue in front. `celery -A workers worker` finds `app` here."""

from workers import schema, stopping
from workers.app import app

__all__ = ["app", "schema", "stopping"]
