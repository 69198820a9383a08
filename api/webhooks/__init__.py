"""The carrier's requests to us: verified, recorded, answered. Not a surface: they speak the carrier's language."""

from flask import Blueprint, Response

from api.webhooks import agent_legs, lead_calls, opt_outs
from api.webhooks.answer_timings import EXTENSION, AnswerTimings
from api.webhooks.carrier_request import WEBHOOKS, text_answer
from api.wiring import ApiDependencies, ApiSettings
from dialer.domain.errors import DialerError, Forbidden, Invalid, NotFound


def build_webhooks_blueprint(dependencies: ApiDependencies, settings: ApiSettings) -> Blueprint:
    """The routes under `/webhooks/twilio`. Not rate limited: the carrier decides how often it calls."""
    blueprint = Blueprint(WEBHOOKS, __name__, url_prefix="/webhooks/twilio")
    timings = AnswerTimings(dependencies.services)
    blueprint.record(lambda state: state.app.extensions.update({EXTENSION: timings}))
    for path, view in (lead_calls.ROUTES | agent_legs.ROUTES | opt_outs.ROUTES).items():
        blueprint.add_url_rule(path, view.__name__, view, methods=["POST"])
    blueprint.register_error_handler(DialerError, _refuse)
    return blueprint


def _refuse(error: DialerError) -> Response:
    """403 for a request that is not the carrier's, 400 or 404 for one without sense, 503 so that it comes again."""
    statuses: dict[type[DialerError], int] = {Forbidden: 403, Invalid: 400, NotFound: 404}
    return text_answer(error.message, statuses.get(type(error), 503))
