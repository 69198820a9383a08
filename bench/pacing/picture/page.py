"""The page: title, panels, rows, and how to read them."""

from bench.pacing.picture.panels import Panel, draw_panel, means
from bench.pacing.picture.rows import draw_rows, height_of
from bench.pacing.picture.svg import Drawing
from bench.pacing.picture.theme import style
from bench.pacing.results import Results
from bench.pacing.scenarios import GROUPS, group_of

WIDTH = 960.0
MARGIN = 24.0
COLUMNS = 3
PANELS_TOP = 132.0
PANEL_HEIGHT = 236.0
PANEL_GAP = 44.0
AXIS_WIDTH = 26.0


def draw(results: Results) -> str:
    """The SVG. Groups of which nothing was measured are left out."""
    panels = [("all scenarios", list(results.scenarios))]
    panels += [(group, [s for s in results.scenarios if group_of(s) == group]) for group in GROUPS]
    panels = [(title, scenarios) for title, scenarios in panels if scenarios]
    lines = -(-len(panels) // COLUMNS)
    rows_top = PANELS_TOP + lines * (PANEL_HEIGHT + 62.0)
    height = rows_top + 34.0 + height_of(results) + 58.0
    drawing = Drawing()
    drawing.box(0.5, 0.5, WIDTH - 1, height - 1, "page", radius=8)
    _write_head(drawing, results)
    _draw_panels(drawing, results, panels)
    drawing.text(MARGIN, rows_top, "Idle minutes of an agent's hour", "head")
    drawing.text(MARGIN, rows_top + 17, "best rival: the busiest of those that hold 3 %", "note")
    draw_rows(drawing, results, MARGIN, rows_top + 18, WIDTH - 2 * MARGIN)
    for line, words in enumerate(_foot(results)):
        drawing.text(MARGIN, height - 36 + 17 * line, words, "note")
    about = " ".join(_foot(results))
    return drawing.document(
        WIDTH, height, style=style(), title="Pacing compared on simulated call floors", description=about
    )


def _write_head(drawing: Drawing, results: Results) -> None:
    drawing.text(MARGIN, 40, "Busy agents, and nobody left in silence: pacing compared", "title")
    scenarios, seeds = len(results.scenarios), len(results.seeds)
    length = "twenty-minute (a trial)" if results.is_quick else "eight-hour"
    shifts = f"{seeds} {length} shift{'s' if seeds > 1 else ''} each"
    up = "Up: how much of their time agents talk or write up."
    right = (
        "To the right: how many of those who answered reached nobody within two seconds. More than 3 % are not allowed."
    )
    drawing.text(MARGIN, 64, f"{scenarios} simulated floors, {shifts}. {up}", "lead")
    drawing.text(MARGIN, 83, right, "lead")


def _draw_panels(drawing: Drawing, results: Results, panels: list[tuple[str, list[str]]]) -> None:
    width = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * PANEL_GAP) / COLUMNS - AXIS_WIDTH
    points = [means(results, scenarios) for _, scenarios in panels]
    lowest = min((p.occupancy for group in points for p in group), default=0.5)
    foot = max(0.0, int(lowest * 10) / 10)
    for number, ((title, scenarios), mine) in enumerate(zip(panels, points, strict=True)):
        line, column = divmod(number, COLUMNS)
        left = MARGIN + AXIS_WIDTH + column * (width + AXIS_WIDTH + PANEL_GAP)
        panel = Panel(left, PANELS_TOP + line * (PANEL_HEIGHT + 62.0), width, PANEL_HEIGHT, foot)
        count = f" ({len(scenarios)})" if number else ""
        draw_panel(drawing, panel, title + count, mine)
        if number == 0:
            drawing.text(panel.x(0.03) + 4, panel.top + 12, "over 3 %", "limit-name")


def _foot(results: Results) -> tuple[str, str]:
    marks = "* a parameter chosen in hindsight, for each scenario, on the very shifts that count. "
    marks += "avail.: counts available agents only. "
    if "planner" in results.pacers:
        marks += "Planner: told the true distributions. "
    return (
        marks,
        "Points are means over scenarios; what lies beyond 5 % stands at the edge. All tables: docs/benchmark.md",
    )
