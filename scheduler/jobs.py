"""What is enqueued when. A job that was missed is not made up for: the next one does its work."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """Send `task` every `seconds`; a message that nobody took within that time expires."""

    task: str
    seconds: float


JOBS = (
    Job("dialer.dialing.pace_active_campaigns", 1),
    Job("dialer.calls.sweep_agents", 1),
    Job("dialer.calls.sweep_callbacks", 1),
    Job("dialer.calls.sweep_calls", 2),
    Job("dialer.calls.sweep_lines", 5),
    Job("dialer.calls.move_scheduled_campaigns", 5),
    Job("dialer.calls.sweep_costs", 10),
    Job("dialer.calls.sweep_pacing", 60),
    Job("dialer.integrations.send_due_mails", 30),
    Job("dialer.integrations.sweep_access", 600),
    Job("dialer.imports.sweep_imports", 5),
    Job("dialer.imports.determine_localities", 10),
    Job("dialer.imports.sweep_erasures", 5),
    Job("dialer.imports.sweep_bulk_jobs", 30),
    Job("dialer.imports.sweep_registries", 60),
    Job("dialer.imports.sweep_recordings", 60),
    Job("dialer.imports.sweep_retention", 600),
)
