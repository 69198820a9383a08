"""`python -m tests.openapi --examples 100 [--seed N] [-k TAG]`: as many new requests for each operation as one likes.

Prints what was sent and what came back, and every answer that breaks a document. The seed repeats a run.
"""

import argparse
import os
import secrets
import sys

import pytest


def main() -> int:
    """Walk every document with a seed of its own; return pytest's exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.openapi", description=__doc__)
    parser.add_argument("--examples", type=int, default=50, help="for each operation, both good and broken")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("-k", dest="chosen", default="", help="only these tests, as pytest has it")
    given = parser.parse_args()
    os.environ["OPENAPI_EXAMPLES"], os.environ["OPENAPI_SEED"] = str(given.examples), str(given.seed)
    sys.stdout.write(f"examples {given.examples}, seed {given.seed}\n")
    options = ["-q", "-s", "-p", "no:randomly", "-n0"]
    return int(pytest.main([*options, "-k", given.chosen, "tests/openapi/test_operations.py"]))


if __name__ == "__main__":
    sys.exit(main())
