"""Calling rules and proofs on the dialer surface."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out
from dialer.domain.compliance import CALL_TYPES
from dialer.usecases.calling_rules import RuleView
from dialer.usecases.proof import Proof


class CallingRuleIn(In):
    """A rule of one's own. It holds beside all others, so it can only narrow what they allow."""

    jurisdiction: str = Field(max_length=10, description="A country (US), a state (US-FL), or * for everywhere.")
    kind: str = Field(max_length=20, description="hours, cap, wait, consent, holiday, closure or ban.")
    value: dict[str, Any] = Field(
        description='By kind, for example hours: every_day [["09:00", "18:00"]]; cap: max 3, hours 24.',
    )
    applies_to: list[str] | None = Field(None, description="Call types: any, or " + ", ".join(sorted(CALL_TYPES)))
    effective_from: str | None = Field(None, description="A date at the callee, inclusive.")
    effective_to: str | None = Field(None, description="A date at the callee, inclusive.")
    source: str | None = Field(None, max_length=500)
    remark: str | None = Field(None, max_length=500)


class CallingRulesQuery(In):
    """Which rules are wanted."""

    jurisdiction: str | None = Field(None, max_length=10)
    kind: str | None = Field(None, max_length=20)
    own: bool | None = Field(None, description="True: one's own alone; false: the shipped ones alone.")


class CallingRuleOut(Out):
    """A calling rule with its source."""

    id: str
    jurisdiction: str
    kind: str
    value: dict[str, Any]
    applies_to: list[str]
    exempt_if: list[str]
    effective_from: str | None
    effective_to: str | None
    source: str
    certainty: Literal["H", "M", "L"] = Field(description="How sure it is: high, medium or low.")
    enabled: bool
    remark: str
    own_id: UUID | None = Field(description="Set for one's own rules: by it they are retired.")
    created_at: Instant | None

    @classmethod
    def of(cls, view: RuleView) -> "CallingRuleOut":
        """Present a rule."""
        record = view.rule.as_record() | {"own_id": view.tenant_rule_id, "created_at": view.created_at}
        return cls.model_validate(record)


class CallingRuleAnswer(Answer):
    """One rule."""

    rule: CallingRuleOut


class CallingRulesAnswer(Answer):
    """Rules, under the version that verdicts name."""

    version: str
    rules: list[CallingRuleOut]
    count: int


class RuleBookAnswer(Answer):
    """All rules of a version by which a verdict was given."""

    version: str
    rule_book: dict[str, Any]


class ProofOut(Out):
    """The decision about one call, with every rule that was asked."""

    call_id: UUID
    lead_id: UUID
    campaign_id: UUID
    attempt_number: int
    to_number: str
    state: str
    planned_at: Instant
    decided_at: Instant | None
    placed_at: Instant | None
    allowed: bool | None = Field(description="Null while the call is planned and nothing is decided.")
    rules_version: str | None
    evaluations: list[dict[str, Any]] = Field(
        description="rule, code, passed, message, clears_at, time_zone and inputs of each rule that was asked."
    )
    inputs: dict[str, Any] = Field(description="What the decision knew.")

    @classmethod
    def of(cls, proof: Proof) -> "ProofOut":
        """Present a stored verdict. Those from before there were rules name their reasons only."""
        verdict = proof.verdict or {}
        return cls(
            call_id=proof.call_id,
            lead_id=proof.lead_id,
            campaign_id=proof.campaign_id,
            attempt_number=proof.attempt_number,
            to_number=proof.to_number,
            state=proof.state,
            planned_at=proof.planned_at,
            decided_at=proof.decided_at,
            placed_at=proof.placing_at,
            allowed=proof.allowed,
            rules_version=verdict.get("rules"),
            evaluations=list(verdict.get("evaluations") or verdict.get("reasons") or []),
            inputs=dict(verdict.get("inputs") or {}),
        )


class ProofAnswer(Answer):
    """Why a call was allowed or withdrawn."""

    compliance: ProofOut


class ProofsQuery(In):
    """Which verdicts are wanted."""

    date_from: str | None = Field(None, max_length=40)
    date_to: str | None = Field(None, max_length=40)
