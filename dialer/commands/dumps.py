"""A backup as files: the dump that pg_dump writes, and beside it a manifest that says what it is and what is not in it.

Both are written under another name, flushed to disk, and renamed; the manifest last. A dump without one is not whole.
"""

import contextlib
import hashlib
import json
import os
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection

from dialer.commands.failure import CommandError
from dialer.commands.postgres_tools import PostgresTools, find_tools, fit_for_server, last_words, run_tool
from dialer.store import restoring

_PIECE = 1 << 20
NOT_INCLUDED = (
    "FIELD_ENCRYPTION_KEYS and every other setting: without these keys the carrier accounts' secrets are lost",
    "the carrier's side: calls, recordings and what they cost; whatever it did after taken_at",
    "Redis, of which nothing has to be kept",
    "what was entered after taken_at: opt-outs, do-not-call entries and erasures among it",
)


@dataclass(frozen=True)
class Manifest:
    """What a dump is: of which moment and revision, how much is in it, and how to tell that it is unharmed."""

    file: str
    bytes: int
    sha256: str
    taken_at: str
    revision: str
    release: str
    server_version: int
    rows: dict[str, int]
    not_included: tuple[str, ...] = NOT_INCLUDED
    format: int = field(default=1)

    @property
    def moment(self) -> datetime:
        """When everything in the dump was true."""
        return datetime.fromisoformat(self.taken_at)


def manifest_of(dump: Path) -> Path:
    """Where the manifest of a dump is."""
    return dump.with_name(f"{dump.name}.manifest.json")


def write_dump(connection: Connection, target: Path) -> Manifest:
    """Dump the database of a connection that has done nothing yet, as of one moment, while others go on writing.

    Raises CommandError when the file exists, cannot be written, or when pg_dump fails; then nothing is left behind.
    """
    if target.exists() or manifest_of(target).exists():
        raise CommandError(f"{target} exists already: a backup is never written over another")
    with connection.begin():
        snapshot = restoring.take_snapshot(connection)
        if snapshot.revision is None:
            raise CommandError("there is no schema in this database, so there is nothing to back up")
        tools = find_tools(connection.engine.url, server_version=snapshot.server_version)
        with _draft(target) as draft:
            # From here on others may keep the rows; what pg_dump reads is the moment that was counted.
            options = ("--format=custom", "--no-password", "--lock-wait-timeout=10s", f"--snapshot={snapshot.name}")
            run_tool(tools.command("pg_dump", *options, f"--file={draft}", tools.target), tools.environ)
            size, digest = _measure(draft)
    manifest = Manifest(
        target.name, size, digest, snapshot.taken_at.isoformat(), snapshot.revision, _release(),
        snapshot.server_version, snapshot.rows,
    )  # fmt: skip
    with _draft(manifest_of(target)) as draft:
        draft.write_text(json.dumps(asdict(manifest), indent=2) + "\n")
    return manifest


def read_manifest(dump: Path) -> Manifest:
    """Read the manifest of a dump and see that the dump is what it says. Raises CommandError."""
    try:
        told: dict[str, Any] = json.loads(manifest_of(dump).read_text())
        manifest = Manifest(**(told | {"not_included": tuple(told["not_included"])}))
        size, digest = _measure(dump)
    except OSError as error:
        raise CommandError(f"cannot read {error.filename}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise CommandError(f"{manifest_of(dump)} is no manifest of a backup: {error}") from error
    if (size, digest) != (manifest.bytes, manifest.sha256):
        raise CommandError(f"{dump} is not what was backed up: its checksum is another one. Take another copy of it.")
    return manifest


def restore_dump(tools: PostgresTools, dump: Path, *, server_version: int, then: str) -> None:
    """Restore a dump and run the statements `then`, all in one transaction: the whole of it, or nothing.

    Owner and rights are not restored: everything belongs to whoever restores. Raises CommandError.
    """
    options = ("--file=-", "--no-owner", "--no-privileges", "--no-comments")
    script = subprocess.Popen(  # nosec B603 # noqa: S603 - ours
        tools.command("pg_restore", *options, str(dump)), env=tools.environ, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    quietly = ("--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
    runner = subprocess.Popen(  # nosec B603 # noqa: S603 - ours
        tools.command("psql", *quietly, tools.target), env=tools.environ, stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    # On their way out of the block both are waited for, and their pipes closed.
    with script, runner:
        try:
            _feed(script, runner, server_version, then)
        finally:
            for process in (script, runner):
                if process.poll() is None:
                    process.kill()


def _feed(script: "subprocess.Popen[bytes]", runner: "subprocess.Popen[bytes]", server_version: int, then: str) -> None:
    """Pass the script on. It commits by our word alone, so that one that ends in the middle leaves nothing."""
    source, target = _pipe(script.stdout), _pipe(runner.stdin)
    with contextlib.suppress(BrokenPipeError):
        target.write(b"begin;\n" + fit_for_server(source.read(_PIECE), server_version=server_version))
        while piece := source.read(_PIECE):
            target.write(piece)
        if script.wait() == 0:
            target.write(f"\n{then}\ncommit;\n".encode())
    with contextlib.suppress(BrokenPipeError):
        target.close()
    complaint = _pipe(runner.stderr).read().decode(errors="replace")
    if runner.wait() != 0:
        raise CommandError(f"nothing was restored: {last_words(complaint)}")
    if script.wait() != 0:
        said = _pipe(script.stderr).read().decode(errors="replace")
        raise CommandError(f"nothing was restored: {last_words(said)}")


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise RuntimeError("the process was started without this pipe")
    return pipe


@contextlib.contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A file of another name, private from its first byte, that becomes the target when the block ends well."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield draft
        _flush(draft)
        draft.replace(target)
        _flush(target.parent)
    except OSError as error:
        raise CommandError(f"cannot write {target}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _measure(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return path.stat().st_size, digest


def _release() -> str:
    project = Path(__file__).resolve().parents[2] / "pyproject.toml"
    try:
        return str(tomllib.loads(project.read_text())["project"]["version"])
    except (OSError, KeyError, ValueError):
        return "unknown"
