"""A TCP proxy in front of a server: connections can be cut, delayed, paused and refused."""

import asyncio
import contextlib
import threading
from collections.abc import Callable

_PIECE = 65536


class Proxy:
    """Listens on a port of its own and passes everything on. Its methods may be called from any thread."""

    def __init__(self, target_port: int):
        self.port = 0
        self._target_port = target_port
        self._delay_seconds = 0.0
        self._refuses = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._flows: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"proxy to {target_port}", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the proxy does not listen")

    def stop(self) -> None:
        """Close everything."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def cut(self) -> None:
        """Break every connection, as a network that forgets them does."""
        self._soon(self._cut)

    def delay(self, seconds: float) -> None:
        """Hold every piece for so long, in both directions; 0 ends it."""
        self._delay_seconds = seconds

    def refuse(self, *, refuses: bool) -> None:
        """Break every connection and accept none, or accept them again."""
        self._refuses = refuses
        if refuses:
            self.cut()

    def pause(self) -> None:
        """Let nothing through, while connections stay open."""
        if self._flows is not None:
            self._soon(self._flows.clear)

    def resume(self) -> None:
        """Let everything through again."""
        if self._flows is not None:
            self._soon(self._flows.set)

    def _soon(self, change: Callable[[], object]) -> None:
        self._loop.call_soon_threadsafe(change)

    def _cut(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._flows = asyncio.Event()
        self._flows.set()
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._cut()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refuses:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        try:
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        finally:
            self._writers -= {writer, far_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(_PIECE):
                if self._delay_seconds:
                    await asyncio.sleep(self._delay_seconds)
                if self._flows is not None:
                    await self._flows.wait()
                writer.write(piece)
                await writer.drain()
        writer.close()
