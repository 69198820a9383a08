"""Proving that a call was allowed: the stored verdict, every rule that was asked, and the export of a campaign's."""

from collections.abc import Iterator
from dataclasses import dataclass

from dialer.domain.errors import NotFound
from dialer.domain.ids import CallId, CampaignId
from dialer.domain.principals import Principal, Role
from dialer.domain.spans import Span
from dialer.domain.spreadsheet_cells import neutralise
from dialer.store import campaigns
from dialer.store import proofs as store
from dialer.store.proofs import Proof as Proof
from dialer.usecases.services import Services

HEADERS = (
    "call_id", "attempt", "lead_id", "to_number", "decided_at", "allowed", "placed_at", "state", "rules_version",
    "rule", "code", "passed", "time_zone", "message", "clears_at", "jurisdictions", "time_zones", "call_type",
    "consent", "profile", "attempts_before",
)  # fmt: skip


@dataclass(frozen=True)
class ProofTable:
    """The verdicts of a campaign as lines of a table: one for each rule that was asked about each call."""

    headers: tuple[str, ...]
    lines: Iterator[list[str]]


def load_proof(services: Services, *, actor: Principal, call_id: CallId) -> Proof:
    """The verdict by which a call was placed or withdrawn. Raises NotFound."""
    actor.require(Role.SUPERVISOR)
    with services.transaction(actor.tenant_id) as tx:
        proof = store.find_proof(tx.session, call_id)
    if proof is None:
        raise NotFound("There is no call with this id.")
    return proof


def export_proofs(services: Services, *, actor: Principal, campaign_id: CampaignId, span: Span) -> ProofTable:
    """The verdicts of a campaign, to be read line by line. Raises NotFound before the first line.

    Each page is read in a transaction of its own: a reader who takes his time holds nothing.
    """
    actor.require(Role.SUPERVISOR)
    with services.transaction(actor.tenant_id) as tx:
        if campaigns.find_campaign(tx.session, campaign_id) is None:
            raise NotFound("There is no campaign with this id.")

    def lines() -> Iterator[list[str]]:
        after: store.Place | None = None
        while True:
            with services.transaction(actor.tenant_id) as tx:
                page, after = store.list_proofs(tx.session, campaign_id, span=span, after=after)
            for proof in page:
                yield from _lines(proof)
            if after is None:
                return

    return ProofTable(HEADERS, lines())


def _lines(proof: Proof) -> Iterator[list[str]]:
    verdict = proof.verdict or {}
    inputs = verdict.get("inputs") or {}
    known: list[object] = [
        proof.call_id, proof.attempt_number, proof.lead_id, proof.to_number, proof.decided_at, proof.allowed,
        proof.placing_at, proof.state, verdict.get("rules"),
    ]  # fmt: skip
    where: list[object] = [
        " ".join(inputs.get("jurisdictions") or []), " ".join(inputs.get("time_zones") or []),
        inputs.get("call_type"), inputs.get("consent"), inputs.get("profile"),
        len(inputs.get("prior_attempts") or []),
    ]  # fmt: skip
    # Verdicts from before there were rules name their reasons only.
    for asked in verdict.get("evaluations") or verdict.get("reasons") or [{}]:
        said = [asked.get(name) for name in ("rule", "code", "passed", "time_zone", "message", "clears_at")]
        yield [neutralise("" if cell is None else str(cell)) for cell in (*known, *said, *where)]
