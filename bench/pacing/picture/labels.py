"""Names beside their points, where they hide neither points nor one another."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.pacing.picture.svg import text_width

_ROUNDS = 6
_GAP = 3.0
_DIRECTIONS = tuple(math.radians(angle) for angle in range(0, 360, 30))
_DISTANCES = (8.0, 15.0, 24.0, 36.0, 50.0)


@dataclass(frozen=True)
class Spot:
    """A point that wants a label, `radius` around it kept free."""

    x: float
    y: float
    words: str
    size: float
    radius: float = 4.0
    bold: bool = False


@dataclass(frozen=True)
class Box:
    """An upright rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: "Box") -> float:
        """The area that both cover."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height)

    def outside(self, frame: "Box") -> float:
        """How far it sticks out, all sides together."""
        return (
            max(0.0, frame.left - self.left)
            + max(0.0, self.right - frame.right)
            + max(0.0, frame.top - self.top)
            + max(0.0, self.bottom - frame.bottom)
        )


@dataclass(frozen=True)
class Label:
    """Where the words of a spot go: the box they fill, and how far that is from the point."""

    spot: Spot
    box: Box
    distance: float

    @property
    def baseline(self) -> tuple[float, float]:
        """Left end and baseline of the text."""
        return self.box.left, self.box.bottom - 0.24 * self.spot.size

    @property
    def foot(self) -> tuple[float, float]:
        """The end of a leader: the nearest place of the box to the point."""
        x = min(max(self.spot.x, self.box.left), self.box.right)
        y = min(max(self.spot.y, self.box.top), self.box.bottom)
        return x, y


def place_labels(spots: Sequence[Spot], frame: Box, obstacles: Sequence[Box] = ()) -> list[Label]:
    """One label for each spot: first come, first served, then each moves to where it hurts less, a few times over."""
    points = [Box(s.x - s.radius, s.y - s.radius, s.x + s.radius, s.y + s.radius) for s in spots]
    candidates = [_candidates(spot) for spot in spots]
    chosen: list[Label] = []
    for mine in candidates:
        chosen.append(min(mine, key=lambda label: _cost(label, chosen, points, frame, obstacles)))
    for _ in range(_ROUNDS):
        for number, mine in enumerate(candidates):
            others = chosen[:number] + chosen[number + 1 :]
            chosen[number] = min(mine, key=lambda label: _cost(label, others, points, frame, obstacles))
    return chosen


def _candidates(spot: Spot) -> list[Label]:
    width, height = text_width(spot.words, spot.size, bold=spot.bold), spot.size * 1.15
    labels = []
    for distance in _DISTANCES:
        for angle in _DIRECTIONS:
            # The box touches the circle of `distance` with the side that faces the point.
            x = spot.x + distance * math.cos(angle) + width / 2 * _pull(math.cos(angle))
            y = spot.y + distance * math.sin(angle) + height / 2 * _pull(math.sin(angle))
            labels.append(Label(spot, Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2), distance))
    return labels


def _pull(component: float) -> float:
    return max(-1.0, min(1.0, 2.0 * component))


def _cost(label: Label, others: Sequence[Label], points: Sequence[Box], frame: Box, obstacles: Sequence[Box]) -> float:
    box = label.box
    wide = Box(box.left - _GAP, box.top, box.right + _GAP, box.bottom)
    hidden = sum(wide.overlap(other.box) for other in others) + sum(wide.overlap(point) for point in points)
    hidden += sum(wide.overlap(obstacle) for obstacle in obstacles)
    crossed = sum(_crosses(label, point) for point in points) if label.distance > _DISTANCES[0] else 0
    return hidden + 30.0 * box.outside(frame) + 0.5 * label.distance + 8.0 * crossed


def _crosses(label: Label, point: Box) -> bool:
    """Whether the middle of the leader runs through another point."""
    (x, y), spot = label.foot, label.spot
    steps = ((x * k + spot.x * (8 - k)) / 8 for k in range(3, 8)), ((y * k + spot.y * (8 - k)) / 8 for k in range(3, 8))
    return any(point.left < a < point.right and point.top < b < point.bottom for a, b in zip(*steps, strict=True))
