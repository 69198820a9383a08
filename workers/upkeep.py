"""Periodic repair. Every task here is safe to run at any time, twice and in parallel.

What may last how long, which of these tasks finds it and what becomes of it is the table in `dialer.domain.in_flight`;
`python -m dialer doctor --states` prints it.
"""

from collections.abc import Callable

from celery.exceptions import SoftTimeLimitExceeded

from dialer.usecases import (
    agent_presence,
    callback_turns,
    campaigns,
    lead_order,
    line_sweeps,
    pacing_upkeep,
    previews,
    supervision,
    sweeps,
    transfer_calls,
)
from dialer.usecases.clocks import is_clock_right
from dialer.usecases.services import Services
from workers.app import app, services

UPKEEP = {"acks_late": True, "soft_time_limit": 50, "time_limit": 60}


def _each(*parts: Callable[[Services], object]) -> None:
    """Run every part, also when one before it fails: what is broken in one place must not stop repair in another.

    None with a clock that is wrong: to it, what has just begun looks overdue.
    """
    if not is_clock_right(services()):
        return
    troubles: list[Exception] = []
    for part in parts:
        try:
            part(services())
        except SoftTimeLimitExceeded:
            raise
        except Exception as trouble:
            troubles.append(trouble)
    if troubles:
        raise troubles[0]


@app.task(name="dialer.calls.sweep_calls", **UPKEEP)
def sweep_calls() -> None:
    """Repair calls that are stuck in a passing state, and leads whose claim expired."""
    _each(sweeps.sweep_calls, sweeps.sweep_claims)


@app.task(name="dialer.calls.sweep_agents", **UPKEEP)
def sweep_agents() -> None:
    """End wrap-ups, notice vanished consoles, free agents of ended calls and machines, settle transfers, rescue
    deserted callees, let go of supervisors, end old previews."""
    _each(
        agent_presence.sweep_wrap_ups,
        agent_presence.sweep_presence,
        sweeps.sweep_held_calls,
        sweeps.sweep_machines,
        transfer_calls.sweep_transfers,
        sweeps.sweep_deserted_calls,
        supervision.sweep_supervisions,
        previews.sweep_previews,
    )


@app.task(name="dialer.calls.sweep_callbacks", **UPKEEP)
def sweep_callbacks() -> None:
    """Offer promised calls that are due to their agents, hand them over to the team, report missed ones."""
    _each(callback_turns.sweep_callbacks)


@app.task(name="dialer.calls.sweep_lines", **UPKEEP)
def sweep_lines() -> None:
    """Compare calls and agents' legs that should be under way with the carrier's own list."""
    _each(line_sweeps.sweep_lines)


@app.task(name="dialer.calls.sweep_costs", **UPKEEP)
def sweep_costs() -> None:
    """Fetch prices that have arrived."""
    _each(sweeps.sweep_costs)


@app.task(name="dialer.calls.move_scheduled_campaigns", **UPKEEP)
def move_scheduled_campaigns() -> None:
    """Start and end campaigns whose time has come; complete those whose leads are all done; go on reordering leads."""
    _each(
        campaigns.start_scheduled_campaigns,
        campaigns.end_scheduled_campaigns,
        campaigns.complete_exhausted_campaigns,
        lead_order.resume_reorders,
    )


@app.task(name="dialer.calls.sweep_pacing", **UPKEEP)
def sweep_pacing() -> None:
    """Learn from the last calls of campaigns that have stopped; delete what pacing has kept for long enough."""
    _each(pacing_upkeep.learn_from_ended_calls, pacing_upkeep.sweep_pacing_records)
