"""Every state in which something is on its way to somewhere else: who moves it on, how long it may stay, who finds it
when it stays longer, and what becomes of it then.

The one table of it. Sweeps take their patience from here, the doctor calls stuck what has outlasted patience and
margin, `python -m dialer doctor --states` prints it, and tests hold the scheduler and the store to it.
"""

from dataclasses import dataclass
from datetime import timedelta

NO_TIME = timedelta(0)
MARGIN = timedelta(seconds=30)
"""Several turns of any sweep that comes every few seconds, and the time that its work takes on a busy machine."""


@dataclass(frozen=True)
class InFlight:
    """One passing state. `owner` moves it on when all goes well; `expiry` counts from `since`; `sweep` is a task.

    `asks` is what the carrier is asked, if anything. What is left in the state for `margin` longer than its expiry has
    no sweep that works: the doctor calls it stuck.
    """

    subject: str
    state: str
    owner: str
    since: str
    expiry: timedelta
    sweep: str
    becomes: str
    asks: str = ""
    margin: timedelta = MARGIN

    @property
    def name(self) -> str:
        """How the table's row is referred to."""
        return f"{self.subject} {self.state}"

    @property
    def stuck_after(self) -> timedelta:
        """From when on nobody seems to look after it."""
        return self.expiry + self.margin


