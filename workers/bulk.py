"""Tasks about many leads, old data and erased people. Acknowledged late: each is safe to run twice and to be killed.

How long what may last before a sweep carries it on is the table in `dialer.domain.in_flight`.
"""

import os
import socket
from uuid import UUID

from dialer.domain.ids import TenantId
from dialer.usecases import bulk_leads, erasure, recordings, retention
from workers.app import app, services
from workers.stopping import is_stopping

LONG = {"acks_late": True, "soft_time_limit": 900, "time_limit": 960}
SHORT = {"acks_late": True, "soft_time_limit": 50, "time_limit": 60}


@app.task(name="dialer.imports.run_bulk_job", **LONG)
def run_bulk_job(tenant_id: str, job_id: str) -> None:
    """Carry on a change to many leads. Safe to run twice: one works on it, and each batch is done once."""
    # A quarter of a worker's processes at most, beside the half that imports may have: ticks and calls have the rest.
    bulk_leads.take_turn_at_bulk_job(
        services(),
        tenant_id=TenantId(UUID(tenant_id)),
        job_id=UUID(job_id),
        workplace=f"{socket.gethostname()}:{os.getppid()}",
        seats=max(1, int(app.conf.worker_concurrency) // 4),
        is_stopping=is_stopping,
    )


@app.task(name="dialer.imports.sweep_bulk_jobs", **SHORT)
def sweep_bulk_jobs() -> None:
    """Have jobs carried on whose worker died. Safe to run twice: one worker takes a job, the other finds it taken."""
    bulk_leads.sweep_bulk_jobs(services())


@app.task(name="dialer.imports.sweep_erasures", **SHORT)
def sweep_erasures() -> None:
    """Erase people whose calls have ended. Safe to run twice: what is gone stays gone."""
    erasure.sweep_erasures(services())


@app.task(name="dialer.imports.sweep_recordings", **SHORT)
def sweep_recordings() -> None:
    """Ask carriers to delete recordings. Safe to run twice: one that is gone already is a success."""
    recordings.sweep_recordings(services())


@app.task(name="dialer.imports.sweep_retention", **SHORT)
def sweep_retention() -> None:
    """Take the person out of what is older than its tenant keeps it. Safe to run twice: each takes other rows."""
    retention.sweep_retention(services())
