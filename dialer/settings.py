"""Settings from the environment, checked all at once at start. No secret has a default."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dialer.domain.destinations import Network, parse_networks


class SettingsError(Exception):
    """One or more settings are missing or malformed; the message lists every one of them, a line each."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs between installations. Any NAME may also come from a file named by NAME_FILE."""

    database_url: str
    redis_url: str
    secret_key: str
    jwt_secret_key: str
    field_encryption_keys: tuple[str, ...]
    public_url: str
    twilio_account_sid: str
    twilio_auth_token: str
    database_owner_url: str | None = None
    twilio_secondary_auth_token: str | None = None
    twilio_api_key_sid: str | None = None
    twilio_api_key_secret: str | None = None
    twilio_twiml_app_sid: str | None = None
    twilio_api_base_url: str | None = None
    twilio_calls_per_second: float = 1.0
    home: Path = Path(".dialer")
    port: int = 8000
    log_level: str = "INFO"
    trusted_proxies: int = 0
    cors_origins: tuple[str, ...] = ()
    rules_off: tuple[str, ...] = ()
    outgoing_allowed_networks: tuple[Network, ...] = ()
    smtp_url: str | None = None
    mail_from: str = "dialer@localhost"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read and check every setting. Raises SettingsError that names all mistakes together."""
        return _Reader(environ).settings()

    def __repr__(self) -> str:
        return f"Settings(public_url={self.public_url!r}, home={str(self.home)!r}, port={self.port})"


class _Reader:
    """Collects mistakes instead of stopping at the first."""

    def __init__(self, environ: Mapping[str, str]):
        self.environ = environ
        self.mistakes: list[str] = []

    def settings(self) -> Settings:
        values = Settings(
            database_url=self.url("DATABASE_URL", schemes=("postgresql", "postgresql+psycopg2", "postgres")),
            redis_url=self.url("REDIS_URL", schemes=("redis", "rediss", "unix")),
            secret_key=self.secret("SECRET_KEY"),
            jwt_secret_key=self.secret("JWT_SECRET_KEY"),
            field_encryption_keys=self.fernet_keys("FIELD_ENCRYPTION_KEYS"),
            public_url=self.url("PUBLIC_URL", schemes=("http", "https")).rstrip("/"),
            twilio_account_sid=self.sid("TWILIO_ACCOUNT_SID", "AC", required=True) or "",
            twilio_auth_token=self.required("TWILIO_AUTH_TOKEN"),
            database_owner_url=self.text("DATABASE_OWNER_URL"),
            twilio_secondary_auth_token=self.text("TWILIO_SECONDARY_AUTH_TOKEN"),
            twilio_api_key_sid=self.sid("TWILIO_API_KEY_SID", "SK"),
            twilio_api_key_secret=self.text("TWILIO_API_KEY_SECRET"),
            twilio_twiml_app_sid=self.sid("TWILIO_TWIML_APP_SID", "AP"),
            twilio_api_base_url=self.optional_url("TWILIO_API_BASE_URL"),
            twilio_calls_per_second=self.number("TWILIO_CALLS_PER_SECOND", default=1.0),
            home=Path(self.text("DIALER_HOME") or ".dialer"),
            port=int(self.number("PORT", default=8000, low=0, high=65535)),
            trusted_proxies=int(self.number("TRUSTED_PROXIES", default=0, low=0, high=10)),
            cors_origins=self.origins("CORS_ORIGINS"),
            rules_off=self.names("RULES_OFF"),
            outgoing_allowed_networks=self.networks("OUTGOING_ALLOWED_NETWORKS"),
            smtp_url=self.url("SMTP_URL", schemes=("smtp", "smtps")) if self.text("SMTP_URL") else None,
            mail_from=self.sender("MAIL_FROM"),
            log_level=self.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO"),
        )
        if self.mistakes:
            raise SettingsError("\n".join(self.mistakes))
        return values

    def text(self, name: str) -> str | None:
        path = self.environ.get(f"{name}_FILE")
        if path:
            try:
                return Path(path).read_text().strip() or None
            except OSError as error:
                self.mistakes.append(f"{name}_FILE: cannot read {path}: {error.strerror}")
                return None
        return self.environ.get(name) or None

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            self.mistakes.append(f"{name}: is required and not set")
        return value or ""

    def secret(self, name: str) -> str:
        value = self.required(name)
        if value and len(value) < 32:
            self.mistakes.append(f"{name}: needs at least 32 characters")
        return value

    def url(self, name: str, *, schemes: tuple[str, ...]) -> str:
        value = self.required(name)
        if value and urlsplit(value).scheme not in schemes:
            self.mistakes.append(f"{name}: must be a URL beginning with {' or '.join(f'{s}:' for s in schemes)}")
        return value

    def optional_url(self, name: str) -> str | None:
        return self.url(name, schemes=("http", "https")).rstrip("/") if self.text(name) else None

    def sid(self, name: str, prefix: str, *, required: bool = False) -> str | None:
        value = self.required(name) if required else self.text(name)
        if value and not (value.startswith(prefix) and len(value) == 34):
            self.mistakes.append(f"{name}: must be {prefix} followed by 32 hexadecimal digits")
        return value

    def fernet_keys(self, name: str) -> tuple[str, ...]:
        from cryptography.fernet import Fernet

        keys = tuple(key.strip() for key in self.required(name).split(",") if key.strip())
        for key in keys:
            try:
                Fernet(key)
            except ValueError:
                self.mistakes.append(
                    f"{name}: each key must be 32 bytes in URL-safe base64, newest first, comma-separated"
                )
                break
        return keys

    def number(self, name: str, *, default: float, low: float = 0.01, high: float = 10_000) -> float:
        value = self.text(name)
        if value is None:
            return default
        try:
            number = float(value)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            self.mistakes.append(f"{name}: must be a number between {low:g} and {high:g}")
            return default
        return number

    def sender(self, name: str) -> str:
        """An address that mail comes from; one has to be named once mail leaves the machine."""
        value = self.text(name)
        if value is None and self.text("SMTP_URL"):
            self.mistakes.append(f"{name}: is required when SMTP_URL is set")
        if value is not None and ("@" not in value or any(character in value for character in "\r\n")):
            self.mistakes.append(f"{name}: must be an e-mail address, or a name with an address in angle brackets")
        return value or "dialer@localhost"

    def networks(self, name: str) -> tuple[Network, ...]:
        """Networks, comma-separated; each is one of ours that users' addresses may lead to."""
        try:
            return parse_networks(self.text(name) or "")
        except ValueError as error:
            self.mistakes.append(f"{name}: {error}; write networks such as 10.1.0.0/16, comma-separated")
            return ()

    def names(self, name: str) -> tuple[str, ...]:
        return tuple(sorted({part.strip() for part in (self.text(name) or "").split(",") if part.strip()}))

    def origins(self, name: str) -> tuple[str, ...]:
        """Origins as browsers write them: scheme, host and port, never `*`."""
        origins = self.names(name)
        for origin in origins:
            parts = urlsplit(origin)
            if (
                "*" in origin
                or parts.scheme not in ("http", "https")
                or origin != f"{parts.scheme}://{parts.netloc.lower()}"
            ):
                self.mistakes.append(f"{name}: {origin} is no origin such as https://console.example.com")
        return origins

    def choice(self, name: str, allowed: tuple[str, ...], *, default: str) -> str:
        value = (self.text(name) or default).upper()
        if value not in allowed:
            self.mistakes.append(f"{name}: must be one of {', '.join(allowed)}")
        return value
