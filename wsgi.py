"""The web application: `gunicorn wsgi:app -c gunicorn.conf.py`."""

import os
from functools import partial

from api import create_app
from api.schema_gate import SchemaGate
from api.wiring import ApiDependencies, ApiSettings
from dialer import bootstrap
from dialer.logging import configure_logging
from dialer.settings import Settings
from dialer.store.migrate import newest_revision
from dialer.usecases.health import find_schema_trouble

settings = Settings.from_env(os.environ)
configure_logging(settings.log_level)
services = bootstrap.build_services(settings, application_name="dialer-web", pool_size=20)
revision = newest_revision() or ""
app = create_app(
    ApiDependencies(
        services=services,
        rate_limiter=bootstrap.rate_limiter(settings),
        heartbeats=bootstrap.heartbeats(settings),
        queue_lengths=bootstrap.queue_lengths(settings),
        expected_revision=revision,
        carrier_webhooks=bootstrap.carrier_webhooks(settings),
    ),
    ApiSettings(
        secret_key=settings.secret_key,
        jwt_secret_key=settings.jwt_secret_key,
        public_url=settings.public_url,
        redis_url=settings.redis_url,
        trusted_proxies=settings.trusted_proxies,
        cors_origins=settings.cors_origins,
        console_connect_sources=bootstrap.console_connect_sources(settings),
    ),
)
app.wsgi_app = SchemaGate(  # type: ignore[method-assign]
    app.wsgi_app, partial(find_schema_trouble, services.database, expected_revision=revision)
)
