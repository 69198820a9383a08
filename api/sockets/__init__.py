"""Socket.IO at namespace `/`: who may connect, what a client may say, and which rooms it listens in.

Rooms are per agent and per tenant; events come from any process over Redis (`relay`). Which consoles are alive is kept
up in the database (`presence`).
"""

import threading
import time
from collections.abc import Collection, Mapping
from functools import partial
from urllib.parse import urlsplit

from flask import Flask
from flask_socketio import SocketIO

from api.sockets.consoles import Consoles
from api.sockets.handlers import install_handlers
from api.sockets.presence import PresenceKeeper
from api.sockets.relay import Relay
from api.sockets.transport import use_few_threads
from api.sockets.wallboard import Wallboards
from api.wiring import ApiSettings
from dialer.usecases.services import Services

# A browser that is gone without a goodbye is noticed within the interval and twice the timeout: the library looks for
# overdue answers once in each timeout. A busy server must still manage to read an answer within one.
PING_INTERVAL_SECONDS = 4
PING_TIMEOUT_SECONDS = 3

_MAX_MESSAGE_BYTES = 64_000
_DROP_AGAIN_SECONDS = 0.25


def init_sockets(app: Flask, services: Services, settings: ApiSettings) -> SocketIO:
    """Serve sockets beside the application's pages. No thread runs before the first client connects."""
    relay = Relay(settings.redis_url)
    socketio = SocketIO(
        app,
        async_mode="threading",
        client_manager=relay,
        cors_allowed_origins=partial(_may_connect_from, settings.public_url, settings.cors_origins),
        # No cookie is ours, so no page needs to send any.
        cors_credentials=False,
        ping_interval=PING_INTERVAL_SECONDS,
        ping_timeout=PING_TIMEOUT_SECONDS,
        max_http_buffer_size=_MAX_MESSAGE_BYTES,
        manage_session=False,
    )
    use_few_threads(socketio)
    consoles = Consoles()
    keeper = PresenceKeeper(services, consoles, socketio)
    wallboards = Wallboards(services, relay)
    install_handlers(socketio, services, consoles, relay, keeper, wallboards)
    app.extensions["presence_keeper"] = keeper
    app.extensions["relay"] = relay
    app.extensions["wallboards"] = wallboards
    return socketio


def send_sockets_elsewhere(app: Flask) -> None:
    """The process stops: drop every connection, so that the clients connect again, to whoever listens by then.

    Dropped rather than ended by the protocol's goodbye: after that one some clients stay away for good. Goes on in the
    background for as long as the process lasts, since what had been accepted may become a socket only now.
    """
    server = app.extensions["socketio"].server.eio

    def drop() -> None:
        while True:
            for socket in list(server.sockets.values()):
                socket.close(wait=False, abort=True, reason=server.reason.SERVER_DISCONNECT)
            time.sleep(_DROP_AGAIN_SECONDS)

    threading.Thread(target=drop, name="sockets-elsewhere", daemon=True).start()


def _may_connect_from(
    public_url: str, allowed: Collection[str], origin: str | None, environ: Mapping[str, str]
) -> bool:
    """Pages of the public address, of the very address they connect to, and of origins that the installation names.

    Other clients send no origin at all.
    """
    if origin is None or origin in allowed:
        return True
    page, public = urlsplit(origin), urlsplit(public_url)
    return (page.scheme, page.netloc) == (public.scheme, public.netloc) or page.netloc == environ.get("HTTP_HOST")
