"""Steering live calls over HTTP: hold, recording, transfers, supervisors, and the headsets' tokens."""

from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.live_calls import (
    LiveCallAnswer,
    LiveCallOut,
    SupervisionAnswer,
    SupervisionIn,
    SupervisionOut,
    TakenOverAnswer,
    TransferIn,
    VoiceAnswer,
    VoiceOut,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import AgentGroupId, AgentId, CallId
from dialer.domain.principals import Role
from dialer.usecases import live_calls as usecases
from dialer.usecases import supervision, transfers, voice_tokens
from dialer.usecases.live_calls import LiveCall
from dialer.usecases.transfers import TransferTarget

live = surface.resource("live_calls", url_prefix="/calls", tag="Live calls")
moving = surface.resource("transfers", url_prefix="/transfers", tag="Live calls")
headsets = surface.resource("headsets", url_prefix="/agents", tag="Live calls")


def _answer(call: LiveCall) -> LiveCallAnswer:
    return LiveCallAnswer(call=LiveCallOut.model_validate(call))


@headsets.post("/<uuid:agent_id>/voice-token", role=Role.AGENT, returns=VoiceAnswer, errors=(404, 409))
def issue_voice_token(agent_id: UUID) -> VoiceAnswer:
    """Get what an agent's own headset calls in with.

    It lasts an hour; a headset that is connected stays so after that. 409 says which setting is missing.
    """
    voice = voice_tokens.issue_agent_voice(services(), actor=principal(), agent_id=AgentId(agent_id))
    return VoiceAnswer(voice=VoiceOut.model_validate(voice))


@live.get("/<uuid:call_id>/live", role=Role.AGENT, returns=LiveCallAnswer, errors=(404,))
def show_live_call(call_id: UUID) -> LiveCallAnswer:
    """Show how a call stands: for those who take part in it, and for supervisors."""
    return _answer(usecases.load_live_call(services(), actor=principal(), call_id=CallId(call_id)))


@live.post("/<uuid:call_id>/hold", role=Role.AGENT, returns=LiveCallAnswer, errors=(404, 409, 503))
def hold_call(call_id: UUID) -> LiveCallAnswer:
    """Have the callee hear music, and nobody hear him: by the agent of the call, or a supervisor."""
    return _answer(usecases.hold_call(services(), actor=principal(), call_id=CallId(call_id)))


@live.post("/<uuid:call_id>/resume", role=Role.AGENT, returns=LiveCallAnswer, errors=(404, 409, 503))
def resume_call(call_id: UUID) -> LiveCallAnswer:
    """Bring the callee back from hold."""
    return _answer(usecases.resume_call(services(), actor=principal(), call_id=CallId(call_id)))


@live.post("/<uuid:call_id>/recording/pause", role=Role.AGENT, returns=LiveCallAnswer, errors=(404, 409, 503))
def pause_recording(call_id: UUID) -> LiveCallAnswer:
    """Record nothing until told otherwise: for what must not be kept, such as a card's number."""
    return _answer(usecases.pause_recording(services(), actor=principal(), call_id=CallId(call_id)))


@live.post("/<uuid:call_id>/recording/resume", role=Role.AGENT, returns=LiveCallAnswer, errors=(404, 409, 503))
def resume_recording(call_id: UUID) -> LiveCallAnswer:
    """Record again."""
    return _answer(usecases.resume_recording(services(), actor=principal(), call_id=CallId(call_id)))


@live.post(
    "/<uuid:call_id>/transfers",
    role=Role.AGENT,
    body=TransferIn,
    returns=LiveCallAnswer,
    status=201,
    errors=(404, 409, 503),
)
def transfer_call(call_id: UUID, body: TransferIn) -> LiveCallAnswer:
    """Hand the callee over to an agent, to a group, or to a telephone.

    Cold: the agent is free at once, and the callee comes back if nobody answers. Warm: the callee is on hold while the
    agent talks with whoever is to take him; then complete, merge or cancel it.
    """
    target = TransferTarget(
        agent_id=None if body.to.agent_id is None else AgentId(body.to.agent_id),
        agent_group_id=None if body.to.agent_group_id is None else AgentGroupId(body.to.agent_group_id),
        phone=body.to.phone,
    )
    call = transfers.transfer_call(
        services(), actor=principal(), call_id=CallId(call_id), kind=body.kind, target=target
    )
    return _answer(call)


@moving.post("/<uuid:transfer_id>/complete", role=Role.AGENT, returns=LiveCallAnswer, errors=(404, 409, 503))
def complete_transfer(transfer_id: UUID) -> LiveCallAnswer:
    """Leave the callee to whoever was conferred with."""
    return _answer(transfers.complete_transfer(services(), actor=principal(), transfer_id=transfer_id))


@moving.post("/<uuid:transfer_id>/merge", role=Role.AGENT, returns=LiveCallAnswer, errors=(404, 409, 503))
def merge_transfer(transfer_id: UUID) -> LiveCallAnswer:
    """Let all three hear one another."""
    return _answer(transfers.merge_transfer(services(), actor=principal(), transfer_id=transfer_id))


@moving.post("/<uuid:transfer_id>/cancel", role=Role.AGENT, returns=LiveCallAnswer, errors=(404, 409, 503))
def cancel_transfer(transfer_id: UUID) -> LiveCallAnswer:
    """Call it off: the callee is his agent's again."""
    return _answer(transfers.cancel_transfer(services(), actor=principal(), transfer_id=transfer_id))


@live.post(
    "/<uuid:call_id>/supervision",
    role=Role.SUPERVISOR,
    body=SupervisionIn,
    returns=SupervisionAnswer,
    errors=(404, 409, 503),
)
def supervise_call(call_id: UUID, body: SupervisionIn) -> SupervisionAnswer:
    """Listen to a call, whisper to its agent, or speak with both; or change from one to another.

    The supervisor's headset calls in with what comes back, as `supervisor_<user id>`, and is put into the call.
    """
    found = supervision.supervise_call(services(), actor=principal(), call_id=CallId(call_id), mode=body.mode)
    return SupervisionAnswer(
        supervision=SupervisionOut.model_validate(found.supervision), voice=VoiceOut.model_validate(found.voice)
    )


@live.delete("/<uuid:call_id>/supervision", role=Role.SUPERVISOR, errors=(404,))
def leave_call(call_id: UUID) -> None:
    """Stop listening. It is no mistake if one does not."""
    supervision.leave_call(services(), actor=principal(), call_id=CallId(call_id))


@live.post("/<uuid:call_id>/take-over", role=Role.SUPERVISOR, returns=TakenOverAnswer, errors=(404, 409, 503))
def take_over_call(call_id: UUID) -> TakenOverAnswer:
    """Go on with the callee alone: the agent is free, with time to write up. One's headset must be in the call."""
    found = supervision.take_over_call(services(), actor=principal(), call_id=CallId(call_id))
    return TakenOverAnswer(supervision=SupervisionOut.model_validate(found))
