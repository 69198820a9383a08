"""The product's HTTP API and the twin's doors, as anybody outside would use them."""

import time
from typing import Any

import requests


class ApiError(Exception):
    """An answer that was not the one hoped for; the message has the request and what the server said.

    `status` is None where there was no answer.
    """

    def __init__(self, message: str, status: int | None = None):
        super().__init__(message)
        self.status = status


class HttpClient:
    """Requests to one address. Safe for one thread."""

    def __init__(self, url: str, token: str | None = None, *, timeout_seconds: float = 15.0):
        self.url = url
        self._timeout = timeout_seconds
        self._session = requests.Session()
        # The environment's proxies are none of ours: everything is on this machine.
        self._session.trust_env = False
        if token is not None:
            self.use_token(token)

    def use_token(self, token: str) -> None:
        """Send this token from now on."""
        self._session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str) -> dict[str, Any]:
        """GET a JSON answer."""
        return self.send("GET", path)

    def post(self, path: str, body: object = None) -> dict[str, Any]:
        """POST JSON."""
        return self.send("POST", path, json={} if body is None else body)

    def put(self, path: str, body: object) -> dict[str, Any]:
        """PUT JSON."""
        return self.send("PUT", path, json=body)

    def upload(self, path: str, *, filename: str, content: bytes, fields: dict[str, str]) -> dict[str, Any]:
        """POST a file with form fields."""
        return self.send("POST", path, files={"file": (filename, content, "text/csv")}, data=fields)

    def send(self, method: str, path: str, **how: Any) -> dict[str, Any]:
        """Send, and once more after the pause that the server asks for. Raises ApiError."""
        response = self._request(method, path, **how)
        if response.status_code == requests.codes.too_many_requests:
            time.sleep(min(60.0, float(response.headers.get("Retry-After") or 5)))
            response = self._request(method, path, **how)
        if not response.ok:
            message = f"{method} {path} answered {response.status_code}: {response.text[:300]}"
            raise ApiError(message, response.status_code)
        answer: dict[str, Any] = response.json()
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _request(self, method: str, path: str, **how: Any) -> requests.Response:
        try:
            return self._session.request(method, self.url + path, timeout=self._timeout, **how)
        except requests.RequestException as error:
            raise ApiError(f"{method} {path}: {type(error).__name__}") from error
