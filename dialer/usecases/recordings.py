"""Recordings: listening to them through us, and having the carrier delete those of people who were erased, or that
were kept long enough. The carrier keeps the sound; its addresses and credentials leave the product nowhere.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog

from dialer.domain.errors import CarrierError, NotFound
from dialer.domain.ids import CallId, TenantId
from dialer.domain.principals import Principal
from dialer.ports import RecordedSound
from dialer.store import recordings as store
from dialer.usecases.audit_log import record_download
from dialer.usecases.call_reports import CallView, load_call
from dialer.usecases.carrier_accounts import load_account
from dialer.usecases.services import Services

log = structlog.get_logger()

MAX_ROWS = 50
"""One request each, so that a sweep ends before the next begins."""


@dataclass(frozen=True)
class RecordedCall:
    """A call of which there is a recording, and how long that is."""

    call_id: CallId
    seconds: int | None


def link_recording(services: Services, *, actor: Principal, call_id: CallId) -> RecordedCall:
    """The recording of a call that somebody gets a link to: of one's own, or any for supervisors.

    The audit log notes it, so that nobody hears even a part without a trace. Raises NotFound, Forbidden.
    """
    call = load_call(services, actor=actor, call_id=call_id)
    _sid(call)
    _note(services, actor, "recording.linked", call_id)
    return RecordedCall(call_id, call.recording_duration)


def open_recording(
    services: Services, *, actor: Principal, call_id: CallId, byte_range: str | None = None
) -> RecordedSound:
    """Begin to play the recording of a call to somebody, with the tenant's own account; whoever calls this closes it.

    Asked anew each time: a call that changed hands, or a role that was taken away, counts at once. The audit log notes
    each listening, before anything is heard. Raises NotFound, Forbidden, CarrierError.
    """
    recording_sid = _sid(load_call(services, actor=actor, call_id=call_id))
    if byte_range is None or byte_range.startswith("bytes=0-"):
        # Once for each listening, not for each part that a player fetches.
        _note(services, actor, "recording.played", call_id)
    account = load_account(services, tenant_id=actor.tenant_id)
    sound = services.carrier.open_recording(account, recording_sid=recording_sid, byte_range=byte_range)
    if sound is None:
        raise NotFound(_NONE)
    return sound


def _note(services: Services, actor: Principal, action: str, call_id: CallId) -> None:
    record_download(services, actor=actor, action=action, object_type="call", object_id=call_id)


def _sid(call: CallView) -> str:
    if call.recording_sid is None:
        raise NotFound(_NONE)
    return call.recording_sid


_NONE = "There is no recording of this call."


def sweep_recordings(services: Services) -> int:
    """Have carriers delete what is listed; return how many recordings are gone.

    What a carrier does not delete stays listed and is asked for again, less and less often, until it does. Safe to run
    twice at once: a recording that is gone already is a success.
    """
    now = services.clock.now()
    with services.transaction() as tx:
        due = store.list_due(tx.session, at=now, max_rows=MAX_ROWS)
    return sum(_delete(services, tenant_id, recording_sid, now) for tenant_id, recording_sid in due)


def _delete(services: Services, tenant_id: TenantId, recording_sid: str, now: datetime) -> bool:
    account = load_account(services, tenant_id=tenant_id)
    try:
        services.carrier.delete_recording(account, recording_sid=recording_sid)
    except CarrierError as trouble:
        log.warning("recording_not_deleted", recording_sid=recording_sid, error=str(trouble)[:200])
        with services.transaction(tenant_id) as tx:
            store.postpone(tx.session, recording_sid, now=now)
        return False
    with services.transaction(tenant_id) as tx:
        store.remove(tx.session, recording_sid)
    return True
