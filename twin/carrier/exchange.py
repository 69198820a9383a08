"""Owns a call's life: placing, ringing, answering, detection, redirecting and ending it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Any

from twin.accounts import Account, forget_oldest
from twin.carrier.calls import Call, Instructions, RecordingOrder
from twin.carrier.clients import Clients
from twin.carrier.conferences import Rooms
from twin.carrier.detection import Verdict, judge_answer
from twin.carrier.events import call_fields, send_status, webhook
from twin.carrier.far_end import FarEnd
from twin.carrier.recordings import Recorder, Recording
from twin.clock import Clock
from twin.faults import FaultPlan
from twin.log import WitnessLog
from twin.population import Behaviour
from twin.scripts import ScriptBook
from twin.signing import Fields
from twin.webhooks import Channel, WebhookSender

# From leaving the queue to the first ring, and from the end to the price; carrier seconds.
_SETUP_SECONDS = 0.3
_PRICE_SECONDS = 5.0
_PRICE_PER_MINUTE = {"outbound-api": 0.014, "outbound-dial": 0.014, "inbound": 0.0085}
_CLIENT_PRICE_PER_MINUTE = 0.004
_RING_OUT_SIP, _CANCEL_SIP, _BUSY_SIP, _UNREACHABLE_SIP = 487, 487, 486, 404

Interpret = Callable[[Call, Fields], Awaitable[None]]


class Exchange:
    """The carrier. All its methods run on the event loop; a call's state never changes anywhere else."""

    def __init__(
        self,
        clock: Clock,
        sender: WebhookSender,
        log: WitnessLog,
        scripts: ScriptBook,
        faults: FaultPlan,
        base_url: Callable[[], str],
    ) -> None:
        self.clock = clock
        self.sender = sender
        self.log = log
        self.scripts = scripts
        self.clients = Clients()
        self.recorder = Recorder(clock, base_url, self._note_recording)
        self.rooms = Rooms(clock, sender, log, self.recorder, self.hang_up)
        self._faults = faults
        self.interpret: Interpret = _no_interpreter

    # -- creating ---------------------------------------------------------------------------------------------

    def new_call(self, account: Account, to: str, from_: str, direction: str, **facts: Any) -> Call:
        call = Call(
            account=account,
            to=to,
            from_=from_,
            direction=direction,
            date_created=self.clock.now(),
            channel=Channel(self.sender),
            **facts,
        )
        account.calls[call.sid] = call
        forget_oldest(account.calls, lambda c: c.is_over)
        return call

    def place(self, call: Call) -> None:
        """Queue an outbound call; it is dialled when the account's calls per second allow. Raises 22005 if full."""
        call.account.placement.enter(call, self._released)
        self._note(call)

    def _released(self, call: Call) -> None:
        call.life = self.sender.spawn(self._live(call))

    async def _live(self, call: Call) -> None:
        if await self.ring(call):
            if call.joins is not None:
                call.joins(call)
            else:
                self.start_program(call, detect=True)

    # -- ringing and answering --------------------------------------------------------------------------------

    async def ring(self, call: Call) -> bool:
        """Dial the far end and wait for what it does. True when it answered; otherwise the call is over."""
        call.start_time = self.clock.now()
        call.progress = "initiated"
        self._note(call)
        send_status(call, "initiated", self.clock)
        behaviour = call.behaviour = self._behaviour(call)
        await self.clock.sleep(_SETUP_SECONDS)
        if behaviour.outcome == "failed":
            self.finish(call, "failed", behaviour.sip_code or _UNREACHABLE_SIP)
            return False
        if not behaviour.skip_ringing:
            call.status = call.progress = "ringing"
            self._note(call)
            send_status(call, "ringing", self.clock)
        rings = behaviour.ring_seconds
        if rings is None or rings > call.ring_timeout:
            await self.clock.sleep(call.ring_timeout)
            self.finish(call, "no-answer", behaviour.sip_code or _RING_OUT_SIP)
            return False
        await self.clock.sleep(rings)
        if behaviour.outcome in ("busy", "no-answer"):
            fallback = _BUSY_SIP if behaviour.outcome == "busy" else _RING_OUT_SIP
            self.finish(call, behaviour.outcome, behaviour.sip_code or fallback)
            return False
        self.answer(call)
        return True

    def _behaviour(self, call: Call) -> Behaviour:
        if call.is_client and call.to not in self.scripts.waiting():
            return self.clients.behaviour(call.to)
        return self.scripts.next_behaviour(call.to)

    def answer(self, call: Call) -> None:
        """The far end picked up (or, for an inbound call, we did)."""
        call.status = call.progress = "in-progress"
        call.start_time = call.start_time or self.clock.now()
        call.answered_at = self.clock.seconds()
        call.date_updated = self.clock.now()
        behaviour = call.behaviour or Behaviour()
        call.far_end = FarEnd(behaviour, self.clock, lambda: self.hang_up(call))
        call.keys.extend(behaviour.digits)
        call.words.extend(behaviour.speech)
        self._note(call)
        send_status(call, "answered", self.clock)
        call.far_end.pick_up()
        self.limit(call, call.time_limit)
        if call.recording_order is not None:
            self.start_recording(call, call.recording_order)
        if call.detection is not None and call.detection.is_async:
            detecting = self.sender.spawn(self._detect_aside(call))
            call.on_end.append(lambda: _cancel(detecting))

    def limit(self, call: Call, seconds: float) -> None:
        """End the call so many seconds after its answer; a new limit replaces the old one."""
        call.time_limit = seconds
        if call.answered_at is None:
            return
        for timer in call.timers:
            timer.cancel()
        spent = self.clock.seconds() - call.answered_at
        call.timers = [self.clock.after(seconds - spent, lambda: self.hang_up(call))]

    # -- detection --------------------------------------------------------------------------------------------

    async def _detect(self, call: Call) -> Verdict | None:
        if call.detection is None or call.behaviour is None or call.is_client:
            return None
        verdict = judge_answer(call.behaviour, call.detection)
        await self.clock.sleep(verdict.seconds)
        call.answered_by = verdict.answered_by
        self.log.append("detection", call_sid=call.sid, answered_by=verdict.answered_by, seconds=verdict.seconds)
        return verdict

    async def _detect_aside(self, call: Call) -> None:
        verdict = await self._detect(call)
        order = call.detection
        if verdict is None or order is None or order.callback is None:
            return
        fields: Fields = [
            ("CallSid", call.sid),
            ("AccountSid", call.account.sid),
            ("AnsweredBy", verdict.answered_by),
            ("MachineDetectionDuration", verdict.milliseconds),
        ]
        # Not on the call's own channel: the verdict does not wait for a slow status receiver.
        self.sender.spawn(self.sender.report(webhook(call, "amd", order.callback, fields, event="amd")))

    # -- programs ---------------------------------------------------------------------------------------------

    def start_program(self, call: Call, *, detect: bool = False) -> None:
        call.program = self.sender.spawn(self._program(call, detect=detect))

    async def _program(self, call: Call, *, detect: bool) -> None:
        extra: Fields = []
        # Synchronous detection comes before the first document; the callee hears silence meanwhile.
        if detect and call.detection is not None and not call.detection.is_async:
            verdict = await self._detect(call)
            if verdict is not None:
                extra = [("AnsweredBy", verdict.answered_by), ("MachineDetectionDuration", verdict.milliseconds)]
        try:
            await self.interpret(call, extra)
        except Exception:
            # A defect of the twin: the call must not hang for ever, and the sender logs what happened.
            self.finish(call, "failed", 500)
            raise
        # Nothing left to do: Twilio hangs up.
        self.finish(call, "completed")

    def redirect(self, call: Call, instructions: Instructions) -> None:
        """Abandon what the call is doing and run another document at once; in a conference the leg leaves it."""
        call.instructions = instructions
        if call.participant is not None:
            self.rooms.leave(call.participant, "participant_updated_via_api")
        if call.program is not None:
            call.program.cancel()
        call.redirected.set()
        call.redirected = asyncio.Event()
        self.log.append("redirect", call_sid=call.sid, url=instructions.url)
        self.start_program(call)

    # -- ending -----------------------------------------------------------------------------------------------

    def hang_up(self, call: Call) -> None:
        """Somebody puts the receiver down: completed once answered, canceled before."""
        if call.answered_at is not None:
            self.finish(call, "completed")
        else:
            self.finish(call, "canceled", _CANCEL_SIP)

    def finish(self, call: Call, status: str, sip_code: int = 200) -> None:
        """Move a call to its terminal status, once; everything hanging on the leg is let go."""
        if call.is_over:
            return
        call.status = call.progress = status
        call.sip_code = sip_code
        call.end_time = call.date_updated = self.clock.now()
        call.duration = 0 if call.answered_at is None else round(self.clock.seconds() - call.answered_at)
        for timer in call.timers:
            timer.cancel()
        if call.far_end is not None:
            call.far_end.leave()
        for hook in list(call.on_end):
            hook()
        call.on_end.clear()
        if call.participant is not None:
            self.rooms.leave(call.participant, "participant_hung_up")
        for recording in call.recordings:
            self.recorder.stop(recording)
        self._note(call, sip_code=sip_code, duration=call.duration)
        send_status(call, "completed", self.clock)
        call.over.set()
        _cancel(call.program)
        _cancel(call.life)
        if call.answered_at is not None:
            delay = _PRICE_SECONDS + self._faults.price_delay_seconds()
            self.clock.after(delay, lambda: self._bill(call))

    def _bill(self, call: Call) -> None:
        rate = _CLIENT_PRICE_PER_MINUTE if call.is_client else _PRICE_PER_MINUTE[call.direction]
        minutes = max(1, math.ceil((call.duration or 0) / 60))
        call.price = f"-{rate * minutes:.5f}"
        call.date_updated = self.clock.now()

    # -- recording --------------------------------------------------------------------------------------------

    def start_recording(self, call: Call, order: RecordingOrder) -> Recording:
        return self.recorder.start(call.account, order, call.channel, call=call)

    def _note_recording(self, recording: Recording, status: str) -> None:
        self.log.append(
            "recording",
            recording_sid=recording.sid,
            call_sid=recording.call.sid if recording.call else None,
            conference_sid=recording.conference_sid,
            status=status,
        )

    def _note(self, call: Call, **more: Any) -> None:
        call.date_updated = self.clock.now()
        self.log.append(
            "call",
            call_sid=call.sid,
            account_sid=call.account.sid,
            status=call.progress,
            direction=call.direction,
            to=call.to,
            **{"from": call.from_},
            **more,
        )


def leg_fields(call: Call, extra: Fields) -> Fields:
    """What a TwiML request about this call carries: the call's own fields, its parameters, the verb's results."""
    return call_fields(call) + call.extra_fields + extra


async def _no_interpreter(_call: Call, _extra: Fields) -> None:
    raise RuntimeError("the exchange was started without an interpreter")


def _cancel(task: asyncio.Task[Any] | None) -> None:
    """Cancel a task unless it is the one running: ending a call from within its own program must return."""
    if task is not None and task is not asyncio.current_task() and not task.done():
        task.cancel()
