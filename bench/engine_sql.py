"""Statements that a server executes, counted from its own log: whoever sends them, nothing is left out."""

import re
import time
from collections import Counter

from bench.servers import Servers

_STATEMENT = re.compile(r"LOG:  (?:statement|execute [^:]*): (.*)", re.DOTALL)
_PREPARED = re.compile(r"DETAIL:  prepare: .*?prepare (dialer_\w+) as (.*)", re.DOTALL)
_RIDING = re.compile(r"(?i)select (?:set_config|enter_tenant_of_call)\('[^;]*\); ")
_NOT_COUNTED = ("begin", "commit", "rollback", "set ", "show ", "prepare ")


def statements_during(servers: Servers, *, seconds: float) -> tuple[Counter[str], float]:
    """Everything logged for so long, by the beginning of its text, and the seconds it took.

    The sums are `statements`, `messages` (a statement may ride in one with the next) and `transactions`.
    """
    log = servers.postgres.supervisor.logs / "postgres.log"
    _log_statements(servers, "all")
    began, start = time.monotonic(), log.stat().st_size
    time.sleep(seconds)
    _log_statements(servers, "none")
    elapsed = time.monotonic() - began
    with log.open("rb") as file:
        file.seek(start)
        return _counted(file.read().decode(errors="replace")), elapsed


def _counted(text: str) -> Counter[str]:
    counted: Counter[str] = Counter()
    # A statement begins with the server's prefix; its other lines follow indented.
    lines = re.split(r"\n(?!\t)", text)
    names = {found[1]: " ".join(found[2].split()) for line in lines if (found := _PREPARED.search(line))}
    for line in lines:
        found = _STATEMENT.search(line)
        if found is None:
            continue
        statement = " ".join(found[1].split())
        if statement.lower().startswith("commit"):
            counted["transactions"] += 1
        if statement.lower().startswith(_NOT_COUNTED):
            continue
        statement, riding = _RIDING.subn("", statement, count=1)
        counted["messages"] += 1
        counted["statements"] += 1 + riding
        name = statement.removeprefix("execute ").partition(" ")[0]
        counted[_shape(names.get(name, statement))] += 1
    return counted


def _shape(statement: str) -> str:
    """A statement without its values."""
    bare = re.sub(r"'(?:[^']|'')*'(?:::\w+(?:\[\])?)?", "?", statement)
    return re.sub(r"(?<!\$)\b\d+\b", "?", bare)[:110]


def _log_statements(servers: Servers, which: str) -> None:
    with servers.postgres._superuser("postgres") as connection, connection.cursor() as cursor:
        cursor.execute(f"alter system set log_statement = '{which}'")
        cursor.execute("select pg_reload_conf()")
    time.sleep(0.3)
