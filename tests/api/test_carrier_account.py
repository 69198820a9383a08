"""`/api/carrier-account` as admins meet it."""

from typing import Any

from sqlalchemy import text

from dialer.store.session import Database

OWN = {
    "account_sid": "AC" + "1" * 32,
    "auth_token": "a-token-of-our-own",
    "api_key_sid": "SK" + "2" * 32,
    "api_key_secret": "a-secret-of-our-own",
    "calls_per_second": 4.0,
    "max_lines": 50,
}


def test_a_tenant_starts_on_the_platforms_account(ada: Any) -> None:
    shown = ada.get("/api/carrier-account")["carrier_account"]
    assert (shown["is_own"], shown["account_sid"]) == (False, "AC" + "0" * 32)


def test_an_own_account_is_shown_without_its_secrets(ada: Any) -> None:
    saved = ada.put("/api/carrier-account", json=OWN)["carrier_account"]
    assert saved == {
        "account_sid": OWN["account_sid"],
        "is_own": True,
        "has_api_key": True,
        "has_secondary_auth_token": False,
        "twiml_app_sid": None,
        "calls_per_second": 4.0,
        "max_lines": 50,
    }
    assert ada.get("/api/carrier-account")["carrier_account"] == saved


def test_secrets_are_encrypted_in_the_database(ada: Any, owner_database: Database) -> None:
    ada.put("/api/carrier-account", json=OWN)
    with owner_database.transaction() as tx:
        row = str(tx.session.execute(text("select * from carrier_accounts")).one())
    assert OWN["account_sid"] in row
    assert OWN["auth_token"] not in row
    assert OWN["api_key_secret"] not in row


def test_removing_it_goes_back_to_the_platforms(ada: Any) -> None:
    ada.put("/api/carrier-account", json=OWN)
    assert ada.delete("/api/carrier-account")["carrier_account"]["is_own"] is False
    assert ada.delete("/api/carrier-account")["carrier_account"]["is_own"] is False


def test_a_malformed_account_is_refused_by_field(ada: Any) -> None:
    refused = ada.put("/api/carrier-account", json={**OWN, "account_sid": "AC12"}, expect=400)
    assert refused["fields"][0]["field"] == "account_sid"
    assert ada.get("/api/carrier-account")["carrier_account"]["is_own"] is False


def test_another_tenant_and_an_agent_see_nothing_of_it(ada: Any, ben: Any, cleo: Any) -> None:
    ada.put("/api/carrier-account", json=OWN)
    assert cleo.get("/api/carrier-account")["carrier_account"]["is_own"] is False
    ben.get("/api/carrier-account", expect=403)
