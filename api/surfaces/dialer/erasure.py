"""`/api/people`: erasing a person, and the evidence of it."""

from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.erasure import (
    ErasePersonIn,
    ErasureAnswer,
    ErasureOut,
    ErasuresAnswer,
    ErasuresQuery,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import LeadId
from dialer.domain.principals import Role
from dialer.usecases import erasure as usecases

people = surface.resource("people", url_prefix="/people", tag="People")


@people.post("/erase", role=Role.ADMIN, body=ErasePersonIn, returns=ErasureAnswer, errors=(404, 409))
def erase_person(body: ErasePersonIn) -> ErasureAnswer:
    """Erase a person from every list and call, for good.

    Found are all leads with the number, also as a further one, and those that share an external id with them. Names,
    addresses, notes and numbers go; that there were calls, and how they ended, stays. The number is kept as a hash:
    it is not called or imported again. Asking again answers the same.
    """
    erasure = usecases.erase_person(
        services(),
        actor=principal(),
        phone=body.phone,
        external_id=body.external_id,
        lead_id=None if body.lead_id is None else LeadId(body.lead_id),
        reason=body.reason,
        reference=body.reference,
        is_linked=body.linked,
    )
    return ErasureAnswer(erasure=ErasureOut.of(erasure))


@people.get("/erasures", role=Role.ADMIN, query=ErasuresQuery, returns=ErasuresAnswer)
def list_erasures(query: ErasuresQuery) -> ErasuresAnswer:
    """List the evidence of erasures, newest first."""
    page = usecases.list_erasures(services(), actor=principal(), limit=query.limit, offset=query.offset)
    shown = [ErasureOut.of(erasure) for erasure in page.erasures]
    return ErasuresAnswer(erasures=shown, count=len(shown), total=page.total)


@people.get("/erasures/<uuid:erasure_id>", role=Role.ADMIN, returns=ErasureAnswer, errors=(404,))
def show_erasure(erasure_id: UUID) -> ErasureAnswer:
    """Show the evidence of one erasure."""
    erasure = usecases.load_erasure(services(), actor=principal(), erasure_id=erasure_id)
    return ErasureAnswer(erasure=ErasureOut.of(erasure))
