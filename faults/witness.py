"""Reads what two independent parties say: the carrier's own log, and the rows of the database."""

from contextlib import closing
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import psycopg2
import psycopg2.extras

from demo.api import HttpClient
from faults.history import CallRow, CarrierCall, History

_PAGE = 10_000


class Witness:
    """Both of them. The log is read piece by piece and kept, since the twin forgets its oldest entries."""

    def __init__(self, twin_url: str, owner_url: str):
        self._twin = HttpClient(twin_url)
        self._owner_url = owner_url.replace("+psycopg2", "")
        self._last = 0
        self._unanswered: set[int] = set()
        self._call_ids: dict[str, UUID] = {}
        self.calls: dict[str, CarrierCall] = {}
        self.forgeries_believed: list[str] = []
        self.forgeries_refused = 0

    def close(self) -> None:
        """Close the connections."""
        self._twin.close()

    def first_acceptance_after(self, moment: float) -> float | None:
        """When the carrier accepted its first call after a moment, in seconds of the epoch."""
        self.read_log()
        accepted = (call.accepted_at.timestamp() for call in self.calls.values())
        return min((at for at in accepted if at > moment), default=None)

    def live_calls(self) -> int:
        """How many calls are under way at the carrier."""
        self.read_log()
        return sum(call.ended_at is None for call in self.calls.values())

    def read_log(self) -> None:
        """Take in what the twin has logged since the last time, and answers that have come since."""
        for number in sorted(self._unanswered):
            entries = self._twin.get(f"/_twin/log?since={number - 1}&limit=1")["entries"]
            self._unanswered.discard(number)
            for entry in entries:
                self._take(entry)
        while True:
            entries = self._twin.get(f"/_twin/log?since={self._last}&limit={_PAGE}")["entries"]
            for entry in entries:
                self._take(entry)
                self._last = entry["n"]
            if len(entries) < _PAGE:
                return

    def history(self, campaign_id: str) -> History:
        """The log and the rows, in that order: a row may be newer than the log, never older."""
        self.read_log()
        rows = self.rows(_CALLS, campaign=campaign_id)
        return History(tuple(self.calls.values()), tuple(CallRow(**row) for row in rows))

    def rows(self, sql: str, **values: object) -> list[dict[str, Any]]:
        """Rows as the owner of the tables sees them."""
        psycopg2.extras.register_uuid()  # type: ignore[no-untyped-call]
        factory = psycopg2.extras.RealDictCursor
        with closing(psycopg2.connect(self._owner_url, cursor_factory=factory)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                return [dict(row) for row in cursor.fetchall()] if cursor.description else []

    def _take(self, entry: dict[str, Any]) -> None:
        kind = entry["kind"]
        if kind == "call":
            self._take_call(entry)
        elif kind == "detection" and entry["call_sid"] in self.calls:
            self.calls[entry["call_sid"]].verdict = entry["answered_by"]
        elif kind == "request" and entry["path"].endswith("/Calls.json") and entry["method"] == "POST":
            self._take_request(entry)
        elif kind == "webhook" and "badly-signed" in entry.get("faults", ()):
            self._take_forgery(entry)

    def _take_call(self, entry: dict[str, Any]) -> None:
        if entry["direction"] != "outbound-api":
            return
        at, sid = datetime.fromisoformat(entry["at"]), entry["call_sid"]
        if sid not in self.calls:
            self.calls[sid] = CarrierCall(sid=sid, to_number=entry["to"], accepted_at=at)
            self.calls[sid].call_id = self._call_ids.get(sid)
        call = self.calls[sid]
        if entry["status"] == "in-progress":
            call.answered_at = at
        if entry["status"] in _OVER:
            call.ended_at, call.end = at, entry["status"]

    def _take_request(self, entry: dict[str, Any]) -> None:
        if not entry["done"]:
            self._unanswered.add(entry["n"])
        query = parse_qs(urlsplit(entry["form"].get("Url", "")).query)
        if "sid" in entry and "callId" in query:
            call_id = self._call_ids[entry["sid"]] = UUID(query["callId"][0])
            if entry["sid"] in self.calls:
                self.calls[entry["sid"]].call_id = call_id

    def _take_forgery(self, entry: dict[str, Any]) -> None:
        if not entry["done"]:
            self._unanswered.add(entry["n"])
        elif entry["status"] == HTTPStatus.FORBIDDEN:
            self.forgeries_refused += 1
        elif entry["status"] is not None and entry["status"] < HTTPStatus.INTERNAL_SERVER_ERROR:
            self.forgeries_believed.append(f"{entry['webhook']} {entry['event']} answered with {entry['status']}")


_OVER = ("completed", "busy", "failed", "no-answer", "canceled")
_CALLS = """
    select c.id, c.to_number, c.state, c.call_sid, c.lead_id, c.attempt_id, c.created_at, c.placing_at,
           c.placed_at, c.answered_at, c.bridged_at, c.ended_at, c.answered_by, a.outcome
    from calls c left join live_answers a on a.call_id = c.id
    where c.campaign_id = %(campaign)s
"""
