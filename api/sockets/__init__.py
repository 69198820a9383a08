"""Socket.IO at namespace `/`: who may connect, what a client may say, and which rooms it listens in.

Rooms are per agent and per tenant; events come from any process over Redis (`relay`). Which consoles are alive is kept
up in the database (`presence`).
"""

from collections.abc import Mapping
from functools import partial
from urllib.parse import urlsplit

from flask import Flask
from flask_socketio import SocketIO

from api.sockets.consoles import Consoles
from api.sockets.handlers import install_handlers
from api.sockets.presence import PresenceKeeper
from api.sockets.relay import Relay
from api.wiring import ApiSettings
from dialer.usecases.services import Services

# A browser that is gone without a goodbye is noticed within the interval and twice the timeout: the library looks for
# overdue answers once in each timeout. A busy server must still manage to read an answer within one.
PING_INTERVAL_SECONDS = 2
PING_TIMEOUT_SECONDS = 4

_MAX_MESSAGE_BYTES = 64_000


def init_sockets(app: Flask, services: Services, settings: ApiSettings) -> SocketIO:
    """Serve sockets beside the application's pages. No thread runs before the first client connects."""
    relay = Relay(settings.redis_url)
    socketio = SocketIO(
        app,
        async_mode="threading",
        client_manager=relay,
        cors_allowed_origins=partial(_may_connect_from, settings.public_url),
        ping_interval=PING_INTERVAL_SECONDS,
        ping_timeout=PING_TIMEOUT_SECONDS,
        max_http_buffer_size=_MAX_MESSAGE_BYTES,
        manage_session=False,
    )
    consoles = Consoles()
    keeper = PresenceKeeper(services, consoles, socketio)
    install_handlers(socketio, services, consoles, relay, keeper)
    app.extensions["presence_keeper"] = keeper
    app.extensions["relay"] = relay
    return socketio


def _may_connect_from(public_url: str, origin: str | None, environ: Mapping[str, str]) -> bool:
    """Pages of the public address, and of the very address they connect to; other clients send no origin at all."""
    if origin is None:
        return True
    page, public = urlsplit(origin), urlsplit(public_url)
    return (page.scheme, page.netloc) == (public.scheme, public.netloc) or page.netloc == environ.get("HTTP_HOST")
