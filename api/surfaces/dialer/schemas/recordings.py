"""Links to recordings."""

from pydantic import Field

from api.surfaces.dialer.schemas.base import Answer, Instant, Out


class RecordingOut(Out):
    """Where a recording can be heard, and until when."""

    url: str = Field(description="An address of ours, which needs no token.")
    expires_at: Instant
    duration: int | None = Field(description="Seconds.")


class RecordingAnswer(Answer):
    """A link to a recording."""

    recording: RecordingOut
