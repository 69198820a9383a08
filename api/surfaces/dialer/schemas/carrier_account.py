"""The tenant's account at the carrier, on the dialer surface."""

from typing import Annotated

from pydantic import Field, StringConstraints

from api.surfaces.dialer.schemas.base import Answer, In, Out


def _sid(prefix: str) -> StringConstraints:
    return StringConstraints(pattern=rf"^{prefix}[0-9a-fA-F]{{32}}$")


Secret = Annotated[str, StringConstraints(min_length=8, max_length=200)]


class SaveCarrierAccountIn(In):
    """An account of the tenant's own. Secrets are stored encrypted and never shown again."""

    account_sid: Annotated[str, _sid("AC")]
    auth_token: Secret
    secondary_auth_token: Secret | None = Field(
        None, description="Also believed when it signs: the next token, or the one before, while tokens are changed."
    )
    api_key_sid: Annotated[str, _sid("SK")] | None = None
    api_key_secret: Secret | None = None
    twiml_app_sid: Annotated[str, _sid("AP")] | None = None
    calls_per_second: float = Field(1.0, ge=0.1, le=100, description="Stay below what the carrier allows the account.")
    max_lines: int = Field(100, ge=1, le=10_000, description="Calls in flight at the same time.")


class CarrierAccountOut(Out):
    """The account that calls are placed with; `is_own` is false for the platform's."""

    account_sid: str
    is_own: bool
    has_api_key: bool
    has_secondary_auth_token: bool
    twiml_app_sid: str | None
    calls_per_second: float
    max_lines: int


class CarrierAccountAnswer(Answer):
    """The account."""

    carrier_account: CarrierAccountOut
