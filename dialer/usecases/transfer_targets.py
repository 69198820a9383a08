"""Who could take a call over: what an agent chooses from, who otherwise sees nothing of his colleagues."""

from dataclasses import dataclass

from dialer.domain.ids import CallId
from dialer.domain.principals import Principal
from dialer.store import transfer_targets as store
from dialer.store.transfer_targets import FreeAgent, TargetGroup
from dialer.usecases import live_calls
from dialer.usecases.services import Services


@dataclass(frozen=True)
class TransferTargets:
    """Agents who are free, and teams with how many of them are."""

    agents: tuple[FreeAgent, ...]
    groups: tuple[TargetGroup, ...]


def list_transfer_targets(services: Services, *, actor: Principal, call_id: CallId) -> TransferTargets:
    """Who could take this call now: for those who take part in it, and supervisors. Raises NotFound, Forbidden."""
    now = services.clock.now()
    with services.transaction(actor.tenant_id) as tx:
        call = live_calls.view(tx, actor, call_id)
        return TransferTargets(
            tuple(store.list_free_agents(tx.session, without=call.agent_id, now=now)),
            tuple(store.list_target_groups(tx.session, without=call.agent_id, now=now)),
        )
