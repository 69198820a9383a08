"""What a browser's headset calls in with: an agent's standing one, and a supervisor's for listening to a call."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.domain.errors import Conflict, Forbidden, NotFound
from dialer.domain.ids import AgentId, UserId
from dialer.domain.principals import Principal, Role
from dialer.ports import CarrierAccount
from dialer.store import agents as agent_store
from dialer.usecases.carrier_accounts import account_of
from dialer.usecases.services import Services

LIFE = timedelta(hours=1)
"""A leg outlives its token: the token is needed to call in, and a new one is had before the next time."""


@dataclass(frozen=True)
class Voice:
    """A token, what kind of headset it is for and, with a simulated carrier, where that calls in."""

    kind: str
    token: str
    url: str | None
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Voice({self.kind})"


def issue_agent_voice(services: Services, *, actor: Principal, agent_id: AgentId) -> Voice:
    """A token for an agent's own headset; a supervisor who works for an agent without a user of his own gets it, too.

    Raises NotFound, Forbidden, and Conflict for a deactivated agent or an account that is not set up for it.
    """
    with services.transaction(actor.tenant_id) as tx:
        row = agent_store.find_agent(tx.session, agent_id)
        if row is None:
            raise NotFound("There is no agent with this id.")
        if actor.agent_id != agent_id:
            if row.user_id is not None:
                raise Forbidden("Only the agent himself wears his headset.")
            actor.require(Role.SUPERVISOR)
        if not row.is_active:
            raise Conflict("The agent is deactivated.")
        account = account_of(services, tx.session, actor.tenant_id)
    return issue(services, account, identity=f"agent_{agent_id}")


def issue_supervisor_voice(services: Services, account: CarrierAccount, *, user_id: UserId) -> Voice:
    """A token for a supervisor's headset, which is another than the one that he may have as an agent."""
    return issue(services, account, identity=f"supervisor_{user_id}")


def issue(services: Services, account: CarrierAccount, *, identity: str) -> Voice:
    """Make a token. Raises Conflict that names what is missing of the account."""
    missing = [
        name
        for name, value in (
            ("an API key", account.api_key_sid and account.api_key_secret),
            ("a TwiML app", account.twiml_app_sid),
        )
        if not value
    ]
    if missing:
        raise Conflict(
            f"The carrier account has not {' or '.join(missing)}, which browsers need to call in. "
            "An admin adds it in the settings of the carrier account."
        )
    now = services.clock.now()
    seconds = int(LIFE.total_seconds())
    ticket = services.carrier.issue_voice_ticket(account, identity=identity, now=now, seconds=seconds)
    return Voice(ticket.kind, ticket.token, ticket.url, now + LIFE)
