"""Owns the Applications resource: named sets of addresses a call may be answered with."""

from __future__ import annotations

from typing import Any

from twin.accounts import Settings
from twin.identifiers import new_sid
from twin.rest import forms
from twin.rest.paging import page_answer
from twin.rest.representations import API, present_settings
from twin.rest.request import Answer, RestRequest

URLS = {
    "VoiceUrl": "voice_url", "VoiceFallbackUrl": "voice_fallback_url", "StatusCallback": "status_callback",
    "SmsUrl": "sms_url", "SmsFallbackUrl": "sms_fallback_url", "SmsStatusCallback": "sms_status_callback",
    "MessageStatusCallback": "message_status_callback",
}  # fmt: skip
METHODS = {
    "VoiceMethod": "voice_method", "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallbackMethod": "status_callback_method", "SmsMethod": "sms_method",
    "SmsFallbackMethod": "sms_fallback_method",
}  # fmt: skip
_FLAGS = {
    "VoiceCallerIdLookup": "voice_caller_id_lookup",
    "PublicApplicationConnectEnabled": "public_application_connect_enabled",
}
_KNOWN = frozenset({*URLS, *METHODS, *_FLAGS, "FriendlyName", "ApiVersion"})


def default_values(friendly_name: str) -> dict[str, Any]:
    return {
        "api_version": API,
        "friendly_name": friendly_name,
        **dict.fromkeys(URLS.values()),
        **dict.fromkeys(METHODS.values(), "POST"),
        **dict.fromkeys(_FLAGS.values(), False),
    }


def read_values(request: RestRequest) -> dict[str, Any]:
    """Read what is given; an address given empty is taken away."""
    values: dict[str, Any] = forms.addresses(request, URLS, METHODS)
    for name, key in _FLAGS.items():
        flag = forms.optional_flag(request, name)
        if flag is not None:
            values[key] = flag
    friendly_name = forms.limited(request, "FriendlyName", 64, 20002)
    if friendly_name is not None:
        values["friendly_name"] = friendly_name
    return values


async def create_application(request: RestRequest) -> Answer:
    forms.warn_unknown(request, _KNOWN)
    now = request.world.clock.now()
    application = Settings(new_sid("AP"), now, now, default_values("") | read_values(request))
    request.account.applications[application.sid] = application
    return Answer(201, _present(request, application), name="Application")


def _present(request: RestRequest, application: Settings) -> dict[str, Any]:
    return present_settings(request.account, application, "Applications")


def _load(request: RestRequest) -> Settings:
    application = request.account.applications.get(request.ids["application"])
    if application is None:
        raise request.missing()
    return application


async def fetch_application(request: RestRequest) -> Answer:
    return Answer(body=_present(request, _load(request)), name="Application")


async def update_application(request: RestRequest) -> Answer:
    forms.warn_unknown(request, _KNOWN)
    application = _load(request)
    application.values |= read_values(request)
    application.date_updated = request.world.clock.now()
    return Answer(body=_present(request, application), name="Application")


async def delete_application(request: RestRequest) -> Answer:
    del request.account.applications[_load(request).sid]
    return Answer(204)


async def list_applications(request: RestRequest) -> Answer:
    name = request.query.get("FriendlyName")
    found = [
        a for a in reversed(request.account.applications.values()) if not name or a.values["friendly_name"] == name
    ]
    return page_answer(request, "applications", found, lambda a: a.sid, lambda a: _present(request, a))
