"""Twilio's words and error numbers, and what they mean here."""

from typing import Literal

from dialer.domain.calls import CallState

# REST statuses and the statuses of callbacks (`initiated` exists only in the latter).
STATES = {
    "queued": CallState.PLACED,
    "initiated": CallState.PLACED,
    "ringing": CallState.RINGING,
    "in-progress": CallState.ANSWERED,
    "completed": CallState.COMPLETED,
    "busy": CallState.BUSY,
    "no-answer": CallState.NO_ANSWER,
    "failed": CallState.FAILED,
    "canceled": CallState.CANCELLED,
}

RefusalScope = Literal["number", "caller_id", "account", "request"]

# Twilio's error numbers on creating a call: what is dead. twilio.com/docs/api/errors/<number>.
REFUSALS: dict[int, RefusalScope] = {
    21211: "number", 21217: "number", 21401: "number", 21421: "number", 21214: "number", 21202: "number",
    21203: "number", 21215: "number", 21216: "number", 13223: "number", 13224: "number", 13225: "number",
    13226: "number", 13227: "number",
    21210: "caller_id", 21212: "caller_id", 13214: "caller_id", 13247: "caller_id", 32017: "caller_id",
    20003: "account", 20005: "account", 10001: "account", 21219: "account",
    21201: "request", 21205: "request", 21206: "request", 21208: "request", 21209: "request", 21213: "request",
    21218: "request", 21234: "request", 21262: "request", 32018: "request",
}  # fmt: skip

# Definitely not accepted, but later may be: too many calls, too many requests, full queue.
TRY_LATER = frozenset({10004, 16021, 20429, 22005})
NOT_IN_PROGRESS = 21220
NOT_FOUND = 20404
