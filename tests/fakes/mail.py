"""A mailer that keeps what it was given."""

import re
from typing import Literal

from dialer.ports import Mail


class RecordingMailer:
    """`sent` lists every mail. Set `trouble` to an exception, and each mail raises it instead."""

    leads_to: Literal["server", "folder", "nowhere"]

    def __init__(self) -> None:
        self.leads_to = "server"
        self.sent: list[Mail] = []
        self.trouble: Exception | None = None

    def send(self, mail: Mail) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.sent.append(mail)

    @property
    def token(self) -> str:
        """The token of the link in the latest mail."""
        found = re.search(r"token=([\w-]+)", self.sent[-1].text)
        assert found is not None, self.sent[-1].text
        return found[1]
