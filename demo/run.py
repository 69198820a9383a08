"""One run of the demo, from an empty folder to the report and the doctor."""

import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from demo.api import ApiError, HttpClient
from demo.consoles import Floor
from demo.figures import FigureReader, Figures
from demo.leads import LeadFile, make_lead_file
from demo.office import Office, found_office, set_up_carrier
from demo.picture import WIDTH, save_picture
from demo.places import Place, choose_place
from demo.report import Run, render_report
from demo.settings import CARRIER_CALLS_PER_SECOND, SIMULATED_SECONDS_PER_SECOND, Plan, stack_environ
from demo.troubles import Troubles
from demo.view import History, Progress, render_line, render_view
from dialer.embedded.home import Home
from dialer.embedded.stack import EmbeddedStack, TwinOptions

_LINE_SECONDS = 5.0
# What the stack keeps below its home. Anything else there is none of ours and stays.
_OF_A_RUN = ("postgres", "redis", "logs", "generated.env", "running.env")


@dataclass(frozen=True)
class Outcome:
    """How the run ended."""

    exit_status: int
    reason: str


def play(plan: Plan, console: Console) -> Outcome:
    """Run the demo. Raises StackError or ApiError when the product cannot be started or refuses something."""
    began = time.monotonic()
    home = Home(plan.home)
    clear_home(home)
    place = choose_place(datetime.now(UTC))
    leads = make_lead_file(seed=plan.seed, place=place, mix=plan.mix)
    say = _Steps(console, began)
    say(f"it is {place.local_time(datetime.now(UTC)):%H:%M} in {place.name}, so that is where the leads live")
    twin_options = TwinOptions(plan.seed, SIMULATED_SECONDS_PER_SECOND, CARRIER_CALLS_PER_SECOND)
    stack = EmbeddedStack(home, plan.port, twin_options=twin_options, environ=stack_environ(), say=say)
    with stack:
        say(f"PostgreSQL, Redis, twin, web, worker and scheduler run: {stack.url}")
        office = _open_office(plan, stack, place, leads, say)
        troubles = Troubles()
        floor = Floor(
            office.seats,
            seed=plan.seed,
            seconds_per_second=SIMULATED_SECONDS_PER_SECOND,
            troubles=troubles,
            previews=plan.dial_mode == "preview",
        )
        reader = FigureReader(office.supervisor, stack.environ["DATABASE_OWNER_URL"], office.campaign_id)
        try:
            say(f"{floor.open()} of {plan.agents} agents have joined, with headsets on, and are available")
            dialled = _dial(plan, console, office, floor, reader, troubles)
            figures = _settled(reader)
            run = Run(
                place=place.name,
                timezone=place.timezone,
                seconds_per_second=SIMULATED_SECONDS_PER_SECOND,
                dialling_seconds=dialled.seconds,
                dialling_occupancy=None if dialled.last is None else dialled.last.occupancy,
                agents=plan.agents,
                promised_import=leads.promised(),
                import_results=office.import_results,
                import_problems=Counter(problem.get("code", "?") for problem in office.import_errors),
                calls_shown=floor.calls_shown,
                troubles=tuple(troubles.lines()),
                calls_left=dialled.calls_left,
                last_pacing=None if dialled.last is None else dialled.last.pacing,
                replay=_replayed(stack, office.campaign_id),
            )
            console.print()
            console.print(render_report(figures, run))
            doctor = _ask_doctor(stack, console)
        finally:
            floor.close()
            reader.close()
        say("every process is being stopped")
    console.print(f"The whole run took {time.monotonic() - began:.0f} s.")
    return judge(figures, doctor_status=doctor)


def judge(figures: Figures, *, doctor_status: int) -> Outcome:
    """Whether the run counts as a success."""
    if figures.conversations == 0:
        return Outcome(1, "nobody talked with anybody")
    if doctor_status != 0:
        return Outcome(1, f"the doctor ended with status {doctor_status}")
    return Outcome(0, "")


def clear_home(home: Home) -> None:
    """Forget the last run, unless it is still running: then starting will say so. Raises HomeError."""
    home.create()
    with home.locked():
        for name in _OF_A_RUN:
            path = home.path / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Dialled:
    """What was seen while the campaign ran; `last` is the last reading before it was paused."""

    seconds: float
    calls_left: int
    last: Figures | None


class _Steps:
    """Says what has been done, each time with the seconds since the beginning."""

    def __init__(self, console: Console, began: float):
        self._console = console
        self._began = began

    def __call__(self, message: str) -> None:
        line = Text.assemble((f"{time.monotonic() - self._began:6.1f} s  ", "dim"), message)
        self._console.print(line, soft_wrap=True)


def _open_office(plan: Plan, stack: EmbeddedStack, place: Place, leads: LeadFile, say: Callable[[str], None]) -> Office:
    """People the carrier's world, and make a tenant ready to dial in it."""
    twin_url = str(stack.twin_url)
    set_up_carrier(HttpClient(twin_url), caller_id=place.caller_id, seed=plan.seed)
    return found_office(
        stack.url,
        twin_url,
        app_sid=stack.environ["TWILIO_TWIML_APP_SID"],
        place=place,
        leads=leads,
        agents=plan.agents,
        dial_mode=plan.dial_mode,
        say=say,
    )


