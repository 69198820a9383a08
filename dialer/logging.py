"""Structured logs: one JSON object a line, with the ids of what was going on, phone numbers and tokens masked.

Bind context with `structlog.contextvars.bound_contextvars(call_id=…)`: request_id, task_id, campaign_id, call_id,
attempt_id. Events are static names in the past tense with fields beside them.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

# An international number as it is written, or a bare run of digits of that length that is no part of a longer word
# (a UUID, a timestamp with a fraction, a Twilio sid).
_PHONE = re.compile(r"(?:\+|%2B)\d{7,15}\b|(?<![\w.:-])1?\d{10}(?![\w.:-])")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_URL_PASSWORD = re.compile(r"(?<=://)([^\s:/@]*):[^\s/@]+@")
_SECRET_NAME = re.compile(r"(?i)password|secret|token|authorization|api_?key|credential|signature")
_HARMLESS_NAME = re.compile(r"(?i)_(id|type|seconds|count)$")
MASK = "****"

EventDict = MutableMapping[str, Any]


def configure_logging(level: str = "INFO", *, stream: TextIO | None = None) -> None:
    """Send structlog's and the standard library's records, in the same shape, to one stream (standard error)."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
        mask_private,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(default=str, ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # A line per request is ours; theirs would say it again, with addresses and queries in it.
    for noisy in ("werkzeug", "engineio.server", "socketio.server", "twilio.http_client", "urllib3", "apscheduler"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def mask_private(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Mask phone numbers and secrets wherever they are in an event: keys by name, texts by shape, however nested."""
    for name, value in event.items():
        event[name] = _masked(name, value)
    return event


def mask_text(text: str) -> str:
    """A text with its phone numbers (`+1415555****`), tokens and URL passwords masked."""
    text = _URL_PASSWORD.sub(rf"\1:{MASK}@", text)
    text = _JWT.sub(MASK, _BEARER.sub(rf"\1 {MASK}", text))
    return _PHONE.sub(lambda found: found[0][:-4] + MASK, text)


def _masked(name: str, value: object) -> object:
    if isinstance(value, str):
        is_secret = _SECRET_NAME.search(name) and not _HARMLESS_NAME.search(name)
        return MASK if is_secret else mask_text(value)
    if isinstance(value, Mapping):
        return {key: _masked(str(key), inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_masked(name, inner) for inner in value]
    if value is None or isinstance(value, (int, float)):
        return value
    # Ids, instants, exceptions, dataclasses: as they would be printed, hence masked as they would be printed.
    return mask_text(str(value))
