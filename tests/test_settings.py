"""Settings: read from the environment, all mistakes in one message."""

import pytest
from cryptography.fernet import Fernet

from dialer.settings import Settings, SettingsError


@pytest.fixture
def environ():
    return {
        "DATABASE_URL": "postgresql+psycopg2://dialer_app:x@localhost/dialer",
        "REDIS_URL": "redis://localhost:6379/0",
        "SECRET_KEY": "s" * 32,
        "JWT_SECRET_KEY": "j" * 32,
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "PUBLIC_URL": "https://dialer.example.com/",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "t" * 32,
    }


def _mistakes(environ):
    with pytest.raises(SettingsError) as refused:
        Settings.from_env(environ)
    return str(refused.value).splitlines()


def test_what_is_right_is_taken(environ):
    settings = Settings.from_env(environ)
    assert settings.public_url == "https://dialer.example.com"
    assert settings.port == 8000


def test_origins_are_those_of_browsers(environ):
    named = Settings.from_env(environ | {"CORS_ORIGINS": "https://b.example.com, http://localhost:3000"})
    assert named.cors_origins == ("http://localhost:3000", "https://b.example.com")
    assert Settings.from_env(environ).cors_origins == ()


@pytest.mark.parametrize(
    "origin", ["*", "null", "https://*", "https://a.example.com/", "HTTPS://a.b", "file://x", "a.b"]
)
def test_what_is_no_origin_is_reported(environ, origin):
    (mistake,) = _mistakes(environ | {"CORS_ORIGINS": origin})
    assert mistake.startswith(f"CORS_ORIGINS: {origin} ")


def test_everything_missing_is_reported_together():
    names = {line.split(":")[0] for line in _mistakes({})}
    assert names == {
        "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "JWT_SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "PUBLIC_URL",
        "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://localhost/dialer"),
        ("REDIS_URL", "localhost:6379"),
        ("SECRET_KEY", "short"),
        ("JWT_SECRET_KEY", "short"),
        ("FIELD_ENCRYPTION_KEYS", "not-a-key"),
        ("PUBLIC_URL", "dialer.example.com"),
        ("TWILIO_ACCOUNT_SID", "AC123"),
        ("TWILIO_TWIML_APP_SID", "AC" + "0" * 32),
        ("TWILIO_API_BASE_URL", "localhost"),
        ("TWILIO_CALLS_PER_SECOND", "many"),
        ("PORT", "99999"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_one_mistake_is_one_line_that_names_the_setting(environ, name, value):
    mistakes = _mistakes(environ | {name: value})
    assert len(mistakes) == 1
    assert mistakes[0].startswith(f"{name}: ")


def test_several_mistakes_are_reported_together(environ):
    mistakes = _mistakes(environ | {"PORT": "x", "SECRET_KEY": "short", "PUBLIC_URL": "ftp://x"})
    assert {line.split(":")[0] for line in mistakes} == {"PORT", "SECRET_KEY", "PUBLIC_URL"}


def test_no_mistake_repeats_a_secret(environ):
    assert "hunter2" not in "\n".join(
        _mistakes(environ | {"SECRET_KEY": "hunter2", "FIELD_ENCRYPTION_KEYS": "hunter2"})
    )


def test_a_secret_may_come_from_a_file(environ, tmp_path):
    file = tmp_path / "token"
    file.write_text("from-the-file\n")
    del environ["TWILIO_AUTH_TOKEN"]
    assert Settings.from_env(environ | {"TWILIO_AUTH_TOKEN_FILE": str(file)}).twilio_auth_token == "from-the-file"


def test_a_file_that_cannot_be_read_is_a_mistake(environ, tmp_path):
    assert any("cannot read" in line for line in _mistakes(environ | {"SECRET_KEY_FILE": str(tmp_path / "none")}))


def test_the_representation_holds_no_secret(environ):
    settings = Settings.from_env(environ)
    for secret in ("s" * 32, "j" * 32, "t" * 32, environ["FIELD_ENCRYPTION_KEYS"], "dialer_app:x"):
        assert secret not in repr(settings)
