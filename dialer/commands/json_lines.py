"""Commands that read JSON lines and answer each with one, in order, as they come."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from dialer.commands.failure import CommandError

Answer = dict[str, object]
Answerer = Callable[[Mapping[str, object]], Answer]
Refuser = Callable[[object, str], Answer]


class BadLine(Exception):
    """A line that cannot be answered; the message says why."""


def add_file_argument(command: argparse.ArgumentParser) -> None:
    """The optional file to read instead of standard input."""
    command.add_argument("file", nargs="?", default="-", metavar="FILE", help="JSON lines; default standard input")


def answer_lines(
    path: str, answer: Callable[[Mapping[str, object]], Answer], refuse: Callable[[object, str], Answer]
) -> None:
    """Answer every line of a file; `refuse` makes the answer to one that cannot be read, from its `id` and the reason.

    Each answer is flushed before the next line is read, so that another program may ask and wait. Blank lines are
    skipped. When nobody reads the answers any more, reading ends, too.
    """
    try:
        for line in _lines(path):
            if line.strip():
                sys.stdout.write(json.dumps(_answer(line, answer, refuse)) + "\n")
                sys.stdout.flush()
    except BrokenPipeError:
        # What could not be written is dropped here: at its end Python would try to flush it once more.
        sys.stdout = None


def _answer(
    line: bytes, answer: Callable[[Mapping[str, object]], Answer], refuse: Callable[[object, str], Answer]
) -> Answer:
    name: object = None
    try:
        row = _parse(line)
        name = row.get("id")
        return answer(row)
    except BadLine as bad:
        return refuse(name, str(bad))


def _parse(line: bytes) -> Mapping[str, object]:
    try:
        # Numbers with a point stay as they are written: 1.4155E+10 has lost digits, and 14155550132.0 has not.
        row = json.loads(line, parse_float=str)
    except (ValueError, RecursionError) as error:
        detail = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "is not JSON"
        raise BadLine(f"the line {detail}") from error
    if not isinstance(row, dict):
        raise BadLine("the line is no JSON object")
    return row


def _lines(path: str) -> Iterator[bytes]:
    if path == "-":
        yield from _read(sys.stdin.buffer)
        return
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed by the `with` below
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}") from error
    with file:
        yield from _read(file)


def _read(file: BinaryIO) -> Iterator[bytes]:
    yield from iter(file.readline, b"")
