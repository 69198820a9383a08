"""Every route of the application, asked by the owner of another tenant with the ids of the victim's rows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from dialer.ports import CarrierAccount
from dialer.store.session import Database
from dialer.usecases.services import Services
from tests.builders.floor import Floor
from tests.builders.twilio_requests import Twilio
from tests.fakes import FakeCarrier, RecordingFeed, RecordingQueue
from tests.fixtures_cast import Caller, log_in_as
from tests.isolation.strangers import CASES, NO_TENANT, WEBHOOKS, Case, filled
from tests.isolation.tenants import checksums, fill_tenant, words_of


@dataclass
class Victim:
    """Ada's tenant: the ids by which a stranger could ask, the words that must not reach him, and its rows."""

    database: Database
    caller: Caller
    ids: Mapping[str, str]
    words: set[str]

    def checksums(self) -> dict[str, tuple[int, str]]:
        return checksums(self.database, self.caller.tenant_id)


@pytest.fixture
def strangers_floor(services: Services, owner_database: Database, cleo: Caller) -> Floor:
    """Cleo has everything that Ada has."""
    return fill_tenant(services, owner_database, cleo)


@pytest.fixture
def victim(services: Services, owner_database: Database, ada: Caller, strangers_floor: Floor) -> Victim:
    """Ada's tenant with rows in every table."""
    fill_tenant(services, owner_database, ada)
    ids = {"own_campaign_id": str(strangers_floor.campaign_id), **ids_of(services, ada)}
    return Victim(owner_database, ada, ids, words_of(owner_database, ada.tenant_id))


# The row whose id stands for a parameter or a placeholder; the newest, where that matters.
ROWS = {
    "break_reason_id": "select id from break_reasons",
    "agent_group_id": "select id from agent_groups",
    "agent_id": "select id from agents",
    "call_id": "select id from calls where state = 'bridged'",
    "call_sid": "select call_sid from calls where state = 'bridged'",
    "callback_id": "select id from callbacks",
    "campaign_id": "select id from campaigns",
    "entry_id": "select id from suppressions",
    "erasure_id": "select id from erasures",
    "import_id": "select id from imports",
    "invitation_id": "select id from invitations",
    "session_id": "select id from login_sessions",
    "job_id": "select id from bulk_jobs",
    "lead_id": "select id from leads where status = 'pending'",
    "victims_number": "select phone_normalized from leads where status = 'pending'",
    "list_id": "select id from lists",
    "mapping_id": "select id from import_mappings",
    "number_id": "select id from caller_numbers",
    "preview_id": "select id from previews",
    "registry_id": "select id from dnc_registries",
    "rule_id": "select id from tenant_rules",
    "suppressed_number": "select phone_normalized from suppressions",
    "transfer_id": "select id from transfers",
    "tenant_id": "select id as tenant_id, id from tenants",
    "account_sid": "select account_sid from carrier_accounts",
    "user_id": "select id from users where role = 'owner'",
    "version": "select version from rule_books where tenant_id is not null",
}


def ids_of(services: Services, caller: Caller) -> dict[str, str]:
    """One id of the caller's tenant for each name in ROWS."""
    with services.transaction(caller.tenant_id) as tx:
        found = {name: tx.session.scalar(text(f"{query} order by id desc limit 1")) for name, query in ROWS.items()}
    assert None not in found.values(), found
    return {"link": "x.y.z", **{name: str(value) for name, value in found.items()}}


def routes_of(app: Flask) -> Iterator[tuple[str, Rule]]:
    """`METHOD rule` of everything in the application's map of addresses."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield f"{method} {rule.rule}", rule


def ask(caller: Caller, route: str, case: Case, ids: Mapping[str, str]) -> TestResponse:
    """Send one request with the victim's ids in path, query and body."""
    method, _, rule = route.partition(" ")
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda parameter: quote(ids[parameter[1]]), rule)
    return caller.send(method, path, **case.options(ids))


def told(response: TestResponse, case: Case, victim: Victim) -> set[str]:
    """Which of the victim's words stand in an answer; those that were in the question are no news."""
    text_of_answer = response.get_data(as_text=True)
    asked = str(filled([case.query, case.json, case.form], victim.ids))
    return {word for word in victim.words if word in text_of_answer and word not in asked}


def test_every_route_has_a_case(app: Flask) -> None:
    routes = {route for route, _ in routes_of(app)}
    known = set(CASES) | set(NO_TENANT) | {f"POST /webhooks/twilio/{name}" for name in WEBHOOKS}
    assert routes - known == set(), "say in tests/isolation/strangers.py what a stranger asks of these"
    assert known - routes == set(), "these are gone"


def test_a_stranger_gets_nothing_from_any_route_and_changes_nothing(
    victim: Victim, cleo: Caller, queue: RecordingQueue, feed: RecordingFeed, carrier: FakeCarrier
) -> None:
    before, steered = victim.checksums(), len(carrier.done)
    queue.clear()
    feed.clear()
    wrong: list[str] = []
    for route, cases in CASES.items():
        for case in cases:
            response = ask(cleo, route, case, victim.ids)
            if response.status_code not in case.answer:
                wrong.append(f"{route} answers {response.status}: {response.get_data(as_text=True)[:200]}")
            if words := told(response, case, victim):
                wrong.append(f"{route} tells {sorted(words)[:3]}")
            if (after := victim.checksums()) != before:
                wrong.append(f"{route} changes {[table for table in before if after[table] != before[table]]}")
                before = after
    assert not wrong, "\n".join(wrong)
    assert str(victim.caller.tenant_id) not in f"{queue.sent}{feed.to_agents}{feed.to_tenants}"
    assert len(carrier.done) == steered


def test_routes_without_a_tenant_tell_nothing_of_one(victim: Victim, nobody: Caller) -> None:
    ids = {**victim.ids, "name": "swagger-ui.css", "fingerprint": "0123456789abcdef", "path": "app/main.js"}
    for route in NO_TENANT:
        response = ask(nobody, route, Case(), ids)
        assert response.status_code in (200, 302, 404, 503), route
        # The page about the API writes to Ada in its examples.
        assert told(response, Case(), victim) - {"ada@example.com"} == set(), route


def test_anothers_carrier_account_cannot_speak_about_the_victims_calls(
    victim: Victim, app: Flask, cleo: Caller
) -> None:
    before = victim.checksums()
    tenant_id = cleo.tenant_id
    strangers = CarrierAccount(f"AC{tenant_id.hex}", f"token-of-{tenant_id}", calls_per_second=1.0, max_lines=1)
    posing = replace(strangers, account_sid=victim.ids["account_sid"])
    for account in (strangers, posing):
        for name, (query, form) in WEBHOOKS.items():
            path = f"/{name}?{query.format_map(victim.ids)}"
            answer = Twilio(app, account).post(path, filled(form, victim.ids), expect=403)
            assert told(answer, Case(), victim) == set(), name
    assert victim.checksums() == before


def test_a_strangers_token_for_the_victims_tenant_opens_nothing(victim: Victim, app: Flask, cleo: Caller) -> None:
    login = cleo.login
    assert login is not None
    user = replace(login.user, tenant_id=victim.caller.tenant_id)
    mole = log_in_as(app, replace(login, user=user))
    for path in ("/api/auth/me", "/api/campaigns", "/api/users", "/api/carrier-account"):
        mole.get(path, expect=401)
