"""A task queue that keeps what it was sent and runs nothing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SentTask:
    task: str
    arguments: dict[str, str | int]
    expires_seconds: float | None = None


class RecordingQueue:
    """`queue.sent` lists everything; `queue.names` only the names of the tasks."""

    def __init__(self) -> None:
        self.sent: list[SentTask] = []

    def send(self, task: str, *, expires_seconds: float | None = None, **arguments: str | int) -> None:
        self.sent.append(SentTask(task, arguments, expires_seconds))

    @property
    def names(self) -> list[str]:
        return [sent.task for sent in self.sent]

    def clear(self) -> None:
        self.sent.clear()
