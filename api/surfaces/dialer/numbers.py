"""`/api/numbers`."""

from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.base import Message
from api.surfaces.dialer.schemas.numbers import (
    AddNumberIn,
    NameNumberIn,
    NumberAnswer,
    NumberOut,
    NumbersAnswer,
    NumbersQuery,
    SyncAnswer,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import CallerNumberId
from dialer.domain.principals import Role
from dialer.usecases import caller_numbers as usecases

numbers = surface.resource("numbers", url_prefix="/numbers", tag="Numbers")


@numbers.get("", role=Role.SUPERVISOR, query=NumbersQuery, returns=NumbersAnswer)
def list_numbers(query: NumbersQuery) -> NumbersAnswer:
    """List the numbers this tenant can call from, as of the last time that the carrier was asked."""
    page = usecases.list_numbers(
        services(),
        actor=principal(),
        limit=query.limit,
        offset=query.offset,
        search=query.search,
        with_figures=query.figures,
    )
    return NumbersAnswer.of(page)


@numbers.post("/sync", role=Role.ADMIN, returns=SyncAnswer, errors=(409, 503))
def sync_numbers() -> SyncAnswer:
    """Fetch the carrier's list: the numbers that the account owns, and those that were verified for it."""
    return SyncAnswer.model_validate(usecases.sync_numbers(services(), actor=principal()))


@numbers.post("", role=Role.ADMIN, body=AddNumberIn, returns=NumberAnswer, status=201, errors=(409,))
def add_number(body: AddNumberIn) -> NumberAnswer:
    """Write down a number that the carrier's list does not name."""
    view = usecases.add_number(services(), actor=principal(), phone=body.phone, label=body.label)
    return NumberAnswer(number=NumberOut.of(view))


@numbers.put("/<uuid:number_id>", role=Role.ADMIN, body=NameNumberIn, returns=NumberAnswer, errors=(404,))
def name_number(number_id: UUID, body: NameNumberIn) -> NumberAnswer:
    """Give a number a name of your own."""
    view = usecases.name_number(services(), actor=principal(), number_id=CallerNumberId(number_id), label=body.label)
    return NumberAnswer(number=NumberOut.of(view))


@numbers.delete("/<uuid:number_id>", role=Role.ADMIN, returns=Message, errors=(404, 409))
def remove_number(number_id: UUID) -> Message:
    """Take a number off the list that was written down by hand, or that the carrier no longer names."""
    usecases.remove_number(services(), actor=principal(), number_id=CallerNumberId(number_id))
    return Message(message="Number removed")
