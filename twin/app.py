"""Owns the HTTP server: Twilio's paths, the twin's own doors, and opening and closing everything behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from twin.doors import Doors
from twin.rest.api import RestApi
from twin.softphone import Softphones
from twin.world import World

_MAX_REQUEST_BYTES = 1024 * 1024


def build_app(world: World) -> web.Application:
    app = web.Application(client_max_size=_MAX_REQUEST_BYTES)
    app.add_routes(Doors(world).routes())
    app.router.add_get("/_twin/softphone", Softphones(world).serve)
    app.router.add_route("*", "/2010-04-01/{path:.*}", RestApi(world).serve)

    async def life(_app: web.Application) -> AsyncIterator[None]:
        await world.sender.open()
        yield
        await world.sender.close()

    app.cleanup_ctx.append(life)
    return app


class TwinServer:
    """A twin on a port; `start` raises OSError when the port is taken."""

    def __init__(self, world: World, host: str, port: int) -> None:
        self.world = world
        self._host = host
        self._port = port
        self._runner = web.AppRunner(build_app(world), access_log=None, shutdown_timeout=1.0)

    async def start(self) -> str:
        """Listen, and return the address; port 0 takes any free one."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, backlog=1024)
        try:
            await site.start()
        except OSError:
            await self._runner.cleanup()
            raise
        port = self._runner.addresses[0][1]
        address = f"http://{self._host}:{port}"
        self.world.base_url = (self.world.settings.public_url or address).rstrip("/")
        return address

    async def stop(self) -> None:
        await self._runner.cleanup()
