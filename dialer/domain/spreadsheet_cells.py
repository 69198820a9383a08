"""Cells of exported spreadsheets: text that no spreadsheet takes for a formula, and back again.

A cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return may be evaluated by the program that opens the
file, so text of strangers is written behind an apostrophe. `restore` undoes exactly that, whatever the text was: a cell
that began with apostrophes before such a character gets one more, and loses one again.
"""

import re

# The full-width forms are taken for the plain ones by spreadsheets in East Asian languages; some programs skip blanks.
_RISKY = re.compile("'*[ \u00a0\u3000]*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
# What such a cell begins with: nearly every other cell is done with after one look.
_SUSPECT = frozenset("' \u00a0\u3000=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def neutralise(cell: str) -> str:
    """The cell as a spreadsheet shows it and cannot evaluate it."""
    return f"'{cell}" if cell[:1] in _SUSPECT and _RISKY.match(cell) else cell


def restore(cell: str) -> str:
    """What the cell said before it was neutralised; any other cell is returned as it is."""
    return cell[1:] if cell.startswith("'") and _RISKY.match(cell, 1) else cell
