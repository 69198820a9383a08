"""Upkeep of national do-not-call lists."""

from dialer.usecases import registries
from workers.app import app, services


@app.task(name="dialer.imports.sweep_registries", acks_late=True, soft_time_limit=280, time_limit=300)
def sweep_registries() -> None:
    """Delete the numbers of versions that have ended. Safe to run twice: each batch is deleted under a lock."""
    registries.sweep_registries(services())
