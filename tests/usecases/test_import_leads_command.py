"""`python -m dialer import-leads` over a real database."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.fernet import Fernet

from dialer.cli import main
from tests.builders.campaigns import make_campaign


@pytest.fixture
def environment(database_urls: Any, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of an installation on this worker's database."""
    settings = {
        "DATABASE_URL": database_urls.application, "REDIS_URL": redis_url, "SECRET_KEY": "s" * 32,
        "JWT_SECRET_KEY": "j" * 32, "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "PUBLIC_URL": "https://dialer.example.com", "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "t" * 32,
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def leads_file(tmp_path: Path) -> Path:
    """A list with one good row and one bad one."""
    file = tmp_path / "leads.csv"
    file.write_text("Tel,Name\n+14155552671,Sara\nbad,Tom\n")
    return file


@pytest.mark.usefixtures("environment")
def test_a_file_is_imported_and_its_bad_rows_are_named(
    services: Any, ada: Any, leads_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    campaign = make_campaign(services, ada.tenant_id)
    assert main(["import-leads", "--tenant", str(ada.tenant_id), "--campaign", str(campaign.id), str(leads_file)]) == 0
    output = capsys.readouterr()
    assert "total 2, valid 1, invalid 1, duplicates 0, dnc 0, inserted 1" in output.out
    assert "row 3: phone: Invalid phone number format ('bad')" in output.err
    assert ada.get("/api/leads", query={"campaign_id": campaign.id})["total"] == 1


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"--tenant": UUID(int=7)}, "no tenant"),
        ({"--campaign": UUID(int=7)}, "no campaign"),
        ({"file": "/nowhere/leads.csv"}, "cannot read"),
        ({"--mapping": "{broken"}, "--mapping"),
        ({"--mapping": '{"Tel": "shoe_size"}'}, "shoe_size"),
    ],
)
def test_a_mistake_is_one_clear_line(
    services: Any, ada: Any, leads_file: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, Any], told: str
) -> None:
    campaign = make_campaign(services, ada.tenant_id)
    given = {"--tenant": ada.tenant_id, "--campaign": campaign.id, "--mapping": "{}", "file": leads_file, **changed}
    file = str(given.pop("file"))
    options = [str(part) for option in given.items() for part in option]
    assert main(["import-leads", *options, file]) == 1
    assert told in capsys.readouterr().err
