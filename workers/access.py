"""Tasks about access: mails, and what is over. Acknowledged late: each is safe to run twice."""

from uuid import UUID

from dialer.domain.ids import TenantId
from dialer.usecases import audit_log, invitations, mails, password_resets, sessions
from workers.app import app, services

LATE = {"acks_late": True, "soft_time_limit": 50, "time_limit": 60}


@app.task(name="dialer.integrations.send_password_reset", **LATE)
def send_password_reset(request_id: str) -> None:
    """Send one mail. Safe to run twice: a request is taken by one worker, and gone once its mail is sent."""
    password_resets.send_password_reset(services(), request_id=UUID(request_id))


@app.task(name="dialer.integrations.send_invitation", **LATE)
def send_invitation(tenant_id: str, invitation_id: str) -> None:
    """Send one mail. Safe to run twice: an invitation waits for one mail at a time."""
    invitations.send_invitation(services(), tenant_id=TenantId(UUID(tenant_id)), invitation_id=UUID(invitation_id))


@app.task(name="dialer.integrations.send_due_mails", **LATE)
def send_due_mails() -> None:
    """Send what was not sent: the message got lost, or the server was away. Safe to run twice: each is taken by one."""
    mails.send_due_mails(services())


@app.task(name="dialer.integrations.sweep_access", **LATE)
def sweep_access() -> None:
    """Delete sessions, tokens, failures and audit entries that have been over for long. Safe to run twice."""
    sessions.sweep_access(services())
    audit_log.sweep_audit_log(services())
