"""The webhook of the key that a callee presses during the abandonment message."""

from flask import Response

from api.context import services
from api.webhooks.carrier_request import authenticator, carrier, form_text, payload, query_id, required_text, xml_answer
from dialer.usecases import opt_outs


def record_key_press() -> Response:
    """Put the callee on the do-not-call list if it is the key that was offered; then the call ends."""
    step = opt_outs.record_key_press(
        services(),
        call_id=query_id("callId"),
        call_sid=required_text("CallSid"),
        key=form_text("Digits") or "",
        payload=payload(),
        authenticate=authenticator(),
    )
    return xml_answer(carrier().document(step))


ROUTES = {"/opt-out": record_key_press}
