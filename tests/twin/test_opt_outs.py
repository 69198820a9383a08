"""Opting out by key, end to end: the carrier speaks our message, takes the key, signs it, and we list the number."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from api import create_app
from api.wiring import ApiDependencies, ApiSettings
from dialer.domain.ids import CallId, TenantId
from dialer.integrations.carriers.twilio.webhooks import TwilioWebhooks
from dialer.ports import CarrierAccount
from dialer.usecases.services import Services
from tests.builders.agents import make_tenant
from tests.builders.calls import make_call, make_called_lead, make_dialed_campaign
from tests.twin.conftest import ACCOUNT, TOKEN, Received, Receiver, Twin

FROM = "+14155551234"


@pytest.fixture
def tenant_id(services: Services) -> TenantId:
    return make_tenant(services.database)


@pytest.fixture
def ours(services: Services, dependencies: ApiDependencies, api_settings: ApiSettings, receiver: Receiver) -> Flask:
    """Our application, reached by the twin through the receiver."""
    account = CarrierAccount(ACCOUNT, TOKEN, calls_per_second=5.0, max_lines=100)
    parts = replace(
        dependencies,
        services=replace(services, platform_account=account),
        carrier_webhooks=TwilioWebhooks(receiver.url),
    )
    app = create_app(parts, replace(api_settings, public_url=receiver.url))

    def forward(got: Received) -> tuple[int, str, str]:
        signature = {"X-Twilio-Signature": got.headers["X-Twilio-Signature"]}
        answer = app.test_client().post(got.raw_path, data=got.lists, headers=signature, buffered=True)
        return answer.status_code, answer.content_type or "", answer.get_data(as_text=True)

    for path in ("waiting", "opt-out"):
        receiver.on(f"/webhooks/twilio/{path}", forward)
    return app


def wait_in_vain(services: Services, tenant_id: TenantId, number: str, **campaign: Any) -> CallId:
    """A callee whose two seconds are over when he asks again."""
    campaign_id = make_dialed_campaign(services.database, tenant_id=tenant_id, **campaign)
    lead_id = make_called_lead(
        services.database, tenant_id=tenant_id, campaign_id=campaign_id, phone=number, status="calling"
    )
    now = services.clock.now()
    return make_call(
        services.database, tenant_id=tenant_id, campaign_id=campaign_id, lead_id=lead_id, state="waiting",
        answered_at=now - timedelta(seconds=3), answer_deadline_at=now - timedelta(seconds=1), call_sid=None,
    )  # fmt: skip


def call(twin: Twin, receiver: Receiver, call_id: CallId, number: str, **script: Any) -> Any:
    """The call as the carrier lives it, from the poll that comes too late to its end."""
    twin.script(number, ring_seconds=0.1, patience_seconds=2000, **script)
    address = f"{receiver.url}/webhooks/twilio/waiting?callId={call_id}"
    return twin.until(twin.client.calls.create(to=number, from_=FROM, url=address).sid)


def rows(services: Services, tenant_id: TenantId, sql: str) -> list[Any]:
    with services.transaction(tenant_id) as tx:
        return [tuple(row) for row in tx.session.execute(text(sql))]


@pytest.mark.usefixtures("ours")
def test_a_callee_who_presses_the_key_is_listed_and_the_call_ends(
    twin: Twin, receiver: Receiver, services: Services, tenant_id: TenantId, number: str
) -> None:
    call_id = wait_in_vain(services, tenant_id, number)
    ended = call(twin, receiver, call_id, number, digits="9")
    (key,) = receiver.at("/webhooks/twilio/opt-out")
    assert (key.form["Digits"], key.query, ended.status) == ("9", {"callId": str(call_id)}, "completed")
    assert rows(services, tenant_id, "select phone_normalized, source, campaign_id from suppressions") == [
        (number, "keypress", None)
    ]
    assert rows(services, tenant_id, "select status, do_not_call from leads") == [("dnc", True)]
    assert rows(services, tenant_id, "select state from calls") == [("abandoned",)]
    assert twin.warnings() == []


@pytest.mark.usefixtures("ours")
@pytest.mark.parametrize("script", [{}, {"digits": "5"}])
def test_a_callee_who_presses_nothing_or_something_else_is_not_listed_and_the_call_ends(
    twin: Twin, receiver: Receiver, services: Services, tenant_id: TenantId, number: str, script: dict[str, str]
) -> None:
    call_id = wait_in_vain(services, tenant_id, number)
    assert call(twin, receiver, call_id, number, **script).status == "completed"
    assert len(receiver.at("/webhooks/twilio/opt-out")) == len(script)
    assert rows(services, tenant_id, "select phone_normalized from suppressions") == []


@pytest.mark.usefixtures("ours")
def test_the_campaigns_own_key_opts_out(
    twin: Twin, receiver: Receiver, services: Services, tenant_id: TenantId, number: str
) -> None:
    call_id = wait_in_vain(services, tenant_id, number, abandonment_message="Press 2 and we will not call again.")
    call(twin, receiver, call_id, number, digits="2")
    assert rows(services, tenant_id, "select note from suppressions") == [("pressed 2 in the abandonment message",)]
