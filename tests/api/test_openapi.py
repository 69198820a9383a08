"""The OpenAPI document and its page."""

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.surfaces.dialer import surface
from tests.fixtures_cast import Caller


@pytest.fixture
def document(nobody: Caller) -> Any:
    return nobody.get("/api/openapi.json")


def test_the_document_is_valid_openapi(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_is_described(document: Any) -> None:
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert len(described) == len(surface.endpoints)
    assert ("POST", "/api/auth/login") in described
    assert ("PUT", "/api/users/{user_id}") in described


def test_every_operation_has_a_text_an_id_of_its_own_and_an_answer(document: Any) -> None:
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    ids = [operation["operationId"] for operation in operations]
    assert sorted(set(ids)) == sorted(ids)
    for operation in operations:
        assert operation["summary"] != operation["operationId"], "the view has no docstring"
        assert any(status.startswith("2") for status in operation["responses"])


def test_access_is_told(document: Any) -> None:
    login, users = document["paths"]["/api/auth/login"]["post"], document["paths"]["/api/users"]["get"]
    assert login["security"] == []
    assert "security" not in users
    assert "admin" in users["description"]
    assert {"400", "401", "403", "429"} <= set(users["responses"])


def test_schemas_are_those_that_validate(document: Any) -> None:
    register = document["components"]["schemas"]["RegisterIn"]
    assert register["additionalProperties"] is False
    assert register["required"] == ["email", "password"]
    assert register["properties"]["password"]["minLength"] == 8
    limit = next(p for p in document["paths"]["/api/users"]["get"]["parameters"] if p["name"] == "limit")
    assert (limit["schema"]["maximum"], limit["schema"]["default"]) == (100, 50)


def test_answers_keep_to_their_own_description(document: Any, ada: Caller) -> None:
    from openapi_schema_validator import OAS31Validator

    schema = document["paths"]["/api/users"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    errors = OAS31Validator({**schema, "components": document["components"]}).iter_errors(ada.get("/api/users"))
    assert list(errors) == []


def test_a_campaign_keeps_to_its_description(document: Any, ada: Caller) -> None:
    from openapi_schema_validator import OAS31Validator

    operation = document["paths"]["/api/campaigns"]["post"]
    schema = operation["responses"]["201"]["content"]["application/json"]["schema"]
    made = ada.post("/api/campaigns", json={"name": "Q1", "caller_id": "+14155551234"}, expect=201)
    OAS31Validator(
        {**schema, "components": document["components"]}, format_checker=OAS31Validator.FORMAT_CHECKER
    ).validate(made)


def test_whether_a_body_is_needed_and_how_it_is_refused_is_told(document: Any) -> None:
    create = document["paths"]["/api/campaigns"]["post"]
    clone = document["paths"]["/api/campaigns/{campaign_id}/clone"]["post"]
    assert (create["requestBody"]["required"], clone["requestBody"]["required"]) == (True, False)
    assert {"413", "415"} <= set(create["responses"])


def test_further_successes_are_told(document: Any) -> None:
    assert {"200", "201"} <= set(document["paths"]["/api/dnc"]["post"]["responses"])


def test_the_page_loads_nothing_from_elsewhere(nobody: Caller) -> None:
    page = nobody.send("GET", "/api/docs")
    assert page.mimetype == "text/html"
    assert "http" not in page.text.replace("<!doctype html>", "")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["swagger-ui.css", "swagger-ui-bundle.js", "start.js", "favicon-32x32.png"])
def test_the_page_s_parts_are_served_by_us(nobody: Caller, name: str) -> None:
    assert nobody.send("GET", f"/api/docs/{name}").status_code == 200


@pytest.mark.parametrize("name", ["LICENSE", "..%2f__init__.py", "index.css"])
def test_nothing_else_of_the_package_is_served(nobody: Caller, name: str) -> None:
    nobody.get(f"/api/docs/{name}", expect=404)
