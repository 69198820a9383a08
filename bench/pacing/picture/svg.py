"""Just enough SVG: rounded numbers, escaped text, and how wide a text will be."""

from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

_NARROW = {**dict.fromkeys("iljt.,:;|'!I ", 0.29), **dict.fromkeys("fr()-/*½", 0.36)}
_WIDE = {**dict.fromkeys("mwMW%", 0.85), **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ_≤", 0.68)}


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """About what a sans-serif of that size takes; on the wide side, for labels must not touch."""
    width = sum(_NARROW.get(c) or _WIDE.get(c) or 0.56 for c in text) * size
    return width * 1.07 if bold else width


def number(value: float) -> str:
    """At most one decimal: pictures need no more, and differences stay small."""
    return f"{round(value, 1) + 0.0:g}"  # the sum turns a negative zero into zero


@dataclass
class Drawing:
    """Elements in the order of drawing. Colours come from classes, so that a theme can change them all."""

    elements: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, kind: str, *, anchor: str = "start") -> None:
        """Words with their baseline at `y`."""
        placed = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self.elements.append(f'<text class="{kind}" x="{number(x)}" y="{number(y)}"{placed}>{escape(words)}</text>')

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """A straight line."""
        ends = f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'
        self.elements.append(f'<line class="{kind}" {ends}/>')

    def box(self, x: float, y: float, width: float, height: float, kind: str, *, radius: float = 0.0) -> None:
        """A rectangle."""
        corners = f' rx="{number(radius)}"' if radius else ""
        size = f'width="{number(width)}" height="{number(height)}"'
        self.elements.append(f'<rect class="{kind}" x="{number(x)}" y="{number(y)}" {size}{corners}/>')

    def dot(self, x: float, y: float, radius: float, kind: str, *, title: str = "") -> None:
        """A circle; `title` shows under the pointer where the picture is opened by itself."""
        head = f'<circle class="{kind}" cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"'
        self.elements.append(f"{head}><title>{escape(title)}</title></circle>" if title else f"{head}/>")

    def path(self, points: list[tuple[float, float]], kind: str) -> None:
        """A closed outline."""
        steps = " L".join(f"{number(x)} {number(y)}" for x, y in points)
        self.elements.append(f'<path class="{kind}" d="M{steps} Z"/>')

    def document(self, width: float, height: float, *, style: str, title: str, description: str) -> str:
        """The whole file."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" '
            f'width="{number(width)}" height="{number(height)}" role="img" aria-label={quoteattr(title)}>'
        )
        about = f"<title>{escape(title)}</title>\n<desc>{escape(description)}</desc>"
        return "\n".join([head, about, f"<style>{style}</style>", *self.elements, "</svg>", ""])
