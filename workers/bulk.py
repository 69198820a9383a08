"""Tasks about many leads, old data and erased people. Acknowledged late: each is safe to run twice and to be killed.

| open                          | may last | found by         | then                                          |
| ----------------------------- | -------- | ---------------- | --------------------------------------------- |
| bulk job that nobody works on | 60 s     | sweep_bulk_jobs  | carried on with its next batch                |
| erasure of a lead in a call   | 5 s      | sweep_erasures   | done if the call has ended                    |
| erased person's late facts    | 1 day    | sweep_erasures   | removed, too                                  |
| recording to be deleted       | 60 s     | sweep_recordings | the carrier asked, again until it has done it |
| data older than its tenant keeps it | 10 min | sweep_retention | the person taken out, some at a time      |
"""

from uuid import UUID

from dialer.domain.ids import TenantId
from dialer.usecases import bulk_leads, erasure, recordings, retention
from workers.app import app, services

LONG = {"acks_late": True, "soft_time_limit": 900, "time_limit": 960}
SHORT = {"acks_late": True, "soft_time_limit": 50, "time_limit": 60}


@app.task(name="dialer.imports.run_bulk_job", **LONG)
def run_bulk_job(tenant_id: str, job_id: str) -> None:
    """Carry on a change to many leads. Safe to run twice: one works on it, and each batch is done once."""
    bulk_leads.run_bulk_job(services(), tenant_id=TenantId(UUID(tenant_id)), job_id=UUID(job_id))


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
