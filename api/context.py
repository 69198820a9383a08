"""What a view may reach for: the services of the application and the principal of the request."""

from typing import cast

from flask import current_app, g, request

from api.wiring import ApiDependencies, ApiSettings
from dialer.domain.deeds import Deed
from dialer.domain.principals import Principal
from dialer.usecases.services import Services

EXTENSION = "dialer"


def dependencies() -> ApiDependencies:
    """Everything that `bootstrap` handed to this application."""
    return cast("ApiDependencies", current_app.extensions[EXTENSION][0])


def api_settings() -> ApiSettings:
    """The settings of this application."""
    return cast("ApiSettings", current_app.extensions[EXTENSION][1])


def services() -> Services:
    """The collaborators of use cases, for this request; people's requests bear the name of who makes them."""
    bare = dependencies().services
    if request.blueprint is None or request.path.startswith(("/webhooks/", "/webhook/")):
        return bare
    somebody: Principal | None = g.get("principal")
    return bare.on_behalf(
        Deed(
            via=(request.endpoint or "").rpartition(".")[2],
            actor_id=None if somebody is None else somebody.user_id,
            address=request.remote_addr,
            request_id=g.get("request_id"),
            user_agent=request.headers.get("User-Agent", "")[:200] or None,
        )
    )


def principal() -> Principal:
    """Who is asking. Only routes with a role have one; on a public route this is a programming error."""
    return cast("Principal", g.principal)
