"""Occupancy against abandonment: one panel for all scenarios, one for each size of floor."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from bench.pacing.picture.labels import Box, Spot, place_labels
from bench.pacing.picture.svg import Drawing, text_width
from bench.pacing.results import LIMIT, Results

HIGHEST_ABANDONMENT = 0.05
"""Where the axis ends; what lies beyond stands at the edge with its figure."""

LABEL_SIZE = 12.0


@dataclass(frozen=True)
class Mean:
    """One pacer over some scenarios."""

    pacer: str
    label: str
    role: str
    occupancy: float
    abandonment_rate: float


@dataclass(frozen=True)
class Panel:
    """Where a panel stands, and the occupancy at the foot of its axis."""

    left: float
    top: float
    width: float
    height: float
    lowest: float

    def x(self, abandonment_rate: float) -> float:
        """Beyond the end of the axis is the end of the axis."""
        share = min(abandonment_rate, HIGHEST_ABANDONMENT) / HIGHEST_ABANDONMENT
        return self.left + share * (self.width - 12)

    def y(self, occupancy: float) -> float:
        """From the foot to 100 %."""
        return self.top + self.height * (1 - (occupancy - self.lowest) / (1 - self.lowest))


def means(results: Results, scenarios: Sequence[str]) -> list[Mean]:
    """The plain means over the scenarios, for each pacer that has a label and ran in all of them."""
    found = []
    for name, person in results.pacers.items():
        mine = [p for p in results.of_pacer(name) if p.scenario in scenarios]
        if person.label and len(mine) == len(scenarios):
            occupancy = fmean(p.occupancy for p in mine)
            found.append(Mean(name, person.label, person.role, occupancy, fmean(p.abandonment_rate for p in mine)))
    return found


def draw_panel(drawing: Drawing, panel: Panel, title: str, points: Sequence[Mean]) -> None:
    """Frame, limit, points, names."""
    _draw_frame(drawing, panel, title)
    spots = []
    reserved = []
    for point in sorted(points, key=lambda p: p.role != "engine"):
        x, y = panel.x(point.abandonment_rate), panel.y(point.occupancy)
        if point.role == "planner":
            drawing.line(panel.left, y, panel.left + panel.width, y, "planner")
            reserved += [
                Box(panel.left, y - 1, panel.left + panel.width, y + 1),
                _name_planner(drawing, panel, point, y),
            ]
            continue
        spots.append(_spot(point, x, y))
    frame = Box(panel.left - 4, panel.top - 4, panel.left + panel.width + 6, panel.top + panel.height)
    labels = place_labels(spots, frame, reserved)
    for label in labels:
        if label.distance > 8.0:
            drawing.line(label.spot.x, label.spot.y, *label.foot, "leader")
    for point in sorted(points, key=lambda p: p.role == "engine"):
        if point.role != "planner":
            _draw_point(drawing, panel, point)
    for label in labels:
        drawing.text(*label.baseline, label.spot.words, "engine-name name" if label.spot.bold else "label name")


def _spot(point: Mean, x: float, y: float) -> Spot:
    is_engine = point.role == "engine"
    words = point.label
    if point.abandonment_rate > HIGHEST_ABANDONMENT:
        words += f" {100 * point.abandonment_rate:.0f} %"
    return Spot(x, y, words, LABEL_SIZE, radius=6.5 if is_engine else 4.0, bold=is_engine)


def _draw_point(drawing: Drawing, panel: Panel, point: Mean) -> None:
    x, y = panel.x(point.abandonment_rate), panel.y(point.occupancy)
    title = f"{point.label}: {100 * point.occupancy:.1f} % busy, {100 * point.abandonment_rate:.2f} % abandoned"
    if point.role == "engine":
        drawing.dot(x, y, 6.5, "engine", title=title)
    elif point.abandonment_rate > HIGHEST_ABANDONMENT:
        drawing.path([(x - 4, y - 5), (x + 5, y), (x - 4, y + 5)], "rival")
    else:
        drawing.dot(x, y, 4.2, "rival", title=title)


def _name_planner(drawing: Drawing, panel: Panel, point: Mean, y: float) -> Box:
    words = f"{point.label} {100 * point.occupancy:.0f} %"
    right = panel.left + panel.width
    drawing.text(right, y - 4, words, "planner-name", anchor="end")
    return Box(right - text_width(words, LABEL_SIZE), y - 15, right, y + 2)


def _draw_frame(drawing: Drawing, panel: Panel, title: str) -> None:
    bottom, right = panel.top + panel.height, panel.left + panel.width
    limit = panel.x(LIMIT)
    drawing.box(limit, panel.top, right - limit, panel.height, "forbidden")
    for percent in range(round(100 * panel.lowest), 101, 10):
        y = panel.y(percent / 100)
        drawing.line(panel.left, y, right, y, "grid")
        drawing.text(panel.left - 6, y + 4, f"{percent}" + (" %" if percent == 100 else ""), "axis", anchor="end")
    for percent in range(round(100 * HIGHEST_ABANDONMENT) + 1):
        unit = " %" if percent == 0 else "+" if percent == round(100 * HIGHEST_ABANDONMENT) else ""
        drawing.text(panel.x(percent / 100), bottom + 15, f"{percent}{unit}", "axis", anchor="middle")
    drawing.line(limit, panel.top, limit, bottom, "limit")
    drawing.text(panel.left, panel.top - 9, title, "head")