def _seconds(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


_CALLS, _AGENTS, _LINES = "dialer.calls.sweep_calls", "dialer.calls.sweep_agents", "dialer.calls.sweep_lines"
_CHANGED = "its change of state"

# -- calls: one row for each state that is not final, by its name

CALL_PLANNED = InFlight(
    "call", "planned", "the worker that takes `place_call`", _CHANGED, _seconds(11), _CALLS,
    "withdrawn; its lead goes back to its list, a kept agent is free",
)  # fmt: skip
CALL_PLACING = InFlight(
    # The carrier's library gives up sooner: whoever was asking then is dead.
    "call", "placing", "the worker that asks the carrier", _CHANGED, _seconds(9), _CALLS,
    "`unresolved`, and looked up at once",
    asks="for calls between the two numbers since then",
)  # fmt: skip
CALL_UNRESOLVED = InFlight(
    "call", "unresolved", "a webhook that names the call", "its change of state, or the last look", _seconds(4), _CALLS,
    "adopted if found; keeps no agent from other calls once looked for in vain; after five minutes of absence its lead "
    "is free; never placed again",
    asks="for calls between the two numbers since then", margin=timedelta(minutes=10),
)  # fmt: skip
CALL_PLACED = InFlight(
    "call", "placed", "the carrier's webhooks", "its change of state, or the last look", _seconds(75), _CALLS,
    "what the carrier says; withdrawn if it still waits in the carrier's own queue",
    asks="for the call", margin=_seconds(105),
)  # fmt: skip
CALL_RINGING = InFlight(
    "call", "ringing", "the carrier's webhooks", "its change of state, or the last look", _seconds(75), _CALLS,
    "what the carrier says", asks="for the call", margin=_seconds(105),
)  # fmt: skip
CALL_ANSWERED = InFlight(
    "call", "answered", "the conference's report that the callee is in it", "its change of state, or the last look",
    _seconds(5), _CALLS,
    "`bridged` if both are in the conference; ended if it is over; a callee without an agent hears the message",
    asks="for the call, and who is in its conference", margin=_seconds(60),
)  # fmt: skip
CALL_WAITING = InFlight(
    "call", "waiting", "the callee, who asks again each second", "its change of state, or the last look",
    _seconds(5), _CALLS,
    "`abandoned`, with the message; with an agent whose phone rings, as `answered`",
    asks="with an agent: for the call, and who is in its conference", margin=_seconds(60),
)  # fmt: skip
CALL_BRIDGED = InFlight(
    "call", "bridged", "the carrier's webhooks", "its change of state, or the last look", timedelta(minutes=2), _CALLS,
    "ended if it is over; a machine's call is ended again while it keeps an agent",
    asks="for the call", margin=timedelta(minutes=5),
)  # fmt: skip
PHONE_RINGING = InFlight(
    "call", "given to an agent's phone", "the agent, who picks up within 15 s", "the agent's reservation", _seconds(25),
    _CALLS, "`abandoned`, with the message; the agent is free",
    asks="for the call, and who is in its conference", margin=_seconds(60),
)  # fmt: skip
LINE_UNDER_WAY = InFlight(
    "line", "under way", "the carrier's webhooks", _CHANGED, _seconds(5), _LINES,
    "those that the carrier has not, or has in another state, are asked about one by one; so are agents' legs",
    asks="for all calls under way, once for each account",
)  # fmt: skip
CALL_ABANDONED = InFlight(
    "call", "abandoned, its end unknown", "the message, and the carrier's last webhook", "its change of state, or the "
    "last look", timedelta(minutes=2), _CALLS, "its end is noted; hung up if the callee is still on the line",
    asks="for the call", margin=timedelta(minutes=5),
)  # fmt: skip
MACHINE_WITH_AGENT = InFlight(
    "call", "a machine's, with an agent", "the task `end_machine_call`", "the agent's last change", _seconds(6),
    _AGENTS, "voicemail or hang-up is ordered again; then the agent is free",
)  # fmt: skip
CALLEE_DESERTED = InFlight(
    "call", "bridged to an agent who is gone", "the agent, who comes back", "the agent's last change", _seconds(15),
    _AGENTS, "the message, and the end of the call", margin=timedelta(minutes=3),
)  # fmt: skip
COST_UNKNOWN = InFlight(
    "call", "ended, its cost unknown", "the carrier's billing", "its end", _seconds(20), "dialer.calls.sweep_costs",
    "its cost is noted; after three days nobody asks any more", asks="for the call", margin=timedelta(days=3650),
)  # fmt: skip

# -- leads

LEAD_CLAIM = timedelta(seconds=30)
"""How long a lead is claimed for a call that is being planned and placed."""
LEAD_QUEUED = InFlight(
    "lead", "queued", "the call that it was claimed for", "the end of its claim", NO_TIME, _CALLS, "back on its list",
    margin=_seconds(60),
)  # fmt: skip
LEAD_CALLING = InFlight(
    # Call and lead change in one transaction: a lead is left so by a hand in the database only.
    "lead", "calling, without a call", "the end of its call", "its last change", _seconds(20),
    "doctor --repair", "what its last call means for it", margin=NO_TIME,
)  # fmt: skip
PREVIEW_OFFERED = InFlight(
    "preview", "offered", "its agent, who says dial or skip", "its expiry", NO_TIME, _AGENTS, "back on its list",
)  # fmt: skip
PREVIEW_OF_ABSENT = InFlight(
    "preview", "offered to an absent agent", "its agent, who comes back", "his last console's end", _seconds(15),
    _AGENTS, "back on its list",
)  # fmt: skip
PREVIEW_UNRESOLVED = InFlight(
    "preview", "dialled, its call unresolved", "the call", "its call's change of state", _seconds(15), _AGENTS,
    "its agent is free; he is tried first if the call is answered after all",
)  # fmt: skip
CALLBACK_DUE = InFlight(
    "callback", "due", "its agent, then the team", "the agreed time", NO_TIME, "dialer.calls.sweep_callbacks",
    "on its agent's screen; then the team's; missed after an hour", margin=timedelta(minutes=61),
)  # fmt: skip
CALLBACK_OFFERED = InFlight(
    "callback", "left to its agent", "its agent", "the time that was agreed for him", NO_TIME,
    "dialer.calls.sweep_callbacks", "handed over to the team", margin=_seconds(60),
)  # fmt: skip

# -- agents

ENDED_CALL_HELD = InFlight(
    "agent", "with an ended call", "the end of the call", "his last change", _seconds(10), _AGENTS,
    "the call is taken from him",
)  # fmt: skip
WRAPPING_UP = InFlight(
    "agent", "wrapping up", "the agent, who says that he is done", "the end of his wrap-up", NO_TIME, _AGENTS,
    "available again",
)  # fmt: skip
SOCKET_SILENT = InFlight(
    "console", "silent", "its web process, which renews it every 5 s", "its last sign of life", _seconds(15), _AGENTS,
    "forgotten",
)  # fmt: skip
AGENT_WITHOUT_CONSOLE = InFlight(
    "agent", "without a console", "the agent, whose page reloads", "his last console's end", _seconds(15), _AGENTS,
    "offline; his leg is hung up",
)  # fmt: skip
LEG_NOT_JOINED = InFlight(
    "leg", "not joined", "the conference's report that the agent is in it", "its beginning", _seconds(5), _LINES,
    "joined if it is in the conference, forgotten if it is over", asks="who is in the conference",
    margin=timedelta(minutes=5),
)  # fmt: skip
LEG_WITHOUT_CONSOLE = InFlight(
    "leg", "without a console", "the agent, whose page reloads", "its beginning and the end of his last console",
    timedelta(minutes=2), _LINES, "hung up: nobody speaks there", asks="to end it", margin=timedelta(minutes=2),
)  # fmt: skip

# -- transfers and supervisors

TRANSFER_ORDERED = InFlight(
    "transfer", "requested", "the request that asked the carrier", "its beginning", _seconds(12), _AGENTS,
    "completed if the carrier has done it; else failed: everybody is where he was", asks="who is in the conference",
    margin=_seconds(60),
)  # fmt: skip
TRANSFER_RINGING = InFlight(
    "transfer", "ringing", "the telephone, which rings for 25 s", "its beginning", _seconds(40), _AGENTS,
    "failed; the callee is back with his agent, with another, or hears the message", asks="to end the ringing",
    margin=_seconds(60),
)  # fmt: skip
TRANSFER_DESERTED = InFlight(
    # Sooner than the callee, who hears music meanwhile, would be apologised to.
    "transfer", "consulting, one of the two gone", "whoever lost his audio, and comes back", "his last change",
    _seconds(10), _AGENTS, "completed if the first agent has gone, cancelled if the second has", asks="to move them",
    margin=_seconds(60),
)  # fmt: skip
SUPERVISOR_EXPECTED = InFlight(
    "supervision", "expected", "the supervisor, whose headset calls in", "its beginning", _seconds(60), _AGENTS,
    "ended",
)  # fmt: skip
SUPERVISED_CALL_OVER = InFlight(
    "supervision", "on an ended call", "the sweep", "the end of the call", NO_TIME, _AGENTS,
    "ended; the supervisor is hung up", margin=_seconds(60),
)  # fmt: skip

# -- people, campaigns, lists

CAMPAIGN_SCHEDULED = InFlight(
    "campaign", "scheduled", "the clock", "its start or end", NO_TIME, "dialer.calls.move_scheduled_campaigns",
    "started, or completed",
)  # fmt: skip
REORDER_STALLED = InFlight(
    "campaign", "being reordered", "the task `reorder_leads`", "its last batch", _seconds(60),
    "dialer.calls.move_scheduled_campaigns", "the task is sent again and goes on where it was",
    margin=timedelta(minutes=15),
)  # fmt: skip
IMPORT_OPEN = InFlight(
    "import", "queued or running", "the worker that runs it", "its last sign of life", _seconds(30),
    "dialer.imports.sweep_imports", "goes on where it was; fails after the third time at one place",
    margin=timedelta(minutes=30),
)  # fmt: skip
IMPORT_FILE = InFlight(
    "import", "over, its file kept", "the end of the import", "its end; of a failed one, a week after it", NO_TIME,
    "dialer.imports.sweep_imports", "the file is removed", margin=timedelta(minutes=10),
)  # fmt: skip
BULK_JOB = InFlight(
    "bulk job", "finding or running", "the worker that runs it", "its last batch", _seconds(60),
    "dialer.imports.sweep_bulk_jobs", "goes on with its next batch", margin=timedelta(minutes=15),
)  # fmt: skip
ERASURE = InFlight(
    "erasure", "waiting", "the end of the person's call", "the next look that was agreed", NO_TIME,
    "dialer.imports.sweep_erasures", "the person is erased; a day later what came late, too",
    margin=timedelta(minutes=10),
)  # fmt: skip
RECORDING_TO_DELETE = InFlight(
    "recording", "to be deleted", "the carrier", "the next time that it is asked", NO_TIME,
    "dialer.imports.sweep_recordings", "deleted; asked again until it is, at last once a day", asks="to delete it",
    margin=timedelta(minutes=30),
)  # fmt: skip
REGISTRY_ENDED = InFlight(
    "registry", "ended, its numbers kept", "the version after it", "its end", NO_TIME,
    "dialer.imports.sweep_registries", "its numbers are deleted in batches", margin=timedelta(hours=2),
)  # fmt: skip
PACING_EVENTS = InFlight(
    "pacing", "events to learn from", "ticks", "the event", timedelta(days=2), "dialer.calls.sweep_pacing", "deleted",
    margin=timedelta(hours=2),
)  # fmt: skip
SESSION_EXPIRED = InFlight(
    "login session", "expired", "its user, who logs out", "its expiry", timedelta(days=30),
    "dialer.integrations.sweep_access", "deleted", margin=timedelta(days=1),
)  # fmt: skip

TABLE: tuple[InFlight, ...] = tuple(row for row in list(globals().values()) if isinstance(row, InFlight))
CALL_STATES = {
    row.state: row
    for row in (
        CALL_PLANNED, CALL_PLACING, CALL_UNRESOLVED, CALL_PLACED, CALL_RINGING, CALL_ANSWERED, CALL_WAITING,
        CALL_BRIDGED,
    )
}  # fmt: skip
"""The states of a call that are not final, as `CallState` names them."""
