"""What the HTTP side needs from outside, as `dialer.bootstrap` (or a test) hands it in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from dialer.domain.rate_limits import Standing
from dialer.ports import CarrierWebhooks
from dialer.usecases.health import Heartbeats
from dialer.usecases.services import Services


class RateLimiter(Protocol):
    """Counts requests per key and minute, for all web processes together."""

    def count(self, key: str, *, limit: int, window_seconds: int) -> Standing:
        """Count one more and tell how the key stands. Raises Unavailable if Redis is down."""

    def peek(self, key: str, *, limit: int, window_seconds: int) -> Standing:
        """Tell how the key stands without counting. Raises Unavailable if Redis is down."""

    def forget(self, key: str) -> None:
        """Start the key anew. Raises Unavailable if Redis is down."""


@dataclass(frozen=True)
class ApiSettings:
    """What differs between installations, as far as HTTP is concerned."""

    secret_key: str
    jwt_secret_key: str
    public_url: str
    redis_url: str
    requests_per_minute: int = 100
    access_token_minutes: int = 60
    max_body_bytes: int = 1_000_000
    max_upload_bytes: int = 50_000_000
    trusted_proxies: int = 0
    cors_origins: tuple[str, ...] = ()
    console_connect_sources: tuple[str, ...] = ()
    """Origins that the console's pages connect to besides ours: the simulated carrier, where there is one."""
    testing: bool = False

    def __repr__(self) -> str:
        return f"ApiSettings(public_url={self.public_url!r})"


@dataclass(frozen=True)
class ApiDependencies:
    """Adapters and services, built elsewhere: `api` imports neither the store nor the integrations."""

    services: Services
    rate_limiter: RateLimiter
    heartbeats: Heartbeats
    queue_lengths: Callable[[], Mapping[str, int]]
    expected_revision: str
    carrier_webhooks: CarrierWebhooks | None = None
