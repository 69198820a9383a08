"""Importing leads, as a kind of import: what is done with each batch of rows, and at the end."""

from collections.abc import Mapping, Sequence

import structlog

from dialer.domain.campaigns import CampaignStatus
from dialer.domain.errors import Unavailable
from dialer.domain.ids import CampaignId, ImportId, ListId
from dialer.domain.imports import ImportChoices, ImportStatus, MatchBy, OnDuplicate
from dialer.domain.lead_rows import ColumnMapping, LeadDraft, RowOptions, RowProblem, judge_batch
from dialer.store import campaigns, import_mappings, staged_leads
from dialer.store.campaigns import Campaign
from dialer.store.imports import Import
from dialer.store.session import Transaction
from dialer.store.staged_leads import StagedVerdict, StagingRules
from dialer.store.suppressions import SuppressionDraft
from dialer.usecases.calling_rules import rule_book
from dialer.usecases.campaigns import PACE
from dialer.usecases.imports import BatchOutcome
from dialer.usecases.lead_import.places import Places
from dialer.usecases.lead_import.plan import ImportPlan, load_open_campaign
from dialer.usecases.lead_import.staging import (
    MAX_WARNINGS,
    ReadRows,
    Said,
    count,
    encode_drafts,
    explain,
    sort_problems,
)
from dialer.usecases.list_files import ListFile, RowBatch
from dialer.usecases.services import Services
from dialer.usecases.suppressions import suppress_numbers

MAX_BATCH_ROWS = 10_000
_BATCH_CELLS = 150_000
_MANY = 5_000

log = structlog.get_logger()


