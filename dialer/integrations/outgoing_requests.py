"""A web client for addresses that users give: it connects to the very address that was judged, at each redirect anew.

Over `http.client` and a socket of our own, so that nothing in between resolves the name again, follows a redirect,
takes a proxy from the environment or sends a password from a file.
"""

import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urljoin

import certifi

from dialer.domain.destinations import (
    Address,
    Destination,
    DestinationRefused,
    DestinationUnreachable,
    Network,
    judge_addresses,
    parse_destination,
)
from dialer.ports import WebAnswer

Resolve = Callable[[str, int], Iterable[str]]
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What is for the first server only, should it send us to another.
_ANYWHERE = frozenset({"accept", "user-agent", "range"})
_CONNECT_SECONDS = 3.0


def resolve_name(host: str, port: int) -> list[str]:
    """All addresses that the system's resolver knows for a name."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class GuardedRequests:
    """The `OutgoingRequests` port. One instance serves any number of threads."""

    def __init__(
        self,
        *,
        allowed: Sequence[Network] = (),
        resolve: Resolve = resolve_name,
        context: ssl.SSLContext | None = None,
    ):
        self._allowed = tuple(allowed)
        self._resolve = resolve
        self._context = context or ssl.create_default_context(cafile=certifi.where())

    def refusal(self, url: str) -> str | None:
        """See `OutgoingRequests.refusal`."""
        try:
            parse_destination(url, allowed=self._allowed)
        except DestinationRefused as refused:
            return str(refused)
        return None

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout_seconds: float = 10.0,
        max_bytes: int = 65_536,
        max_redirects: int = 3,
    ) -> WebAnswer:
        """See `OutgoingRequests.send`."""
        deadline = time.monotonic() + timeout_seconds
        sent = {"User-Agent": "dialer", "Accept": "*/*", **(headers or {})}
        for _ in range(max_redirects + 1):
            destination = parse_destination(url, allowed=self._allowed)
            exchange = _Exchange(self._connect(destination, deadline), destination, url)
            answer = exchange.run(method, sent, body, max_bytes=max_bytes, deadline=deadline)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not location:
                return answer
            following = urljoin(url, location)
            if destination.scheme == "https" and not following.lower().startswith("https:"):
                raise DestinationRefused("must not lead from https to a redirect without it")
            if answer.status in (301, 302, 303) and method != "HEAD":
                method, body = "GET", None
            if _origin(parse_destination(following, allowed=self._allowed)) != _origin(destination):
                sent = {name: value for name, value in sent.items() if name.lower() in _ANYWHERE}
            url = following
        raise DestinationUnreachable(f"it redirects more than {max_redirects} times")

    def _connect(self, destination: Destination, deadline: float) -> socket.socket:
        addresses = self._addresses(destination, deadline)
        judge_addresses(addresses, allowed=self._allowed)
        trouble: Exception = DestinationUnreachable("its name has no address")
        for address in addresses:
            try:
                # A numeric address: nobody is asked for the name again.
                plain = socket.create_connection(
                    (str(address), destination.port), timeout=min(_CONNECT_SECONDS, _left(deadline))
                )
            except OSError as error:
                trouble = error
                continue
            return self._secured(plain, destination, deadline)
        raise DestinationUnreachable(_in_words(trouble)) from trouble

    def _secured(self, plain: socket.socket, destination: Destination, deadline: float) -> socket.socket:
        if destination.scheme == "http":
            return plain
        try:
            plain.settimeout(_left(deadline))
            # The certificate has to be the name's, although the connection was made to an address.
            return self._context.wrap_socket(plain, server_hostname=destination.host)
        except (OSError, ValueError) as error:
            plain.close()
            raise DestinationUnreachable(_in_words(error)) from error
        except BaseException:
            plain.close()
            raise

    def _addresses(self, destination: Destination, deadline: float) -> list[Address]:
        if destination.address is not None:
            return [destination.address]
        answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(list(self._resolve(destination.host, destination.port)))
            except (OSError, UnicodeError) as error:
                answers.put(error if isinstance(error, OSError) else OSError("not a name"))

        # The system's resolver knows no time-out; whoever waits for it does.
        threading.Thread(target=ask, daemon=True).start()
        try:
            found = answers.get(timeout=_left(deadline))
        except queue.Empty:
            raise DestinationUnreachable("its name could not be looked up in time") from None
        if isinstance(found, OSError):
            raise DestinationUnreachable("its name is not known") from found
        # `fe80::1%eth0`: the zone says nothing that matters here, since such an address is refused.
        return [ip_address(text.partition("%")[0]) for text in dict.fromkeys(found)]


class _Exchange:
    """One request and its answer over one connection, which is closed afterwards or when time is up."""

    def __init__(self, connected: socket.socket, destination: Destination, url: str):
        self._socket = connected
        self._destination = destination
        self._url = url
        self._is_late = False

    def run(
        self, method: str, headers: Mapping[str, str], body: bytes | None, *, max_bytes: int, deadline: float
    ) -> WebAnswer:
        connection = http.client.HTTPConnection(self._destination.host, self._destination.port)
        connection.sock = self._socket
        # A server that sends a byte now and then never meets a socket's time-out: the timer does.
        timer = threading.Timer(max(0.0, deadline - time.monotonic()), self._give_up)
        timer.daemon = True
        timer.start()
        try:
            self._socket.settimeout(_left(deadline))
            connection.request(
                method, self._destination.target, body=body,
                headers={**headers, "Host": self._destination.host_header, "Connection": "close"},
            )  # fmt: skip
            response = connection.getresponse()
            content = b"" if method == "HEAD" or response.status in _REDIRECTS else response.read(max_bytes)
            named = {name.lower(): value for name, value in response.getheaders()}
            if self._is_late:
                # A connection that we shut looks like an answer that has ended.
                raise TimeoutError
            return WebAnswer(self._url, response.status, named, content)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise DestinationUnreachable(_in_words(TimeoutError() if self._is_late else error)) from error
        finally:
            timer.cancel()
            connection.close()
            self._socket.close()

    def _give_up(self) -> None:
        self._is_late = True
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)


def _origin(destination: Destination) -> tuple[str, str, int]:
    return destination.scheme, destination.host, destination.port


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise DestinationUnreachable("it did not answer in time")
    return left


def _in_words(error: Exception) -> str:
    """What happened, without what the other side wrote: that would be a way to read what answers there."""
    if isinstance(error, DestinationUnreachable):
        return str(error)
    return next((words for kind, words in _WORDS if isinstance(error, kind)), "its answer is not HTTP")


# The first that fits.
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "its certificate is not valid for this name"),
    (ssl.SSLError, "it does not speak TLS as we do"),
    (TimeoutError, "it did not answer in time"),
    (ConnectionRefusedError, "nobody answers there"),
    (OSError, "the connection failed"),
)
