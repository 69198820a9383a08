"""`python -m faults [--seed N] [--only NAME …] [--times N]`: status 1 on a violation, 2 if a fault was not injected."""

import argparse
import os
import random
import shutil
import sys
from datetime import timedelta
from pathlib import Path

from demo.api import ApiError
from demo.settings import RETRY_DELAY_MINUTES
from dialer.embedded.home import HomeError
from dialer.embedded.processes import ProcessError
from dialer.embedded.stack import StackError, ending_like_ctrl_c
from faults.campaign import Result, conduct
from faults.floor import Floor, options_of
from faults.plan import make_plan
from faults.report import Run, render_row, render_table, write_json
from faults.scenarios import SCENARIOS
from faults.settling import Judge

_TIMES = 3


def main() -> int:
    """Start the floor, conduct the plan, print the table; on Ctrl-C, of what has been done so far."""
    options = _parser().parse_args()
    chosen = [scenario for name, scenario in SCENARIOS.items() if not options.only or name in options.only]
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    home = Path(os.environ.get("DIALER_HOME") or ".dialer").absolute() / "faults"
    shutil.rmtree(home, ignore_errors=True)
    _say(f"seed {seed}; to replay: python -m faults --seed {seed} --times {options.times}")
    run = Run(seed)
    try:
        with ending_like_ctrl_c(), Floor(options_of(home, seed), _say) as floor:
            judge = Judge(floor, min_retry_delay=timedelta(minutes=RETRY_DELAY_MINUTES))
            plan = make_plan(chosen, seed=seed, times=options.times)
            try:
                conduct(floor, judge, SCENARIOS, plan, lambda result: _tell(run, result))
            finally:
                run.end(calls=len(floor.witness.calls), troubles=floor.troubles.lines())
    except (StackError, ProcessError, HomeError, ApiError) as trouble:
        _say(f"the floor could not be kept: {trouble}")
        run.is_whole = False
    except KeyboardInterrupt:
        _say("stopped")
        run.is_whole = False
    write_json(options.json, run)
    _say(f"\n{render_table(run)}\n\n{options.json}")
    return run.exit_status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="faults", description="A campaign on the twin while everything fails.")
    parser.add_argument("--seed", type=int, help="replays a plan; a new one is drawn and printed by default")
    parser.add_argument("--only", action="append", choices=sorted(SCENARIOS), help="this fault alone; may be repeated")
    parser.add_argument("--times", type=int, default=_TIMES, help=f"how often each is injected (default {_TIMES})")
    parser.add_argument("--json", type=Path, default=Path("faults.json"), help="where the figures go")
    return parser


def _tell(run: Run, result: Result) -> None:
    run.results.append(result)
    _say("  ".join(f"{cell:>{width}}" for cell, width in zip(render_row(result), (36, 4, 4, 8, 8, 6), strict=True)))
    for violation in result.violations:
        _say(f"      {violation.check}: {violation.what}")
    for reason in result.not_injected:
        _say(f"      not injected: {reason}")


def _say(message: str) -> None:
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
