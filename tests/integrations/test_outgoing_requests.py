"""The guarded client against real servers: redirects inward, names that change their answer, slow and endless ones.

127.0.0.2 plays the public internet (the only network allowed), 127.0.0.1 what must not be reached.
"""

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dialer.domain.destinations import DestinationRefused, DestinationUnreachable, parse_networks
from dialer.integrations.outgoing_requests import GuardedRequests

OUTSIDE, INSIDE = "127.0.0.2", "127.0.0.1"
ALLOWED = parse_networks(f"{OUTSIDE}/32")


@dataclass
class Site:
    """A server that answers as `pages` say and keeps what it was asked."""

    address: str
    port: int = 0
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def url(self, path: str = "/", host: str | None = None, scheme: str = "http") -> str:
        return f"{scheme}://{host or self.address}:{self.port}{path}"


def _open(site: Site, context: ssl.SSLContext | None = None) -> Any:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            site.asked.append((self.command, self.path, headers, content))
            status, named, body = site.pages.get(self.path, (200, {}, b"hello"))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **named}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_HEAD = answer  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer((site.address, site.port), Handler)
    # A client that hangs up in the middle is no news.
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    site.port = server.server_port
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server


@pytest.fixture
def outside() -> Iterator[Site]:
    """A server that may be reached."""
    site = Site(OUTSIDE)
    server = _open(site)
    yield site
    server.shutdown()
    server.server_close()


@pytest.fixture
def inside() -> Iterator[Site]:
    """A server that must not be."""
    site = Site(INSIDE)
    server = _open(site)
    yield site
    server.shutdown()
    server.server_close()
    assert site.asked == []


def client(*answers: list[str], **options: Any) -> GuardedRequests:
    """With a resolver that gives these answers, one after the other, the last for ever."""
    given = list(answers)

    def resolve(host: str, port: int) -> list[str]:
        return given.pop(0) if len(given) > 1 else given[0]

    return GuardedRequests(allowed=ALLOWED, resolve=resolve, **options)


def test_an_answer_comes_back(outside: Site) -> None:
    outside.pages["/a?b=c"] = (200, {"Content-Type": "audio/mpeg"}, b"sound")
    answer = client([OUTSIDE]).send("GET", outside.url("/a?b=c", host="files.example.com"))
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "audio/mpeg", b"sound")
    ((method, path, headers, _),) = outside.asked
    assert (method, path, headers["host"]) == ("GET", "/a?b=c", f"files.example.com:{outside.port}")


def test_a_body_is_sent(outside: Site) -> None:
    client([OUTSIDE]).send("POST", outside.url(), headers={"Content-Type": "application/json"}, body=b"{}")
    assert (outside.asked[0][0], outside.asked[0][3]) == ("POST", b"{}")


def test_an_inner_address_is_refused_before_anything_is_sent(inside: Site) -> None:
    for url in (inside.url(), inside.url(host="localhost"), inside.url(host="[::ffff:127.0.0.1]")):
        with pytest.raises(DestinationRefused):
            client([INSIDE]).send("GET", url)


def test_without_allowed_networks_nothing_here_is_reached(inside: Site, outside: Site) -> None:
    nothing_allowed = GuardedRequests(resolve=lambda host, port: [OUTSIDE])
    for url in (inside.url(), outside.url(), outside.url(host="files.example.com")):
        with pytest.raises(DestinationRefused):
            nothing_allowed.send("GET", url)
    assert outside.asked == []
    assert nothing_allowed.refusal(inside.url()) is not None
    assert nothing_allowed.refusal("https://files.example.com/x.mp3") is None


INWARD = ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "//127.0.0.1:{port}/", "http://0x7f.1:{port}/",
          "http://[::1]:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://inner.example.com:{port}/"]  # fmt: skip


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_inward_is_refused(outside: Site, inside: Site, status: int) -> None:
    for spelling in INWARD:
        outside.pages["/"] = (status, {"Location": spelling.format(port=inside.port)}, b"")
        with pytest.raises(DestinationRefused):
            client([OUTSIDE], [INSIDE]).send("GET", outside.url(host="files.example.com"))
    assert len(outside.asked) == len(INWARD)


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://127.0.0.2/", "ftp://127.0.0.2/x"])
def test_a_redirect_to_another_scheme_is_refused(outside: Site, location: str) -> None:
    outside.pages["/"] = (302, {"Location": location}, b"")
    with pytest.raises(DestinationRefused):
        client([OUTSIDE]).send("GET", outside.url())


def test_a_name_that_changes_its_answer_is_reached_where_it_was_judged(outside: Site) -> None:
    trap = Site(INSIDE, port=outside.port, pages={"/": (200, {}, b"caught")})
    server = _open(trap)
    answer = client([OUTSIDE], [INSIDE]).send("GET", outside.url(host="rebind.example.com"))
    server.shutdown()
    server.server_close()
    assert (answer.body, trap.asked) == (b"hello", [])


def test_a_name_is_judged_again_at_each_redirect(outside: Site, inside: Site) -> None:
    outside.pages["/"] = (302, {"Location": "/again"}, b"")
    with pytest.raises(DestinationRefused):
        client([OUTSIDE], [INSIDE]).send("GET", outside.url(host="rebind.example.com"))


