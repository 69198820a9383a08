"""Importing an uploaded list: read the file, judge each row, store what is new and may be called. All or nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dialer.domain.campaigns import CampaignStatus
from dialer.domain.errors import Conflict, Invalid, NotFound, TooLarge
from dialer.domain.ids import CampaignId, ImportId
from dialer.domain.lead_rows import ImportCounts, LeadDraft, RowProblem, map_columns, parse_row
from dialer.domain.principals import Principal, Role
from dialer.store import campaigns, lead_imports, leads, suppressions
from dialer.store.campaigns import Campaign
from dialer.store.session import Transaction
from dialer.usecases.campaigns import PACE
from dialer.usecases.csv_files import read_rows
from dialer.usecases.services import Services

MAX_ROWS = 10_000
MAX_REPORTED_PROBLEMS = 100
_BATCH_ROWS = 2_000
# Headers only: an example row would be called by whoever uploads the template as it is.
TEMPLATE = "phone,first_name,last_name,email,country,type,priority,notes\r\n"


@dataclass(frozen=True)
class ReportedRow:
    """A row that was not imported, and why. `row` is its row in a spreadsheet."""

    row: int
    problem: RowProblem


@dataclass(frozen=True)
class ImportReport:
    """What became of a file: counts, and the first hundred rows that were left out."""

    import_id: ImportId
    counts: ImportCounts
    left_out: tuple[ReportedRow, ...]
    is_truncated: bool


def import_leads(
    services: Services,
    *,
    actor: Principal,
    campaign_id: CampaignId,
    filename: str,
    content: bytes,
    field_mapping: Mapping[str, str | None] | None = None,
) -> ImportReport:
    """Add a file's people to a campaign; callable at once if it is active.

    Left out and reported: rows that name no callable number, numbers that the campaign or an earlier row has already,
    and suppressed numbers. Importing the same file again adds nothing. Raises Invalid for a file or mapping that makes
    no sense, TooLarge above 20 MB or 10,000 rows, Conflict for a cancelled campaign; nothing is stored then.
    """
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        campaign = _load_open(tx, campaign_id)
    rows = list(_parse_rows(content, field_mapping or {}, campaign.settings.default_region or "US"))
    with services.transaction(actor.tenant_id) as tx:
        campaign = _load_open(tx, campaign_id)
        report = _store(services, tx, actor, campaign, filename, rows)
        if campaign.status == CampaignStatus.ACTIVE and report.counts.inserted:
            tx.after_commit(services.queue.send, PACE, tenant_id=str(campaign.tenant_id), campaign_id=str(campaign_id))
        payload = {"campaign_id": str(campaign_id), "inserted": report.counts.inserted}
        tx.after_commit(services.feed.to_tenant, campaign.tenant_id, "leads:imported", payload)
        return report


def _load_open(tx: Transaction, campaign_id: CampaignId) -> Campaign:
    campaign = campaigns.find_campaign(tx.session, campaign_id, lock="against removal")
    if campaign is None:
        raise NotFound("There is no campaign with this id.")
    if campaign.status == CampaignStatus.CANCELLED:
        raise Conflict("The campaign is cancelled; it takes no more leads.")
    return campaign


def _parse_rows(
    content: bytes, field_mapping: Mapping[str, str | None], default_region: str
) -> Iterator[tuple[int, LeadDraft | RowProblem]]:
    rows = read_rows(content)
    header = next(rows, None)
    if header is None:
        raise Invalid.field("file", "is empty")
    mapping = map_columns(header.cells, field_mapping)
    for count, row in enumerate(rows, start=1):
        if count > MAX_ROWS:
            raise TooLarge(f"The file has more than {MAX_ROWS:,} rows; split it.")
        if row.is_ragged:
            message = "The row has more cells than the header"
            yield row.number, RowProblem("row", "ragged_row", "", message)
        else:
            yield row.number, parse_row(row.cells, mapping, default_region)


def _store(
    services: Services,
    tx: Transaction,
    actor: Principal,
    campaign: Campaign,
    filename: str,
    rows: list[tuple[int, LeadDraft | RowProblem]],
) -> ImportReport:
    now = services.clock.now()
    import_id = lead_imports.insert_import(
        tx.session,
        tenant_id=actor.tenant_id,
        campaign_id=campaign.id,
        created_by=actor.user_id,
        filename="".join(character for character in filename if character.isprintable())[:300],
        now=now,
    )
    new, left_out = _sort_out(tx, campaign, rows, services)
    numbers = list(new)
    for start in range(0, len(numbers), _BATCH_ROWS):
        batch = numbers[start : start + _BATCH_ROWS]
        inserted = leads.insert_leads(
            tx.session,
            [new[number][1] for number in batch],
            tenant_id=actor.tenant_id,
            campaign_id=campaign.id,
            import_id=import_id,
            now=now,
        )
        # Somebody else brought the same number since we looked: to this file it is a duplicate like any other.
        for number in set(batch) - inserted.keys():
            row, draft = new.pop(number)
            left_out.append(ReportedRow(row, _duplicate(draft)))
    counts = _count(len(rows), len(new), left_out)
    lead_imports.finish_import(tx.session, import_id, counts, now=services.clock.now())
    left_out.sort(key=lambda reported: reported.row)
    return ImportReport(
        import_id, counts, tuple(left_out[:MAX_REPORTED_PROBLEMS]), len(left_out) > MAX_REPORTED_PROBLEMS
    )


def _sort_out(
    tx: Transaction, campaign: Campaign, rows: list[tuple[int, LeadDraft | RowProblem]], services: Services
) -> tuple[dict[str, tuple[int, LeadDraft]], list[ReportedRow]]:
    """The rows to store, by number, and those to leave out: the suppressed first, then what is there already."""
    numbers = list({row.phone_normalized for _, row in rows if isinstance(row, LeadDraft)})
    suppressed = suppressions.list_suppressed_numbers(
        tx.session, numbers, campaign_id=campaign.id, at=services.clock.now()
    )
    known = leads.list_known_numbers(tx.session, campaign.id, numbers)
    new: dict[str, tuple[int, LeadDraft]] = {}
    left_out: list[ReportedRow] = []
    for number, row in rows:
        if isinstance(row, RowProblem):
            left_out.append(ReportedRow(number, row))
        elif row.do_not_call or row.phone_normalized in suppressed:
            problem = RowProblem("phone", "dnc", row.phone[:100], "The number is on the do-not-call list")
            left_out.append(ReportedRow(number, problem))
        elif row.phone_normalized in known or row.phone_normalized in new:
            left_out.append(ReportedRow(number, _duplicate(row)))
        else:
            new[row.phone_normalized] = (number, row)
    return new, left_out


def _duplicate(draft: LeadDraft) -> RowProblem:
    return RowProblem("phone", "duplicate", draft.phone[:100], "The campaign has this number already")


def _count(total: int, inserted: int, left_out: list[ReportedRow]) -> ImportCounts:
    codes = [reported.problem.code for reported in left_out]
    duplicates, dnc = codes.count("duplicate"), codes.count("dnc")
    return ImportCounts(
        total=total,
        valid=inserted,
        invalid=total - inserted - duplicates - dnc,
        duplicates=duplicates,
        dnc=dnc,
        inserted=inserted,
    )
