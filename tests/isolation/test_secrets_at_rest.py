"""Secrets in the database: all encrypted, all under the newest key after a rotation, none in a dump or a log."""

import re
import threading
from dataclasses import replace
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text
from structlog.testing import capture_logs

from dialer import cli
from dialer.domain.ids import TenantId
from dialer.integrations.secrets import FernetSecretBox
from dialer.ports import CarrierAccount
from dialer.store.encrypted_columns import ENCRYPTED_COLUMNS
from dialer.store.session import Database
from dialer.usecases import carrier_accounts, secret_rotation
from dialer.usecases.services import Services
from tests.conftest import DatabaseUrls
from tests.fixtures_cast import PASSWORD, Caller
from tests.isolation.tenants import all_tables, fill_tenant

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
OWN = CarrierAccount(
    "AC" + "9" * 32, "token-that-nobody-reads", calls_per_second=1.0, max_lines=5, api_key_sid="SK" + "9" * 32,
    api_key_secret="key-that-nobody-reads", secondary_auth_token="next-that-nobody-reads",
)  # fmt: skip
# Columns that sound like secrets and are none, each for its reason.
NO_SECRETS = {
    "users.password_hash": "argon2id",
    "login_sessions.refresh_token_id": "an id; what is worth something is a token of ours that is signed and names it",
    "login_sessions.previous_refresh_token_id": "the one before",
}
_SOUNDS_SECRET = re.compile(r"token|secret|passw|private|credential|api_key|otp|pin$")


def with_keys(services: Services, *keys: str) -> Services:
    """The same services with other field encryption keys, knowing nothing from before."""
    return replace(services, secrets=FernetSecretBox(keys), account_cache={})


@pytest.fixture
def sealed(services: Services, ada: Caller) -> Services:
    """Ada's account, sealed with the old key."""
    old = with_keys(services, OLD)
    carrier_accounts.save_carrier_account(old, actor=ada.principal, account=OWN)
    return old


def opened(services: Services, tenant_id: TenantId) -> CarrierAccount:
    return carrier_accounts.load_account(services, tenant_id=tenant_id)


def test_every_encrypted_column_is_on_the_list_and_nothing_else_sounds_secret(owner_database: Database) -> None:
    with owner_database.transaction() as tx:
        columns = {f"{table.name}.{column.name}" for table in all_tables(tx.session) for column in table.columns}
    encrypted = {name for name in columns if name.endswith("_encrypted")}
    assert encrypted == {str(column) for column in ENCRYPTED_COLUMNS}
    suspicious = {name for name in columns if _SOUNDS_SECRET.search(name.partition(".")[2])}
    hashes = {name for name in suspicious if name.endswith("_hash")}
    assert suspicious - encrypted - hashes - set(NO_SECRETS) - _sids(suspicious) == set()


def _sids(names: set[str]) -> set[str]:
    """A carrier's ids: shown on its invoices."""
    return {name for name in names if name.endswith("_sid")}


def test_all_are_under_the_new_key_after_a_rotation(services: Services, sealed: Services, ada: Caller) -> None:
    both, new = with_keys(services, NEW, OLD), with_keys(services, NEW)
    first = secret_rotation.rotate_keys(both)
    assert (first.renewed, first.current, first.lost) == (3, 0, ())
    assert not first.needs_newest_key_alone
    again = secret_rotation.rotate_keys(both)
    assert (again.renewed, again.current, again.needs_newest_key_alone) == (0, 3, True)
    assert opened(new, ada.tenant_id) == OWN


def test_who_has_only_the_old_key_first_goes_on_meanwhile(services: Services, sealed: Services, ada: Caller) -> None:
    # A process that was started before, with the new key after its own, as the runbook says.
    before = with_keys(services, OLD, NEW)
    secret_rotation.rotate_keys(with_keys(services, NEW, OLD))
    assert opened(before, ada.tenant_id) == OWN
    carrier_accounts.save_carrier_account(before, actor=ada.principal, account=OWN)
    straggler = secret_rotation.rotate_keys(with_keys(services, NEW, OLD))
    assert straggler.renewed == 3


