"""A capacity gate that lets everything through, or the next so many."""


class OpenGate:
    """`gate.starts_left = 3` lets three more calls start at once; None means no limit. After that the next start is
    `wait_seconds` away. `gate.asked` lists the accounts."""

    def __init__(self) -> None:
        self.starts_left: int | None = None
        self.wait_seconds = 1.0
        self.asked: list[str] = []

    def reserve_start(self, account_sid: str, *, calls_per_second: float, max_wait_seconds: float) -> float | None:
        self.asked.append(account_sid)
        if self.starts_left is None:
            return 0.0
        if self.starts_left == 0:
            return self.wait_seconds if self.wait_seconds <= max_wait_seconds else None
        self.starts_left -= 1
        return 0.0
