"""People who make requests from other networks than the test's own."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse


@dataclass
class Network:
    """Everybody at one address; nobody is logged in."""

    app: Flask
    address: str

    def send(self, path: str, json: object) -> TestResponse:
        return self.app.test_client().post(path, json=json, environ_base={"REMOTE_ADDR": self.address})

    def post(self, path: str, *, json: object, expect: int = 200) -> Any:
        response = self.send(path, json)
        assert response.status_code == expect, f"{path}: {response.status} {response.get_data(as_text=True)[:300]}"
        return response.get_json()

    def fail(self, email: str, times: int) -> None:
        """Give a wrong password so many times, whatever the answer."""
        for _ in range(times):
            self.send("/api/auth/login", {"email": email, "password": "no such password"})
