"""`/api/carrier-account`."""

from api.context import principal, services
from api.surfaces.dialer.schemas.carrier_account import CarrierAccountAnswer, CarrierAccountOut, SaveCarrierAccountIn
from api.surfaces.dialer.surface import surface
from dialer.domain.principals import Role
from dialer.ports import CarrierAccount
from dialer.usecases import carrier_accounts as usecases
from dialer.usecases.carrier_accounts import AccountView

carrier_account = surface.resource("carrier_account", url_prefix="/carrier-account")


@carrier_account.get("", role=Role.ADMIN, returns=CarrierAccountAnswer)
def view_carrier_account() -> CarrierAccountAnswer:
    """Show the carrier account that this tenant's calls are placed with."""
    return _answer(usecases.view_carrier_account(services(), actor=principal()))


@carrier_account.put("", role=Role.ADMIN, body=SaveCarrierAccountIn, returns=CarrierAccountAnswer)
def save_carrier_account(body: SaveCarrierAccountIn) -> CarrierAccountAnswer:
    """Give the tenant a carrier account of its own, or replace it. It is in use everywhere within 30 seconds."""
    account = CarrierAccount(**body.model_dump())
    return _answer(usecases.save_carrier_account(services(), actor=principal(), account=account))


@carrier_account.delete("", role=Role.ADMIN, returns=CarrierAccountAnswer)
def remove_carrier_account() -> CarrierAccountAnswer:
    """Go back to the platform's carrier account."""
    return _answer(usecases.remove_carrier_account(services(), actor=principal()))


def _answer(view: AccountView) -> CarrierAccountAnswer:
    return CarrierAccountAnswer(carrier_account=CarrierAccountOut.model_validate(view))
