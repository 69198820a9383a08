"""What it means for the agents: idle minutes of each hour, scenario by scenario."""

from dataclasses import dataclass

from bench.pacing.picture.svg import Drawing, text_width
from bench.pacing.results import Pooled, Results

ROW = 20.0
LONGEST_IDLE = 45.0
NAMES_WIDTH = 132.0
WORDS_WIDTH = 212.0


@dataclass(frozen=True)
class Strip:
    """Where the rows stand, and the scale they share."""

    left: float
    top: float
    width: float
    longest: float

    def x(self, idle_minutes: float) -> float:
        """Beyond the end of the scale is its end."""
        share = min(idle_minutes, self.longest) / self.longest
        return self.left + NAMES_WIDTH + share * (self.width - NAMES_WIDTH - WORDS_WIDTH)


def idle_minutes(pooled: Pooled) -> float:
    """Of an hour, for each agent."""
    return 60.0 * (1.0 - pooled.occupancy)


def height_of(results: Results) -> float:
    """Head, rows and foot."""
    return 30.0 + ROW * len(results.scenarios) + 26.0


def draw_rows(drawing: Drawing, results: Results, left: float, top: float, width: float) -> None:
    """A row for each scenario; the first names its marks."""
    strip = Strip(left, top, width, _longest(results))
    bottom = top + 30.0 + ROW * len(results.scenarios)
    for minutes in range(0, int(strip.longest) + 1, 5):
        x = strip.x(minutes)
        drawing.line(x, top + 24, x, bottom, "grid")
        drawing.text(x, bottom + 14, f"{minutes}" + (" min" if minutes == 0 else ""), "axis", anchor="middle")
    for number, scenario in enumerate(results.scenarios):
        _draw_row(drawing, results, scenario, strip, top + 30.0 + ROW * (number + 0.5), is_first=number == 0)


def _draw_row(drawing: Drawing, results: Results, scenario: str, strip: Strip, y: float, *, is_first: bool) -> None:
    drawing.text(strip.left, y + 4, scenario, "label")
    engine = next((p for p in results.of_scenario(scenario) if results.role_of(p.pacer) == "engine"), None)
    rival, plain = results.best_rival(scenario), results.find(scenario, "progressive")
    informed = results.find(scenario, "planner")
    if engine is not None and rival is not None:
        drawing.line(strip.x(idle_minutes(engine)), y, strip.x(idle_minutes(rival)), y, "gain")
    marks = []
    if informed is not None:
        x = strip.x(idle_minutes(informed))
        drawing.line(x, y - 7, x, y + 7, "planner")
        marks.append((x, "planner", "planner-name"))
    for pooled, kind, size, words, name in (
        (plain, "hollow", 4.0, "progressive", "note"),
        (rival, "rival", 4.5, "best rival", "note"),
        (engine, "engine", 5.5, "this engine", "engine-name"),
    ):
        if pooled is not None:
            x = strip.x(idle_minutes(pooled))
            drawing.dot(x, y, size, kind, title=f"{words}: {idle_minutes(pooled):.1f} min")
            marks.append((x, words, name))
    if is_first:
        _name_marks(drawing, sorted(marks), y - 14)
    if engine is not None and rival is not None:
        gain = idle_minutes(rival) - idle_minutes(engine)
        label = results.pacers[rival.pacer].label or results.pacers[rival.pacer].title
        words = f"{abs(gain):.1f} min {'less' if gain >= 0 else 'MORE'} than {label}"
        drawing.text(strip.left + strip.width, y + 4, words, "note", anchor="end")


def _name_marks(drawing: Drawing, marks: list[tuple[float, str, str]], y: float) -> None:
    end = 0.0
    for x, words, kind in marks:
        width = text_width(words, 12.0, bold=kind == "engine-name")
        middle = max(x, end + 10 + width / 2)
        drawing.text(middle, y, words, kind, anchor="middle")
        end = middle + width / 2


def _longest(results: Results) -> float:
    shown = [idle_minutes(p) for p in results.of_pacer("progressive")]
    return min(LONGEST_IDLE, 5.0 * -(-max(shown, default=LONGEST_IDLE) // 5))