class LeadWork:
    """One run of an import of leads: everything that says how rows become leads, the same for all batches.

    Without `places` nobody's whereabouts are looked up: a preview stores nothing. `list_id` may be set until rows are
    stored.
    """

    def __init__(
        self,
        services: Services,
        *,
        campaign: Campaign,
        import_id: ImportId,
        mapping: ColumnMapping,
        choices: ImportChoices,
        places: Places | None = None,
        warnings_kept: int = 0,
    ):
        self.list_id = ListId(campaign.id)
        self._services = services
        self._campaign = campaign
        self._import_id = import_id
        self._mapping = mapping
        self._choices = choices
        self._places = places
        self._warnings_kept = warnings_kept
        self._by_external_id = choices.match_by == MatchBy.EXTERNAL_ID
        allowed = campaign.settings.allowed_countries
        self._options = RowOptions(try_plus=choices.try_plus, allowed_regions=allowed or None)

    @property
    def batch_rows(self) -> int:
        """Fewer rows where they are wide: a batch is held in memory three times over."""
        width = max(1, len(self._mapping.targets))
        return max(500, min(MAX_BATCH_ROWS, _BATCH_CELLS // width))

    def judge_rows(self, batch: RowBatch) -> tuple[list[LeadDraft | None], list[RowProblem]]:
        """What each row says, None where it is refused, and everything that is wrong with the rows."""
        return judge_batch(
            batch.columns,
            self._mapping,
            default_region=self._choices.default_region or "US",
            options=self._options,
            ragged=batch.ragged,
            unclosed=batch.unclosed,
        )

    def read(self, batch: RowBatch) -> ReadRows:
        """Judge the rows of a batch by themselves."""
        found, problems = self.judge_rows(batch)
        refused, warnings = sort_problems(problems, batch.numbers)
        kept = [index for index, draft in enumerate(found) if draft is not None]
        drafts = [draft for draft in found if draft is not None]
        numbers = [batch.numbers[index] for index in kept]
        said = Said.of(batch.columns, self._mapping, len(batch))
        encoded = encode_drafts(
            numbers,
            drafts,
            localities=self._places.number_localities(drafts) if self._places is not None else [0] * len(drafts),
            said=said.at(kept),
            by_external_id=self._by_external_id,
            has_consent=self._choices.has_consent,
        )
        phone_column = self._mapping.column_of("phone")
        return ReadRows(
            encoded=encoded,
            total=len(batch),
            phones=dict(zip(numbers, [draft.phone for draft in drafts], strict=True)),
            refused=refused,
            warnings=warnings,
            phone_column=self._mapping.header_of(phone_column) if phone_column is not None else "",
            has_alternates=any(draft.alternates for draft in drafts),
        )

    def store(self, tx: Transaction, read: ReadRows) -> BatchOutcome:
        """Store the rows of a batch. Raises NotFound or Conflict when the campaign takes no more leads."""
        load_open_campaign(tx, self._campaign.id)
        rules = self._rules()
        staged_leads.stage_rows(tx.session, read.encoded)
        verdicts = staged_leads.judge_staged(tx.session, rules)
        late = staged_leads.insert_staged(tx.session, rules, has_alternates=read.has_alternates)
        updated = staged_leads.update_staged(tx.session, rules) if rules.updates else 0
        self._stop_calling(tx, rules, verdicts)
        verdicts += [StagedVerdict(number, "duplicate_in_campaign") for number in late]
        return self._outcome(read, verdicts, updated)

    def judge(self, tx: Transaction, read: ReadRows) -> BatchOutcome:
        """Say what would become of the rows of a batch, and store nothing."""
        staged_leads.stage_rows(tx.session, read.encoded)
        verdicts = staged_leads.judge_staged(tx.session, self._rules())
        return self._outcome(read, verdicts, staged_leads.count_updates(tx.session))

    def _stop_calling(self, tx: Transaction, rules: StagingRules, verdicts: Sequence[StagedVerdict]) -> None:
        """Put whoever, as the row says, must not be called on the campaign's list: also if a lead of his is there."""
        stopped = sorted({verdict.stops for verdict in verdicts if verdict.stops is not None})
        if stopped:
            draft = SuppressionDraft(rules.tenant_id, rules.campaign_id, "requested", "import")
            suppress_numbers(self._services, tx, stopped, draft)

    def _rules(self) -> StagingRules:
        """How rows meet people who are there already, now."""
        return StagingRules(
            tenant_id=self._campaign.tenant_id,
            campaign_id=self._campaign.id,
            list_id=self.list_id,
            import_id=self._import_id,
            now=self._services.clock.now(),
            updates=self._choices.on_duplicate == OnDuplicate.UPDATE,
            by_external_id=self._by_external_id,
            tenant_duplicates_days=self._choices.tenant_duplicates_days,
        )

    def _outcome(self, read: ReadRows, verdicts: Sequence[StagedVerdict], updated: int) -> BatchOutcome:
        refused = [*read.refused, *(explain(verdict, read) for verdict in verdicts)]
        lost = {problem.number for problem in refused}
        warnings = [warning for warning in read.warnings if warning.number not in lost]
        counts = count(read, refused, updated=updated, warnings=len(warnings))
        kept = warnings[: max(0, MAX_WARNINGS - self._warnings_kept)]
        self._warnings_kept += len(warnings)
        return BatchOutcome(counts, [*refused, *kept])


def begin_work(services: Services, plan: ImportPlan, *, import_id: ImportId) -> LeadWork:
    """The work of an import that is done at once."""
    places = find_places(services, plan.campaign)
    return LeadWork(
        services,
        campaign=plan.campaign,
        import_id=import_id,
        mapping=plan.proposal.mapping,
        choices=plan.choices,
        places=places,
    )


def find_places(services: Services, campaign: Campaign) -> Places:
    """Where people may be, by the rules that hold for the campaign's tenant."""
    with services.transaction(campaign.tenant_id) as tx:
        book = rule_book(services, tx.session, tenant_id=campaign.tenant_id)
    return Places(services, campaign.tenant_id, book, campaign.settings.calling_profile)


class LeadImports:
    """The kind of import whose rows are leads."""

    def begin(self, services: Services, found: Import, file: ListFile) -> LeadWork:
        """Prepare a run by what was decided when the file was uploaded."""
        with services.transaction(found.tenant_id) as tx:
            campaign = load_open_campaign(tx, CampaignId(found.campaign_id or found.tenant_id))
        work = LeadWork(
            services,
            campaign=campaign,
            import_id=found.id,
            mapping=ColumnMapping.from_record(found.options["mapping"]),
            choices=ImportChoices.from_record(found.options["choices"]),
            places=find_places(services, campaign),
            warnings_kept=found.counts.warnings,
        )
        # A list that was deleted meanwhile took its leads along; the rest goes to the first.
        work.list_id = found.list_id or work.list_id
        return work

    def end(self, services: Services, tx: Transaction, ended: Import) -> None:
        """Remember how the columns were mapped, let an active campaign dial, and tell browsers."""
        remember: Mapping[str, Mapping[str, str | None]] | None = ended.options.get("remember")
        if ended.status == ImportStatus.COMPLETED and remember and remember["targets"] and ended.counts.valid:
            import_mappings.remember_mapping(
                tx.session,
                remember["targets"],
                headers=remember["headers"],
                tenant_id=ended.tenant_id,
                now=services.clock.now(),
            )
        if ended.campaign_id is None:
            return
        campaign = campaigns.find_campaign(tx.session, ended.campaign_id)
        tenant_id, campaign_id = str(ended.tenant_id), str(ended.campaign_id)
        if campaign is not None and campaign.status == CampaignStatus.ACTIVE and ended.counts.valid:
            tx.after_commit(services.queue.send, PACE, tenant_id=tenant_id, campaign_id=campaign_id)
        if ended.counts.inserted > _MANY:
            tx.after_commit(_refresh_statistics, services)
        payload = {"campaign_id": campaign_id, "inserted": ended.counts.inserted, "import_id": str(ended.id)}
        tx.after_commit(services.feed.to_tenant, ended.tenant_id, "leads:imported", payload)


def _refresh_statistics(services: Services) -> None:
    """Until PostgreSQL looks at the table by itself, it takes a campaign with a new list for one with no lead."""
    try:
        with services.transaction() as tx:
            staged_leads.refresh_statistics(tx.session)
    except Unavailable as trouble:
        log.warning("statistics_not_refreshed", error=str(trouble.__cause__))
