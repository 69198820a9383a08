"""The contract's words for calls: the status shown for each state, how calls end, and what agents conclude."""

from collections.abc import Mapping
from enum import StrEnum

from dialer.domain.calls import CallState


class CallStatus(StrEnum):
    """What is shown of where a call is; the carrier's words."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


class Disposition(StrEnum):
    """How a call ended, as the system recorded it."""

    ANSWERED = "answered"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    ABANDONED = "abandoned"
    CANCELED = "canceled"


class AgentDisposition(StrEnum):
    """What the agent concluded from a call."""

    INTERESTED = "interested"
    NOT_INTERESTED = "not_interested"
    SALE = "sale"
    CALLBACK = "callback"
    WRONG_NUMBER = "wrong_number"
    ANSWERING_MACHINE = "answering_machine"
    DO_NOT_CALL = "do_not_call"
    OTHER = "other"


_S, _C = CallState, CallStatus

STATUS_BY_STATE: Mapping[CallState, CallStatus] = {
    _S.PLANNED: _C.QUEUED,
    _S.PLACING: _C.QUEUED,
    _S.UNRESOLVED: _C.QUEUED,
    _S.PLACED: _C.QUEUED,
    _S.RINGING: _C.RINGING,
    _S.ANSWERED: _C.IN_PROGRESS,
    _S.WAITING: _C.IN_PROGRESS,
    _S.BRIDGED: _C.IN_PROGRESS,
    _S.COMPLETED: _C.COMPLETED,
    _S.ABANDONED: _C.COMPLETED,
    _S.BUSY: _C.BUSY,
    _S.NO_ANSWER: _C.NO_ANSWER,
    _S.FAILED: _C.FAILED,
    _S.CANCELLED: _C.CANCELED,
}
