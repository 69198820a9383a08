"""Calls over HTTP: reading them, and what agents write on them."""

from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.callbacks import owner_of
from api.surfaces.dialer.schemas.calls import (
    CallAnswer,
    CallDispositionIn,
    CallFilterQuery,
    CallNotesAnswer,
    CallNotesIn,
    CallOut,
    CallsAnswer,
    CallsQuery,
    CallStatsAnswer,
    CallStatsOut,
    DispositionOut,
    DispositionsAnswer,
    HangUpAnswer,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import AgentId, CallId, CampaignId, LeadId
from dialer.domain.principals import Role
from dialer.domain.spans import parse_span
from dialer.usecases import call_reports as usecases
from dialer.usecases.call_reports import CallFilter, CallView
from dialer.usecases.callbacks import CallbackWish

calls = surface.resource("calls", url_prefix="/calls", tag="Calls")


def _filter(query: CallFilterQuery) -> CallFilter:
    return CallFilter(
        campaign_id=None if query.campaign_id is None else CampaignId(query.campaign_id),
        lead_id=None if query.lead_id is None else LeadId(query.lead_id),
        agent_id=None if query.agent_id is None else AgentId(query.agent_id),
        disposition=query.disposition,
        answered_by=query.answered_by,
        span=parse_span(query.date_from, query.date_to),
    )


def _answer(call: CallView) -> CallAnswer:
    return CallAnswer(call=CallOut.model_validate(call))


@calls.get("", role=Role.AGENT, query=CallsQuery, returns=CallsAnswer)
def list_calls(query: CallsQuery) -> CallsAnswer:
    """List calls, the newest first.

    Somebody in the role of an agent sees only his own calls.
    """
    found = usecases.list_calls(
        services(), actor=principal(), chosen=_filter(query), limit=query.limit, offset=query.offset
    )
    shown = [CallOut.model_validate(call) for call in found]
    return CallsAnswer(calls=shown, count=len(shown))


@calls.get("/stats/summary", role=Role.AGENT, query=CallFilterQuery, returns=CallStatsAnswer)
def summarize_calls(query: CallFilterQuery) -> CallStatsAnswer:
    """Count calls, average them, add up their cost."""
    stats = usecases.summarize_calls(services(), actor=principal(), chosen=_filter(query))
    return CallStatsAnswer(stats=CallStatsOut.model_validate(stats))


@calls.get("/stats/by-disposition", role=Role.AGENT, query=CallFilterQuery, returns=DispositionsAnswer)
def count_calls_by_disposition(query: CallFilterQuery) -> DispositionsAnswer:
    """Count calls by how they ended."""
    found = usecases.count_calls_by_disposition(services(), actor=principal(), chosen=_filter(query))
    return DispositionsAnswer(dispositions=[DispositionOut.model_validate(line) for line in found])


@calls.get("/<uuid:call_id>", role=Role.AGENT, returns=CallAnswer, errors=(404,))
def show_call(call_id: UUID) -> CallAnswer:
    """Show one call: one's own, or any for supervisors."""
    return _answer(usecases.load_call(services(), actor=principal(), call_id=CallId(call_id)))


@calls.put(
    "/<uuid:call_id>/disposition", role=Role.AGENT, body=CallDispositionIn, returns=CallAnswer, errors=(404, 409)
)
def set_call_disposition(call_id: UUID, body: CallDispositionIn) -> CallAnswer:
    """Store what the agent concluded: by the agent of the call, or a supervisor.

    The campaign's retry rules decide what its outcome means for the lead. `callback` promises a call at `callback_at`;
    `do_not_call` puts the number on the suppression list.
    """
    return _answer(
        usecases.set_call_disposition(
            services(),
            actor=principal(),
            call_id=CallId(call_id),
            disposition=body.disposition,
            key=body.disposition_key,
            callback=_wish(body),
            notes=body.notes,
        )
    )


def _wish(body: CallDispositionIn) -> CallbackWish | None:
    if body.callback_at is None:
        return None
    return CallbackWish(
        at=body.callback_at,
        agent=owner_of(body.callback_agent),
        time_zone=body.callback_time_zone,
        note=body.notes,
        fallback_minutes=body.callback_fallback_minutes,
    )


@calls.put("/<uuid:call_id>/notes", role=Role.AGENT, body=CallNotesIn, returns=CallNotesAnswer, errors=(404,))
def set_call_notes(call_id: UUID, body: CallNotesIn) -> CallNotesAnswer:
    """Store notes on a call: by its agent, or a supervisor.

    With a revision, a save that comes late does not undo a newer one. Without, the last word counts.
    """
    noted = usecases.set_call_notes(
        services(), actor=principal(), call_id=CallId(call_id), notes=body.notes, revision=body.revision
    )
    return CallNotesAnswer(call=CallOut.model_validate(noted.call), is_stored=noted.is_stored)


@calls.post("/<uuid:call_id>/hangup", role=Role.AGENT, returns=HangUpAnswer, status=202, errors=(404, 503))
def hang_up_call(call_id: UUID) -> HangUpAnswer:
    """End a call: by its agent, or a supervisor. A call that is over is left at that."""
    call = usecases.request_hang_up(services(), actor=principal(), call_id=CallId(call_id))
    message = "The call is over." if call.is_over else "The call is being ended."
    return HangUpAnswer(message=message, call=CallOut.model_validate(call))
