"""Importing lists of any size: rows a second, against the bare cost of the same work, and against the memory it takes.

What is measured is what a worker does, in a process of its own: it reads the file as it is kept in PostgreSQL, judges
each row, holds it against what is there and against the do-not-call lists, stores it with all indexes and constraints
in place, and keeps every refused row with its reason. "Bare" is a loop over `phonenumbers` (parse, is_valid_number,
format_number) and COPY of the finished rows into a table with the columns of leads and nothing else.
"""

import io
import multiprocessing
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import phonenumbers
import psycopg2
from sqlalchemy import text

from bench.figures import Options, Report, median
from bench.import_lists import BAD_SHARE, make_phones, write_list
from bench.servers import Servers, running_servers, services_on
from dialer.domain.ids import ImportId, TenantId
from dialer.domain.principals import Principal, Role
from dialer.logging import configure_logging
from dialer.store import registries, staged_leads
from dialer.store.imports import allow_long_statements
from dialer.store.registries import RegistryDraft
from dialer.store.schema.base import new_id
from dialer.usecases import access, imports
from dialer.usecases.access import NewUser
from dialer.usecases.import_kinds import KINDS
from dialer.usecases.imports import Upload
from dialer.usecases.lead_import import ImportRequest, import_leads
from dialer.usecases.services import Services
from tests.builders.campaigns import make_campaign

MIN_ROWS_PER_SECOND = 12_000
MAX_TIMES_BARE = 2.5
MAX_DNC_PERCENT = 20
MAX_MEGABYTES = 300
_DATABASE = "import"


@dataclass(frozen=True)
class _Sizes:
    rows: int
    rounds: int
    dnc_numbers: int
    long_rows: int


@dataclass(frozen=True)
class _Run:
    """One import in a process of its own. `store_seconds` is what keeping the file took before."""

    seconds: float
    processor_seconds: float
    megabytes: float
    store_seconds: float


def measure(options: Options) -> Report:
    """Each round imports a list into a new campaign, and does the same work bare; then once more with full lists."""
    sizes = _Sizes(rows=200_000, rounds=3, dnc_numbers=1_000_000, long_rows=0)
    if options.quick:
        sizes = _Sizes(rows=12_000, rounds=1, dnc_numbers=20_000, long_rows=0)
    elif options.full:
        sizes = _Sizes(rows=200_000, rounds=3, dnc_numbers=10_000_000, long_rows=5_000_000)
    report = Report("import", f"a CSV of {sizes.rows:,} rows, {BAD_SHARE:.0%} of them bad, through a worker's use case")
    with running_servers() as servers, tempfile.TemporaryDirectory() as folder:
        servers.add_database(_DATABASE)
        with services_on(servers.postgres.application_url(_DATABASE)) as services:
            bench = _Bench(servers, services, _found_tenant(services), Path(folder), report)
            bench.compare_with_bare(sizes)
            bench.compare_with_dnc(sizes)
            if sizes.long_rows:
                bench.measure_long(sizes.long_rows)
    report.details.append("load after: " + " ".join(f"{load:.2f}" for load in os.getloadavg()))
    return report


