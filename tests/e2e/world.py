"""The running product as its users see it: the API, the carrier's doors, consoles, and the database as a witness."""

import io
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import psycopg2
import psycopg2.extras
import requests
import socketio

from demo.places import choose_place
from dialer.embedded.stack import EmbeddedStack

PATIENCE_SECONDS = 75.0
"""How long anything may take before a test gives up; far above what it takes on an idle machine."""
PASSWORD = "correct horse battery"
Found = TypeVar("Found")
_numbers = count(1)
# The rules hold here as anywhere: whoever is called has to have daytime while the tests run.
_daytime_numbers = iter(choose_place(datetime.now(UTC)).numbers())


def eventually(look: Callable[[], Found], *, what: str, seconds: float = PATIENCE_SECONDS) -> Found:
    """Look again until there is something to see, and return it."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}; last seen: {found!r}"
        time.sleep(0.1)


def new_number() -> str:
    """A number of somebody who may be called at this hour, and whom nobody else in this run has."""
    return next(_daytime_numbers)


class Http:
    """JSON requests to one address; anything but success fails the test with the server's words."""

    def __init__(self, url: str, token: str | None = None):
        self.url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str) -> Any:
        return self._send("GET", path)

    def post(self, path: str, body: object = None, **how: Any) -> Any:
        return self._send("POST", path, **(how or {"json": body or {}}))

    def put(self, path: str, body: object) -> Any:
        return self._send("PUT", path, json=body)

    def _send(self, method: str, path: str, **how: Any) -> Any:
        with requests.Session() as session:
            session.trust_env = False
            response = session.request(method, self.url + path, headers=self._headers, timeout=30, **how)
        assert response.ok, f"{method} {path}: {response.status_code} {response.text[:500]}"
        return response.json()


class Console:
    """An agent's browser: a real Socket.IO client, with the audio leg that the voice SDK would open."""

    def __init__(self, stack: EmbeddedStack, *, token: str, agent_id: str, tenant_id: str):
        self.agent_id = agent_id
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self._stack = stack
        self._token = token
        self._tenant_id = tenant_id
        self.api = Http(stack.url, token)
        self._socket = socketio.Client(handle_sigint=False)
        self._socket.on("*", lambda event, payload=None: self.heard.append((event, payload or {})))
        self._socket.on("incoming:call", self._take)

    def open(self) -> None:
        """Connect, join, put the headset on, and declare to be ready."""
        self.connect()
        app_sid = self._stack.environ["TWILIO_TWIML_APP_SID"]
        Http(self._stack.twin_url or "").post(
            "/_twin/inbound", {"from": f"client:agent_{self.agent_id}", "to": app_sid}
        )
        eventually(lambda: self.all_heard("agent:audio"), what="the audio leg is proven")
        self.say("agent:status", agentId=self.agent_id, status="available")

    def connect(self) -> None:
        """Connect and join."""
        self._socket.connect(
            self._stack.url, auth={"token": self._token}, transports=["websocket"], wait_timeout=PATIENCE_SECONDS
        )
        self.say("agent:join", agentId=self.agent_id, tenantId=self._tenant_id)

    def say(self, event: str, **message: str) -> dict[str, Any]:
        """Send a message and return its acknowledgement, which must be a yes."""
        answer: dict[str, Any] = self._socket.call(event, message, timeout=PATIENCE_SECONDS)
        assert answer["success"], f"{event}: {answer}"
        return answer

    def all_heard(self, event: str) -> list[dict[str, Any]]:
        """The payloads of an event, in order."""
        return [payload for name, payload in list(self.heard) if name == event]

    def close(self) -> None:
        # Not `disconnect`, which leaves a client alone that is just trying to come back.
        self._socket.shutdown()

    def _take(self, payload: dict[str, Any]) -> None:
        self.heard.append(("incoming:call", payload))
        self._socket.emit("call:received", {"callId": payload["callId"]})