def test_one_inner_address_among_others_refuses_the_name(outside: Site) -> None:
    with pytest.raises(DestinationRefused):
        client([OUTSIDE, "10.0.0.1"]).send("GET", outside.url(host="mixed.example.com"))
    assert outside.asked == []


def test_redirects_are_followed_without_what_was_for_the_first(outside: Site) -> None:
    outside.pages["/"] = (302, {"Location": outside.url("/b", host="other.example.com")}, b"")
    secret = {"Authorization": "Bearer x", "Accept": "audio/*"}
    answer = client([OUTSIDE]).send("POST", outside.url(host="one.example.com"), headers=secret, body=b"x")
    first, second = outside.asked
    assert (first[2]["authorization"], first[3]) == ("Bearer x", b"x")
    assert (second[0], second[3], second[2]["accept"], "authorization" in second[2]) == ("GET", b"", "audio/*", False)
    assert answer.url.endswith("/b")


def test_redirects_end(outside: Site) -> None:
    outside.pages["/"] = (302, {"Location": "/"}, b"")
    with pytest.raises(DestinationUnreachable, match="more than 3 times"):
        client([OUTSIDE]).send("GET", outside.url())
    assert len(outside.asked) == 4


def test_no_more_is_read_than_was_asked_for(outside: Site) -> None:
    outside.pages["/"] = (200, {"Content-Length": str(10**9)}, b"x" * 100_000)
    assert client([OUTSIDE]).send("GET", outside.url(), max_bytes=10).body == b"x" * 10


def test_proxies_of_the_environment_are_not_asked(
    outside: Site, inside: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, inside.url())
    (tmp_path / ".netrc").write_text(f"machine {OUTSIDE} login a password b")
    monkeypatch.setenv("HOME", str(tmp_path))
    client([OUTSIDE]).send("GET", outside.url())
    assert "authorization" not in outside.asked[0][2]


@pytest.mark.parametrize("drip", [b"", b"H", b"HTTP/1.1 200 OK\r\nX-A: b\r\n"])
def test_a_server_that_drips_does_not_hold_us(drip: bytes) -> None:
    listening = socket.create_server((OUTSIDE, 0))
    over = threading.Event()

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            while not over.wait(0.05):
                try:
                    connection.sendall(drip)
                except OSError:
                    return

    threading.Thread(target=serve, daemon=True).start()
    began = time.monotonic()
    with pytest.raises(DestinationUnreachable):
        client([OUTSIDE]).send("GET", f"http://{OUTSIDE}:{listening.getsockname()[1]}/", timeout_seconds=0.4)
    assert time.monotonic() - began < 2
    over.set()
    listening.close()


def test_a_resolver_that_does_not_answer_does_not_hold_us() -> None:
    released = threading.Event()
    slow = GuardedRequests(resolve=lambda host, port: [OUTSIDE] if released.wait(5) else [])
    began = time.monotonic()
    with pytest.raises(DestinationUnreachable, match="looked up in time"):
        slow.send("GET", "http://slow.example.com/", timeout_seconds=0.2)
    assert time.monotonic() - began < 2
    released.set()


def test_what_is_not_there_is_unreachable_in_plain_words() -> None:
    with pytest.raises(DestinationUnreachable, match="nobody answers there"):
        client([OUTSIDE]).send("GET", f"http://{OUTSIDE}:1025/")
    with pytest.raises(DestinationUnreachable, match="no address"):
        client([]).send("GET", "http://empty.example.com/")

    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(DestinationUnreachable, match="not known"):
        GuardedRequests(resolve=unknown).send("GET", "http://unknown.example.com/")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for files.example.com, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "files.example.com")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("files.example.com")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "site.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Site]:
    """A server behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    site = Site(OUTSIDE)
    server = _open(site, context)
    yield site
    server.shutdown()
    server.server_close()


def test_a_certificate_is_checked_for_the_name_although_the_address_is_pinned(secure: Site, certificate: Path) -> None:
    trusting = client([OUTSIDE], context=ssl.create_default_context(cafile=certificate))
    assert trusting.send("GET", secure.url(host="files.example.com", scheme="https")).body == b"hello"
    for host in ("other.example.com", OUTSIDE):
        with pytest.raises(DestinationUnreachable, match="certificate"):
            trusting.send("GET", secure.url(host=host, scheme="https"))
    with pytest.raises(DestinationUnreachable, match="certificate"):
        client([OUTSIDE]).send("GET", secure.url(host="files.example.com", scheme="https"))
    assert len(secure.asked) == 1


def test_tls_is_not_taken_off_by_a_redirect(secure: Site, outside: Site, certificate: Path) -> None:
    secure.pages["/"] = (302, {"Location": outside.url()}, b"")
    trusting = client([OUTSIDE], context=ssl.create_default_context(cafile=certificate))
    with pytest.raises(DestinationRefused, match="from https"):
        trusting.send("GET", secure.url(host="files.example.com", scheme="https"))
    assert outside.asked == []


def test_the_systems_resolver_is_asked_by_default() -> None:
    with pytest.raises(DestinationRefused):
        GuardedRequests(allowed=ALLOWED).send("GET", "http://localhost:1025/")
    with pytest.raises(DestinationUnreachable, match="nobody answers there"):
        GuardedRequests(allowed=parse_networks("127.0.0.1, ::1")).send("GET", "http://localhost:1025/")
