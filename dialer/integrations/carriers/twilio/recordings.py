"""The sound of recordings, streamed from Twilio with the account's own credentials: never wholly in memory."""

from collections.abc import Iterator, Mapping
from threading import BoundedSemaphore
from typing import Literal
from urllib.parse import quote, urljoin, urlsplit

import requests

from dialer.domain.errors import CarrierOutcomeUnknown, CarrierRefused, CarrierUnavailable
from dialer.ports import CarrierAccount, RecordedSound

API_URL = "https://api.twilio.com"
CHUNK_BYTES = 64 * 1024
TIMEOUTS = (5.0, 15.0)
"""Seconds for the connection, and for each piece of the answer."""
MAX_BYTES = 1024**3
MAX_STREAMS = 32
"""For each process: whoever listens holds a thread and a connection for as long as it takes."""
_MAX_REDIRECTS = 3
_STREAMED: Mapping[int, Literal[200, 206, 416]] = {200: 200, 206: 206, 416: 416}


class TwilioRecordings:
    """Opens recordings. Twilio's media address is made from the sid: no address that came from outside is followed."""

    def __init__(self, api_base_url: str | None):
        self._base = (api_base_url or API_URL).rstrip("/")
        self._places = BoundedSemaphore(MAX_STREAMS)

    def open(self, account: CarrierAccount, *, recording_sid: str, byte_range: str | None) -> RecordedSound | None:
        """See `Carrier.open_recording`."""
        if not self._places.acquire(blocking=False):
            raise CarrierUnavailable("too many recordings are being listened to")
        try:
            answer = self._ask(account, recording_sid, byte_range)
        except BaseException:
            self._places.release()
            raise
        if answer.status_code not in _STREAMED:
            answer.close()
            self._places.release()
            if answer.status_code in (404, 410):
                return None
            raise _refusal(answer.status_code)
        return _Sound(answer, self._places).described()

    def _ask(self, account: CarrierAccount, recording_sid: str, byte_range: str | None) -> requests.Response:
        name = quote(recording_sid, safe="")
        url = f"{self._base}/2010-04-01/Accounts/{account.account_sid}/Recordings/{name}.mp3"
        user, password = account.api_key_sid or account.account_sid, account.api_key_secret or account.auth_token
        # As it is stored: an answer that is packed could be unpacked to any size, and its ranges would mean nothing.
        headers = {"Accept-Encoding": "identity"} | ({"Range": byte_range} if byte_range else {})
        auth: tuple[str, str] | None = (user, password)
        with requests.Session() as session:
            session.trust_env = False
            for _ in range(_MAX_REDIRECTS + 1):
                answer = self._get(session, url, headers, auth)
                if not answer.is_redirect:
                    return answer
                answer.close()
                url, auth = self._next(url, answer.headers["Location"], auth)
        raise CarrierOutcomeUnknown("the carrier redirects without end")

    def _get(
        self, session: requests.Session, url: str, headers: dict[str, str], auth: tuple[str, str] | None
    ) -> requests.Response:
        try:
            return session.get(url, headers=headers, auth=auth, stream=True, timeout=TIMEOUTS, allow_redirects=False)
        except requests.RequestException as error:
            # The text of the error holds the address.
            raise CarrierUnavailable(f"no recording: {type(error).__name__}") from None

    def _next(self, url: str, location: str, auth: tuple[str, str] | None) -> tuple[str, tuple[str, str] | None]:
        """Twilio may keep the sound elsewhere: elsewhere gets no password, and must be HTTPS."""
        then = urljoin(url, location)
        if urlsplit(then).netloc == urlsplit(url).netloc and urlsplit(then).scheme == urlsplit(url).scheme:
            return then, auth
        if urlsplit(then).scheme != "https":
            raise CarrierOutcomeUnknown("the carrier redirects to an address that is not HTTPS")
        return then, None


class _Sound:
    """An answer under way, and the place that it holds until it is closed."""

    def __init__(self, answer: requests.Response, places: BoundedSemaphore):
        self._answer = answer
        self._places = places
        self._is_open = True

    def described(self) -> RecordedSound:
        headers = self._answer.headers
        length = headers.get("Content-Length", "")
        return RecordedSound(
            status=_STREAMED[self._answer.status_code],
            media_type="audio/mpeg",
            length=int(length) if length.isascii() and length.isdigit() else None,
            content_range=headers.get("Content-Range"),
            chunks=self._chunks(),
            close=self._close,
        )

    def _chunks(self) -> Iterator[bytes]:
        sent = 0
        try:
            for chunk in self._answer.iter_content(CHUNK_BYTES):
                sent += len(chunk)
                if sent > MAX_BYTES:
                    return
                yield chunk
        except requests.RequestException as error:
            # Raised, so that the listener's connection breaks off as well instead of waiting for the rest.
            raise CarrierUnavailable(f"the recording broke off: {type(error).__name__}") from None

    def _close(self) -> None:
        if self._is_open:
            self._is_open = False
            self._answer.close()
            self._places.release()


def _refusal(status: int) -> Exception:
    if status == 429 or status >= 500:
        return CarrierUnavailable(f"no recording: {status}")
    return CarrierRefused(f"no recording: {status}", scope="account" if status in (401, 403) else "request")