def _dial(
    plan: Plan, console: Console, office: Office, floor: Floor, reader: FigureReader, troubles: Troubles
) -> Dialled:
    """Start the campaign, watch it, pause it, let calls end."""
    history = History()
    title = (
        f"{office.campaign['name']} · {plan.dial_mode} · people {SIMULATED_SECONDS_PER_SECOND:g}× faster than real ones"
    )
    office.owner.post(f"/api/campaigns/{office.campaign_id}/start")
    began = time.monotonic()
    with _screen(console, title, history) as show:

        def look(phase: str) -> Figures | None:
            return _look(reader, show, history, troubles, Progress(
                phase, time.monotonic() - began, plan.dialling_seconds, troubles.total))  # fmt: skip

        last: Figures | None = None
        while time.monotonic() - began < plan.dialling_seconds:
            _stay_while_wanted()
            last = look("dialling") or last
            _sleep_until_next_second(began)
        if plan.picture is not None and last is not None:
            progress = Progress("dialling", time.monotonic() - began, plan.dialling_seconds, troubles.total)
            view = render_view(last, history, progress, title=title, width=WIDTH)
            save_picture(plan.picture, view, title="make demo")
        office.owner.post(f"/api/campaigns/{office.campaign_id}/pause")
        seconds = time.monotonic() - began
        left = 1
        while left and time.monotonic() - began < seconds + plan.draining_seconds:
            _stay_while_wanted()
            if time.monotonic() - began > seconds + plan.finish_up_after_seconds:
                floor.finish_up()
            figures = look("paused, calls are ending")
            left = left if figures is None else figures.in_flight
            _sleep_until_next_second(began)
    return Dialled(seconds, left, last)


Show = Callable[[Figures, Progress], None]


@contextmanager
def _screen(console: Console, title: str, history: History) -> Iterator[Show]:
    """Where readings are shown: redrawn in place on a terminal, a line now and then elsewhere."""
    if not console.is_terminal:
        last = -_LINE_SECONDS

        def show_line(figures: Figures, progress: Progress) -> None:
            nonlocal last
            if progress.elapsed_seconds - last >= _LINE_SECONDS:
                last = progress.elapsed_seconds
                console.print(render_line(figures, history, progress), soft_wrap=True, highlight=False)

        yield show_line
        return
    with Live(console=console, auto_refresh=False, transient=False) as live:

        def show_view(figures: Figures, progress: Progress) -> None:
            view = render_view(figures, history, progress, title=title, width=console.width)
            live.update(view, refresh=True)

        yield show_view


def _look(reader: FigureReader, show: Show, history: History, troubles: Troubles, progress: Progress) -> Figures | None:
    """Read and show; a reading that fails is a trouble, not the end."""
    try:
        figures = reader.read()
    except Exception as problem:
        troubles.add("reading the figures", problem)
        return None
    history.add(progress.elapsed_seconds, figures)
    show(figures, progress)
    return figures


def _settled(reader: FigureReader) -> Figures:
    """The last figures, once prices and recordings have had a moment to arrive."""
    time.sleep(2.0)
    return reader.read()


def _sleep_until_next_second(began: float) -> None:
    time.sleep(1.0 - (time.monotonic() - began) % 1.0)


_PARENT = os.getppid()


def _stay_while_wanted() -> None:
    """End like Ctrl-C when the parent is gone, where DIALER_STOP_WITH_PARENT is set as the Makefile does."""
    if os.environ.get("DIALER_STOP_WITH_PARENT") and os.getppid() != _PARENT:
        raise KeyboardInterrupt


def _replayed(stack: EmbeddedStack, campaign_id: str) -> str:
    """Let the product decide again what pacing decided in this run; its last line says what came of it."""
    replayed = _operate(stack, "replay", "--campaign", campaign_id, "--differences")
    said = (replayed.stdout or replayed.stderr).strip().splitlines()
    return said[-1].partition(" (")[0] if said else "no answer"


def _operate(stack: EmbeddedStack, *command: str) -> subprocess.CompletedProcess[str]:
    """Run an operator's command on the database of this run."""
    return subprocess.run(  # nosec B603 # noqa: S603 - our own commands
        [sys.executable, "-m", "dialer", *command],
        env=stack.environ,
        cwd=Path(__file__).resolve().parents[1],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _ask_doctor(stack: EmbeddedStack, console: Console) -> int:
    """Let the doctor examine the database of this run, with his words on the terminal."""
    console.print(Text("Doctor", style="bold underline"))
    examined = _operate(stack, "doctor")
    console.print(Text((examined.stdout + examined.stderr).strip() or "no finding"))
    console.print()
    return examined.returncode


__all__ = ["ApiError", "Outcome", "clear_home", "judge", "play"]
