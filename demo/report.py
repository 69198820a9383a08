"""The report at the end: what happened, from rows, with what a reader must know to judge it."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from demo.figures import Figures, Latencies
from demo.pacing import BOUND_BY, Pacing
from demo.wording import NOT_MEASURED, listed, milliseconds, minutes, percent


@dataclass(frozen=True)
class Run:
    """What the report needs to know beside the figures; seconds are real."""

    place: str
    timezone: str
    seconds_per_second: float
    dialling_seconds: float
    dialling_occupancy: float | None
    agents: int
    promised_import: Mapping[str, int]
    import_results: Mapping[str, int]
    import_problems: Mapping[str, int]
    calls_shown: int
    troubles: tuple[str, ...]
    last_pacing: Pacing | None = None
    replay: str = NOT_MEASURED
    calls_left: int = 0


def render_report(figures: Figures, run: Run) -> RenderableType:
    """The report as something to print."""
    sections = [
        ("Import", _import_rows(run)),
        ("Calls", _call_rows(figures, run)),
        ("Outcomes", _outcome_rows(figures)),
        ("Retries", _retry_rows(figures)),
        ("Agents", _agent_rows(figures, run)),
        ("Pacing", _pacing_rows(figures, run)),
        ("Abandonment", _abandonment_rows(figures)),
        ("Latency", _latency_rows(figures)),
        ("Records", _record_rows(figures)),
    ]
    if run.troubles:
        sections.append(("Troubles", [("simulated people", line) for line in run.troubles]))
    table = Table(box=box.SIMPLE, show_header=False, padding=(0, 1), pad_edge=False)
    table.add_column(style="bold cyan", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for title, rows in sections:
        for number, (label, value) in enumerate(rows):
            table.add_row(title if number == 0 else "", label, value, end_section=number == len(rows) - 1)
    return Group(Text("Report", style="bold underline"), table, Padding(Text(_notes(run), style="dim"), (0, 0, 1, 0)))


def _import_rows(run: Run) -> list[tuple[str, str]]:
    found = run.import_results
    agrees = all(found.get(name) == number for name, number in run.promised_import.items())
    rows = [
        ("rows in the CSV", f"{found['total']:,}"),
        ("leads", f"{found['inserted']:,}"),
        ("left out", f"{found['invalid']} invalid, {found['duplicates']} duplicates, {found['dnc']} do-not-call"),
        ("as generated", "yes, every count" if agrees else f"NO: the file was made with {dict(run.promised_import)}"),
    ]
    if run.import_problems:
        codes = sorted(run.import_problems.items(), key=lambda line: -line[1])
        rows.append(("why, of the first 100", listed(f"{count} {code.replace('_', ' ')}" for code, count in codes)))
    return rows


def _call_rows(figures: Figures, run: Run) -> list[tuple[str, str]]:
    pace = figures.calls_placed / max(1.0, run.dialling_seconds)
    rows = [
        ("placed", f"{figures.calls_placed} to {figures.leads_called} leads, {pace:.1f} a second"),
        ("conversations", f"{figures.conversations}"),
        ("talk time", f"{minutes(figures.talk_seconds)} of real time, {figures.average_talk_seconds:.1f} s on average"),
    ]
    if run.calls_left:
        rows.append(("still in flight", f"{run.calls_left} did not end in time"))
    return rows


def _outcome_rows(figures: Figures) -> list[tuple[str, str]]:
    total = max(1, sum(figures.dispositions.values()))
    rows = [
        (word.replace("_", " "), f"{count}  ({percent(count / total, 0)})")
        for word, count in sorted(figures.dispositions.items(), key=lambda line: -line[1])
    ]
    written = sorted(figures.agent_dispositions.items(), key=lambda line: -line[1])
    return [*rows, ("agents wrote", listed(f"{count} {word.replace('_', ' ')}" for word, count in written))]


def _retry_rows(figures: Figures) -> list[tuple[str, str]]:
    reasons = sorted(figures.retry_reasons.items(), key=lambda line: -line[1])
    why = listed(f"{count} {reason.replace('_', ' ')}" for reason, count in reasons)
    rows = [
        ("scheduled", f"{figures.retries_waiting} leads: {why}"),
        ("made in this run", f"{figures.retries_made}"),
        ("due already", f"{figures.retries_due}, when the campaign was paused"),
    ]
    if figures.next_retries:
        times = listed(at.strftime("%H:%M:%S") for at in figures.next_retries)
        rows.append(("next at (UTC)", f"{times}; it is {figures.at.strftime('%H:%M:%S')}"))
    return rows


def _agent_rows(figures: Figures, run: Run) -> list[tuple[str, str]]:
    stays = [(state, seconds) for state, seconds in figures.seconds_by_agent_state.items() if state != "offline"]
    logged_in = sum(seconds for _, seconds in stays) or 1.0
    shares = sorted(stays, key=lambda line: -line[1])
    return [
        ("simulated people", f"{run.agents}, each behind a Socket.IO client"),
        (
            "occupancy",
            f"{percent(run.dialling_occupancy)} while dialling, {percent(figures.occupancy)} to the last call's end",
        ),
        ("their time", listed(f"{state.replace('_', ' ')} {percent(part / logged_in, 0)}" for state, part in shares)),
        ("incoming:call seen", f"{run.calls_shown}"),
    ]


def _pacing_rows(figures: Figures, run: Run) -> list[tuple[str, str]]:
    rows = [("dial mode", figures.pacing.dial_mode)]
    last = run.last_pacing
    if last is not None and last.live_answer_chance is not None:
        learned = f"{percent(last.live_answer_chance, 0)}, machines included: they are found out beside an agent"
        rows.append(("answer chance learned", learned))
        rows.append(("last decision", last.reason))
    bounds = sorted(figures.decisions_by_bound.items(), key=lambda line: -line[1])
    rows.append(("why not more calls", listed(f"{count} × {BOUND_BY.get(word, word)}" for word, count in bounds)))
    rows.append(("decided again", run.replay))
    return rows


def _abandonment_rows(figures: Figures) -> list[tuple[str, str]]:
    ledger = (
        f"{figures.reached} reached within 2.0 s, {figures.late} late, {figures.abandoned} abandoned, "
        f"{figures.hung_up} hung up within 2.0 s"
    )
    return [
        ("rate", f"{percent(figures.abandonment, 2)}: abandoned or late, of all live answers that waited"),
        ("ledger", ledger),
        ("standing", f"{figures.pacing.standing}; {figures.pacing.confidence}"),
    ]


def _latency_rows(figures: Figures) -> list[tuple[str, str]]:
    return [
        ("answer to TwiML", _latency(figures.twiml)),
        ("answer to incoming:call", _latency(figures.screen_pop)),
        ("agent found to incoming:call", _latency(figures.delivery)),
    ]


def _latency(latency: Latencies) -> str:
    if not latency.count:
        return NOT_MEASURED
    return f"p50 {milliseconds(latency.p50)}, p99 {milliseconds(latency.p99)}, of {latency.count} answers"


def _record_rows(figures: Figures) -> list[tuple[str, str]]:
    return [
        ("recordings", f"{figures.recordings}, {minutes(figures.recorded_seconds)} of simulated time"),
        ("cost", f"{figures.total_cost:.2f} USD by the simulated carrier's prices so far"),
    ]


def _notes(run: Run) -> str:
    factor = f"{run.seconds_per_second:g}"
    return (
        f"Simulated people and their carrier ran {factor} times faster than real ones (SIMULATED_SECONDS_PER_SECOND). "
        "The dialer's own clocks did not: its 2.0 s limit, pacing tick and retry delay are real seconds. Agents come "
        f"free {factor} times as often, which makes the 2.0 s easier to keep than on a real floor.\n"
        f"The leads live in {run.place} ({run.timezone}), where it is daytime now.\n"
        "Every figure comes from the database; who had to wait for an agent is in the time to incoming:call too."
    )
