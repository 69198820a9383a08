"""The sound of a recording comes from the carrier piece by piece, and the account's password goes nowhere else."""

import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from dialer.domain.errors import CarrierError, CarrierOutcomeUnknown, CarrierRefused, CarrierUnavailable
from dialer.integrations.carriers.twilio import recordings
from dialer.integrations.carriers.twilio.carrier import TwilioCarrier
from dialer.ports import CarrierAccount, RecordedSound

ACCOUNT = CarrierAccount("AC" + "c1" * 16, "the-token", calls_per_second=1.0, max_lines=1)
PASSWORD = "Basic " + b64encode(f"{ACCOUNT.account_sid}:the-token".encode()).decode()
SOUND = bytes(range(256)) * 1_000


class Media(BaseHTTPRequestHandler):
    """Answers what the test says: a status with headers and a body, by path."""

    answers: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {}
    asked: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, dict(self.headers)))
        status, headers, body = self.answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def media() -> Iterator[str]:
    """The address of a server for one test."""
    Media.answers, Media.asked = {}, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Media)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def path_of(sid: str) -> str:
    return f"/2010-04-01/Accounts/{ACCOUNT.account_sid}/Recordings/{sid}.mp3"


def listen(media: str, sid: str = "RE1", byte_range: str | None = None) -> RecordedSound:
    carrier = TwilioCarrier("https://dialer.example.com", api_base_url=media)
    sound = carrier.open_recording(ACCOUNT, recording_sid=sid, byte_range=byte_range)
    assert sound is not None
    return sound


def test_the_sound_comes_in_pieces_with_the_accounts_own_password(media: str) -> None:
    Media.answers[path_of("RE1")] = (200, {}, SOUND)
    sound = listen(media)
    pieces = list(sound.chunks)
    sound.close()
    assert (b"".join(pieces), sound.status, sound.length) == (SOUND, 200, len(SOUND))
    assert max(map(len, pieces)) <= recordings.CHUNK_BYTES
    assert Media.asked[0][1]["Authorization"] == PASSWORD


def test_a_part_is_asked_for_as_it_was_asked_of_us(media: str) -> None:
    Media.answers[path_of("RE1")] = (206, {"Content-Range": f"bytes 0-1/{len(SOUND)}"}, SOUND[:2])
    sound = listen(media, byte_range="bytes=0-1")
    assert (b"".join(sound.chunks), sound.content_range) == (SOUND[:2], f"bytes 0-1/{len(SOUND)}")
    sound.close()
    assert Media.asked[0][1]["Range"] == "bytes=0-1"


def test_another_host_gets_no_password_and_must_be_https(media: str) -> None:
    elsewhere = media.replace("127.0.0.1", "localhost")
    Media.answers[path_of("RE1")] = (302, {"Location": f"{elsewhere}/sound"}, b"")
    Media.answers["/sound"] = (200, {}, SOUND)
    with pytest.raises(CarrierOutcomeUnknown):
        listen(media)
    assert [path for path, _ in Media.asked] == [path_of("RE1")]


def test_a_redirect_to_the_same_host_is_followed_but_not_for_ever(media: str) -> None:
    Media.answers[path_of("RE1")] = (302, {"Location": "/sound"}, b"")
    Media.answers["/sound"] = (200, {}, SOUND)
    sound = listen(media)
    assert b"".join(sound.chunks) == SOUND
    sound.close()
    Media.answers["/sound"] = (302, {"Location": "/sound"}, b"")
    with pytest.raises(CarrierOutcomeUnknown):
        listen(media)
    assert len(Media.asked) < 10


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, CarrierRefused), (403, CarrierRefused), (429, CarrierUnavailable), (500, CarrierUnavailable)],
)
def test_what_the_carrier_refuses_is_an_error_of_the_port(media: str, status: int, error: type[CarrierError]) -> None:
    Media.answers[path_of("RE1")] = (status, {}, b"<html>")
    with pytest.raises(error):
        listen(media)


def test_what_is_gone_is_none_and_a_sid_cannot_leave_its_folder(media: str) -> None:
    carrier = TwilioCarrier("https://dialer.example.com", api_base_url=media)
    assert carrier.open_recording(ACCOUNT, recording_sid="../../Messages", byte_range=None) is None
    assert Media.asked[0][0] == path_of("..%2F..%2FMessages")


def test_nobody_listens_once_all_places_are_taken_and_somebody_does_when_one_is_free(media: str) -> None:
    Media.answers[path_of("RE1")] = (200, {}, b"x")
    carrier: Any = TwilioCarrier("https://dialer.example.com", api_base_url=media)

    def ask() -> Any:
        return carrier.open_recording(ACCOUNT, recording_sid="RE1", byte_range=None)

    taken = [ask() for _ in range(recordings.MAX_STREAMS)]
    with pytest.raises(CarrierUnavailable):
        ask()
    taken[0].close()
    taken[0].close()
    again = ask()
    for sound in (*taken[1:], again):
        sound.close()
    for _ in range(2 * recordings.MAX_STREAMS):
        assert carrier.open_recording(ACCOUNT, recording_sid="gone", byte_range=None) is None


def test_a_carrier_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(CarrierUnavailable) as caught:
        listen("http://127.0.0.1:9")
    assert "127.0.0.1" not in str(caught.value)
