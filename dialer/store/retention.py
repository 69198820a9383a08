"""How long a tenant keeps what, and what is older than that."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from dialer.domain.calls import FINAL
from dialer.domain.ids import CallId, LeadId, TenantId


@dataclass(frozen=True)
class RetentionDays:
    """For how many days what is kept; None: for good."""

    leads_days: int | None = None
    calls_days: int | None = None
    recordings_days: int | None = None
    import_errors_days: int | None = None


@dataclass(frozen=True)
class RetentionDue:
    """How much is older than that and still there."""

    leads: int
    calls: int
    recordings: int
    import_errors: int


@dataclass(frozen=True)
class OldCalls:
    """Calls to be dealt with; afterwards none made before `until` is left."""

    ids: list[CallId]
    until: datetime


def find_days(session: Session) -> RetentionDays:
    """The tenant's settings; everything for good until somebody says otherwise."""
    row = session.execute(text(f"select {_DAYS} from retention_settings")).one_or_none()
    return RetentionDays() if row is None else RetentionDays(**row._mapping)


def save_days(session: Session, days: RetentionDays, *, tenant_id: TenantId, now: datetime) -> None:
    """Store the tenant's settings."""
    session.execute(_SAVE, {**vars(days), "tenant_id": tenant_id, "now": now})


def list_tenants(session: Session) -> list[TenantId]:
    """All tenants that do not keep everything for good."""
    return [TenantId(row.tenant_id) for row in session.execute(text("select tenant_id from tenants_with_retention()"))]


def count_leads(session: Session, *, before: datetime) -> int:
    """How many leads that are done with were last called, or came, before then and still have their person."""
    return int(session.execute(_COUNT_LEADS, {"before": before}).scalar_one())


def count_calls(session: Session, *, before: datetime) -> int:
    """How many calls were made before then and still have their number."""
    return int(session.execute(_COUNT_CALLS, {"before": before}).scalar_one())


def count_recordings(session: Session, *, before: datetime) -> int:
    """How many calls that were made before then have a recording."""
    return int(session.execute(_COUNT_RECORDINGS, {"before": before}).scalar_one())


def count_import_problems(session: Session, *, before: datetime) -> int:
    """How many refused rows are kept of imports that ended before then."""
    return int(session.execute(_COUNT_IMPORT_PROBLEMS, {"before": before}).scalar_one())


def lock_old_leads(session: Session, *, before: datetime, limit: int) -> list[LeadId]:
    """Lock some of the leads that `count_leads` counts, the oldest first; those that somebody else has are left out."""
    return [LeadId(row.id) for row in session.execute(_LOCK_LEADS, {"before": before, "limit": limit})]


def list_old_calls(session: Session, *, before: datetime, limit: int) -> OldCalls:
    """The oldest calls made before then that still have their number."""
    return _old_calls(session, _LIST_CALLS, before=before, limit=limit)


def list_old_recordings(session: Session, *, before: datetime, limit: int) -> OldCalls:
    """The oldest calls made before then that have a recording."""
    return _old_calls(session, _LIST_RECORDINGS, before=before, limit=limit)


def note_calls_done(session: Session, *, until: datetime) -> None:
    """No call made before then has its number any more."""
    session.execute(text("update retention_settings set calls_done_until = :until"), {"until": until})


def note_recordings_done(session: Session, *, until: datetime) -> None:
    """No call made before then has a recording any more."""
    session.execute(text("update retention_settings set recordings_done_until = :until"), {"until": until})


def delete_import_problems(session: Session, *, before: datetime, limit: int) -> int:
    """Remove refused rows of imports that ended before then; return how many, at most `limit`."""
    return len(session.execute(_DELETE_IMPORT_PROBLEMS, {"before": before, "limit": limit}).all())


def _old_calls(session: Session, sql: TextClause, *, before: datetime, limit: int) -> OldCalls:
    rows = session.execute(sql, {"before": before, "limit": limit}).all()
    is_all = len(rows) < limit
    return OldCalls([CallId(row.id) for row in rows], before if is_all else rows[-1].created_at)


_FINAL = ", ".join(f"'{state}'" for state in sorted(FINAL))
_DAYS = "leads_days, calls_days, recordings_days, import_errors_days"
_SAVE = text(
    f"""
    insert into retention_settings (tenant_id, {_DAYS}, updated_at)
    values (:tenant_id, :leads_days, :calls_days, :recordings_days, :import_errors_days, :now)
    on conflict (tenant_id) do update
    set leads_days = excluded.leads_days, calls_days = excluded.calls_days,
        recordings_days = excluded.recordings_days, import_errors_days = excluded.import_errors_days,
        updated_at = excluded.updated_at
    """
)
# Whoever was never called of a campaign that is over is done with, too.
_OLD_LEADS = """
    select l.id from leads l
    where l.tenant_id = current_tenant() and l.erased_at is null and l.status in ('completed', 'failed', 'dnc')
      and greatest(l.created_at, l.last_call_at) < :before
    union all
    select l.id from campaigns c join leads l on l.campaign_id = c.id and l.status = 'pending'
    where c.status in ('completed', 'cancelled') and l.erased_at is null
      and greatest(l.created_at, l.last_call_at) < :before
"""
_COUNT_LEADS = text(f"select count(*) from ({_OLD_LEADS}) old")
_LOCK_LEADS = text(
    f"""
    select l.id from leads l where l.id in (select id from ({_OLD_LEADS}) old limit :limit) and l.erased_at is null
    order by l.id for update skip locked
    """
)
# What was dealt with is not looked at again: calls do not come into being in the past.
_OLD = f"""
    c.tenant_id = current_tenant() and c.created_at < :before and c.state in ({_FINAL})
    and c.created_at >= coalesce((select {{done}} from retention_settings), '-infinity')
"""
_OLD_CALLS = _OLD.format(done="calls_done_until") + "and c.to_number <> ''"
_OLD_RECORDINGS = _OLD.format(done="recordings_done_until") + "and c.recording_sid is not null"
_COUNT_CALLS = text(f"select count(*) from calls c where {_OLD_CALLS}")
_COUNT_RECORDINGS = text(f"select count(*) from calls c where {_OLD_RECORDINGS}")
_OLDEST = "select c.id, c.created_at from calls c where {which} order by c.created_at limit :limit"
_LIST_CALLS = text(_OLDEST.format(which=_OLD_CALLS))
_LIST_RECORDINGS = text(_OLDEST.format(which=_OLD_RECORDINGS))
_OLD_IMPORTS = "(select id from imports where finished_at < :before)"
_COUNT_IMPORT_PROBLEMS = text(f"select count(*) from import_problems where import_id in {_OLD_IMPORTS}")
_DELETE_IMPORT_PROBLEMS = text(
    f"""
    delete from import_problems p using (
        select import_id, number, position from import_problems where import_id in {_OLD_IMPORTS} limit :limit) old
    where p.import_id = old.import_id and p.number = old.number and p.position = old.position
    returning p.number
    """
)
