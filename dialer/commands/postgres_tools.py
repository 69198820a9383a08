"""`pg_dump`, `pg_restore` and `psql`: those of PATH or of the embedded server, whichever fit the server at hand."""

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from dialer.commands.failure import CommandError
from dialer.embedded.postgres import programs_folder
from dialer.embedded.processes import ProcessError

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_LAST_WITHOUT_TRANSACTION_TIMEOUT = 16


@dataclass(frozen=True)
class PostgresTools:
    """Programs of one release of PostgreSQL, and the server they are to talk to."""

    folder: Path
    major: int
    url: URL

    def command(self, program: str, *arguments: str) -> list[str]:
        """A program with its arguments, as an absolute path."""
        return [str(self.folder / program), *arguments]

    @property
    def target(self) -> str:
        """The database for a command line, where everybody can read it: without the password."""
        url = self.url
        bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
        return bare.render_as_string(hide_password=False)

    @property
    def environ(self) -> dict[str, str]:
        """The environment for the programs; the password is in it, and nothing of ours that could lead them astray."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        environ |= {"PGCONNECT_TIMEOUT": "10", "PGAPPNAME": "dialer-backup", "LC_ALL": "C", "PGTZ": "UTC"}
        return environ | ({"PGPASSWORD": str(self.url.password)} if self.url.password else {})


def find_tools(url: URL, *, server_version: int) -> PostgresTools:
    """The oldest programs here that can read a server of this version (as in `server_version_num`).

    Raises CommandError when there are none: newer programs read older servers, never the other way round.
    """
    wanted = server_version // 10_000
    found = sorted(_installed().items())
    for major, folder in found:
        if major >= wanted:
            return PostgresTools(folder, major, url)
    known = ", ".join(str(major) for major, _ in found) or "none"
    raise CommandError(
        f"the server is PostgreSQL {wanted}, and this needs pg_dump, pg_restore and psql of that release or a newer "
        f"one in PATH; found: {known}"
    )


def run_tool(command: Sequence[str], environ: Mapping[str, str]) -> None:
    """Run a program to its end. Raises CommandError with what it said."""
    done = subprocess.run(command, env=dict(environ), capture_output=True, text=True, check=False)  # nosec B603 # noqa: S603 - ours
    if done.returncode != 0:
        raise CommandError(f"{Path(command[0]).name} failed: {last_words(done.stderr)}")


def last_words(text: str) -> str:
    """The end of what a program complained about."""
    return "\n".join(text.strip().splitlines()[-8:]) or "it did not say why"


def fit_for_server(head: bytes, *, server_version: int) -> bytes:
    """The head of a restore script for this server: older ones refuse a setting that newer programs begin with."""
    if server_version // 10_000 > _LAST_WITHOUT_TRANSACTION_TIMEOUT:
        return head
    return head.replace(b"SET transaction_timeout = 0;\n", b"", 1)


def _installed() -> dict[int, Path]:
    folders = []
    if (on_path := shutil.which("pg_dump")) is not None:
        folders.append(Path(on_path).parent)
    with contextlib.suppress(ProcessError):  # a container has no embedded server
        folders.append(programs_folder())
    found: dict[int, Path] = {}
    for folder in folders:
        if all((folder / program).exists() for program in ("pg_dump", "pg_restore", "psql")):
            major = _major(folder / "pg_dump")
            if major is not None:
                found.setdefault(major, folder)
    return found


def _major(program: Path) -> int | None:
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)  # nosec B603 # noqa: S603 - ours
    version = _VERSION.search(said.stdout)
    return None if version is None else int(version[1])
