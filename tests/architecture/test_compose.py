"""The deployment files against the settings: nothing required is missing or misspelt, and all is explained."""

import re
from pathlib import Path

import pytest
import yaml

from dialer.settings import Settings, SettingsError

ROOT = Path(__file__).parents[2]
REQUIRED = {
    "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "JWT_SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "PUBLIC_URL",
    "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN",
}  # fmt: skip
PROCESS_FILES = ("gunicorn.conf.py", "celeryconfig.py")
# Read by compose itself to build the URLs.
COMPOSE_ONLY = {"DATABASE_PASSWORD", "DATABASE_OWNER_PASSWORD", "REDIS_PASSWORD"}


class _Noting(dict):
    """An empty environment that notes what it is asked for."""

    def __init__(self):
        super().__init__()
        self.asked = set()

    def get(self, name, default=None):
        self.asked.add(name)
        return default


def settings_names():
    environ = _Noting()
    with pytest.raises(SettingsError):
        Settings.from_env(environ)
    return {name for name in environ.asked if not name.endswith("_FILE")}


def process_names():
    text = "".join((ROOT / name).read_text() for name in PROCESS_FILES)
    return set(re.findall(r"environ\.get\(\s*[\"']([A-Z_]+)", text))


def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.mark.parametrize("service", ["web", "worker", "scheduler"])
def test_a_service_gets_every_required_setting_and_no_unknown_one(service):
    environ = set(compose()["services"][service]["environment"])
    assert environ >= REQUIRED
    assert environ <= settings_names() | process_names()


def test_only_the_migration_and_the_operator_know_the_owner():
    services = compose()["services"]
    knowing = {name for name, service in services.items() if "DATABASE_OWNER_URL" in service.get("environment", {})}
    assert knowing == {"migrate", "operator"}
    assert services["operator"]["profiles"] == ["operator"], "nothing starts it but who asks for it"


def test_the_product_waits_for_the_migration():
    services = compose()["services"]
    for name in ("web", "worker", "scheduler"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_no_secret_has_a_default():
    text = (ROOT / "docker-compose.yml").read_text()
    names = r"(?:[A-Z_]*(?:SECRET|PASSWORD|TOKEN)[A-Z_]*|FIELD_ENCRYPTION_KEYS)"
    assert not re.findall(rf"\$\{{{names}:-[^}}]+\}}", text)


def test_scaled_services_publish_no_port_of_the_host():
    assert all("ports" not in compose()["services"][name] for name in ("web", "worker", "scheduler"))


def test_every_setting_is_explained_in_the_example():
    documented = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert documented == settings_names() | process_names() | COMPOSE_ONLY


def test_every_setting_is_explained_in_the_runbook():
    explained = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "runbook.md").read_text()))
    assert explained >= settings_names() | process_names()


def test_the_example_contains_no_secret():
    values = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert not any(value for name, value in values.items() if "SECRET" in name or "TOKEN" in name or "KEY" in name)


def test_the_proxy_passes_what_a_websocket_needs():
    text = (ROOT / "docker" / "nginx.conf").read_text()
    for needed in ("Upgrade $http_upgrade", "hash $route consistent", "X-Forwarded-Proto", "client_max_body_size"):
        assert needed in text
    assert text.count("{") == text.count("}")
