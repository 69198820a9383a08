"""Statements that the server plans once for each connection instead of each time.

The driver puts values into the text, so to the server every execution is a new statement, and planning one that joins
a few tables takes several times as long as executing it. What runs for every call is therefore prepared.
"""

import hashlib
import re
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Engine, TextClause, event, text

_OPTION = "prepared"
_PARAMETER = re.compile(r"%\((\w+)\)s")


def prepared(sql: str) -> TextClause:
    """A statement for `session.execute` that is prepared when a connection first meets it.

    For what finds its rows by id whatever the values are: the plan is made without looking at them. A parameter needs
    a cast where nothing else tells its type, and takes lists of that very type.
    """
    return text(sql).execution_options(**{_OPTION: True})


def install(engine: Engine) -> None:
    """Execute this engine's prepared statements as such."""
    event.listen(engine, "before_cursor_execute", _execute_prepared, retval=True)


class _Texts(NamedTuple):
    prepare: str
    execute: str


def _execute_prepared(
    connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: object
) -> tuple[str, Any]:
    if context is None or executemany or not context.execution_options.get(_OPTION):
        return statement, parameters
    # Of the connection to the server, which keeps what was prepared also when a transaction is rolled back.
    known: dict[str, str] = connection.info.setdefault(_OPTION, {})
    execute = known.get(statement)
    if execute is None:
        texts = _texts(statement)
        cursor.execute(texts.prepare)
        execute = known[statement] = texts.execute
    return execute, parameters


@lru_cache(maxsize=500)
def _texts(statement: str) -> _Texts:
    # Named after its text: two releases on one server, or two shapes of a statement, never share a name.
    name = "dialer_" + hashlib.sha256(statement.encode()).hexdigest()[:16]
    names = list(dict.fromkeys(_PARAMETER.findall(statement)))
    numbers = {parameter: f"${number}" for number, parameter in enumerate(names, 1)}
    body = _PARAMETER.sub(lambda found: numbers[found[1]], statement).replace("%%", "%")
    values = ", ".join(f"%({parameter})s" for parameter in names)
    return _Texts(f"prepare {name} as {body}", f"execute {name} ({values})" if names else f"execute {name}")
