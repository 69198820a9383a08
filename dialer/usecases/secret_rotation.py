"""Changing the field encryption keys: every stored secret is sealed anew with the newest, while all goes on."""

from collections.abc import Iterator
from dataclasses import dataclass

from dialer.domain.errors import Unavailable
from dialer.domain.ids import TenantId
from dialer.store.encrypted_columns import (
    ENCRYPTED_COLUMNS,
    EncryptedColumn,
    SealedValue,
    list_sealed,
    list_tenants,
    replace_sealed,
)
from dialer.usecases.services import Services

BATCH = 200


@dataclass(frozen=True)
class LostSecret:
    """A stored secret that none of the keys opens."""

    tenant_id: TenantId
    column: str
    row: str

    def __str__(self) -> str:
        return f"{self.column} of row {self.row}, tenant {self.tenant_id}"


@dataclass(frozen=True)
class Rotation:
    """What was found: sealed anew just now, sealed with the newest key already, and what no key opens."""

    renewed: int
    current: int
    lost: tuple[LostSecret, ...]

    @property
    def needs_newest_key_alone(self) -> bool:
        """Whether everything that can be read at all was under the newest key before this run began."""
        return self.renewed == 0 and not self.lost


def rotate_keys(services: Services) -> Rotation:
    """Seal every stored secret of every tenant with the newest key.

    Safe to run twice, at the same time, and while secrets are read and changed: each is replaced only if it is still
    what was read, and either key opens it. What no key opens is left as it is and named.
    """
    renewed = current = 0
    lost: list[LostSecret] = []
    for tenant_id, column, batch in _batches(services):
        with services.transaction(tenant_id) as tx:
            for value in batch:
                try:
                    anew = services.secrets.renew(value.sealed)
                except Unavailable:
                    lost.append(LostSecret(tenant_id, str(column), value.key))
                    continue
                if anew is None:
                    current += 1
                elif replace_sealed(tx.session, column, value=value, renewed=anew):
                    renewed += 1
    return Rotation(renewed, current, tuple(lost))


def list_lost_secrets(services: Services) -> list[LostSecret]:
    """Every stored secret that none of the keys opens. Reads only."""
    lost = []
    for tenant_id, column, batch in _batches(services):
        for value in batch:
            try:
                services.secrets.open(value.sealed)
            except Unavailable:
                lost.append(LostSecret(tenant_id, str(column), value.key))
    return lost


def _batches(services: Services) -> Iterator[tuple[TenantId, EncryptedColumn, list[SealedValue]]]:
    """All stored secrets, a few at a time, each batch read in a transaction of its own."""
    with services.transaction() as tx:
        tenants = list_tenants(tx.session)
    for tenant_id in tenants:
        for column in ENCRYPTED_COLUMNS:
            after: str | None = None
            while True:
                with services.transaction(tenant_id) as tx:
                    batch = list(list_sealed(tx.session, column, after=after, limit=BATCH))
                if not batch:
                    break
                yield tenant_id, column, batch
                after = batch[-1].key
