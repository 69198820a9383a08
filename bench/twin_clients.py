"""A program that uses the official library: it starts calls as fast as it can, on several connections at once.

    python -m bench.twin_clients URL ACCOUNT_SID AUTH_TOKEN SECONDS THREADS FIRST_NUMBER

Prints, as JSON, how many calls were accepted and how long each request took.
"""

import json
import sys
import threading
import time
from itertools import count
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

# Inline instructions: nothing of the measured time is spent in a web server of ours.
_TWIML = "<Response><Pause length='600'/></Response>"


class ToTwin(TwilioHttpClient):  # type: ignore[misc]
    """Sends to the twin what was meant for api.twilio.com."""

    def __init__(self, base_url: str):
        super().__init__(timeout=20)
        self._base = urlsplit(base_url)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """As the library does, with another address."""
        parts = urlsplit(url)
        return super().request(method, urlunsplit((self._base.scheme, self._base.netloc, *parts[2:])), *args, **kwargs)


def start_calls(client: Client, numbers: "count[int]", until: float) -> list[float]:
    """Milliseconds of each request."""
    times = []
    while time.monotonic() < until:
        started = time.perf_counter()
        client.calls.create(to=f"+1{next(numbers)}", from_="+14155550100", twiml=_TWIML)
        times.append((time.perf_counter() - started) * 1000)
    return times


def main(url: str, account_sid: str, auth_token: str, seconds: str, threads: str, first_number: str) -> None:
    """Run the threads and print."""
    until = time.monotonic() + float(seconds)
    numbers = count(int(first_number))
    times: list[float] = []

    def work() -> None:
        times.extend(start_calls(Client(account_sid, auth_token, http_client=ToTwin(url)), numbers, until))

    workers = [threading.Thread(target=work) for _ in range(int(threads))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    json.dump(times, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
