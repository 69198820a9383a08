"""One's own login sessions."""

from collections.abc import Iterable
from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.access import RevokedAnswer, SessionOut, SessionsAnswer
from api.surfaces.dialer.schemas.base import Message
from api.surfaces.dialer.surface import surface
from dialer.domain.principals import Principal, Role
from dialer.usecases import sessions as usecases
from dialer.usecases.sessions import SessionView

sessions = surface.resource("sessions", url_prefix="/auth/sessions", tag="Authentication")


@sessions.get("", role=Role.AGENT, returns=SessionsAnswer)
def list_sessions() -> SessionsAnswer:
    """List one's own open login sessions."""
    return shown_sessions(usecases.list_own_sessions(services(), actor=principal()), principal())


@sessions.delete("", role=Role.AGENT, returns=RevokedAnswer)
def revoke_other_sessions() -> RevokedAnswer:
    """End all of one's own login sessions but this one."""
    ended = usecases.revoke_other_sessions(services(), actor=principal())
    return RevokedAnswer(message="Sessions ended", ended=ended)


@sessions.delete("/<uuid:session_id>", role=Role.AGENT, returns=Message)
def revoke_session(session_id: UUID) -> Message:
    """End one of one's own login sessions: its tokens are refused at once, its sockets cut within seconds."""
    usecases.revoke_own_session(services(), actor=principal(), session_id=session_id)
    return Message(message="Session ended")


def shown_sessions(found: Iterable[SessionView], actor: Principal) -> SessionsAnswer:
    """Sessions as shown, this request's own marked."""
    shown = [
        SessionOut.model_validate({**vars(session), "is_current": str(session.id) == actor.session_id})
        for session in found
    ]
    return SessionsAnswer(sessions=shown, count=len(shown))
