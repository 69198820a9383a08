"""A picture of the live view for the README."""

import io
import re
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console, RenderableType
from rich.terminal_theme import MONOKAI

WIDTH = 120
# The template fetches its font from a CDN; the picture makes do with the reader's own monospace font.
_FORMAT = re.sub(r"@font-face \{\{.*?\}\}\n|<!--.*?-->", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


def save_picture(path: Path, view: RenderableType, *, title: str) -> None:
    """Write the view as an SVG file."""
    console = Console(file=io.StringIO(), record=True, width=WIDTH, force_terminal=True, color_system="truecolor")
    console.print(view)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(console.export_svg(title=title, theme=MONOKAI, code_format=_FORMAT, unique_id="demo"))
