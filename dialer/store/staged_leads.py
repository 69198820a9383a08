"""Rows of an imported list on their way into `leads`: copied into a table of the session, judged there, then stored.

All of it belongs into the transaction that also moves the import on. Rows are stored in the order of their numbers, so
that two imports that bring the same people at once wait for each other and cannot deadlock.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, ImportId, ListId, TenantId
from dialer.store.suppressions import SUPPRESSED_AMONG

# Name and type of what is staged of a row, in this order. `number` is its row in the file. `is_repeated` tells that an
# earlier row of the batch names the same person. What begins with `says` tells an empty cell from a default.
STAGED_COLUMNS = {
    "number": "integer",
    "id": "uuid",
    "phone": "text",
    "phone_normalized": "text",
    "external_id": "text",
    "first_name": "text",
    "last_name": "text",
    "email": "text",
    "country": "text",
    "state": "text",
    "postal_code": "text",
    "time_zone": "text",
    "consent": "boolean",
    "type": "text",
    "priority": "smallint",
    "custom_fields": "jsonb",
    "notes": "text",
    "do_not_call": "boolean",
    "alternates": "text[]",
    "locality_id": "integer",
    "is_repeated": "boolean",
    "says_priority": "boolean",
    "says_country": "boolean",
}


@dataclass(frozen=True)
class StagingRules:
    """Whose list it is, and how its rows meet people who are there already."""

    tenant_id: TenantId
    campaign_id: CampaignId
    list_id: ListId
    import_id: ImportId
    now: datetime
    updates: bool = False
    by_external_id: bool = False
    tenant_duplicates_days: int | None = None

    def values(self) -> dict[str, Any]:
        """As parameters of the statements below."""
        days = self.tenant_duplicates_days
        since = self.now - timedelta(days=days) if days is not None else None
        return {**vars(self), "duplicates_since": since}


@dataclass(frozen=True)
class StagedVerdict:
    """Why a staged row is refused.

    `code` is dnc, dnc_registry, erased, duplicate_in_file, duplicate_in_campaign or duplicate_in_tenant. `reason` is
    the entry's on the do-not-call list. `stops` is the number of somebody who is there and, as the row says, must not
    be called.
    """

    number: int
    code: str
    reason: str | None = None
    stops: str | None = None


def stage_rows(session: Session, rows: bytes) -> None:
    """Copy rows, as `encode_rows` made them, into the session's table, in place of what an earlier batch of the
    transaction left there. After the transaction it is empty."""
    session.execute(_CREATE)
    session.execute(text("truncate staged_leads"))
    cursor: Any = session.connection().connection.cursor()
    try:
        # In one piece: with others computing, each piece would wait for its turn.
        cursor.copy_expert(_COPY, io.BytesIO(rows), size=len(rows) + 1)
    finally:
        cursor.close()


def judge_staged(session: Session, rules: StagingRules) -> list[StagedVerdict]:
    """Decide what becomes of the staged rows: suppression first, then who is there already. Stores nothing.

    Returns those that are refused.
    """
    statement = _JUDGE_BY_EXTERNAL_ID if rules.by_external_id else _JUDGE_BY_PHONE
    rows = session.execute(statement, rules.values())
    return [StagedVerdict(row.number, row.verdict, row.reason, row.stops) for row in rows]


def count_updates(session: Session) -> int:
    """How many of the judged rows belong to a lead that is there, and would change it."""
    return int(session.execute(_COUNT_UPDATES).scalar_one())


def insert_staged(session: Session, rules: StagingRules, *, has_alternates: bool) -> list[int]:
    """Store the rows that nothing speaks against as leads, callable at once.

    Returns the rows that came too late: another transaction brought their number since they were judged.
    """
    late: list[int] = []
    try:
        with session.begin_nested():
            session.execute(_INSERT, rules.values())
    except IntegrityError:
        # Looking for others' rows while inserting costs a quarter more, and is hardly ever needed.
        late = [row.number for row in session.execute(_INSERT_CAREFULLY, rules.values())]
        session.execute(_REFUSE, {"numbers": late})
    if has_alternates:
        session.execute(_INSERT_PHONES, rules.values())
    return late


def update_staged(session: Session, rules: StagingRules) -> int:
    """Change the leads that rows belong to: only what a row says, never status or attempts. Returns how many."""
    values = rules.values()
    session.execute(_LOCK_UPDATED)
    updated = session.execute(_UPDATE, values).all()
    session.execute(_REPLACE_PHONES)
    session.execute(_INSERT_REPLACED_PHONES, values)
    return len(updated)


def refresh_statistics(session: Session) -> None:
    """Have PostgreSQL look at what has become of `leads`, before it plans the next statements."""
    session.execute(text("select analyze_leads()"))


def encode_rows(columns: Sequence[Sequence[str | None]]) -> bytes:
    """Rows, given as columns of texts in the order of STAGED_COLUMNS, in the form that COPY reads. None is null."""
    lines = zip(*map(_escape, columns), strict=True)
    return "".join(["\t".join(line) + "\n" for line in lines]).encode("utf-8", "replace")


def _escape(column: Sequence[str | None]) -> list[str]:
    plain = [_NULL if text is None else text for text in column]
    seen = "".join(plain)
    # Most columns hold nothing to escape but the backslashes of the nulls: looking at all texts at once is far quicker.
    if "\t" in seen or "\n" in seen or "\r" in seen or seen.count("\\") != column.count(None):
        return [_NULL if text is None else text.translate(_ESCAPES) for text in column]
    return plain


_NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

_CREATE = text(
    f"""
    create temporary table if not exists staged_leads (
        {", ".join(f"{name} {kind}" for name, kind in STAGED_COLUMNS.items())},
        verdict text, lead_id uuid
    ) on commit delete rows
    """
)
_COPY = f"copy staged_leads ({', '.join(STAGED_COLUMNS)}) from stdin"

# Laterals with a limit: whatever the planner thinks of a table that grows by the second, it looks up one by one. And
# the campaign is compared as text, which no index has: of a campaign that it has not heard of yet, the planner thinks
# that it has one lead, and would go through all of them by an index that begins with the campaign, for every row.
_BY_PHONE = """
    left join lateral (
        select l.id, l.import_id, l.external_id from leads l
        where l.tenant_id = :tenant_id and l.phone_normalized = s.phone_normalized
          and cast(l.campaign_id as text) = cast(:campaign_id as text)
        limit 1
    ) as by_phone on true