class _Bench:
    def __init__(self, servers: Servers, services: Services, actor: Principal, folder: Path, report: Report):
        self._servers = servers
        self._services = services
        self._actor = actor
        self._folder = folder
        self._report = report

    def compare_with_bare(self, sizes: _Sizes) -> None:
        """The same list in turn through the product and bare."""
        path = self._write(sizes.rows)
        phones = [phone for phone, _ in make_phones(sizes.rows)]
        runs, bare = [], []
        for _ in range(sizes.rounds):
            self._forget_leads()
            bare.append(self._time_bare(phones))
            runs.append(self._import(path))
        seconds = median([run.seconds for run in runs])
        whole = median([run.seconds + run.store_seconds for run in runs])
        report = self._report
        report.add("import, median", sizes.rows / seconds, "rows/s", at_least=MIN_ROWS_PER_SECOND)
        report.add("keeping the file and importing it, median", sizes.rows / whole, "rows/s")
        report.add("bare: phonenumbers and COPY, median", sizes.rows / median(bare), "rows/s")
        report.add("import against bare, same run", seconds / median(bare), "×", at_most=MAX_TIMES_BARE)
        processor = 1e6 * median([run.processor_seconds for run in runs]) / sizes.rows
        report.add("worker's own processor time, median", processor, "µs/row")
        report.add("worker's memory, most", max(run.megabytes for run in runs), "MB", at_most=MAX_MEGABYTES)

    def compare_with_dnc(self, sizes: _Sizes) -> None:
        """Against no check at all: what the check costs, and what it costs when the lists are full."""
        path = self._write(sizes.rows)
        times: dict[str, list[float]] = {"none": [], "empty": [], "full": []}
        for _ in range(sizes.rounds):
            self._forget_leads()
            times["none"].append(self._import(path, checks_suppression=False).seconds)
            self._forget_leads()
            times["empty"].append(self._import(path).seconds)
        started = time.monotonic()
        self._fill_registry(sizes.dnc_numbers)
        filled = time.monotonic() - started
        for _ in range(sizes.rounds):
            self._forget_leads()
            times["full"].append(self._import(path).seconds)
        shares = {name: 100 * (median(values) / median(times["none"]) - 1) for name, values in times.items()}
        self._report.add("DNC check on empty lists, against none", shares["empty"], "% more")
        name = f"DNC check on {sizes.dnc_numbers:,} numbers, against none"
        self._report.add(name, shares["full"], "% more", at_most=MAX_DNC_PERCENT)
        self._report.details.append(f"filling the registry took {filled:.0f} s")

    def measure_long(self, rows: int) -> None:
        """A list of millions: memory must not grow with it."""
        self._forget_leads()
        run = self._import(self._write(rows))
        self._report.add(f"import of {rows:,} rows", rows / run.seconds, "rows/s", at_least=MIN_ROWS_PER_SECOND)
        self._report.add(f"worker's memory at {rows:,} rows", run.megabytes, "MB", at_most=MAX_MEGABYTES)
        self._report.add(f"keeping the file of {rows:,} rows", run.store_seconds, "s")

    def _write(self, rows: int) -> Path:
        path = self._folder / f"{rows}.csv"
        if not path.exists():
            write_list(path, rows)
        return path

    def _forget_leads(self) -> None:
        self._servers.execute(_DATABASE, "truncate leads cascade")
        self._servers.execute(_DATABASE, "truncate import_problems, import_chunks")

    def _import(self, path: Path, *, checks_suppression: bool = True) -> _Run:
        campaign = make_campaign(self._services, self._actor.tenant_id)
        started = time.perf_counter()
        with path.open("rb") as stream:
            report = import_leads(
                self._services,
                actor=self._actor,
                request=ImportRequest(campaign.id),
                upload=Upload.of_stream(path.name, stream),
                runs_elsewhere=False,
            )
        store_seconds = time.perf_counter() - started
        import_id = report.stored.id
        url = self._servers.postgres.application_url(_DATABASE)
        seconds, processor_seconds, megabytes = _in_a_process(
            url, self._actor.tenant_id, import_id, checks_suppression=checks_suppression
        )
        counts = imports.load_import(self._services, actor=self._actor, import_id=import_id).stored.counts
        assert counts.invalid > counts.total * BAD_SHARE / 2, counts
        return _Run(seconds, processor_seconds, megabytes, store_seconds)

    def _time_bare(self, phones: Sequence[str]) -> float:
        rows = "".join(_BARE_LINE.format(n=n, id=new_id(), phone=phone, tenant=self._actor.tenant_id)
                       for n, phone in enumerate(phones)).encode()  # fmt: skip
        self._servers.execute(_DATABASE, "drop table if exists bare_leads")
        self._servers.execute(_DATABASE, "create table bare_leads (like leads including generated including defaults)")
        started = time.perf_counter()
        for phone in phones:
            number = phonenumbers.parse(phone, "US")
            phonenumbers.is_valid_number(number)
            phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        with _owner_connection(self._servers) as connection, connection.cursor() as cursor:
            cursor.copy_expert(f"copy bare_leads ({_BARE_COLUMNS}) from stdin", io.BytesIO(rows), size=1 << 20)
        return time.perf_counter() - started

    def _fill_registry(self, count: int) -> None:
        """Numbers all over the country, and one in a hundred of the list's."""
        tenant_id, now = self._actor.tenant_id, self._services.clock.now()
        draft = RegistryDraft(tenant_id, "bench", "US", date(now.year, now.month, 1), None)
        numbers = make_registry(count)
        with self._services.transaction(tenant_id) as tx:
            registry = registries.load_registry(tx.session, registries.insert_registry(tx.session, draft, now=now))
        for start in range(0, len(numbers), _REGISTRY_BATCH):
            batch = numbers[start : start + _REGISTRY_BATCH]
            with self._services.transaction(tenant_id) as tx:
                allow_long_statements(tx.session)
                registries.add_registry_numbers(
                    tx.session, registry_id=registry.id, serial=registry.serial, tenant_id=tenant_id, numbers=batch
                )
        with self._services.transaction(tenant_id) as tx:
            registries.activate_registry(tx.session, registry.id, now=now)
        self._servers.execute(_DATABASE, "vacuum analyze registry_blocks")


