"""Periodic repair. Every task here is safe to run at any time, twice and in parallel.

| in flight                 | may last | found by            | then                                              |
| ------------------------- | -------- | ------------------- | ------------------------------------------------- |
| lead `queued`             | 30 s     | sweep_claims        | back to its list                                  |
| lead on an agent's screen | 2 min    | sweep_previews      | back to its list                                  |
| promised call due         | 1 s      | sweep_callbacks     | on its agent's screen; then the team's; missed    |
| call `planned`            | 15 s     | sweep_calls         | withdrawn, lead back to its list                  |
| call `placing`            | 20 s     | sweep_calls         | `unresolved`                                      |
| call `unresolved`         | 5 s      | sweep_calls         | looked up at the carrier; never placed again      |
| call `placed`, `ringing`  | 75 s     | sweep_calls         | state fetched; withdrawn if the carrier queues it |
| call `answered`           | 25 s     | sweep_calls         | state fetched from the carrier                    |
| call `waiting`            | 25 s     | sweep_calls         | abandonment message, booked as abandoned          |
| call `bridged`            | 2 min    | sweep_calls         | state fetched from the carrier                    |
| callee without his agent  | 15 s     | sweep_deserted_calls| message, end of the call                          |
| agent holds an ended call | 10 s     | sweep_held_calls    | call taken from the agent                         |
| agent `wrapping_up`       | its end  | sweep_agents        | available again                                   |
| console without a socket  | 15 s     | sweep_agents        | agent offline, leg hung up                        |
| agent's leg open          | 1 min    | sweep_agent_legs    | state fetched from the carrier                    |
| cost unknown              | 20 s     | sweep_costs         | fetched from the carrier                          |
| campaign schedule         | its time | move_scheduled_campaigns | started or completed                         |
| leads out of order        | 1 min    | move_scheduled_campaigns | the task is sent again, goes on where it was |
| import without a runner   | 30 s     | sweep_imports       | goes on where it was                              |
| numbers of an old registry | 1 min   | sweep_registries    | deleted in batches                                |
| file of an ended import   | 0; 7 d   | sweep_imports       | removed; of a failed import after seven days      |
| pacing's events, decisions | 2 d, 1 d | sweep_pacing       | deleted; before that, every event is learned from |
"""

from dialer.usecases import agent_presence, callback_turns, campaigns, lead_order, pacing_upkeep, previews, sweeps
from workers.app import app, services

UPKEEP = {"acks_late": True, "soft_time_limit": 50, "time_limit": 60}


@app.task(name="dialer.calls.sweep_calls", **UPKEEP)
def sweep_calls() -> None:
    """Repair calls that are stuck in a passing state, and leads whose claim expired."""
    sweeps.sweep_calls(services())
    sweeps.sweep_claims(services())


@app.task(name="dialer.calls.sweep_agents", **UPKEEP)
def sweep_agents() -> None:
    """End wrap-ups, notice vanished consoles, free agents of ended calls, rescue deserted callees, end old previews."""
    agent_presence.sweep_wrap_ups(services())
    agent_presence.sweep_presence(services())
    sweeps.sweep_held_calls(services())
    sweeps.sweep_deserted_calls(services())
    previews.sweep_previews(services())


@app.task(name="dialer.calls.sweep_callbacks", **UPKEEP)
def sweep_callbacks() -> None:
    """Offer promised calls that are due to their agents, hand them over to the team, report missed ones."""
    callback_turns.sweep_callbacks(services())


@app.task(name="dialer.calls.sweep_agent_legs", **UPKEEP)
def sweep_agent_legs() -> None:
    """Ask the carrier about agents' legs that have been open for long."""
    sweeps.sweep_agent_legs(services())


@app.task(name="dialer.calls.sweep_costs", **UPKEEP)
def sweep_costs() -> None:
    """Fetch prices that have arrived."""
    sweeps.sweep_costs(services())


@app.task(name="dialer.calls.move_scheduled_campaigns", **UPKEEP)
def move_scheduled_campaigns() -> None:
    """Start and end campaigns whose time has come; complete those whose leads are all done; go on reordering leads."""
    campaigns.start_scheduled_campaigns(services())
    campaigns.end_scheduled_campaigns(services())
    campaigns.complete_exhausted_campaigns(services())
    lead_order.resume_reorders(services())


@app.task(name="dialer.calls.sweep_pacing", **UPKEEP)
def sweep_pacing() -> None:
    """Learn from the last calls of campaigns that have stopped; delete what pacing has kept for long enough."""
    pacing_upkeep.learn_from_ended_calls(services())
    pacing_upkeep.sweep_pacing_records(services())
