"""Promised calls over HTTP."""

from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.callbacks import (
    CallbackAnswer,
    CallbackOut,
    CallbackReportAnswer,
    CallbackReportOut,
    CallbackReportQuery,
    CallbacksAnswer,
    CallbacksQuery,
    ChangeCallbackIn,
    PromiseCallbackIn,
    owner_of,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import AgentId, CallbackId, CampaignId, LeadId
from dialer.domain.principals import Role
from dialer.domain.spans import parse_span
from dialer.usecases import callbacks as usecases
from dialer.usecases.callbacks import Callback, CallbackChanges, CallbackFilter, CallbackWish

callbacks = surface.resource("callbacks", url_prefix="", tag="Callbacks")


def _answer(callback: Callback) -> CallbackAnswer:
    return CallbackAnswer(callback=CallbackOut.model_validate(callback))


@callbacks.post(
    "/leads/<uuid:lead_id>/callback",
    role=Role.AGENT,
    body=PromiseCallbackIn,
    returns=CallbackAnswer,
    status=201,
    errors=(404, 409),
)
def promise_callback(lead_id: UUID, body: PromiseCallbackIn) -> CallbackAnswer:
    """Promise a person a call.

    The time is on the callee's clock unless it has an offset. It must be one at which he may be called: the error names
    the next one. An earlier promise is replaced. Agents promise for themselves or the team, supervisors for anybody.
    """
    wish = CallbackWish(body.at, owner_of(body.agent_id), body.time_zone, body.note, body.fallback_minutes)
    return _answer(usecases.promise_callback(services(), actor=principal(), lead_id=LeadId(lead_id), wish=wish))


@callbacks.get("/callbacks", role=Role.AGENT, query=CallbacksQuery, returns=CallbacksAnswer)
def list_callbacks(query: CallbacksQuery) -> CallbacksAnswer:
    """List promises, the earliest first.

    Somebody in the role of an agent sees what is or was his own, or was promised by him.
    """
    chosen = CallbackFilter(
        state=query.state,
        agent_id=None if query.agent_id is None else AgentId(query.agent_id),
        campaign_id=None if query.campaign_id is None else CampaignId(query.campaign_id),
        lead_id=None if query.lead_id is None else LeadId(query.lead_id),
        span=parse_span(query.date_from, query.date_to, names=("from", "to")),
    )
    page = usecases.list_callbacks(services(), actor=principal(), chosen=chosen, limit=query.limit, offset=query.offset)
    shown = [CallbackOut.model_validate(callback) for callback in page.callbacks]
    return CallbacksAnswer(callbacks=shown, count=len(shown), total=page.total)


@callbacks.get("/callbacks/<uuid:callback_id>", role=Role.AGENT, returns=CallbackAnswer, errors=(404,))
def show_callback(callback_id: UUID) -> CallbackAnswer:
    """Show one promise: one's own, or any for supervisors."""
    return _answer(usecases.load_callback(services(), actor=principal(), callback_id=CallbackId(callback_id)))


@callbacks.put(
    "/callbacks/<uuid:callback_id>",
    role=Role.AGENT,
    body=ChangeCallbackIn,
    returns=CallbackAnswer,
    errors=(404, 409),
)
def change_callback(callback_id: UUID, body: ChangeCallbackIn) -> CallbackAnswer:
    """Change an open promise: by its agent, whoever made it, or a supervisor.

    A new time without an offset is meant in the promise's time zone, unless another one is given.
    """
    changes: CallbackChanges = {}
    given = body.model_fields_set
    if "at" in given:
        changes["at"] = body.at
    if "time_zone" in given:
        changes["time_zone"] = body.time_zone
    if "agent_id" in given:
        changes["agent"] = owner_of(body.agent_id)
    if "note" in given:
        changes["note"] = body.note
    if "fallback_minutes" in given:
        changes["fallback_minutes"] = body.fallback_minutes
    return _answer(
        usecases.change_callback(services(), actor=principal(), callback_id=CallbackId(callback_id), changes=changes)
    )


@callbacks.delete("/callbacks/<uuid:callback_id>", role=Role.AGENT, returns=CallbackAnswer, errors=(404, 409))
def cancel_callback(callback_id: UUID) -> CallbackAnswer:
    """Take a promise back: by its agent, whoever made it, or a supervisor.

    The lead stays on its list, due about when the call was promised. Repeating it changes nothing.
    """
    return _answer(usecases.cancel_callback(services(), actor=principal(), callback_id=CallbackId(callback_id)))


@callbacks.get("/reports/callbacks", role=Role.SUPERVISOR, query=CallbackReportQuery, returns=CallbackReportAnswer)
def report_callbacks(query: CallbackReportQuery) -> CallbackReportAnswer:
    """Report how promises were kept: on time, late and by how much, missed; in all and by agent."""
    report = usecases.report_callbacks(
        services(),
        actor=principal(),
        campaign_id=None if query.campaign_id is None else CampaignId(query.campaign_id),
        span=parse_span(query.date_from, query.date_to, names=("from", "to")),
    )
    return CallbackReportAnswer(report=CallbackReportOut.model_validate(report))
