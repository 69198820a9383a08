"""A program that runs a stack of stand-ins until it is killed; it prints one line of JSON when the stack is up."""

import json
import sys
from pathlib import Path

from dialer.embedded.stack import EmbeddedStack, Programs, ending_like_ctrl_c, wait_until_interrupted

STAND_IN = str(Path(__file__).with_name("stand_in.py"))


def stand_in(role: str) -> tuple[str, ...]:
    return (sys.executable, STAND_IN, role)


def stand_ins(worker: str = "sleep") -> Programs:
    return Programs(
        migrate=None, twin=None, web=stand_in("serve"), worker=stand_in(worker), scheduler=stand_in("sleep")
    )


if __name__ == "__main__":
    stack = EmbeddedStack(
        sys.argv[1], port=0, with_twin=False, programs=stand_ins(sys.argv[2]), environ={}, say=lambda _: None
    )
    with ending_like_ctrl_c(), stack:
        assert stack.supervisor is not None
        report = {"ids": stack.supervisor.process_ids(), "database": stack.environ["DATABASE_URL"]}
        sys.stdout.write(json.dumps(report) + "\n")
        sys.stdout.flush()
        wait_until_interrupted()
