"""A disk that fills up while a list is uploaded: the web server's, and PostgreSQL's.

Real file systems of a few hundred kilobytes are mounted for it; without the right to mount, the fault is not injected.
"""

import io
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from demo.api import ApiError
from faults.floor import Floor
from faults.history import Violation
from faults.scenario import Aftermath, NotInjected, Scenario

_ROWS = 40_000
_TABLESPACE = "full_disk"


def upload_to_a_full_disk(floor: Floor, dice: random.Random, *, disk: str) -> Aftermath:
    """Upload a long list while the disk is full: it has to be refused, nothing half-done may stay, and the next
    upload of the same list succeeds."""
    with _full_disk(floor, disk):
        refusal = _upload(floor, dice)
    ended_at = time.time()
    wrong = []
    if refusal is None:
        wrong.append(Violation("full_disk_not_noticed", f"the upload was accepted with a full disk ({disk})"))
    elif refusal.status is None:
        wrong.append(Violation("full_disk_breaks_the_server", str(refusal)))
    if _open_imports(floor):
        wrong.append(Violation("import_left_behind", f"an import is open after a full disk ({disk})"))
    return Aftermath(ended_at, tuple(wrong))


@contextmanager
def _full_disk(floor: Floor, disk: str) -> Iterator[None]:
    """The folder of uploads, or the table of uploaded files, on a disk of 512 kB."""
    folder = floor.upload_folder if disk == "web" else floor.options.home / "small-disk"
    folder.mkdir(exist_ok=True)
    _mount(folder)
    try:
        if disk == "database":
            shutil.chown(folder, user=floor.postgres.data.owner())
            folder.chmod(0o700)
            floor.as_superuser(
                f"create tablespace {_TABLESPACE} location '{folder}'",
                f"alter table import_chunks set tablespace {_TABLESPACE}",
            )
        yield
    finally:
        if disk == "database":
            floor.as_superuser(
                "alter table import_chunks set tablespace pg_default", f"drop tablespace if exists {_TABLESPACE}"
            )
        subprocess.run(["umount", "-l", str(folder)], check=False)  # noqa: S603, S607 - what was mounted above


def _mount(folder: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own folder
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)],  # noqa: S607
        capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise NotInjected(f"a small disk cannot be mounted here: {done.stderr.decode().strip()}")


def _upload(floor: Floor, dice: random.Random) -> ApiError | None:
    """Upload numbers that make no leads: the floor is to keep those it has. Returns the refusal."""
    text = io.StringIO("Phone Number,First Name,Comments\n")
    text.seek(0, io.SEEK_END)
    for row in range(_ROWS):
        text.write(f"not a number {row},Nobody,{dice.getrandbits(400):x}\n")
    try:
        floor.office.owner.upload(
            "/api/leads/upload",
            filename="long.csv",
            content=text.getvalue().encode(),
            fields={"campaign_id": floor.office.campaign_id},
        )
    except ApiError as refusal:
        return refusal
    return None


def _open_imports(floor: Floor) -> bool:
    open_ones = "select id from imports where tenant_id = cast(%(tenant)s as uuid) and finished_at is null"
    return bool(floor.witness.rows(open_ones, tenant=floor.office.tenant_id))


SCENARIOS = (
    Scenario("disk_full_at_the_web_server", partial(upload_to_a_full_disk, disk="web")),
    Scenario("disk_full_at_the_database", partial(upload_to_a_full_disk, disk="database")),
)
