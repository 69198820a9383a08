"""Listening to recordings: a signed link for who may, and the sound behind it."""

import re
from uuid import UUID

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from api.context import api_settings, principal, services
from api.recording_links import link_for, read_link, sign_link
from api.surfaces.dialer.schemas.recordings import RecordingAnswer, RecordingOut
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import CallId
from dialer.domain.principals import Role
from dialer.ports import RecordedSound
from dialer.usecases import access
from dialer.usecases import recordings as usecases

recordings = surface.resource("recordings", url_prefix="", tag="Recordings")

_ONE_RANGE = re.compile(r"bytes=(\d{1,15}-\d{0,15}|-\d{1,15})")


@recordings.get("/calls/<uuid:call_id>/recording", role=Role.AGENT, returns=RecordingAnswer, errors=(404,))
def show_recording(call_id: UUID) -> RecordingAnswer:
    """Get a link to the recording of a call: one's own, or any for supervisors.

    The link needs no token, so that a page can play it, holds for ten minutes and ends with the login. It is for the
    user who asked for it; who listens is recorded.
    """
    found = usecases.link_recording(services(), actor=principal(), call_id=CallId(call_id))
    link = link_for(principal(), found.call_id, now=services().clock.now())
    signed = sign_link(link, api_settings().secret_key)
    url = f"{api_settings().public_url}/api/recordings/{signed}"
    return RecordingAnswer(recording=RecordingOut(url=url, expires_at=link.expires_at, duration=found.seconds))


@recordings.get("/recordings/<link>", public=True, produces="audio/mpeg", also=(206,), errors=(401, 403, 404, 416, 503))
def play_recording(link: str) -> Response:
    """Play a recording by its link, or the part of it that a Range header asks for."""
    found = read_link(link, api_settings().secret_key, now=services().clock.now())
    actor = access.load_principal(
        services(), tenant_id=found.tenant_id, user_id=found.user_id, session_id=found.session_id
    )
    wanted = request.headers.get("Range", "")
    sound = usecases.open_recording(
        services(),
        actor=actor,
        call_id=found.call_id,
        byte_range=wanted if _ONE_RANGE.fullmatch(wanted) else None,
    )
    return _streamed(sound)


def _streamed(sound: RecordedSound) -> Response:
    if sound.status == 416:
        sound.close()
        raise RequestedRangeNotSatisfiable
    response = Response(sound.chunks, sound.status, mimetype=sound.media_type)
    response.call_on_close(sound.close)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Disposition"] = "inline; filename=recording.mp3"
    if sound.length is not None:
        response.content_length = sound.length
    if sound.content_range is not None:
        response.headers["Content-Range"] = sound.content_range
    return response
