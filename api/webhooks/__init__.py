"""The carrier's requests to us: verified, recorded, answered. Not a surface: they speak the carrier's language."""

import structlog
from flask import Blueprint, Response, request

from api.webhooks import agent_legs, lead_calls, opt_outs
from api.webhooks.answer_timings import EXTENSION, AnswerTimings
from api.webhooks.carrier_request import WEBHOOKS, is_ours, require_signature, text_answer
from api.wiring import ApiDependencies, ApiSettings
from dialer.domain.errors import DialerError, Forbidden, Invalid, NotFound

log = structlog.get_logger(__name__)


def build_webhooks_blueprint(dependencies: ApiDependencies, settings: ApiSettings) -> Blueprint:
    """The routes under `/webhooks/twilio`. Not rate limited: the carrier decides how often it calls."""
    blueprint = Blueprint(WEBHOOKS, __name__, url_prefix="/webhooks/twilio")
    timings = AnswerTimings(dependencies.services)
    blueprint.record(lambda state: state.app.extensions.update({EXTENSION: timings}))
    for path, view in (lead_calls.ROUTES | agent_legs.ROUTES | opt_outs.ROUTES).items():
        blueprint.add_url_rule(path, view.__name__, view, methods=["POST"])
    blueprint.before_request(require_signature)
    blueprint.register_error_handler(DialerError, _refuse)
    return blueprint


def _refuse(error: DialerError) -> Response:
    """403 for a request that is not the carrier's, 400 or 404 for one without sense, 503 so that it comes again.

    Each refusal is a line in the log, and counts in `dialer_http_requests_total` by route and status.
    """
    if isinstance(error, Invalid | NotFound) and not is_ours():
        error = Forbidden("The request is not signed by our carrier account.")
    statuses: dict[type[DialerError], int] = {Forbidden: 403, Invalid: 400, NotFound: 404}
    status = statuses.get(type(error), 503)
    log.warning("webhook_refused", webhook=request.path, status=status, reason=error.message)
    return text_answer(error.message, status)
