"""Scripts of campaigns."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.surfaces.dialer.schemas.base import Answer, In, Instant, InstantIn, Out
from dialer.domain.scripts import MAX_SCRIPT_CHARACTERS


class ScriptQuery(In):
    """For whom."""

    lead_id: UUID | None = Field(None, description="A lead of the campaign: the script is filled in for that person.")


class SaveScriptIn(In):
    """The script as it is written; an empty text takes it away."""

    text: Annotated[str, StringConstraints(max_length=MAX_SCRIPT_CHARACTERS, strip_whitespace=False)]
    updated_at: InstantIn | None = Field(None, description="The version that was edited; it must be the last one.")
    dry_run: bool = Field(default=False, description="Only show what would be.")


class SpanOut(Out):
    """Part of a block: text to be shown as it is, never as HTML. `is_missing`: nothing is known and nothing said."""

    text: str
    bold: bool
    field: str | None
    is_missing: bool


class BlockOut(Out):
    """A heading (level 1 to 3), a paragraph (0), or an item of a list (how deep, 1 to 3)."""

    kind: Literal["heading", "paragraph", "bullet", "number"]
    level: int
    spans: list[SpanOut]


class ScriptWarningOut(Out):
    """Something that no lead will fill."""

    line: int
    field: str
    message: str


class ScriptOut(Out):
    """A campaign's script; `text` is null while there is none."""

    campaign_id: UUID
    text: str | None
    blocks: list[BlockOut]
    warnings: list[ScriptWarningOut]
    known_fields: list[str]
    updated_at: Instant | None
    updated_by: UUID | None


class ScriptAnswer(Answer):
    """The script."""

    script: ScriptOut
