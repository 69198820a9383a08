"""The agent's opt-out button, during a call or after it."""

from uuid import UUID

from flask import Response

from api.context import principal, services
from api.surfaces.dialer.schemas.suppressions import OptOutIn, SuppressionAnswer, SuppressionOut
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import CallId
from dialer.domain.principals import Role
from dialer.usecases import opt_outs as usecases

opt_outs = surface.resource("opt_outs", url_prefix="/calls", tag="Calls")


@opt_outs.post(
    "/<uuid:call_id>/opt-out",
    role=Role.AGENT,
    body=OptOutIn,
    returns=SuppressionAnswer,
    status=201,
    also=(200,),
    errors=(404,),
)
def opt_out_of_call(call_id: UUID, body: OptOutIn) -> SuppressionAnswer | Response:
    """Never call the person in this call again: by the agent of the call, or a supervisor.

    `scope` is `tenant` (no campaign may call) or `campaign`. The call goes on. Repeating it answers 200 with the entry.
    """
    added = usecases.opt_out_of_call(
        services(), actor=principal(), call_id=CallId(call_id), scope=body.scope, note=body.note
    )
    entry = SuppressionOut.model_validate(added.entry)
    if added.is_new:
        return SuppressionAnswer(message="The person will not be called again", entry=entry)
    known = SuppressionAnswer(message="The number is listed already", entry=entry)
    return Response(known.model_dump_json(), 200, mimetype="application/json")
