"""Before a list is imported: which campaign and list it is for, how its file is written, what its columns mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dialer.domain.campaigns import CampaignStatus
from dialer.domain.errors import Conflict, Invalid, NotFound
from dialer.domain.ids import CampaignId, ListId
from dialer.domain.imports import ImportChoices
from dialer.domain.lead_rows import MappingProposal, normalize_header, parse_country, propose_mapping
from dialer.domain.principals import Principal
from dialer.store import campaigns, import_mappings, list_names
from dialer.store.campaigns import Campaign
from dialer.store.session import Transaction
from dialer.usecases.imports import Upload
from dialer.usecases.list_files import FileDialect, ListFile, detect_dialect, open_list
from dialer.usecases.services import Services

KIND = "leads"
_SAMPLE_ROWS = 200
_MAX_LIST_NAME = 200


@dataclass(frozen=True)
class ImportRequest:
    """What is asked of an import of leads. Without list and name: the campaign's first list. `field_mapping`: from
    column to field, for the columns that are not recognised rightly."""

    campaign_id: CampaignId
    list_id: ListId | None = None
    list_name: str | None = None
    field_mapping: Mapping[str, str | None] = field(default_factory=dict)
    choices: ImportChoices = field(default_factory=ImportChoices)


@dataclass(frozen=True)
class ImportPlan:
    """An import that makes sense. `list_id` is None for a list that is yet to be made."""

    campaign: Campaign
    list_id: ListId | None
    list_name: str | None
    upload: Upload
    file: ListFile
    proposal: MappingProposal
    choices: ImportChoices
    is_explicit: bool

    def options(self) -> dict[str, Any]:
        """What a run needs to know, as JSON."""
        headers = [normalize_header(header) for header in self.file.header]
        return {
            "dialect": self.file.dialect.as_record(),
            "mapping": self.proposal.mapping.as_record(),
            "choices": self.choices.as_record(),
            # Kept for the tenant's next file with these headers once the import has gone well.
            "remember": {"headers": headers, "targets": self.proposal.as_remembered()} if self.is_explicit else None,
        }


def plan_import(services: Services, *, actor: Principal, request: ImportRequest, upload: Upload) -> ImportPlan:
    """Find out everything that can be known before the rows are read. Stores nothing.

    Raises Invalid for a file, a mapping or choices that make no sense, TooLarge over 1 GiB, NotFound for a campaign or
    list that is not there, Conflict for a cancelled campaign.
    """
    request.choices.check()
    with services.transaction(actor.tenant_id) as tx:
        campaign = load_open_campaign(tx, request.campaign_id)
        list_id = _find_list(tx, request)
    choices = _settle(request.choices, campaign)
    file = open_list(upload.source, _dialect(upload, choices))
    remembered = _remembered(services, actor, file) if not request.field_mapping else {}
    proposal = propose_mapping(
        file.header, file.sample(_SAMPLE_ROWS), remembered=remembered, explicit=request.field_mapping
    )
    list_name = (request.list_name or "").strip() if list_id is None else None
    return ImportPlan(
        campaign, list_id, list_name, upload, file, proposal, choices, is_explicit=bool(request.field_mapping)
    )


def load_open_campaign(tx: Transaction, campaign_id: CampaignId) -> Campaign:
    """A campaign that takes leads, kept from being removed until the transaction ends."""
    campaign = campaigns.find_campaign(tx.session, campaign_id, lock="against removal")
    if campaign is None:
        raise NotFound("There is no campaign with this id.")
    if campaign.status == CampaignStatus.CANCELLED:
        raise Conflict("The campaign is cancelled; it takes no more leads.")
    return campaign


def require_certain(proposal: MappingProposal) -> None:
    """Raise Invalid when which column is the phone was only guessed from the values."""
    if not proposal.is_certain:
        guess = next(column.header for column in proposal.columns if column.target == "phone")
        message = (
            f"no phone column found by its header; {guess.strip()[:40]!r} looks like one: name it with field_mapping"
        )
        raise Invalid.field("file", message)


def _find_list(tx: Transaction, request: ImportRequest) -> ListId | None:
    if request.list_id is not None and request.list_name is not None:
        raise Invalid.field("list_name", "name a list or give its id, not both")
    if request.list_id is not None:
        if not list_names.is_list_of(tx.session, request.list_id, request.campaign_id):
            raise NotFound("The campaign has no list with this id.")
        return request.list_id
    if request.list_name is None:
        return ListId(request.campaign_id)
    name = request.list_name.strip()
    if not name or len(name) > _MAX_LIST_NAME or not name.isprintable():
        raise Invalid.field("list_name", f"must be 1 to {_MAX_LIST_NAME} printable characters")
    return list_names.find_list(tx.session, request.campaign_id, name)


def _settle(choices: ImportChoices, campaign: Campaign) -> ImportChoices:
    """Decide what was left open and does not depend on the file."""
    if choices.default_region is None:
        return replace(choices, default_region=campaign.settings.default_region or "US")
    region = parse_country(choices.default_region)
    if region is None:
        raise Invalid.field("default_region", "must be the two letters of a country, such as US")
    return replace(choices, default_region=region)


def _dialect(upload: Upload, choices: ImportChoices) -> FileDialect:
    """How the file is written: what was said about it, and for the rest what it looks like."""
    head = upload.head()
    dialect = detect_dialect(head, filename=upload.filename, is_whole=len(head) == upload.size)
    if dialect.format == "xlsx":
        dialect = replace(dialect, sheet=choices.sheet)
    else:
        dialect = replace(
            dialect,
            encoding=choices.encoding or dialect.encoding,
            delimiter=_delimiter(choices.delimiter) or dialect.delimiter,
        )
    if choices.has_header is None or choices.has_header == dialect.has_header:
        return dialect
    row = max(1, dialect.header_row) if choices.has_header else max(0, dialect.header_row - 1)
    return replace(dialect, has_header=choices.has_header, header_row=row)


def _delimiter(said: str | None) -> str | None:
    if said is None:
        return None
    named = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}.get(said.casefold(), said)
    if len(named) != 1 or named.isalnum() or named in '\r\n"':
        raise Invalid.field("delimiter", "must be one character that is no letter, digit or quote, or `tab`")
    return named


def _remembered(services: Services, actor: Principal, file: ListFile) -> Mapping[str, str | None]:
    with services.transaction(actor.tenant_id) as tx:
        found = import_mappings.find_mapping(tx.session, [normalize_header(header) for header in file.header])
    return found.targets if found is not None else {}
