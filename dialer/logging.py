"""Structured logs: one JSON object a line, with the ids of what was going on; phone numbers, e-mail addresses, tokens
and signed links are masked, whoever wrote the line.

Bind context with `structlog.contextvars.bound_contextvars(call_id=…)`: request_id, task_id, campaign_id, call_id,
attempt_id. Events are static names in the past tense with fields beside them.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any, TextIO
from uuid import UUID

import structlog

# An international number as it is written; a bare run of digits of that length that is no part of a longer word (a
# UUID, a timestamp with a fraction, a Twilio sid); an American number with its usual gaps.
_PHONE = re.compile(
    r"(?:\+|%2B)\d{7,15}\b"
    r"|(?<![\w.:-])\d{10,15}(?![\w.:-])"
    r"|(?<![\w.:-])(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w.:-])"
)
# From the beginning of a word, and no longer than addresses are: looking from everywhere would take for ever.
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])([A-Za-z0-9])[A-Za-z0-9._%+-]{0,64}?(@|%40)(?=[A-Za-z0-9-]{1,63}\.[A-Za-z0-9])"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_URL_PASSWORD = re.compile(r"(?<=://)([^\s:/@]*):[^\s/@]+@")
_LINK = re.compile(r"(?<=/recordings/)[A-Za-z0-9._~-]{20,}")
# `token=…` in an address or a form, `"password": "…"` in JSON, `'secret': '…'` in what Python prints.
_NAMED = re.compile(
    r"(?i)((?:password|passwd|secret|token|signature|authorization|api_?key)[\"']?\s?[:=]\s?[\"']?)([^\s\"',;&{}()\[\]]{4,})"
)
# PostgreSQL shows the piece of the statement that it stumbled over, and the row that it refused, with the values in it.
_DATABASE_SHOWS = re.compile(r"(?m)(\bLINE \d{1,6}: |\bDETAIL: +).*$")
_NUMBER_NAME = re.compile(r"(?i)phone|number|caller|^(to|from)$")
_SECRET_NAME = re.compile(r"(?i)password|secret|token|authorization|api_?key|credential|signature")
_HARMLESS_NAME = re.compile(r"(?i)_(id|type|seconds|count)$")
MASK = "****"
_SHORT = 60
# Libraries whose lines tell what went through them: addresses with queries, rows with names, whole messages.
_NOISY = (
    "werkzeug", "engineio", "socketio", "twilio", "urllib3", "apscheduler", "sqlalchemy", "kombu", "amqp", "redis",
    "celery.pool", "celery.worker.strategy",
)  # fmt: skip

EventDict = MutableMapping[str, Any]


def configure_logging(level: str = "INFO", *, stream: TextIO | None = None) -> None:
    """Send structlog's and the standard library's records, in the same shape, to one stream (standard error)."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *_shared_processors(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # A line per request is ours; theirs would say it again, with addresses and queries in it.
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)


def mask_handlers(logger: logging.Logger) -> None:
    """Have a library's logger that keeps handlers of its own write lines like ours, with the same masks."""
    for handler in logger.handlers:
        handler.setFormatter(_formatter())


def _formatter() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared_processors(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(default=str, ensure_ascii=False),
        ],
    )


def _shared_processors() -> list[structlog.typing.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
        mask_private,
    ]


def mask_private(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Mask phone numbers and secrets wherever they are in an event: keys by name, texts by shape, however nested."""
    for name, value in event.items():
        event[name] = _masked(name, value)
    return event


def mask_text(text: str) -> str:
    """A text with its phone numbers (`+1415555****`), e-mail addresses (`a****@…`), tokens and passwords masked."""
    return _mask_again(text) if len(text) <= _SHORT else _mask(text)


def _mask(text: str) -> str:
    text = _DATABASE_SHOWS.sub(rf"\1{MASK}", text)
    text = _URL_PASSWORD.sub(rf"\1:{MASK}@", text)
    text = _LINK.sub(MASK, _JWT.sub(MASK, _BEARER.sub(rf"\1 {MASK}", text)))
    text = _EMAIL.sub(rf"\1{MASK}\2", _NAMED.sub(rf"\1{MASK}", text))
    return _PHONE.sub(lambda found: found[0][:-4] + MASK, text)


# Names of events, routes and levels come with every line, and looking for eight shapes in each is what a line costs.
_mask_again = lru_cache(maxsize=2_000)(_mask)


@lru_cache(maxsize=2_000)
def _is_secret(name: str) -> bool:
    return bool(_SECRET_NAME.search(name)) and not _HARMLESS_NAME.search(name)


def _masked(name: str, value: object) -> object:
    if isinstance(value, str):
        return MASK if _is_secret(name) else mask_text(value)
    if isinstance(value, Mapping):
        return {_masked("", key): _masked(str(key), inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_masked(name, inner) for inner in value]
    if isinstance(value, int) and abs(value) >= 10**6 and _NUMBER_NAME.search(name):
        return mask_text(f"+{value}")
    if value is None or isinstance(value, (int, float, UUID)):
        return value
    # Ids, instants, exceptions, dataclasses: as they would be printed, hence masked as they would be printed.
    return mask_text(str(value))
