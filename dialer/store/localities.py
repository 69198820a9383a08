"""Localities in SQL: where callees may be, each stored once for all tenants."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, LeadId, ListId, TenantId

UNDETERMINED = 0
"""The number of the locality of leads about whom nobody has looked yet where they are."""


@dataclass(frozen=True)
class StoredLocality:
    """A locality with its number."""

    id: int
    jurisdictions: tuple[str, ...]
    time_zones: tuple[str, ...]


def ensure_localities(
    session: Session, localities: Iterable[tuple[str, Sequence[str], Sequence[str]]]
) -> dict[str, int]:
    """The numbers of localities, given as (signature, jurisdictions, time zones), by signature; new ones are stored.

    Two transactions that bring the same new one at once get the same number: the second waits for the first.
    """
    wanted = {signature: (list(jurisdictions), list(zones)) for signature, jurisdictions, zones in localities}
    found = _find(session, list(wanted))
    missing = sorted(wanted.keys() - found.keys())
    if missing:
        values = [
            {"signature": signature, "jurisdictions": wanted[signature][0], "time_zones": wanted[signature][1]}
            for signature in missing
        ]
        session.execute(_INSERT, values)
        found |= _find(session, missing)
    return found


def load_localities(session: Session, ids: Sequence[int]) -> dict[int, StoredLocality]:
    """The localities of these numbers."""
    rows = session.execute(_LOAD, {"ids": list(ids)})
    return {row.id: StoredLocality(row.id, tuple(row.jurisdictions), tuple(row.time_zones)) for row in rows}


def set_locality(session: Session, *, lead_id: LeadId, locality_id: int) -> None:
    """Write down where the person behind a locked lead may be."""
    session.execute(
        text("update leads set locality_id = :locality_id where id = :id"), {"id": lead_id, "locality_id": locality_id}
    )


@dataclass(frozen=True)
class Whereabouts:
    """What a lead says about where its person may be, and by which profile the campaign reads it."""

    lead_id: LeadId
    phone_normalized: str
    country: str | None
    state: str | None
    postal_code: str | None
    time_zone: str | None
    profile: str


def list_undetermined_lists(session: Session, *, max_rows: int) -> list[tuple[TenantId, ListId]]:
    """Lists of all tenants with ready leads whose locality nobody has determined."""
    rows = session.execute(text("select tenant_id, list_id from undetermined_lists(:max_rows)"), {"max_rows": max_rows})
    return [(TenantId(row.tenant_id), ListId(row.list_id)) for row in rows]


def lock_undetermined_leads(session: Session, list_id: ListId, *, max_leads: int) -> list[Whereabouts]:
    """Ready leads of a list without a locality, locked; those that others hold are passed over."""
    rows = session.execute(_LOCK_UNDETERMINED, {"list_id": list_id, "max_leads": max_leads})
    return [Whereabouts(**row._mapping) for row in rows]


def set_localities(session: Session, numbers: Mapping[LeadId, int]) -> None:
    """Write down where the persons behind locked leads may be."""
    values = {"leads": [str(lead_id) for lead_id in numbers], "localities": list(numbers.values())}
    session.execute(_SET, values)


def lock_leads_of(
    session: Session, campaign_id: CampaignId, *, after: LeadId | None, max_leads: int
) -> list[Whereabouts]:
    """Leads of a campaign that are still to be called, by id and locked, a page at a time."""
    values = {"campaign_id": campaign_id, "after": after, "max_leads": max_leads}
    return [Whereabouts(**row._mapping) for row in session.execute(_LOCK_LEADS, values)]


def _find(session: Session, signatures: Sequence[str]) -> dict[str, int]:
    return {row.signature: row.id for row in session.execute(_FIND, {"signatures": list(signatures)})}


_LOCK_UNDETERMINED = text(
    """
    select l.id as lead_id, l.phone_normalized, l.country, l.state, l.postal_code, l.time_zone,
           m.calling_profile as profile
    from generate_series(0, 6) as t (turn)
    cross join lateral (
        select * from leads
        where list_id = :list_id and turn = t.turn and locality_id = 0 and status = 'pending' and not is_waiting
        order by dial_key, id limit :max_leads
        for update skip locked
    ) as l
    join campaigns m on m.id = l.campaign_id
    limit :max_leads
    """
)
_LOCK_LEADS = text(
    """
    select l.id as lead_id, l.phone_normalized, l.country, l.state, l.postal_code, l.time_zone,
           m.calling_profile as profile
    from leads l join campaigns m on m.id = l.campaign_id
    where l.campaign_id = :campaign_id and l.status in ('pending', 'queued', 'calling')
      and (cast(:after as uuid) is null or l.id > :after)
    order by l.id limit :max_leads
    for no key update of l
    """
)
_SET = text(
    """
    update leads set locality_id = found.locality_id
    from unnest(cast(:leads as uuid[]), cast(:localities as integer[])) as found (lead_id, locality_id)
    where leads.id = found.lead_id
    """
)
_FIND = text("select id, signature from localities where signature = any(cast(:signatures as text[]))")
_LOAD = text("select id, jurisdictions, time_zones from localities where id = any(cast(:ids as integer[]))")
_INSERT = text(
    """
    insert into localities (signature, jurisdictions, time_zones)
    values (:signature, cast(:jurisdictions as text[]), cast(:time_zones as text[]))
    on conflict (signature) do nothing
    """
)