@dataclass
class Office:
    """A tenant that was founded through the API, and its owner's hands."""

    stack: EmbeddedStack
    admin: Http
    tenant_id: str
    consoles: list[Console] = field(default_factory=list)

    @property
    def twin(self) -> Http:
        return Http(self.stack.twin_url or "")

    def add_console(self, group_id: str) -> Console:
        """Register an agent and seat him at his console, ready for calls."""
        user = self.register()
        body = {"name": f"Agent {next(_numbers)}", "agent_group_id": group_id, "user_id": user["user"]["id"]}
        agent = self.admin.post("/api/agents", body)["agent"]
        console = Console(self.stack, token=user["token"], agent_id=agent["id"], tenant_id=self.tenant_id)
        self.consoles.append(console)
        console.open()
        return console

    def add_phone_agent(self, group_id: str, *, phone: str) -> str:
        """An agent without a console, ready at his phone."""
        body = {"name": f"Agent {next(_numbers)}", "agent_group_id": group_id, "phone": phone}
        agent_id: str = self.admin.post("/api/agents", body)["agent"]["id"]
        self.admin.put(f"/api/agents/{agent_id}/status", {"status": "available"})
        return agent_id

    def add_group(self) -> str:
        group_id: str = self.admin.post("/api/agent-groups", {"name": f"Team {next(_numbers)}"})["agent_group"]["id"]
        return group_id

    def add_campaign(self, group_id: str, **settings: object) -> str:
        """A campaign that calls around the clock."""
        body = {
            "name": "Spring outreach", "caller_id": "+14155550100", "timezone": "UTC", "agent_group_id": group_id,
            "calling_hours_start": "00:00", "calling_hours_end": "00:00", "wrap_up_seconds": 1,
            "ring_timeout_seconds": 25, **settings,
        }  # fmt: skip
        campaign_id: str = self.admin.post("/api/campaigns", body)["campaign"]["id"]
        return campaign_id

    def upload(self, campaign_id: str, csv: str) -> Any:
        files = {"file": ("leads.csv", io.BytesIO(csv.encode()))}
        return self.admin.post("/api/leads/upload", files=files, data={"campaign_id": campaign_id})

    def script(self, number: str, outcome: str, **how: object) -> None:
        """What the next call to a number meets; a person talks with whom he is connected, and waits long."""
        patience = {"patience_seconds": 600} if outcome == "answer" else {}
        self.twin.post("/_twin/scripts", {"to": number, "outcome": outcome, **patience, **how})

    def close(self) -> None:
        for console in self.consoles:
            console.close()

    def register(self) -> Any:
        """A new user in the role of an agent."""
        person = {
            "email": f"ben{next(_numbers)}@example.com", "password": PASSWORD, "role": "agent",
            "first_name": "Ben", "last_name": "Ortiz", "tenant_id": self.tenant_id,
        }  # fmt: skip
        return self.admin.post("/api/auth/register", person)


def found_office(stack: EmbeddedStack) -> Office:
    """Register a tenant's owner, Ada."""
    person = {"email": f"ada{next(_numbers)}@example.com", "password": PASSWORD, "first_name": "Ada", "last_name": "Ek"}
    login = Http(stack.url).post("/api/auth/register", person)
    return Office(stack, Http(stack.url, login["token"]), login["user"]["tenant_id"])


class Witness:
    """What independent parties say: the database's rows, and the carrier's log."""

    def __init__(self, stack: EmbeddedStack):
        self._stack = stack
        self._doors = Http(stack.twin_url or "")

    def rows(self, sql: str, **values: object) -> list[Mapping[str, Any]]:
        """Rows as the owner of the tables sees them."""
        with self._cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

    def change(self, sql: str, **values: object) -> None:
        """Arrange what takes too long to wait for."""
        with self._cursor() as cursor:
            cursor.execute(sql, values)

    def log(self, kind: str) -> list[dict[str, Any]]:
        """All log entries of a kind."""
        entries: list[dict[str, Any]] = []
        last = 0
        while page := self._doors.get(f"/_twin/log?since={last}&limit=10000&kind={kind}")["entries"]:
            entries += page
            last = page[-1]["n"]
        return entries

    def placements(self, *, to: str | None = None) -> list[dict[str, Any]]:
        """The requests that made the carrier place a lead's call."""
        return [
            entry
            for entry in self.log("request")
            if entry["method"] == "POST" and entry["path"].endswith("/Calls.json") and entry["status"] == 201
            and "callId" in query_of(entry["form"]["Url"]) and "agent-answer" not in entry["form"]["Url"]
            and to in (None, entry["form"]["To"])
        ]  # fmt: skip

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        url = self._stack.environ["DATABASE_OWNER_URL"].replace("+psycopg2", "")
        with closing(psycopg2.connect(url, cursor_factory=psycopg2.extras.RealDictCursor)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor


def query_of(url: str) -> dict[str, str]:
    """The query string of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
