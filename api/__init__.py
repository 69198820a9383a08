"""HTTP and sockets over the use cases. `create_app` puts the parts together and holds no logic."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from api import cors, health, metrics, openapi, rate_limit, request_scope
from api.auth import init_tokens
from api.console import build_console_blueprint
from api.context import EXTENSION
from api.dialect import install_fallback
from api.sockets import init_sockets
from api.surfaces.dialer import surface as dialer_surface
from api.webhooks import build_webhooks_blueprint
from api.wiring import ApiDependencies, ApiSettings


def create_app(dependencies: ApiDependencies, settings: ApiSettings) -> Flask:
    """Build the web application. Socket.IO is at `app.extensions["socketio"]`."""
    app = Flask("api", static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_body_bytes,
        MAX_FORM_PARTS=100,
        # No cookie is set today; one that somebody adds must not be the first that a script or another site can use.
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https:"),
        TESTING=settings.testing,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions[EXTENSION] = (dependencies, settings)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    init_tokens(app, settings)
    # In this order: an answer's id and timing must be there even when the limiter refuses.
    request_scope.install(app, is_https=settings.public_url.startswith("https:"))
    metrics.install(app, dependencies)
    # Before the limiter: what a browser asks on its own is no request of the page's.
    cors.install(app, settings)
    rate_limit.install(app, settings)
    app.register_blueprint(dialer_surface.blueprint())
    app.register_blueprint(openapi.build_docs_blueprint(dialer_surface, title="Dialer API"))
    app.register_blueprint(health.build_health_blueprint())
    app.register_blueprint(build_console_blueprint())
    app.register_blueprint(build_webhooks_blueprint(dependencies, settings))
    install_fallback(app, [dialer_surface.dialect], default=dialer_surface.dialect)
    init_sockets(app, dependencies.services, settings)
    return app
