"""The picture of a run: occupancy against abandonment by size of floor, and idle time scenario by scenario, as one SVG
that is readable in light and dark themes."""

from bench.pacing.picture.page import draw

__all__ = ["draw"]
