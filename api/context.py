"""What a view may reach for: the services of the application and the principal of the request."""

from typing import cast

from flask import current_app, g

from api.wiring import ApiDependencies, ApiSettings
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
    """The collaborators of use cases."""
    return dependencies().services


def principal() -> Principal:
    """Who is asking. Only routes with a role have one; on a public route this is a programming error."""
    return cast("Principal", g.principal)
