"""The cast of the tests, and how they make requests. Loaded for every test.

- The cast, as `Caller`s, each registered and logged in when first asked for: `ada` (owner of her tenant), `dana`
  (admin), `sam` (supervisor) and `ben` (agent) on Ada's floor, `cleo` (owner of another tenant), `nobody` (no token).
- A Caller makes requests and checks the status:
      body = ada.post("/api/campaigns", json={…}, expect=201)          # the parsed body
      ben.post("/api/campaigns", json={…}, expect=403)
      ada.get("/api/leads", query={"campaign_id": id})                 # expect=200 unless told otherwise
      ada.post("/api/leads/upload", form={"file": (io.BytesIO(b"…"), "leads.csv"), "campaign_id": id})
      ada.put("/api/campaigns/…", data="{not json", expect=400)        # application/json unless headers say so
      response = ada.send("GET", "/api/leads/template/csv")            # the whole response
  `ada.principal` is for calling use cases directly; `ada.tenant_id`, `ada.user_id`, `ada.token` are what they say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import EnvironBuilder
from werkzeug.test import TestResponse

from dialer.domain.ids import TenantId, UserId
from dialer.domain.principals import Principal, Role
from dialer.usecases import access
from dialer.usecases.access import Login, NewUser
from dialer.usecases.services import Services

PASSWORD = "correct horse battery"


@dataclass
class Caller:
    """Somebody who makes requests. Without a login: nobody."""

    app: Flask
    login: Login | None = None
    token: str = ""
    refresh_token: str = ""

    @property
    def user_id(self) -> UserId:
        return self._login.user.id

    @property
    def tenant_id(self) -> TenantId:
        return self._login.user.tenant_id

    @property
    def principal(self) -> Principal:
        """As the application would see it now, with today's role and agent."""
        services = self.app.extensions["dialer"][0].services
        return access.load_principal(
            services, tenant_id=self.tenant_id, user_id=self.user_id, session_id=self._login.session_id
        )

    @property
    def _login(self) -> Login:
        assert self.login is not None, "nobody has no login"
        return self.login

    def get(self, path: str, *, expect: int = 200, **options: Any) -> Any:
        return self._body("GET", path, expect, options)

    def post(self, path: str, *, expect: int = 200, **options: Any) -> Any:
        return self._body("POST", path, expect, options)

    def put(self, path: str, *, expect: int = 200, **options: Any) -> Any:
        return self._body("PUT", path, expect, options)

    def patch(self, path: str, *, expect: int = 200, **options: Any) -> Any:
        return self._body("PATCH", path, expect, options)

    def delete(self, path: str, *, expect: int = 200, **options: Any) -> Any:
        return self._body("DELETE", path, expect, options)

    def send(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        data: bytes | str | None = None,
        form: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """Make a request and return the whole response."""
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        options: dict[str, Any] = {"headers": {**own, **(headers or {})}}
        if query:
            options["query_string"] = {name: str(value) for name, value in query.items()}
        if form is not None:
            shown = {name: str(value) if isinstance(value, UUID) else value for name, value in form.items()}
            options |= {"data": shown, "content_type": "multipart/form-data"}
        elif data is not None:
            options |= {"data": data, "content_type": options["headers"].pop("Content-Type", "application/json")}
        elif json is not None:
            options["json"] = json
        builder = EnvironBuilder(self.app, path, method=method, **options)
        environ = builder.get_environ()
        try:
            return self.app.test_client().open(environ, buffered=True)
        finally:
            # A large form is kept in a temporary file, which the test client leaves open.
            environ["wsgi.input"].close()
            builder.close()

    def _body(self, method: str, path: str, expect: int, options: dict[str, Any]) -> Any:
        response = self.send(method, path, **options)
        assert response.status_code == expect, (
            f"{method} {path}: {response.status} {response.get_data(as_text=True)[:500]}"
        )
        if response.status_code == 204:
            return None
        assert response.mimetype == "application/json", f"{method} {path}: {response.mimetype}"
        return response.get_json()


def log_in_as(app: Flask, login: Login) -> Caller:
    """A Caller with the tokens of a login session."""
    from api.auth import issue_tokens

    with app.app_context():
        tokens = issue_tokens(login)
    return Caller(app, login, tokens.token, tokens.refresh_token)


def _new(name: str) -> NewUser:
    return NewUser(f"{name.lower()}@example.com", PASSWORD, name, "Example")


def _join(app: Flask, services: Services, admin: Caller, name: str, role: Role) -> Caller:
    login = access.register_user(services, actor=admin.principal, tenant_id=admin.tenant_id, new=_new(name), role=role)
    return log_in_as(app, login)


@pytest.fixture
def ada(app: Flask, services: Services) -> Caller:
    """Founded her tenant and owns it."""
    return log_in_as(app, access.found_tenant(services, new=_new("Ada")))


@pytest.fixture
def dana(app: Flask, services: Services, ada: Caller) -> Caller:
    """An admin of Ada's tenant."""
    return _join(app, services, ada, "Dana", Role.ADMIN)


@pytest.fixture
def sam(app: Flask, services: Services, ada: Caller) -> Caller:
    """A supervisor of Ada's tenant."""
    return _join(app, services, ada, "Sam", Role.SUPERVISOR)


@pytest.fixture
def ben(app: Flask, services: Services, ada: Caller) -> Caller:
    """A user with the role agent in Ada's tenant; the agent of that name is made by POST /api/agents."""
    return _join(app, services, ada, "Ben", Role.AGENT)


@pytest.fixture
def cleo(app: Flask, services: Services) -> Caller:
    """Owns another tenant."""
    return log_in_as(app, access.found_tenant(services, new=_new("Cleo")))


@pytest.fixture
def nobody(app: Flask) -> Caller:
    """Has no token."""
    return Caller(app)
