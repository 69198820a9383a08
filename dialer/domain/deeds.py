"""Who does something, from where and by which means: what the audit log notes beside the change itself."""

import json
from dataclasses import dataclass
from datetime import datetime

from dialer.domain.ids import UserId


@dataclass(frozen=True)
class Deed:
    """One request of somebody. `via` is the name of what they called; `actor_id` is None before anybody is known."""

    via: str
    actor_id: UserId | None = None
    address: str | None = None
    request_id: str | None = None
    user_agent: str | None = None

    def to_json(self, at: datetime) -> str:
        """As the database's triggers read it."""
        return json.dumps(
            {
                "via": self.via,
                "actor_id": None if self.actor_id is None else str(self.actor_id),
                "address": self.address,
                "request_id": self.request_id,
                "at": at.isoformat(),
            }
        )
