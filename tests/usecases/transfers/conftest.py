"""Ben talks with somebody; Dana, a colleague at a console, is free."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from dialer.domain.ids import AgentId, CallId
from dialer.domain.principals import Principal
from dialer.store.live_calls import LiveCall
from dialer.usecases import transfers
from dialer.usecases.services import Services
from dialer.usecases.transfers import TransferTarget
from tests.builders.control import as_agent, wear_headset
from tests.builders.floor import Floor, open_conversation, open_floor


@dataclass
class Desk:
    """Who is there, and which legs they have."""

    floor: Floor
    call_id: CallId
    ben: AgentId
    dana: AgentId
    legs: dict[AgentId, str]

    @property
    def actor(self) -> Principal:
        return as_agent(self.floor, self.ben)

    @property
    def callee(self) -> str:
        return self.floor.sid(self.call_id)

    def transfer(self, kind: str, **to: Any) -> LiveCall:
        """Ben hands the callee over; to Dana, if nothing else is said."""
        target = TransferTarget(**(to or {"agent_id": self.dana}))
        return transfers.transfer_call(
            self.floor.services, actor=self.actor, call_id=self.call_id, kind=kind, target=target
        )

    def row(self) -> Any:
        return self.floor.rows("select * from transfers order by requested_at desc, id desc limit 1")[0]

    @property
    def transfer_id(self) -> UUID:
        return UUID(str(self.row().id))

    def state_of(self, agent_id: AgentId) -> str:
        return str(self.floor.agent(agent_id).state)


@pytest.fixture
def desk(services: Services) -> Desk:
    floor = open_floor(services)
    call_id, ben = open_conversation(floor)
    dana = floor.console_agent(name="Dana")
    legs = {agent_id: wear_headset(floor, agent_id) for agent_id in (ben, dana)}
    floor.feed.clear()
    floor.queue.sent.clear()
    return Desk(floor, call_id, ben, dana, legs)
