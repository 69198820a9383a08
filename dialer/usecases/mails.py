"""Mails that wait to be sent: those whose message to the workers was lost, and those to be tried again."""

from dialer.store import invitations as invitations_store
from dialer.store import single_use_tokens
from dialer.usecases.invitations import send_invitation
from dialer.usecases.password_resets import send_password_reset
from dialer.usecases.services import Services

_BATCH = 100


def send_due_mails(services: Services) -> int:
    """Send whatever waits; return how many that were. Safe to run twice: each mail is taken by one."""
    now = services.clock.now()
    with services.transaction() as tx:
        resets = single_use_tokens.list_due_reset_requests(tx.session, at=now, max_rows=_BATCH)
        invited = invitations_store.list_due_mails(tx.session, at=now, max_rows=_BATCH)
    for request_id in resets:
        send_password_reset(services, request_id=request_id)
    for tenant_id, invitation_id in invited:
        send_invitation(services, tenant_id=tenant_id, invitation_id=invitation_id)
    return len(resets) + len(invited)
