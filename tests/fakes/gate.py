"""A capacity gate without any capacity to speak of: whoever lines up is admitted at the next look."""

from collections.abc import Sequence

from dialer.domain.ids import CallId, TenantId
from dialer.ports import Admissions


class OpenGate:
    """`gate.lined_up` are the calls that wait, `gate.left` those whose placement has ended, in order.

    `gate.asked` lists the accounts. With `gate.is_closed` nobody is admitted.
    """

    def __init__(self) -> None:
        self.is_closed = False
        self.asked: list[str] = []
        self.lined_up: list[tuple[TenantId, CallId]] = []
        self.left: list[CallId] = []

    def line_up(self, calls: Sequence[CallId], *, tenant_id: TenantId, account: str, calls_per_second: float) -> None:
        self.asked.append(account)
        self.lined_up += [(tenant_id, call_id) for call_id in calls if (tenant_id, call_id) not in self.lined_up]

    def admit(self, *, processes: int) -> Admissions:
        if self.is_closed:
            return Admissions((), 1.0)
        admitted, self.lined_up = tuple(self.lined_up), []
        return Admissions(admitted, 1.0)

    def leave(self, call_id: CallId, *, tenant_id: TenantId, account: str, took_seconds: float) -> None:
        self.left.append(call_id)

    def vacate(self) -> None:
        return

    def wait(self, seconds: float) -> None:
        return
