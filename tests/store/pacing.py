"""Looking at pacing's rows in tests."""

from datetime import timedelta

from sqlalchemy.orm import Session

from dialer.domain.pacing import PacingEvent
from dialer.store import pacing_floor
from dialer.store.pacing_floor import PacingFloor
from tests.builders.floor import Floor


def load_floor(session: Session, floor: Floor) -> PacingFloor | None:
    """The floor as a tick would see it that is to save the pacer's state."""
    now = floor.services.clock.now()
    return pacing_floor.load_floor(
        session, campaign_id=floor.campaign_id, now=now, saved_before=now + timedelta(seconds=1)
    )


def recorded(floor: Floor) -> list[tuple[str, str | None]]:
    """Kind and detail of what the triggers recorded, as it was written."""
    rows = floor.rows("select kind, detail from pacing_events order by id")
    return [(row.kind, row.detail) for row in rows]


def kinds(floor: Floor) -> list[str]:
    """The same without details, and without the agents' coming."""
    return [kind for kind, _ in recorded(floor) if kind != "agent_joined"]


def news(session: Session, floor: Floor) -> list[PacingEvent]:
    """What a tick would observe now."""
    seen = load_floor(session, floor)
    assert seen is not None
    return list(seen.events)
