"""`/api/carrier-account/test`."""

from api.context import principal, services
from api.surfaces.dialer.schemas.connection_test import ConnectionTestAnswer, ConnectionTestIn
from api.surfaces.dialer.surface import surface
from dialer.domain.principals import Role
from dialer.usecases import connection_test as usecases

connection_test = surface.resource("connection_test", url_prefix="/carrier-account/test", tag="Carrier account")


@connection_test.post("", role=Role.ADMIN, body=ConnectionTestIn, returns=ConnectionTestAnswer)
def try_connection(body: ConnectionTestIn) -> ConnectionTestAnswer:
    """Try the carrier, the public address and the mail settings, step by step. Takes up to 20 seconds.

    Nothing is changed but that you get a mail, at most one a minute.
    """
    return ConnectionTestAnswer.of(usecases.try_connection(services(), actor=principal(), parts=body.parts))
