"""The web application: `gunicorn wsgi:app -c gunicorn.conf.py`."""

import os

from api import create_app
from api.wiring import ApiDependencies, ApiSettings
from dialer import bootstrap
from dialer.logging import configure_logging
from dialer.settings import Settings
from dialer.store.migrate import newest_revision

settings = Settings.from_env(os.environ)
configure_logging(settings.log_level)
app = create_app(
    ApiDependencies(
        services=bootstrap.build_services(settings, application_name="dialer-web", pool_size=20),
        rate_limiter=bootstrap.rate_limiter(settings),
        heartbeats=bootstrap.heartbeats(settings),
        queue_lengths=bootstrap.queue_lengths(settings),
        expected_revision=newest_revision() or "",
        carrier_webhooks=bootstrap.carrier_webhooks(settings),
    ),
    ApiSettings(
        secret_key=settings.secret_key,
        jwt_secret_key=settings.jwt_secret_key,
        public_url=settings.public_url,
        redis_url=settings.redis_url,
        trusted_proxies=settings.trusted_proxies,
    ),
)
