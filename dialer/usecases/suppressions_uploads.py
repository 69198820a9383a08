"""Uploaded lists of numbers: done within the request while they are small, by a worker when they are not."""

from dataclasses import dataclass
from datetime import date

from dialer.domain.errors import Invalid
from dialer.domain.ids import CampaignId, ImportId
from dialer.domain.imports import ImportStatus
from dialer.domain.phone_numbers import known_regions
from dialer.domain.principals import Principal, Role
from dialer.store import imports, registries
from dialer.store.imports import ImportDraft
from dialer.store.registries import Registry, RegistryDraft
from dialer.store.session import Transaction
from dialer.store.suppressions import SuppressionDraft
from dialer.usecases.imports import RUN, Upload, keep_file
from dialer.usecases.number_files import NumberFile, open_numbers
from dialer.usecases.number_lists import ListedNumbers, NumberProblem, read_listed
from dialer.usecases.registries import RegistryView, view_registry
from dialer.usecases.services import Services
from dialer.usecases.suppressions import DEFAULT_REGION, default_region_of, suppress_numbers
from dialer.usecases.suppressions_imports import REGISTRY, SUPPRESSIONS, end_loading, number_options

MAX_NUMBERS_AT_ONCE = 100_000
_MAX_BYTES_AT_ONCE = 10_000_000
_SHOWN_PROBLEMS = 100


@dataclass(frozen=True)
class SuppressionUpload:
    """What became of a small list. `total` is the sum of the other counts."""

    total: int
    added: int
    already_listed: int
    duplicates: int
    invalid: int
    problems: tuple[NumberProblem, ...]
    problems_truncated: bool


@dataclass(frozen=True)
class QueuedUpload:
    """A list that a worker goes through; each of its numbers holds as soon as its batch is stored."""

    import_id: ImportId


def upload_suppressions(
    services: Services,
    *,
    actor: Principal,
    upload: Upload,
    campaign_id: CampaignId | None,
    reason: str | None = None,
    default_region: str | None = None,
) -> SuppressionUpload | QueuedUpload:
    """Suppress every number of a file: a table with phone columns, one number a line, or area code and number apart.

    All or nothing of up to 100,000 numbers is stored at once; a larger file is imported by a worker. Raises Invalid
    for a file that cannot be read, TooLarge for one above the limits.
    """
    actor.require(Role.ADMIN)
    if default_region is not None and default_region.upper() not in known_regions():
        raise Invalid.field("default_region", "must be a two-letter country code, such as US")
    with services.transaction(actor.tenant_id) as tx:
        region = (default_region or default_region_of(tx, campaign_id)).upper()
    file = _open(upload)
    found = _read_at_once(upload, file, region)
    with services.transaction(actor.tenant_id) as tx:
        default_region_of(tx, campaign_id)
        draft = SuppressionDraft(actor.tenant_id, campaign_id, reason or "requested", "upload", None, actor.user_id)
        if found is None:
            options = number_options(file, region) | {"reason": draft.reason}
            return QueuedUpload(_queue(services, tx, actor, upload, SUPPRESSIONS, options, campaign_id))
        numbers = sorted(set(found.numbers))
        added = suppress_numbers(services, tx, numbers, draft)
    return SuppressionUpload(
        total=found.total,
        added=len(added),
        already_listed=len(numbers) - len(added),
        duplicates=len(found.numbers) - len(numbers),
        invalid=len(found.problems),
        problems=tuple(found.problems[:_SHOWN_PROBLEMS]),
        problems_truncated=len(found.problems) > _SHOWN_PROBLEMS,
    )


def upload_registry(
    services: Services, *, actor: Principal, upload: Upload, name: str, jurisdiction: str, published_on: date
) -> RegistryView:
    """Load a version of a national list beside the one that holds, and let it take that one's place when it is whole.

    Up to 100,000 numbers are loaded at once, and the version comes back `active`; a larger file is imported by a
    worker, and it comes back `loading` with its import. Raises Invalid for a file that cannot be read or that has more
    bad lines than numbers, TooLarge for one above the limits.
    """
    actor.require(Role.ADMIN)
    if published_on > services.clock.now().date():
        raise Invalid.field("published_on", "must not lie in the future")
    country = jurisdiction.partition("-")[0]
    region = country if country in known_regions() else DEFAULT_REGION
    file = _open(upload)
    found = _read_at_once(upload, file, region)
    if found is not None and len(found.problems) >= (numbers := len(set(found.numbers))):
        raise Invalid.field("file", f"holds {numbers} numbers and {len(found.problems)} bad lines")
    with services.transaction(actor.tenant_id) as tx:
        draft = RegistryDraft(actor.tenant_id, name, jurisdiction, published_on, actor.user_id)
        registry_id = registries.insert_registry(tx.session, draft, now=services.clock.now())
        if found is None:
            import_id = _queue(services, tx, actor, upload, REGISTRY, number_options(file, region))
            registries.attach_import(tx.session, registry_id, import_id)
        else:
            _load_at_once(services, tx, registries.load_registry(tx.session, registry_id), found)
        return view_registry(services, registries.load_registry(tx.session, registry_id))


def _load_at_once(services: Services, tx: Transaction, registry: Registry, found: ListedNumbers) -> None:
    registries.add_registry_numbers(
        tx.session,
        registry_id=registry.id,
        serial=registry.serial,
        tenant_id=registry.tenant_id,
        numbers=[int(number) for number in found.numbers],
        problems=len(found.problems),
    )
    end_loading(services, tx, registries.load_registry(tx.session, registry.id), is_whole=True)


def _open(upload: Upload) -> NumberFile:
    upload.head()  # says what is wrong with its size
    return open_numbers(upload.source, filename=upload.filename)


def _read_at_once(upload: Upload, file: NumberFile, region: str) -> ListedNumbers | None:
    """Everything in a small file; None for one that is not."""
    if upload.size > _MAX_BYTES_AT_ONCE:
        return None
    found = ListedNumbers([], [])
    for batch in file.batches():
        read = read_listed(batch, region)
        found.numbers.extend(read.numbers)
        found.problems.extend(read.problems)
        if found.total > MAX_NUMBERS_AT_ONCE:
            return None
    return found


def _queue(
    services: Services,
    tx: Transaction,
    actor: Principal,
    upload: Upload,
    kind: str,
    options: dict[str, object],
    campaign_id: CampaignId | None = None,
) -> ImportId:
    """Keep the file and have a worker go through it."""
    draft = ImportDraft(
        tenant_id=actor.tenant_id,
        kind=kind,
        filename=upload.filename,
        created_by=actor.user_id,
        options=options,
        bytes_total=upload.size,
        campaign_id=campaign_id,
    )
    import_id = imports.insert_import(tx.session, draft, status=ImportStatus.QUEUED, now=services.clock.now())
    keep_file(tx, upload, import_id=import_id, tenant_id=actor.tenant_id)
    tx.after_commit(services.queue.send, RUN, tenant_id=str(actor.tenant_id), import_id=str(import_id))
    return import_id
