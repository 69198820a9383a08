"""Requests made up from an OpenAPI document, sent to the product, and every answer held against the document.

Requests that keep to the document, requests that break it, and requests with something in them that was made to do
harm, by an owner, a supervisor and an agent. Ids in paths, queries and bodies are mostly those of rows that exist, so
that more is reached than 404.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

import hypothesis
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.schemas import APIOperation

from tests.fixtures_cast import PASSWORD
from tests.openapi.hostile import make_hostile
from tests.openapi.world import CSV, World

Manner = Literal["good", "broken", "hostile"]

load_all_checks()

CHECKED = [
    CHECKS.get_by_names([name])[0]
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    )
]
# What only breaks the document must also be refused.
CHECKED_WHEN_BROKEN = [*CHECKED, CHECKS.get_by_names(["negative_data_rejection"])[0]]
# What a document cannot describe well enough to be hit by chance.
SENSIBLE = {
    "phone": "+14155552671",
    "caller_id": "+14155551234",
    "date_from": "2026-03-01",
    "date_to": "2026-03-05",
    "timezone": "America/New_York",
    "time_zone": "America/New_York",
    "callback_time_zone": "America/New_York",
    "country": "US",
    "jurisdiction": "US",
    "calling_hours_start": "09:00",
    "calling_hours_end": "18:00",
    "at": "2026-03-06T18:00:00Z",
    "callback_at": "2026-03-06T18:00:00Z",
    "expires_at": "2026-03-06T18:00:00Z",
    "field_mapping": '{"phone": "phone"}',
    "old_password": PASSWORD,
    "current_password": PASSWORD,
}
# After these, the row or the login that was asked with is gone.
_CONSUMING = frozenset({"log_out", "change_password", "erase_person", "update_user", "cancel_campaign"})


@dataclass
class Findings:
    """What was sent, what came back, and what was wrong with it."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        return self.statuses.total()

    def add(self, operation: str, title: str, text: str) -> None:
        """Remember the first of each kind for an operation."""
        self.wrong.setdefault((operation, title), text)

    def table(self) -> str:
        """Each operation with how often it gave which status."""
        by_operation: dict[str, list[str]] = {}
        for (operation, status), times in sorted(self.statuses.items()):
            by_operation.setdefault(operation, []).append(f"{status}: {times}")
        return "\n".join(f"{operation:<55} {'  '.join(told)}" for operation, told in by_operation.items())

    def report(self) -> str:
        """Everything that is wrong, in words."""
        return "\n\n".join(f"{operation}: {title}\n{text}" for (operation, title), text in self.wrong.items())


def load_operations(app: Flask, path: str = "/api/openapi.json") -> dict[str, APIOperation]:
    """The operations of a document that the application serves, by `METHOD /path`.

    What it says about tokens is left out: a walk sends good ones, other tests bad ones.
    """
    document = app.test_client().get(path).get_json()
    document["security"] = document["components"]["securitySchemes"] = {}
    document.pop("security")
    schema = schemathesis.openapi.from_dict(document)
    operations = [found.ok() for found in schema.get_all_operations()]
    return {operation.label: operation for operation in operations}


@dataclass
class Walk:
    """Walks the operations of one document; `make` provides a world, and a new one when something used it up."""

    app: Flask
    make: Callable[[], World]
    findings: Findings = field(default_factory=Findings)
    _world: World | None = None

    def visit(self, operation: APIOperation, *, examples: int, seed: int | None = None) -> None:
        """Send so many requests that keep to the document; with a body or a query, as many that break it, and as
        many with something in them that was made to do harm.

        Without a seed the same ones each time.
        """
        self._run(operation, "good", examples, seed)
        if operation.body or operation.query:
            self._run(operation, "broken", examples, seed)
            self._run(operation, "hostile", examples, seed)

    def _run(self, operation: APIOperation, manner: Manner, examples: int, seed: int | None) -> None:
        # Only what is beside the path is broken: ids that are none are answered before anything else is looked at.
        names = [parameter.name for parameter in operation.path_parameters]
        fixed = dict.fromkeys(names, str(UUID(int=0))) if manner == "broken" and names else None
        mode = GenerationMode.NEGATIVE if manner == "broken" else GenerationMode.POSITIVE

        @settings(
            max_examples=examples,
            derandomize=seed is None,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode, path_parameters=fixed), data=st.data())
        def send(case: Case, data: st.DataObject) -> None:
            self._send(case, data, manner)

        (send if seed is None else hypothesis.seed(seed)(send))()

    def _send(self, case: Case, data: st.DataObject, manner: Manner) -> None:
        world = self._world = self._world or self.make()
        role = data.draw(st.sampled_from(["owner", "owner", "owner", "supervisor", "agent"]), label="role")
        if data.draw(st.integers(0, 9), label="known ids") or manner == "broken":
            case.path_parameters = _with_known_ids(dict(case.path_parameters or {}), world)
        if manner != "broken":
            _aim_at_rows(case, data, world)
        if manner == "hostile":
            make_hostile(case, data)
        response = self._call(case, world.callers[role].token)
        if response is None:
            return
        self.findings.statuses[case.operation.label, response.status_code] += 1
        self._check(case, response, manner)
        consumed = case.method == "DELETE" or case.operation.definition.raw["operationId"] in _CONSUMING
        if consumed and response.status_code < 300:
            self._world = None

    def _call(self, case: Case, token: str) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        try:
            return case.call(headers=headers, app=self.app)
        except Exception as error:
            self.findings.add(case.operation.label, f"raised {type(error).__name__}", _told(case, repr(error)))
            return None

    def _check(self, case: Case, response: Any, manner: Manner) -> None:
        try:
            case.validate_response(response, checks=_checks(case, manner))
        except FailureGroup as group:
            for failure in group.exceptions:
                self.findings.add(case.operation.label, failure.title, _told(case, failure.message))  # type: ignore[attr-defined]
        except Failure as failure:
            self.findings.add(case.operation.label, failure.title, _told(case, failure.message))


def _checks(case: Case, manner: Manner) -> list[Any]:
    """An empty text in a query counts as not sent, which a document cannot say; an empty list or object is not sent."""
    if manner != "broken" or any(value in ("", [], {}) for value in (case.query or {}).values()):
        return CHECKED
    return CHECKED_WHEN_BROKEN


def _with_known_ids(values: dict[str, Any], world: World) -> dict[str, Any]:
    return {name: world.ids.get(name, value) for name, value in values.items()}


def _aim_at_rows(case: Case, data: st.DataObject, world: World) -> None:
    """Fields named like ids mostly hold ids that exist; a file is mostly a list that can be read."""
    if isinstance(case.query, dict):
        case.query = _aimed(case.query, data, world)
    if isinstance(case.body, dict):
        case.body = _aimed(case.body, data, world)
        if "file" in case.body and data.draw(st.booleans(), label="readable file"):
            case.body["file"] = CSV


def _aimed(node: Any, data: st.DataObject, world: World) -> Any:
    if isinstance(node, dict):
        return {name: _aimed_field(name, value, data, world) for name, value in node.items()}
    return [_aimed(item, data, world) for item in node] if isinstance(node, list) else node


def _aimed_field(name: str, value: Any, data: st.DataObject, world: World) -> Any:
    meant = world.ids.get(name) or SENSIBLE.get(name)
    if meant is None or not isinstance(value, str):
        return _aimed(value, data, world)
    return meant if data.draw(st.integers(0, 4), label=name) else value


def _told(case: Case, message: str) -> str:
    return f"{message}\n  {case.method} {case.formatted_path} query={case.query!r:.500} body={case.body!r:.1500}"
