"""`/api/audit-log`: who changed what."""

from api.context import principal, services
from api.surfaces.dialer.schemas.audit_log import AuditAnswer, AuditEntryOut, AuditQuery
from api.surfaces.dialer.surface import surface
from dialer.domain.principals import Role
from dialer.usecases import audit_log as usecases

audit = surface.resource("audit_log", url_prefix="/audit-log", tag="Audit log")


@audit.get("", role=Role.ADMIN, query=AuditQuery, returns=AuditAnswer)
def list_audit_entries(query: AuditQuery) -> AuditAnswer:
    """List what was changed, by whom, and from where, the latest first.

    Kept for two years. Nobody changes or deletes an entry, not even we. Calls are not here: they have their events.
    """
    wanted = query.model_dump(exclude={"limit", "cursor"})
    page = usecases.list_audit_entries(
        services(), actor=principal(), wanted=usecases.AuditFilter(**wanted), cursor=query.cursor, limit=query.limit
    )
    shown = [AuditEntryOut.model_validate({**vars(entry), "id": str(entry.id)}) for entry in page.entries]
    return AuditAnswer(entries=shown, count=len(shown), next_cursor=page.next_cursor)
