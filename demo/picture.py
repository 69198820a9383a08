"""A picture of the live view for the README."""

import io
import re
from html import unescape
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console, RenderableType
from rich.terminal_theme import MONOKAI

WIDTH = 120
_SPACE = "&#160;"
# The template fetches its font from a CDN; the picture makes do with the reader's own monospace font.
_FORMAT = re.sub(r"@font-face \{\{.*?\}\}\n|<!--.*?-->", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


def save_picture(path: Path, view: RenderableType, *, title: str) -> None:
    """Write the view as an SVG file."""
    console = Console(file=io.StringIO(), record=True, width=WIDTH, force_terminal=True, color_system="truecolor")
    console.print(view)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(indent(console.export_svg(title=title, theme=MONOKAI, code_format=_FORMAT, unique_id="demo")))


_INDENTED = re.compile(r'x="([\d.]+)"( y="[\d.]+") textLength="([\d.]+)"([^>]*)>((?:&#160;)+)([^<]+)</text>')


def indent(svg: str) -> str:
    """Let texts begin where their first visible character is: some renderers drop leading spaces of any kind."""

    def shift(found: re.Match[str]) -> str:
        x, y, length, rest, spaces, text = found.groups()
        blank, visible = spaces.count(_SPACE), len(unescape(text))
        width = float(length) / (blank + visible)
        return f'x="{float(x) + blank * width:g}"{y} textLength="{visible * width:g}"{rest}>{text}</text>'

    return _INDENTED.sub(shift, svg)
