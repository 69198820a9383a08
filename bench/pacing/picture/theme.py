"""Colours and type. Both themes are in the file; the page's own background makes it readable on either."""

FONT = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', system-ui, sans-serif"
# Fonts of one width come first: labels are placed by estimated widths.

_SHAPES = f"""
text {{ font-family: {FONT}; font-size: 12px; font-variant-numeric: tabular-nums }}
.title {{ font-size: 21px; font-weight: 650 }}
.lead {{ font-size: 14px }}
.head {{ font-size: 14px; font-weight: 650 }}
.engine-name {{ font-weight: 700 }}
.frame, .grid, .limit, .leader, .gain, .planner, .mark {{ fill: none }}
.grid {{ stroke-width: 1 }}
.limit {{ stroke-width: 1.5; stroke-dasharray: 4 3 }}
.leader {{ stroke-width: 0.75 }}
.gain {{ stroke-width: 3; stroke-linecap: round }}
.planner {{ stroke-width: 1.5 }}
.name {{ paint-order: stroke; stroke-width: 3px; stroke-linejoin: round; stroke-opacity: 0.75 }}
.rival, .engine {{ stroke-width: 1.5 }}
"""

_LIGHT = {
    ".page": "fill: #ffffff; stroke: #d1d9e0",
    ".title, .head": "fill: #1f2328",
    ".lead, .label": "fill: #424a53",
    ".name": "stroke: #ffffff",
    ".axis, .note": "fill: #656d76",
    ".forbidden": "fill: #fff1ee",
    ".grid": "stroke: #e8ebef",
    ".limit": "stroke: #cf222e",
    ".limit-name": "fill: #cf222e",
    ".leader": "stroke: #8c959f",
    ".rival": "fill: #8c959f; stroke: #ffffff",
    ".hollow": "fill: #ffffff; stroke: #8c959f",
    ".engine": "fill: #0969da; stroke: #ffffff",
    ".engine-name": "fill: #0969da",
    ".gain": "stroke: #b6d7fb",
    ".planner": "stroke: #1a7f37",
    ".planner-name": "fill: #1a7f37",
}

_DARK = {
    ".page": "fill: #0d1117; stroke: #30363d",
    ".title, .head": "fill: #f0f3f6",
    ".lead, .label": "fill: #c9d1d9",
    ".name": "stroke: #0d1117",
    ".axis, .note": "fill: #9198a1",
    ".forbidden": "fill: #21161a",
    ".grid": "stroke: #21262d",
    ".limit": "stroke: #f85149",
    ".limit-name": "fill: #f85149",
    ".leader": "stroke: #6e7681",
    ".rival": "fill: #8b949e; stroke: #0d1117",
    ".hollow": "fill: #0d1117; stroke: #8b949e",
    ".engine": "fill: #58a6ff; stroke: #0d1117",
    ".engine-name": "fill: #79c0ff",
    ".gain": "stroke: #1f4a80",
    ".planner": "stroke: #3fb950",
    ".planner-name": "fill: #56d364",
}


def style() -> str:
    """The style sheet of the picture."""
    return f"{_SHAPES}{_rules(_LIGHT)}@media (prefers-color-scheme: dark) {{\n{_rules(_DARK)}}}\n"


def _rules(colours: dict[str, str]) -> str:
    return "".join(f"{selector} {{ {rules} }}\n" for selector, rules in colours.items())
