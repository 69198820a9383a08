"""One's own second factor, and whether a tenant wants one of its admins."""

from api.context import principal, services
from api.surfaces.dialer.schemas.access import (
    AccessSettingsAnswer,
    AccessSettingsIn,
    CodeIn,
    EnrolmentAnswer,
    FactorOut,
    OwnPasswordIn,
    RecoveryCodesAnswer,
)
from api.surfaces.dialer.schemas.base import Message
from api.surfaces.dialer.surface import surface
from dialer.domain.principals import Role
from dialer.usecases import second_factors as usecases

factors = surface.resource("second_factors", url_prefix="", tag="Authentication")


@factors.get("/auth/second-factor", role=Role.AGENT, returns=FactorOut)
def show_second_factor() -> FactorOut:
    """Show how one stands with one's second factor."""
    return FactorOut.model_validate(usecases.show_second_factor(services(), actor=principal()))


@factors.post(
    "/auth/second-factor", role=Role.AGENT, body=OwnPasswordIn, returns=EnrolmentAnswer, status=201, errors=(409,)
)
def enrol_second_factor(body: OwnPasswordIn) -> EnrolmentAnswer:
    """Begin to set up an authenticator app. Nothing changes until its first code is confirmed."""
    enrolment = usecases.enrol_second_factor(services(), actor=principal(), password=body.password)
    return EnrolmentAnswer(secret=enrolment.secret, otpauth_url=enrolment.otpauth_url)


@factors.post(
    "/auth/second-factor/confirm", role=Role.AGENT, body=CodeIn, returns=RecoveryCodesAnswer, errors=(409, 503)
)
def confirm_second_factor(body: CodeIn) -> RecoveryCodesAnswer:
    """Switch the second factor on with the app's first code. The recovery codes are shown here and never again."""
    codes = usecases.confirm_second_factor(services(), actor=principal(), code=body.code)
    return RecoveryCodesAnswer(message="Second factor switched on", recovery_codes=list(codes))


@factors.post("/auth/second-factor/disable", role=Role.AGENT, body=OwnPasswordIn, returns=Message, errors=(409,))
def disable_second_factor(body: OwnPasswordIn) -> Message:
    """Take one's own second factor off, with one's password."""
    usecases.disable_second_factor(services(), actor=principal(), password=body.password)
    return Message(message="Second factor taken off")


@factors.get("/settings/access", role=Role.ADMIN, returns=AccessSettingsAnswer)
def show_access_settings() -> AccessSettingsAnswer:
    """Show whether admins need a second factor."""
    wanted = usecases.show_requirement(services(), actor=principal())
    return AccessSettingsAnswer(admins_need_second_factor=wanted)


@factors.put("/settings/access", role=Role.ADMIN, body=AccessSettingsIn, returns=AccessSettingsAnswer, errors=(409,))
def set_access_settings(body: AccessSettingsIn) -> AccessSettingsAnswer:
    """Want a second factor of every admin and owner, or no longer.

    Whoever has none may from then on do what an agent may, until it is set up. It takes an admin who has one.
    """
    wanted = usecases.require_second_factor(services(), actor=principal(), wanted=body.admins_need_second_factor)
    return AccessSettingsAnswer(admins_need_second_factor=wanted)
