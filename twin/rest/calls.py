"""Owns the Calls resource: create, fetch, update, delete, list."""

from __future__ import annotations

import re

from twin.accounts import Account
from twin.carrier.calls import Call, Instructions, Subscription
from twin.errors import TwilioError
from twin.identifiers import is_sid
from twin.names import names
from twin.phone_numbers import is_client, normalise
from twin.rest import forms
from twin.rest.paging import in_time_window, page_answer
from twin.rest.representations import present_call
from twin.rest.request import Answer, RestRequest

_MAX_TWIML, _MAX_RING, _MAX_SECONDS = 4000, 600, 86_400
_DIGITS = re.compile(r"[0-9A-Da-d#*wW]{1,32}")
_STATUSES = ("queued", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled")
# Numbers with a fixed fate, as on Twilio's page about test credentials.
_MAGIC_TO = {"+15005550001": 21211, "+15005550002": 21214, "+15005550003": 21215, "+15005550004": 21216}
_MAGIC_FROM = {"+15005550001": 21212, "+15005550007": 21210, "+15005550008": 21210}
_FREE_FROM = "+15005550006"
_PREMIUM = re.compile(r"\+1(900|976)\d{7}")

_CREATE = names(
    "To From Method FallbackUrl FallbackMethod StatusCallback StatusCallbackEvent StatusCallbackMethod "
    "SendDigits Timeout Record RecordingChannels RecordingStatusCallback RecordingStatusCallbackMethod "
    "SipAuthUsername SipAuthPassword MachineDetection MachineDetectionTimeout "
    "RecordingStatusCallbackEvent Trim CallerId MachineDetectionSpeechThreshold "
    "MachineDetectionSpeechEndThreshold MachineDetectionSilenceTimeout AsyncAmd AsyncAmdStatusCallback "
    "AsyncAmdStatusCallbackMethod Byoc CallReason CallToken RecordingTrack TimeLimit "
    "ClientNotificationUrl Url Twiml ApplicationSid RecordingConfigurationId Passports"
)
_UPDATE = names("Url Method Status FallbackUrl FallbackMethod StatusCallback StatusCallbackMethod Twiml TimeLimit")


async def create_call(request: RestRequest) -> Answer:
    forms.warn_unknown(request, _CREATE)
    to, from_ = read_parties(request)
    instructions, subscription, application_sid = _read_instructions(request)
    digits = request.text("SendDigits")
    if digits is not None and not _DIGITS.fullmatch(digits):
        raise TwilioError(21206, f"SendDigits is invalid: {digits}")
    account = request.account
    account.placement.check_room()
    call = request.world.exchange.new_call(
        account,
        to,
        from_,
        "outbound-api",
        instructions=instructions,
        subscription=subscription,
        application_sid=None,
        phone_number_sid=number_sid(account, from_),
        **read_leg(request, for_participant=False, shortest_ring=1),
    )
    if application_sid is not None:
        call.application_sid = application_sid
    request.world.exchange.place(call)
    return Answer(201, present_call(call), name="Call")


def read_leg(request: RestRequest, *, for_participant: bool, shortest_ring: int) -> dict[str, object]:
    """Read what Calls and Participants have in common about the leg itself."""
    forms.limited(request, "CallReason", 50)
    forms.choice(request, "Trim", ("trim-silence", "do-not-trim"))
    ring = forms.whole(request, "Timeout", shortest_ring, _MAX_RING, 21208)
    limit = forms.whole(request, "TimeLimit", 1, _MAX_SECONDS, 20001)
    recording = forms.recording_order(request, "OutboundAPI")
    leg: dict[str, object] = {
        "detection": forms.detection_order(request, for_participant=for_participant),
        "recording_order": recording if forms.flag(request, "Record", default=False) else None,
    }
    if ring is not None:
        leg["ring_timeout"] = float(ring)
    if limit is not None:
        leg["time_limit"] = float(limit)
    return leg


def read_parties(request: RestRequest) -> tuple[str, str]:
    """Read and judge `To` and `From`. Raises the code Twilio has for each way of being wrong."""
    to_text, from_text = request.text("To"), request.text("From")
    if to_text is None:
        raise TwilioError(21201)
    if from_text is None:
        raise TwilioError(21213)
    if is_client(to_text) or re.match(r"(sip|app):.", to_text):
        to = to_text
    else:
        number = normalise(to_text)
        if number is None:
            raise TwilioError(21211, f"The phone number you are attempting to call, {to_text}, is not valid.")
        to = number
    code = _MAGIC_TO.get(to) or request.world.scripts.refusal(to) or (21202 if _PREMIUM.fullmatch(to) else None)
    if code is not None:
        raise TwilioError(code)
    from_ = _read_from(request, from_text)
    if to == from_ and not is_client(to):
        raise TwilioError(21211, "'To' and 'From' are the same number")
    return to, from_


def _read_from(request: RestRequest, text: str) -> str:
    if is_client(text) or text.startswith("sip:"):
        return text
    number = normalise(text)
    if number is None:
        raise TwilioError(21212, f"The source phone number provided, {text}, is not valid.")
    if number in _MAGIC_FROM:
        raise TwilioError(_MAGIC_FROM[number])
    world, account = request.world, request.account
    if world.population.settings.strict_from and number != _FREE_FROM and not account.owns(number):
        raise TwilioError(21210, f"The source phone number provided, {number}, is not yet verified.")
    return number


def number_sid(account: Account, number: str) -> str | None:
    owned = account.number(number)
    return owned.sid if owned else None


def _read_instructions(request: RestRequest) -> tuple[Instructions, Subscription | None, str | None]:
    application_sid = request.text("ApplicationSid")
    if application_sid is not None:
        application = request.account.applications.get(application_sid)
        if application is None or not is_sid(application_sid, "AP"):
            raise TwilioError(21218, f"ApplicationSid is invalid: {application_sid}")
        return *request.world.application_orders(application), application_sid
    subscription = forms.call_subscription(request)
    url = forms.url(request, "Url", 21205)
    fallback = forms.address(request, "FallbackUrl", 21205)
    method = forms.method(request, "Method")
    twiml = request.text("Twiml")
    if url is None and twiml is None:
        raise TwilioError(21205, "Url parameter is required.")
    if twiml is not None and len(twiml) > _MAX_TWIML:
        raise TwilioError(32018)
    if twiml is not None and url is not None:
        request.world.log.warning(32019, "Twiml and Voice URL are both set. Using Voice URL.", path=request.path)
        twiml = None
    return Instructions(url, method, fallback, twiml), subscription, None


async def list_calls(request: RestRequest) -> Answer:
    query = request.query
    wanted = {name: query.get(name) for name in ("To", "From", "ParentCallSid", "Status")}
    if wanted["Status"] is not None and wanted["Status"] not in _STATUSES:
        raise TwilioError(20001, f"Status is not known: {wanted['Status']}")
    for name in ("To", "From"):
        text = wanted[name]
        wanted[name] = normalise(text) or text if text else None

    parent = wanted["ParentCallSid"]

    def matches(call: Call) -> bool:
        return (
            (not wanted["To"] or call.to == wanted["To"])
            and (not wanted["From"] or call.from_ == wanted["From"])
            and (not wanted["Status"] or call.status == wanted["Status"])
            and (not parent or (call.parent is not None and call.parent.sid == parent))
            # A call that waits in the queue has no start yet; it counts from when it was asked for.
            and in_time_window(request, "StartTime", call.start_time or call.date_created)
            and in_time_window(request, "EndTime", call.end_time)
        )

    found = [call for call in reversed(request.account.calls.values()) if matches(call)]
    return page_answer(request, "calls", found, lambda call: call.sid, present_call)


async def fetch_call(request: RestRequest) -> Answer:
    return Answer(body=present_call(load_call(request)), name="Call")


def load_call(request: RestRequest, name: str = "call") -> Call:
    call = request.account.calls.get(request.ids[name])
    if call is None:
        raise request.missing()
    return call


async def update_call(request: RestRequest) -> Answer:
    forms.warn_unknown(request, _UPDATE)
    call, exchange = load_call(request), request.world.exchange
    status = forms.choice(request, "Status", ("canceled", "completed"))
    limit = forms.whole(request, "TimeLimit", 1, _MAX_SECONDS, 20001)
    subscription = forms.address(request, "StatusCallback", 21609)
    instructions = _new_instructions(request, call)
    if call.is_over:
        raise TwilioError(21220)
    if status == "canceled":
        # Ends what has not been answered; a call in progress goes on as if nothing had been asked.
        if call.answered_at is None:
            exchange.finish(call, "canceled", 487)
    elif status == "completed":
        exchange.hang_up(call)
    elif instructions is not None:
        if call.answered_at is None:
            raise TwilioError(21220)
        if subscription is not None:
            # Only together with new instructions does a live call take a new status callback.
            known = call.subscription
            call.subscription = Subscription(subscription, known.events if known else frozenset({"completed"}))
        exchange.redirect(call, instructions)
    if limit is not None and not call.is_over:
        exchange.limit(call, float(limit))
    return Answer(body=present_call(call), name="Call")


def _new_instructions(request: RestRequest, call: Call) -> Instructions | None:
    """Read where a live call shall go; None when the update is about something else."""
    url = forms.url(request, "Url", 21205)
    method = forms.method(request, "Method")
    fallback = forms.address(request, "FallbackUrl", 21205)
    twiml = request.text("Twiml")
    if url is not None and twiml is not None:
        raise TwilioError(20001, "Url and Twiml exclude each other")
    if twiml is not None and len(twiml) > _MAX_TWIML:
        raise TwilioError(32018)
    if url is None and twiml is None:
        return None
    return Instructions(url, method, fallback or call.instructions.fallback, twiml)


async def delete_call(request: RestRequest) -> Answer:
    call = load_call(request)
    if not call.is_over:
        raise TwilioError(20009)
    del request.account.calls[call.sid]
    return Answer(204)