"""
_BY_ID = """
    left join lateral (
        select l.id, l.import_id from leads l
        where l.tenant_id = :tenant_id and l.external_id = s.external_id
          and cast(l.campaign_id as text) = cast(:campaign_id as text)
        order by l.id limit 1
    ) as by_id on true
"""
_NO_ID = "cross join (select cast(null as uuid) as id, cast(null as uuid) as import_id) as by_id"


def _judge(by_id: str, suppressed: str = SUPPRESSED_AMONG.format(staged="staged_leads")) -> str:
    """Another's number, or another's external id on this number, is never overwritten."""
    return f"""
    with suppressed as materialized ({suppressed}),
    met as (
        select s.number, s.do_not_call, s.consent, s.is_repeated, s.phone_normalized,
               coalesce(by_id.id, by_phone.id) as lead_id,
               coalesce(by_id.import_id, by_phone.import_id) as import_id,
               by_id.id is not null and by_phone.id <> by_id.id
               or by_id.id is null and by_phone.external_id <> s.external_id and :by_external_id as is_anothers
        from staged_leads s {_BY_PHONE} {by_id}
    ),
    judged as (
        select met.number, met.lead_id,
               case when met.do_not_call then met.phone_normalized end as stops,
               coalesce(suppressed.reason, case when met.do_not_call then 'the row says so' end) as reason,
               case
                   when suppressed.kind = 'erased' then 'erased'
                   when met.do_not_call or suppressed.kind <> 'registry' then 'dnc'
                   when suppressed.kind = 'registry' and met.consent is not true then 'dnc_registry'
                   when met.is_repeated then 'duplicate_in_file'
                   when met.lead_id is null then
                       case when exists (
                           select from leads l
                           where l.tenant_id = :tenant_id and l.phone_normalized = met.phone_normalized
                             and l.created_at > :duplicates_since
                       ) then 'duplicate_in_tenant' end
                   when met.import_id = :import_id
                        or exists (
                            select from import_updates u where u.import_id = :import_id and u.lead_id = met.lead_id
                        ) then 'duplicate_in_file'
                   when met.is_anothers or not :updates then 'duplicate_in_campaign'
                   else 'update'
               end as verdict
        from met left join suppressed on suppressed.phone_normalized = met.phone_normalized
    ),
    noted as (
        update staged_leads s set verdict = judged.verdict, lead_id = judged.lead_id
        from judged where judged.number = s.number and judged.verdict is not null
        returning s.number, s.verdict, judged.reason, judged.stops
    )
    select * from noted where verdict <> 'update'
    """


_JUDGE_BY_PHONE = text(_judge(_NO_ID))
_JUDGE_BY_EXTERNAL_ID = text(_judge(_BY_ID))
_COUNT_UPDATES = text("select count(*) from staged_leads where verdict = 'update'")
_PLAIN = (
    "phone", "phone_normalized", "external_id", "first_name", "last_name", "email", "country", "state", "postal_code",
    "time_zone", "consent", "type", "priority", "custom_fields", "notes", "locality_id",
)  # fmt: skip
# For all orders but that by a custom field the key is the same for every row: worked out once, not row by row.
_DIAL_KEY = """
    case when (select lead_order from campaigns where id = :campaign_id) = 'custom'
         then (select lead_dial_key(c.lead_order, c.lead_order_field, :now, :now, null, s.custom_fields)
               from campaigns c where c.id = :campaign_id)
         else (select lead_dial_key(c.lead_order, c.lead_order_field, :now, :now, null, '{}')
               from campaigns c where c.id = :campaign_id)
    end
