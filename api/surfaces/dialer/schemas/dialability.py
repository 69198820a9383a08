"""Why leads are or are not dialled, on the dialer surface."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import Field

from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out
from dialer.domain.dialability import GATES, Gate
from dialer.usecases.dialability import CampaignDialability, GateCount, LeadDialability, ListDialability
from dialer.usecases.dry_run import MAX_DAYS, DryRun

_GATES = "One of " + ", ".join(GATES) + "; in this order."


class GateOut(Out):
    """Something that stops a lead."""

    gate: str = Field(description=_GATES)
    code: str = Field(description="What exactly; stable.")
    message: str
    clears_at: Instant | None = Field(description="When time alone opens it; null: never by itself.")
    rule: str | None = Field(description="The calling rule that says so, if one does.")


class LeadDialabilityOut(Out):
    """Whether a lead may be dialled now, and what stops it."""

    lead_id: UUID
    at: Instant
    dialable: bool
    gate: GateOut | None = Field(description="The first gate; null: nothing stops the lead.")
    gates: list[GateOut] = Field(description="All of them, in order.")
    next_dialable_at: Instant | None = Field(description="When time alone will have opened all; null: never.")
    jurisdictions: list[str]
    time_zones: list[str] = Field(description="Every zone in which the person may be; all of them have to be open.")
    rules_version: str

    @classmethod
    def of(cls, found: LeadDialability) -> "LeadDialabilityOut":
        """Present what was found."""
        gates = [GateOut.model_validate(gate) for gate in found.gates]
        return cls(
            lead_id=found.lead_id,
            at=found.at,
            dialable=found.is_dialable,
            gate=gates[0] if gates else None,
            gates=gates,
            next_dialable_at=found.next_dialable_at,
            jurisdictions=list(found.locality.jurisdictions),
            time_zones=list(found.locality.time_zones),
            rules_version=found.rules_version,
        )


class LeadDialabilityAnswer(Answer):
    """Why a lead is or is not dialled."""

    dialability: LeadDialabilityOut


class GateCountOut(Out):
    """Leads whose first gate this is."""

    gate: str = Field(description=_GATES)
    count: int
    earliest_clears_at: Instant | None = Field(description="When the first of them get through, if time does it.")


class ListDialabilityOut(Out):
    """The leads of one list by their first gate: `total` is the sum of `callable` and all counts."""

    list_id: UUID
    name: str
    is_active: bool
    total: int
    callable: int
    gates: list[GateCountOut]


class CampaignDialabilityOut(Out):
    """The leads of a campaign by their first gate: `total` is the sum of `callable` and all counts."""

    campaign_id: UUID
    at: Instant
    campaign_gate: GateOut | None = Field(description="What stops all of them; not counted again below.")
    total: int
    callable: int = Field(description="May be called now, if the campaign dials.")
    gates: list[GateCountOut]
    lists: list[ListDialabilityOut]
    rules_version: str

    @classmethod
    def of(cls, found: CampaignDialability) -> "CampaignDialabilityOut":
        """Present the counts."""
        return cls(
            campaign_id=found.campaign_id,
            at=found.at,
            campaign_gate=_gate(found.campaign_gate),
            total=found.total,
            callable=found.callable,
            gates=_counts(found.gates),
            lists=[_list(entry) for entry in found.lists],
            rules_version=found.rules_version,
        )


class CampaignDialabilityAnswer(Answer):
    """Why a campaign's leads are or are not dialled."""

    dialability: CampaignDialabilityOut


class DryRunIn(In):
    """How far to look ahead."""

    days: int = Field(3, ge=1, le=MAX_DAYS)


class HourAheadOut(Out):
    """One hour to come, and how many leads could be called in it, none being called before."""

    starts_at: Instant
    callable: int


class DryRunOut(Out):
    """What would happen if the campaign dialled from now on."""

    campaign_id: UUID
    at: Instant
    campaign_gate: GateOut | None
    total: int
    callable_now: int
    blocked: list[GateCountOut] = Field(description="Leads that cannot be called now, by their first gate.")
    hours: list[HourAheadOut]
    lists: list[ListDialabilityOut]
    warnings: list[str] = Field(description="What to mend before the start.")
    rules_version: str

    @classmethod
    def of(cls, found: DryRun) -> "DryRunOut":
        """Present a dry run."""
        summary = CampaignDialability(
            found.campaign_id, found.at, found.campaign_gate, found.lists, found.rules_version
        )
        return cls(
            campaign_id=found.campaign_id,
            at=found.at,
            campaign_gate=_gate(found.campaign_gate),
            total=summary.total,
            callable_now=summary.callable,
            blocked=_counts(summary.gates),
            hours=[HourAheadOut.model_validate(hour) for hour in found.hours],
            lists=[_list(entry) for entry in found.lists],
            warnings=list(found.warnings),
            rules_version=found.rules_version,
        )


class DryRunAnswer(Answer):
    """A campaign before its start."""

    dry_run: DryRunOut


def _gate(gate: Gate | None) -> GateOut | None:
    return None if gate is None else GateOut.model_validate(gate)


def _counts(gates: Mapping[str, GateCount]) -> list[GateCountOut]:
    return [GateCountOut.model_validate(gates[name]) for name in GATES if name in gates]


def _list(entry: ListDialability) -> ListDialabilityOut:
    return ListDialabilityOut(
        list_id=entry.list_id,
        name=entry.name,
        is_active=entry.is_active,
        total=entry.total,
        callable=entry.callable,
        gates=_counts(entry.gates),
    )
