"""Calling rules at `/api/rules`, and the proof of what they said about each call."""

import csv
import io
from collections.abc import Iterator
from uuid import UUID

from flask import Response

from api.context import principal, services
from api.surfaces.dialer.schemas.calling_rules import (
    CallingRuleAnswer,
    CallingRuleIn,
    CallingRuleOut,
    CallingRulesAnswer,
    CallingRulesQuery,
    ProofAnswer,
    ProofOut,
    ProofsQuery,
    RuleBookAnswer,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import CallId, CampaignId
from dialer.domain.principals import Role
from dialer.domain.spans import parse_span
from dialer.usecases import calling_rules as usecases
from dialer.usecases import proof as proofs
from dialer.usecases.audit_log import record_download
from dialer.usecases.calling_rules import RuleView

rules = surface.resource("calling_rules", url_prefix="/rules", tag="Calling rules")
of_calls = surface.resource("call_compliance", url_prefix="/calls", tag="Calling rules")
of_campaigns = surface.resource("campaign_compliance", url_prefix="/campaigns", tag="Calling rules")


@rules.get("", role=Role.SUPERVISOR, query=CallingRulesQuery, returns=CallingRulesAnswer)
def list_rules(query: CallingRulesQuery) -> CallingRulesAnswer:
    """List the rules by which calls are judged: the shipped ones with their sources, and your own."""
    page = usecases.list_rules(services(), actor=principal())
    shown = [CallingRuleOut.of(view) for view in page.rules if _is_wanted(view, query)]
    return CallingRulesAnswer(version=page.version, rules=shown, count=len(shown))


@rules.post("", role=Role.ADMIN, body=CallingRuleIn, returns=CallingRuleAnswer, status=201)
def add_rule(body: CallingRuleIn) -> CallingRuleAnswer:
    """Add a rule of your own, which holds beside all others from now on: it can only narrow what they allow."""
    view = usecases.add_rule(services(), actor=principal(), row=body.model_dump(exclude_none=True))
    return CallingRuleAnswer(rule=CallingRuleOut.of(view))


@rules.delete("/<uuid:rule_id>", role=Role.ADMIN, errors=(404,))
def retire_rule(rule_id: UUID) -> None:
    """Retire a rule of your own. Shipped rules cannot be switched off here."""
    usecases.retire_rule(services(), actor=principal(), rule_id=rule_id)


@rules.get("/books/<version>", role=Role.SUPERVISOR, returns=RuleBookAnswer, errors=(404,))
def show_rule_book(version: str) -> RuleBookAnswer:
    """Show all rules of a version that a verdict names, as they were when it was given."""
    found = usecases.load_rule_book(services(), actor=principal(), version=version)
    return RuleBookAnswer(version=version, rule_book=dict(found))


@of_calls.get("/<uuid:call_id>/compliance", role=Role.SUPERVISOR, returns=ProofAnswer, errors=(404,))
def show_compliance(call_id: UUID) -> ProofAnswer:
    """Show the stored verdict about a call: every rule that was asked, with its inputs and the rules' version."""
    return ProofAnswer(
        compliance=ProofOut.of(proofs.load_proof(services(), actor=principal(), call_id=CallId(call_id)))
    )


@of_campaigns.get(
    "/<uuid:campaign_id>/compliance.csv", role=Role.SUPERVISOR, query=ProofsQuery, produces="text/csv", errors=(404,)
)
def export_compliance(campaign_id: UUID, query: ProofsQuery) -> Response:
    """Download the verdicts of a campaign: a line for each rule that was asked about each call."""
    span = parse_span(query.date_from, query.date_to)
    table = proofs.export_proofs(services(), actor=principal(), campaign_id=CampaignId(campaign_id), span=span)
    record_download(
        services(), actor=principal(), action="compliance.exported", object_type="campaign", object_id=campaign_id
    )
    headers = {"Content-Disposition": f'attachment; filename="compliance-{campaign_id}.csv"'}
    return Response(_as_csv(table), mimetype="text/csv", headers=headers)


def _is_wanted(view: RuleView, query: CallingRulesQuery) -> bool:
    return (
        (query.jurisdiction is None or view.rule.jurisdiction == query.jurisdiction.upper())
        and (query.kind is None or view.rule.kind == query.kind)
        and (query.own is None or (view.tenant_rule_id is not None) is query.own)
    )


def _as_csv(table: proofs.ProofTable) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(table.headers)
    for line in table.lines:
        writer.writerow(line)
        if buffer.tell() > 32_768:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
