"""The composition root: from settings to the collaborators of use cases. Nothing else builds adapters."""

from urllib.parse import urlsplit

import structlog

from dialer.domain.compliance import RuleBook
from dialer.domain.errors import Invalid
from dialer.integrations.carriers.twilio.carrier import TwilioCarrier
from dialer.integrations.carriers.twilio.webhooks import TwilioWebhooks
from dialer.integrations.celery_queue import CeleryTaskQueue, celery_app
from dialer.integrations.clock import SystemClock
from dialer.integrations.floor_simulations import SubprocessFloorSimulations
from dialer.integrations.mail import build_mailer
from dialer.integrations.outgoing_requests import GuardedRequests
from dialer.integrations.passwords import Argon2Passwords
from dialer.integrations.redis.capacity_gate import RedisCapacityGate
from dialer.integrations.redis.connection import connect_redis
from dialer.integrations.redis.heartbeats import RedisHeartbeats, RedisQueueLengths
from dialer.integrations.redis.rate_limiter import RedisRateLimiter
from dialer.integrations.rule_files import check_tzdata, load_rule_book
from dialer.integrations.secrets import FernetSecretBox
from dialer.integrations.socketio_feed import SocketIoFeed
from dialer.ports import CarrierAccount
from dialer.settings import Settings, SettingsError
from dialer.store.session import Database
from dialer.usecases.services import Services

PLATFORM_MAX_LINES = 500
log = structlog.get_logger()


def build_services(settings: Settings, *, application_name: str, pool_size: int = 10) -> Services:
    """Everything a use case needs, over real adapters. Connections are made when first used."""
    return Services(
        database=Database(settings.database_url, application_name=application_name, pool_size=pool_size),
        carrier=TwilioCarrier(settings.public_url, api_base_url=settings.twilio_api_base_url),
        queue=CeleryTaskQueue(celery_app(settings.redis_url)),
        feed=SocketIoFeed(settings.redis_url),
        gate=capacity_gate(settings),
        clock=SystemClock(),
        secrets=FernetSecretBox(settings.field_encryption_keys),
        passwords=Argon2Passwords(),
        simulations=SubprocessFloorSimulations(),
        platform_account=platform_account(settings),
        outgoing=GuardedRequests(allowed=settings.outgoing_allowed_networks),
        mailer=build_mailer(settings.smtp_url, settings.mail_from, settings.home),
        public_url=settings.public_url,
        rules=_rules(settings),
    )


def _rules(settings: Settings) -> RuleBook:
    """The shipped rules as this installation has them; old zone data are warned about, since they shift hours."""
    if (stale := check_tzdata()) is not None:
        log.warning("time_zones_are_old", trouble=stale)
    try:
        return load_rule_book(settings.rules_off)
    except Invalid as error:
        raise SettingsError(f"RULES_OFF: {error.message}") from error


def platform_account(settings: Settings) -> CarrierAccount:
    """The account of tenants that have none of their own."""
    return CarrierAccount(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        calls_per_second=settings.twilio_calls_per_second,
        max_lines=PLATFORM_MAX_LINES,
        api_key_sid=settings.twilio_api_key_sid,
        api_key_secret=settings.twilio_api_key_secret,
        twiml_app_sid=settings.twilio_twiml_app_sid,
        secondary_auth_token=settings.twilio_secondary_auth_token,
    )


def capacity_gate(settings: Settings) -> RedisCapacityGate:
    """Where planned calls wait for their start."""
    return RedisCapacityGate(connect_redis(settings.redis_url))


def carrier_webhooks(settings: Settings) -> TwilioWebhooks:
    """The carrier's dialect for `api.webhooks`."""
    return TwilioWebhooks(settings.public_url)


def heartbeats(settings: Settings) -> RedisHeartbeats:
    """Signs of life of workers and schedulers."""
    return RedisHeartbeats(connect_redis(settings.redis_url))


def rate_limiter(settings: Settings) -> RedisRateLimiter:
    """Request counts of the API's users."""
    return RedisRateLimiter(connect_redis(settings.redis_url))


def queue_lengths(settings: Settings) -> RedisQueueLengths:
    """How many tasks wait."""
    return RedisQueueLengths(connect_redis(settings.redis_url))


def console_connect_sources(settings: Settings) -> tuple[str, ...]:
    """What headsets in browsers call in at besides the carrier itself: a simulated one, by either protocol."""
    if settings.twilio_api_base_url is None:
        return ()
    parts = urlsplit(settings.twilio_api_base_url)
    socket = "wss" if parts.scheme == "https" else "ws"
    return (f"{parts.scheme}://{parts.netloc}", f"{socket}://{parts.netloc}")
