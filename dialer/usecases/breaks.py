"""Why agents may say that they are on a break: a tenant's list, kept by its admins."""

from dataclasses import dataclass
from typing import TypedDict

from dialer.domain.breaks import MAX_REASONS, check_minutes, check_name
from dialer.domain.errors import Conflict, NotFound
from dialer.domain.ids import BreakReasonId
from dialer.domain.principals import Principal, Role
from dialer.store import break_reasons as store
from dialer.store.break_reasons import BreakReason as BreakReason
from dialer.usecases.services import Services


@dataclass(frozen=True)
class NewBreakReason:
    """A reason to add; without a position it comes last."""

    name: str
    is_paid: bool = False
    max_minutes: int | None = None
    is_active: bool = True
    position: int | None = None


class BreakReasonChanges(TypedDict, total=False):
    """What of a reason is changed; what is absent stays."""

    name: str
    is_paid: bool
    max_minutes: int | None
    is_active: bool
    position: int


def list_break_reasons(
    services: Services, *, actor: Principal, include_inactive: bool = False
) -> tuple[BreakReason, ...]:
    """The reasons that agents may give, in order; on request also those that are not offered at present."""
    with services.transaction(actor.tenant_id) as tx:
        return tuple(store.list_reasons(tx.session, include_inactive=include_inactive))


def create_break_reason(services: Services, *, actor: Principal, new: NewBreakReason) -> BreakReason:
    """Add a reason. Raises Invalid, and Conflict for a name that is taken or when there are too many."""
    actor.require(Role.ADMIN)
    values = {
        "name": check_name(new.name), "is_paid": new.is_paid, "max_minutes": check_minutes(new.max_minutes),
        "is_active": new.is_active, "position": new.position,
    }  # fmt: skip
    with services.transaction(actor.tenant_id) as tx:
        if store.count_reasons(tx.session) >= MAX_REASONS:
            raise Conflict(f"There are {MAX_REASONS} reasons already: remove one first.")
        reason = store.insert_reason(tx.session, tenant_id=actor.tenant_id, values=values, now=services.clock.now())
        if reason is None:
            raise Conflict(store.NAME_TAKEN)
        return reason


def update_break_reason(
    services: Services, *, actor: Principal, reason_id: BreakReasonId, changes: BreakReasonChanges
) -> BreakReason:
    """Change what is given. A reason that came with the product and is renamed is one like any other from then on.

    Who is on a break for it stays so. Raises NotFound, Invalid, Conflict for a taken name.
    """
    actor.require(Role.ADMIN)
    columns: dict[str, object] = dict(changes)
    with services.transaction(actor.tenant_id) as tx:
        reason = store.find_reason(tx.session, reason_id)
        if reason is None:
            raise _no_reason()
        if "name" in changes:
            columns["name"] = check_name(changes["name"])
            if columns["name"] != reason.name:
                columns["key"] = None
        if "max_minutes" in changes:
            check_minutes(changes["max_minutes"])
        changed = store.change_reason(tx.session, reason_id=reason_id, changes=columns, now=services.clock.now())
        if changed is None:
            raise _no_reason()
        return changed


def retire_break_reason(services: Services, *, actor: Principal, reason_id: BreakReasonId) -> None:
    """Offer a reason no more. What was counted under it keeps its name. Raises NotFound."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        if not store.retire_reason(tx.session, reason_id=reason_id, now=services.clock.now()):
            raise _no_reason()


def _no_reason() -> NotFound:
    return NotFound("There is no break reason with this id.")
