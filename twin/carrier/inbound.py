"""Owns calls that come in: they ring, their document is fetched, and its first verb decides who picks up."""

from __future__ import annotations

from twin.carrier.calls import Call
from twin.carrier.exchange import Exchange


def begin_inbound(exchange: Exchange, call: Call) -> None:
    call.status = call.progress = "ringing"
    call.start_time = exchange.clock.now()
    exchange.log.append(
        "call",
        call_sid=call.sid,
        account_sid=call.account.sid,
        status="ringing",
        direction="inbound",
        to=call.to,
        **{"from": call.from_},
    )
    exchange.start_program(call)