"""
_INSERT_ROWS = f"""
    insert into leads (id, tenant_id, campaign_id, list_id, import_id, {", ".join(_PLAIN)}, status, call_attempts,
                       last_attempt_number, next_call_at, do_not_call, dial_key, created_at, updated_at)
    select s.id, :tenant_id, :campaign_id, :list_id, :import_id, {", ".join(f"s.{name}" for name in _PLAIN)},
           'pending', 0, 0, :now, false, {_DIAL_KEY}, :now, :now
    from staged_leads s where s.verdict is null
    order by s.phone_normalized
"""
_INSERT = text(_INSERT_ROWS)
_INSERT_CAREFULLY = text(
    f"""
    with added as ({_INSERT_ROWS} on conflict (campaign_id, phone_normalized) do nothing returning id)
    select s.number from staged_leads s
    where s.verdict is null and not exists (select from added where added.id = s.id)
    """
)
_REFUSE = text(
    "update staged_leads set verdict = 'duplicate_in_campaign' where number = any(cast(:numbers as integer[]))"
)
_LINES = """
    cross join lateral unnest(array_prepend(s.phone_normalized, s.alternates)) with ordinality
        as line (phone_normalized, position)
"""
_INSERT_PHONES = text(
    f"""
    insert into lead_phones (lead_id, position, tenant_id, phone_normalized)
    select s.id, line.position - 1, :tenant_id, line.phone_normalized
    from staged_leads s {_LINES}
    where s.verdict is null and s.alternates is not null
    """
)
_LOCK_UPDATED = text(
    """
    select l.id from leads l where l.id in (select lead_id from staged_leads where verdict = 'update')
    order by l.id for update
    """
)
_SAID = ("phone", "phone_normalized", "external_id", "first_name", "last_name", "email", "state", "postal_code",
         "time_zone", "consent", "type", "notes")  # fmt: skip
# Where a callee may be follows from all that is known. What the row and the lead say together is left undetermined
# (0: placing finds it out) unless one of the two says it all.
_UPDATE = text(
    f"""
    with said as (
        select s.*,
               coalesce(case when s.says_country then s.country end, lead.country, s.country) as merged_country,
               coalesce(s.state, lead.state) as merged_state,
               coalesce(s.postal_code, lead.postal_code) as merged_postal_code,
               coalesce(s.time_zone, lead.time_zone) as merged_time_zone
        from staged_leads s join leads lead on lead.id = s.lead_id
        where s.verdict = 'update'
    ),
    noted as (
        insert into import_updates (import_id, lead_id, tenant_id) select :import_id, lead_id, :tenant_id from said
        on conflict do nothing
    )
    update leads lead
    set {", ".join(f"{name} = coalesce(said.{name}, lead.{name})" for name in _SAID)},
        country = said.merged_country,
        priority = case when said.says_priority then said.priority else lead.priority end,
        custom_fields = lead.custom_fields || said.custom_fields,
        locality_id = case
            when (said.phone_normalized, said.merged_country, said.merged_state, said.merged_postal_code,
                  said.merged_time_zone)
                 is not distinct from
                 (lead.phone_normalized, lead.country, lead.state, lead.postal_code, lead.time_zone)
            then lead.locality_id
            when (said.merged_country, said.merged_state, said.merged_postal_code, said.merged_time_zone)
                 is not distinct from (said.country, said.state, said.postal_code, said.time_zone)
            then said.locality_id
            else 0
        end,
        next_phone = case when said.alternates is null or lead.next_phone = any(said.alternates)
                          then lead.next_phone end,
        updated_at = :now
    from said
    where lead.id = said.lead_id
    returning lead.id
    """
)
# A row that names further phones names all of them. One that brings another number alone replaces the first.
_REPLACE_PHONES = text(
    """
    delete from lead_phones p using staged_leads s
    where s.verdict = 'update' and p.lead_id = s.lead_id
      and (s.alternates is not null or p.position = 0 or p.phone_normalized = s.phone_normalized)
    """
)
_INSERT_REPLACED_PHONES = text(
    f"""
    insert into lead_phones (lead_id, position, tenant_id, phone_normalized)
    select s.lead_id, line.position - 1, :tenant_id, line.phone_normalized
    from staged_leads s {_LINES}
    where s.verdict = 'update'
      and (s.alternates is not null
           or line.position = 1 and exists (select from lead_phones p where p.lead_id = s.lead_id))
    """
)
