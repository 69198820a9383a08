"""The live view: what a supervisor would want on the wall. Drawn from readings; knows no clock and no database."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich import box
from rich.bar import Bar
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from demo.figures import Figures, Latencies
from demo.wording import percent

RATE_SECONDS = 10.0
_WIDE = 110

DIALLING = ("planned", "placing", "unresolved", "placed")
LIVE_CALLS = (
    ("being placed", DIALLING, "cyan"),
    ("ringing", ("ringing",), "yellow"),
    ("waiting for an agent", ("answered", "waiting"), "red"),
    ("in conversation", ("bridged",), "green"),
)
ENDED_CALLS = (
    ("answered", "green"),
    ("voicemail", "magenta"),
    ("no_answer", "white"),
    ("busy", "yellow"),
    ("failed", "red"),
    ("abandoned", "red"),
)
AGENT_STATES = (
    ("talking", "talking", "green"),
    ("reserved", "connecting", "cyan"),
    ("wrapping_up", "wrapping up", "blue"),
    ("available", "available", "yellow"),
    ("paused", "on a break", "magenta"),
    ("offline", "offline", "bright_black"),
)
_SPARKS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Progress:
    """How far the run is; seconds are real."""

    phase: str
    elapsed_seconds: float
    total_seconds: float
    troubles: int = 0

    @property
    def left_seconds(self) -> float:
        """Seconds until dialling ends."""
        return max(0.0, self.total_seconds - self.elapsed_seconds)


class History:
    """The last minute of readings, for rates and the little curve."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, Figures]] = deque(maxlen=60)

    def add(self, at: float, figures: Figures) -> None:
        """Remember a reading; `at` in seconds of any clock."""
        self._seen.append((at, figures))

    def calls_per_second(self) -> float:
        """Calls placed per second over the last seconds."""
        if len(self._seen) < 2:
            return 0.0
        latest_at, latest = self._seen[-1]
        earlier = [(at, figures) for at, figures in self._seen if latest_at - at <= RATE_SECONDS]
        began_at, began = earlier[0] if len(earlier) > 1 else self._seen[-2]
        return (latest.calls_placed - began.calls_placed) / max(0.001, latest_at - began_at)

    def conversations_curve(self, width: int) -> str:
        """Calls in conversation, a character for each reading."""
        counts = [figures.calls_by_state.get("bridged", 0) for _, figures in self._seen][-width:]
        top = max([1, *counts])
        return "".join(_SPARKS[round(count / top * (len(_SPARKS) - 1))] for count in counts)


def render_view(figures: Figures, history: History, progress: Progress, *, title: str, width: int) -> RenderableType:
    """The whole view, for a terminal of this width."""
    height = len(LIVE_CALLS) + len(ENDED_CALLS) + 3
    calls = _panel("Calls", _calls_table(figures), height)
    agents = _panel("Agents", _agents_table(figures, history), height)
    quality = _panel("Quality", _quality_table(figures, history), height if width >= _WIDE else None)
    body = Table.grid(expand=True)
    if width >= _WIDE:
        for ratio in (10, 10, 11):
            body.add_column(ratio=ratio)
        body.add_row(calls, agents, quality)
        parts: list[RenderableType] = [body]
    else:
        body.add_column(ratio=1)
        body.add_column(ratio=1)
        body.add_row(calls, agents)
        parts = [body, quality]
    return Group(_heading(title, progress), *parts, _footer(figures, progress, width))


def render_line(figures: Figures, history: History, progress: Progress) -> str:
    """The same in one line, for logs and terminals that cannot be redrawn."""
    live = ", ".join(f"{_sum(figures.calls_by_state, states)} {label}" for label, states, _ in LIVE_CALLS)
    agents = ", ".join(
        f"{figures.agents_by_state[state]} {label}"
        for state, label, _ in AGENT_STATES
        if figures.agents_by_state.get(state)
    )
    troubles = f" · {progress.troubles} troubles" if progress.troubles else ""
    return (
        f"{progress.elapsed_seconds:4.0f} s  {progress.phase}: {figures.calls_placed} calls placed "
        f"({history.calls_per_second():.1f}/s), {figures.conversations} conversations · {live} · agents: {agents} · "
        f"{figures.pacing.mode}: occupancy {percent(figures.occupancy)}, abandonment {percent(figures.abandonment)} "
        f"({figures.pacing.standing}), answer chance {percent(figures.pacing.live_answer_chance, 0)}{troubles}"
    )


