"""`python -m demo`: what `make demo` runs."""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from demo.api import ApiError
from demo.run import play
from demo.settings import Plan
from dialer.embedded.home import HomeError
from dialer.embedded.stack import StackError, ending_like_ctrl_c


def main() -> int:
    """Run; failures are one message, never a traceback. Every process is gone when this returns."""
    parser = argparse.ArgumentParser(
        prog="python -m demo", description="Run a campaign on this machine, with everybody simulated."
    )
    parser.add_argument("--picture", type=Path, help="also write the live view, late in the run, as an SVG file")
    options = parser.parse_args()
    console = Console()
    try:
        plan = replace(Plan.from_env(os.environ), picture=options.picture)
        with ending_like_ctrl_c():
            outcome = play(plan, console)
    except (ValueError, HomeError, StackError, ApiError) as error:
        sys.stderr.write(f"demo: {error}\n")
        return 1
    except KeyboardInterrupt:
        console.print("\nstopped; every process is gone")
        return 130
    if outcome.exit_status:
        sys.stderr.write(f"demo: {outcome.reason}\n")
    return outcome.exit_status


if __name__ == "__main__":
    sys.exit(main())