def test_every_tenants_secrets_in_batches(
    services: Services, sealed: Services, cleo: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier_accounts.save_carrier_account(with_keys(services, OLD), actor=cleo.principal, account=OWN)
    monkeypatch.setattr(secret_rotation, "BATCH", 1)
    assert secret_rotation.rotate_keys(with_keys(services, NEW, OLD)).renewed == 6


def test_a_secret_that_is_changed_meanwhile_keeps_its_change(services: Services, sealed: Services, ada: Caller) -> None:
    changed = replace(OWN, auth_token="changed-in-the-middle")
    both = with_keys(services, NEW, OLD)

    class Interrupted(FernetSecretBox):
        def renew(self, sealed_value: str) -> str | None:
            if not done.is_set():
                done.set()
                saver = threading.Thread(
                    target=carrier_accounts.save_carrier_account,
                    args=(with_keys(services, OLD, NEW),),
                    kwargs={"actor": ada.principal, "account": changed},
                )
                saver.start()
                saver.join()
            return super().renew(sealed_value)

    done = threading.Event()
    secret_rotation.rotate_keys(replace(both, secrets=Interrupted((NEW, OLD))))
    assert opened(both, ada.tenant_id).auth_token == "changed-in-the-middle"
    secret_rotation.rotate_keys(both)
    assert opened(with_keys(services, NEW), ada.tenant_id) == changed


def test_a_secret_that_no_key_opens_is_named_and_left_alone(
    services: Services, sealed: Services, ada: Caller, owner_database: Database
) -> None:
    strangers = with_keys(services, NEW, OTHER)
    before = stored(owner_database)
    rotation = secret_rotation.rotate_keys(strangers)
    assert {secret.column for secret in rotation.lost} == {
        "carrier_accounts.auth_token_encrypted",
        "carrier_accounts.secondary_auth_token_encrypted",
        "carrier_accounts.api_key_secret_encrypted",
    }
    assert {secret.tenant_id for secret in secret_rotation.list_lost_secrets(strangers)} == {ada.tenant_id}
    assert stored(owner_database) == before
    assert secret_rotation.list_lost_secrets(with_keys(services, NEW, OLD)) == []


def stored(owner: Database) -> list[Any]:
    with owner.transaction() as tx:
        return list(tx.session.execute(text("select * from carrier_accounts order by id")))


@pytest.fixture
def environment(database_urls: DatabaseUrls, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The settings of commands."""
    for name, value in {
        "DATABASE_URL": database_urls.application, "DATABASE_OWNER_URL": database_urls.owner, "REDIS_URL": redis_url,
        "SECRET_KEY": "s" * 32, "JWT_SECRET_KEY": "j" * 32, "PUBLIC_URL": "https://dialer.example.com",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "platform-token",
        "FIELD_ENCRYPTION_KEYS": f"{NEW},{OLD}",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_the_command_says_what_it_did_and_when_old_keys_may_go(
    environment: pytest.MonkeyPatch, sealed: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["rotate-keys"]) == 0
    first = capsys.readouterr().out
    assert "3 secrets encrypted anew" in first
    assert "keep the older keys for now" in first
    assert cli.main(["rotate-keys"]) == 0
    assert "the older keys may be dropped now" in capsys.readouterr().out
    environment.setenv("FIELD_ENCRYPTION_KEYS", NEW)
    assert cli.main(["check-config"]) == 0
    assert cli.main(["rotate-keys"]) == 0
    assert "nothing to drop" in capsys.readouterr().out


def test_check_config_and_the_command_name_a_secret_that_no_key_opens(
    environment: pytest.MonkeyPatch, sealed: Services, ada: Caller, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("FIELD_ENCRYPTION_KEYS", f"{NEW},{OTHER}")
    assert cli.main(["check-config"]) == 1
    assert "carrier_accounts.auth_token_encrypted of row" in capsys.readouterr().err
    assert cli.main(["rotate-keys"]) == 1
    said = capsys.readouterr().out
    assert str(ada.tenant_id) in said
    assert "keep every older key" in said
    assert OWN.auth_token not in said


def test_check_config_does_without_a_database(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("DATABASE_URL", "postgresql://dialer_app:x@127.0.0.1:1/none")
    assert cli.main(["check-config"]) == 0
    assert "were not looked at" in capsys.readouterr().err


def test_no_secret_is_in_a_dump_or_a_log(
    services: Services, owner_database: Database, ada: Caller, nobody: Caller
) -> None:
    with capture_logs() as lines:
        fill_tenant(services, owner_database, ada)
        carrier_accounts.save_carrier_account(services, actor=ada.principal, account=OWN)
        body = {"account_sid": OWN.account_sid, "auth_token": OWN.auth_token, "secondary_auth_token": "next-too-short"}
        ada.put("/api/carrier-account", json={**body, "max_lines": "many"}, expect=400)
        ada.put("/api/carrier-account", json=body)
        shown = ada.get("/api/carrier-account")
        nobody.post("/api/auth/login", json={"email": "ada@example.com", "password": PASSWORD})
        nobody.post("/api/auth/login", json={"email": "ada@example.com", "password": PASSWORD + "!"}, expect=401)
        carrier_accounts.save_carrier_account(services, actor=ada.principal, account=OWN)
    secrets = [OWN.auth_token, OWN.api_key_secret, OWN.secondary_auth_token, "next-too-short", PASSWORD, ada.token,
               ada.refresh_token, services.platform_account.auth_token]  # fmt: skip
    dump = dump_of(owner_database)
    for secret in secrets:
        assert secret
        assert secret not in dump
        assert secret not in f"{lines}{shown}"
    assert OWN.account_sid in dump, "the dump holds what is no secret"


def dump_of(owner: Database) -> str:
    """Every row of every table, as text."""
    with owner.transaction() as tx:
        return "\n".join(
            str(row)
            for table in all_tables(tx.session)
            for row in tx.session.scalars(text(f"select to_jsonb(t)::text from {table.name} t"))
        )