def _heading(title: str, progress: Progress) -> Table:
    line = Table.grid(expand=True)
    line.add_column()
    line.add_column(justify="right")
    line.add_row(Text(f" {title}", style="bold"), Text(f"{progress.phase} ", style="bold cyan"))
    return line


def _panel(title: str, content: RenderableType, height: int | None) -> Panel:
    return Panel(content, title=title, box=box.ROUNDED, padding=(0, 1), height=height, border_style="bright_black")


def _calls_table(figures: Figures) -> Table:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1, min_width=6)
    live = [(label, _sum(figures.calls_by_state, states), style) for label, states, style in LIVE_CALLS]
    ended = [(word.replace("_", " "), figures.dispositions.get(word, 0), style) for word, style in ENDED_CALLS]
    _add_bars(table, live)
    table.add_row(Text("ended", style="dim"), Text(""), Text(""))
    _add_bars(table, ended)
    return table


def _add_bars(table: Table, lines: Iterable[tuple[str, int, str]]) -> None:
    lines = list(lines)
    top = max([1, *(count for _, count, _ in lines)])
    for label, count, style in lines:
        bar = Bar(top, 0, count, color=style)
        table.add_row(label, Text(f"{count}", style=style if count else "dim"), bar)


def _agents_table(figures: Figures, history: History) -> Table:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1, no_wrap=True, overflow="crop")
    for state, label, style in AGENT_STATES:
        count = figures.agents_by_state.get(state, 0)
        table.add_row(label, Text(f"{count}", style=style if count else "dim"), Text("●" * count, style=style))
    table.add_row(Text(""), Text(""), Text(""))
    table.add_row("occupancy", Text(percent(figures.occupancy), style="bold"), Text(""))
    table.add_row("conversations", Text(f"{figures.conversations}", style="bold"), Text(""))
    table.add_row(Text("last minute", style="dim"), Text(""), Text(history.conversations_curve(24), style="green"))
    return table


def _quality_table(figures: Figures, history: History) -> Table:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, justify="right", no_wrap=True)
    style = "bold green"
    if (figures.abandonment or 0) > figures.pacing.max_rate:
        # One of the first twenty is above any limit, and no proof of anything: alarming is what the guard acts on.
        style = "bold red" if figures.pacing.is_exhausted else "bold yellow"
    rows: list[tuple[str, Text]] = [
        ("calls placed", Text(f"{figures.calls_placed}", style="bold")),
        ("calls per second", Text(f"{history.calls_per_second():.1f}", style="bold")),
        ("dial mode", Text(figures.pacing.mode, style="bold cyan")),
        ("answer chance learned", _share(figures.pacing.live_answer_chance)),
        ("abandonment", Text(percent(figures.abandonment), style=style)),
        (f"  at most {percent(figures.pacing.max_rate)}", Text(figures.pacing.counted)),
        ("retries waiting, made", Text(f"{figures.retries_waiting}, {figures.retries_made}")),
        ("from answer to", Text("p50 / p99 ms", style="dim")),
        ("  TwiML", _latency(figures.twiml)),
        ("  incoming:call", _latency(figures.screen_pop)),
    ]
    for label, value in rows:
        table.add_row(label, value)
    return table


def _share(share: float | None) -> Text:
    return Text("not learned in this mode", style="dim") if share is None else Text(percent(share, 0), style="bold")


def _latency(latency: Latencies) -> Text:
    if not latency.count:
        return Text("not measured yet", style="dim")
    return Text(f"{latency.p50 or 0:.0f} / {latency.p99 or 0:.0f}")


def _footer(figures: Figures, progress: Progress, width: int) -> Table:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True)
    leads = ProgressBar(total=max(1, figures.leads), completed=figures.leads_called)
    clock = ProgressBar(total=progress.total_seconds, completed=min(progress.elapsed_seconds, progress.total_seconds))
    table.add_row(" leads called", leads, f"{figures.leads_called:,} of {figures.leads:,} ")
    table.add_row(" dialling", clock, f"{progress.left_seconds:.0f} s left ")
    if figures.pacing_note:
        note = Text(figures.pacing_note, style="dim", overflow="ellipsis", no_wrap=True)
        table.add_row(Text(" pacing", style="dim"), note, "")
    reason = Text(figures.pacing.reason, style="dim", overflow="ellipsis", no_wrap=True)
    table.add_row(Text(" decision", style="dim"), reason, "")
    if progress.troubles:
        table.add_row(Text(" troubles", style="red"), Text(f"{progress.troubles}, see the report", style="red"), "")
    return table


def _sum(counts: Mapping[str, int], states: Iterable[str]) -> int:
    return sum(counts.get(state, 0) for state in states)
