"""Repairs in SQL: what is put right by hand of the doctor, and the record of it."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CallId, CampaignId, LeadId, PreviewId, TenantId


def record_repair(
    session: Session, *, tenant_id: TenantId, check: str, subject: str, subject_id: str, deed: str, now: datetime
) -> None:
    """Leave a word about what was done."""
    session.execute(
        text(
            """
            insert into repairs (tenant_id, check_name, subject, subject_id, deed, at)
            values (:tenant_id, :check, :subject, :subject_id, :deed, :now)
            """
        ),
        {
            "tenant_id": tenant_id, "check": check, "subject": subject, "subject_id": subject_id, "deed": deed,
            "now": now,
        },
    )  # fmt: skip


def lock_lead(session: Session, lead_id: LeadId) -> str | None:
    """Lock a lead's row until the end of the transaction; its status, or None if there is no such lead."""
    row = session.execute(text("select status from leads where id = :id for update"), {"id": lead_id}).first()
    return None if row is None else row.status


def find_last_call(session: Session, lead_id: LeadId) -> CallId | None:
    """The call of a lead that is in flight, or else the last that was."""
    row = session.execute(
        text(
            """
            select id from calls where lead_id = :lead_id
            order by state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned') desc,
                     created_at desc, id desc
            limit 1
            """
        ),
        {"lead_id": lead_id},
    ).first()
    return None if row is None else CallId(row.id)


def hold_lead(session: Session, *, lead_id: LeadId, status: str, claimed_until: datetime | None, now: datetime) -> bool:
    """Take a lead off its list while it has a call in flight; False if it is not on it."""
    row = session.execute(
        text(
            """
            update leads set status = :status, claimed_until = cast(:claimed_until as timestamptz), updated_at = :now
            where id = :id and status = 'pending' returning id
            """
        ),
        {"id": lead_id, "status": status, "claimed_until": claimed_until, "now": now},
    ).first()
    return row is not None


def count_attempts_anew(session: Session, *, lead_id: LeadId, now: datetime) -> tuple[int, int] | None:
    """Make a lead's attempts the number of calls that were placed or may have been; the old and the new number.

    None if they were the same. The lead's row is locked.
    """
    row = session.execute(
        text(
            """
            with counted as (
                select count(*) as made from calls c join leads l on l.id = c.lead_id
                where l.id = :id and c.placing_at > coalesce(l.attempts_reset_at, '-infinity')
                  and not (c.state = 'cancelled' and c.call_sid is null)
            ), before as (
                select call_attempts from leads where id = :id
            )
            update leads set call_attempts = counted.made, updated_at = :now
            from counted, before
            where id = :id and leads.call_attempts <> counted.made
            returning before.call_attempts as old, leads.call_attempts as new
            """
        ),
        {"id": lead_id, "now": now},
    ).first()
    return None if row is None else (row.old, row.new)


def forget_hours(session: Session, campaign_id: CampaignId) -> int:
    """Throw the sums of a campaign's ledger away; they are counted from its lines when they are asked for."""
    rows = session.execute(text("delete from live_answer_hours where campaign_id = :id returning hour"), {
        "id": campaign_id,
    })  # fmt: skip
    return len(rows.all())


def align_promise(session: Session, *, lead_id: LeadId, now: datetime) -> str | None:
    """Make a lead bear its open promise and no other; say what was done. The lead's row is locked.

    A promise to somebody who is done with is off.
    """
    values = {"id": lead_id, "now": now}
    if session.execute(_CANCEL_PROMISE, values).first() is not None:
        return "the promise is off: its lead is done with"
    if session.execute(_BEAR_PROMISE, values).first() is not None:
        return "the lead bears its promise again"
    if session.execute(_FORGET_PROMISE, values).first() is not None:
        return "the lead bears a promise no more that nobody made"
    return None


_OPEN = "state in ('promised', 'offered', 'handed_over')"
_CANCEL_PROMISE = text(f"""
    update callbacks set state = 'cancelled', reason = 'its lead is done with', ended_at = :now, updated_at = :now
    where lead_id = :id and {_OPEN}
      and exists (select from leads where id = :id and status in ('completed', 'failed', 'dnc'))
    returning id
""")
_BEAR_PROMISE = text(f"""
    update leads set callback_at = b.due_at, updated_at = :now from callbacks b
    where leads.id = :id and b.lead_id = leads.id and b.{_OPEN} and leads.callback_at is distinct from b.due_at
    returning leads.id
""")
_FORGET_PROMISE = text(f"""
    update leads set callback_at = null, updated_at = :now
    where id = :id and callback_at is not null and not exists (select from callbacks where lead_id = :id and {_OPEN})
    returning id
""")


def withdraw_unclaimed_preview(session: Session, *, preview_id: PreviewId, now: datetime) -> bool:
    """End an offer whose lead is not claimed for it any more; False if it is, or the offer is over."""
    row = session.execute(
        text(
            """
            update previews set state = 'withdrawn', ended_at = :now
            where id = :id and state = 'offered'
              and exists (select from leads where id = previews.lead_id and status <> 'queued')
            returning id
            """
        ),
        {"id": preview_id, "now": now},
    ).first()
    return row is not None
