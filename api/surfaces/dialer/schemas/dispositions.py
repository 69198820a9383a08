"""What agents may conclude in a campaign."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from api.surfaces.dialer.schemas.base import Answer, In, Out
from dialer.domain.call_words import AgentDisposition
from dialer.domain.desk_dispositions import MAX_DISPOSITIONS, MAX_LABEL

DispositionKey = Annotated[
    str, StringConstraints(max_length=40), Field(description="A name of one's own.", examples=["appointment"])
]


class DispositionChoiceIn(In):
    """One conclusion. Its outcome decides what follows; without a key it gets one."""

    key: DispositionKey | None = None
    label: Annotated[str, StringConstraints(min_length=1, max_length=MAX_LABEL)]
    outcome: AgentDisposition
    digit: int | None = Field(None, ge=1, le=9, description="The digit that chooses it.")


class SaveDispositionsIn(In):
    """The whole list in its order; null goes back to the product's own."""

    dispositions: Annotated[list[DispositionChoiceIn], Field(min_length=1, max_length=MAX_DISPOSITIONS)] | None


class DispositionChoiceOut(Out):
    """One conclusion. `is_own`: the label is the campaign's, and not the product's word for the outcome."""

    key: str
    label: str
    outcome: AgentDisposition
    digit: int | None
    is_own: bool


class CampaignDispositionsAnswer(Answer):
    """What may be concluded, in order. `outcomes` are those that an entry may stand for."""

    campaign_id: UUID
    dispositions: list[DispositionChoiceOut]
    is_default: bool
    outcomes: list[AgentDisposition]