def make_registry(count: int) -> list[int]:
    """Numbers in order, E.164 without the plus."""
    listed = {int("1" + phone) for row, (phone, _) in enumerate(make_phones(count // 10)) if row % 100 == 0}
    dice = random.Random(3)
    while len(listed) < count:
        listed.update(dice.choices(range(12_000_000_000, 19_999_999_999), k=count - len(listed)))
    return sorted(listed)


def run_alone(
    url: str, tenant_id: TenantId, import_id: ImportId, *, checks_suppression: bool
) -> tuple[float, float, float]:
    """Run an import as a worker does, in this process; seconds, processor seconds, most memory in megabytes."""
    if not checks_suppression:
        nobody = (
            "select cast(null as text) as phone_normalized, cast(null as text) as kind, cast(null as text) as reason"
        )
        staged_leads._JUDGE_BY_PHONE = text(staged_leads._judge(staged_leads._NO_ID, f"{nobody} where false"))
    configure_logging("CRITICAL")
    with services_on(url) as services:
        before, started = time.process_time(), time.perf_counter()
        imports.run_import(services, KINDS, tenant_id=tenant_id, import_id=import_id, workplace="bench", seats=1)
        seconds, processor_seconds = time.perf_counter() - started, time.process_time() - before
    return seconds, processor_seconds, _most_megabytes()


def _most_megabytes() -> float:
    """The most that this process has had in memory. What `getrusage` tells includes the process that started it."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2  # bytes, where there is no /proc
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _in_a_process(url: str, tenant_id: TenantId, import_id: ImportId, **how: bool) -> tuple[float, float, float]:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(run_alone, url, tenant_id, import_id, **how).result()


@contextmanager
def _owner_connection(servers: Servers) -> Iterator[psycopg2.extensions.connection]:
    connection = psycopg2.connect(servers.postgres.owner_url(_DATABASE).replace("+psycopg2", ""))
    try:
        with connection:
            yield connection
    finally:
        connection.close()


def _found_tenant(services: Services) -> Principal:
    login = access.found_tenant(services, new=NewUser("ada@example.com", "correct horse battery", "Ada", "Ek"))
    return Principal(login.user.tenant_id, login.user.id, Role.OWNER, str(login.session_id))


_REGISTRY_BATCH = 200_000
_BARE_COLUMNS = (
    "id, tenant_id, campaign_id, list_id, import_id, locality_id, phone, phone_normalized, first_name, last_name, "
    "email, country, state, postal_code, priority, custom_fields, notes, status, call_attempts, last_attempt_number, "
    "next_call_at, do_not_call, dial_key, created_at, updated_at"
)
_BARE_LINE = "\t".join(
    (
        "{id}", "{tenant}", "{tenant}", "{tenant}", "{tenant}", "1", "{phone}", "+1{phone}", "Sara", "Ahmed",
        "sara{n}@example.com", "US", "NY", "10001", "1", '{{"company": "ACME 7"}}', "called, once", "pending", "0", "0",
        "2026-01-01", "f", "1767225600", "2026-01-01", "2026-01-01",
    )
) + "\n"  # fmt: skip
