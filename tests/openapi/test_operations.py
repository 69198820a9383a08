"""Every operation of every OpenAPI document, by requests made up from the document: no 5xx, no undocumented answer.

The same requests each time, a few for each operation; `python -m tests.openapi` sends as many new ones as one likes.
"""

import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from api.surfaces.dialer import surface
from dialer.usecases.services import Services
from tests.openapi.walk import Walk, load_operations
from tests.openapi.world import make_world

DOCUMENTS = ("/api/openapi.json",)
EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "3"))
SEED = int(os.environ["OPENAPI_SEED"]) if "OPENAPI_SEED" in os.environ else None
TAGS = sorted({endpoint.tag for endpoint in surface.endpoints})
# In an id or an address nobody knows: no row is there, whatever the world holds.
WITHOUT_ROWS = {"link"}


@pytest.fixture(scope="session")
def _operations() -> dict[str, Any]:
    """Read once for each process."""
    return {}


@pytest.fixture
def operations(quiet_app: Flask, _operations: dict[str, Any]) -> dict[str, Any]:
    """The operations of the document by tag."""
    if not _operations:
        by_tag = defaultdict(list)
        for operation in load_operations(quiet_app, DOCUMENTS[0]).values():
            by_tag[operation.definition.raw["tags"][0]].append(operation)
        _operations.update(by_tag)
    return _operations


@pytest.fixture
def walk(quiet_app: Flask, services: Services) -> Iterator[Walk]:
    """A walk with real rows; bugs come as the 500 that a client would see."""
    made = Walk(quiet_app, lambda: make_world(quiet_app, services))
    yield made
    sys.stdout.write(made.findings.table() + "\n")  # shown by `python -m tests.openapi`, which captures nothing


def test_every_document_that_is_served_is_walked(app: Flask) -> None:
    served = {rule.rule for rule in app.url_map.iter_rules() if re.search(r"openapi[^/]*\.json$", rule.rule)}
    assert served == set(DOCUMENTS)


def test_every_id_in_a_path_is_one_of_a_row(quiet_app: Flask, services: Services) -> None:
    asked = {name for endpoint in surface.endpoints for _, name in endpoint.parameters}
    assert asked - set(make_world(quiet_app, services).ids) - WITHOUT_ROWS == set()


@pytest.mark.timeout(0 if SEED is not None else 300)
@pytest.mark.parametrize("tag", TAGS)
def test_answers_keep_to_the_document(tag: str, operations: dict[str, Any], walk: Walk) -> None:
    for operation in operations[tag]:
        walk.visit(operation, examples=EXAMPLES, seed=SEED)
    assert walk.findings.requests >= EXAMPLES * len(operations[tag])
    assert walk.findings.wrong == {}, walk.findings.report()
