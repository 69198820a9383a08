"""OpenAPI 3.1 made from the endpoints' own schemas, and a page to browse it, all served by us."""

import inspect
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, send_from_directory
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.endpoint import Endpoint, Nothing, Surface
from dialer.domain.principals import Role

_ASSETS = Path(str(files("flask_swagger_ui"))) / "dist"
_SERVED = frozenset({"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"})
# The bundle sets inline styles; scripts come from files only.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title>
<link rel="stylesheet" href="docs/swagger-ui.css"><link rel="icon" href="docs/favicon-32x32.png"></head>
<body><div id="page"></div><script src="docs/swagger-ui-bundle.js"></script><script src="docs/start.js"></script></body>
</html>
"""
_START = 'SwaggerUIBundle({url: "openapi.json", dom_id: "#page", deepLinking: true, persistAuthorization: false});\n'

Schema = dict[str, Any]


def build_docs_blueprint(surface: Surface, *, title: str) -> Blueprint:
    """`openapi.json` and the page `docs` of one surface, open to everybody."""
    blueprint = Blueprint(f"{surface.name}_docs", __name__, url_prefix=surface.dialect.prefix)

    document = cache(lambda: describe(surface, title))

    @blueprint.get("/openapi.json")
    def show_openapi() -> ResponseReturnValue:
        return jsonify(document())

    @blueprint.get("/docs")
    def show_docs() -> Response:
        return _with_policy(Response(_PAGE.format(title=title), mimetype="text/html"))

    @blueprint.get("/docs/start.js")
    def show_docs_script() -> Response:
        return Response(_START, mimetype="text/javascript")

    @blueprint.get("/docs/<name>")
    def show_docs_asset(name: str) -> Response:
        if name not in _SERVED:
            abort(404)
        return send_from_directory(_ASSETS, name, max_age=86_400)

    return blueprint


def describe(surface: Surface, title: str) -> Schema:
    """The OpenAPI document of a surface."""
    schemas, definitions = _schemas(surface)
    paths: dict[str, Schema] = {}
    for endpoint in surface.endpoints:
        paths.setdefault(_path(surface, endpoint), {})[endpoint.method.lower()] = _operation(surface, endpoint, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1.0.0"},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
        "security": [{"token": []}],
    }


Key = tuple[type[BaseModel], str]


def _schemas(surface: Surface) -> tuple[Mapping[Any, Schema], Schema]:
    wanted: dict[Key, None] = {(surface.dialect.failure_schema, "serialization"): None}
    for endpoint in surface.endpoints:
        for sent in (endpoint.body, endpoint.query, endpoint.form):
            if sent is not None and sent is not Nothing:
                wanted[sent, "validation"] = None
        for answer in (endpoint.returns, endpoint.queued):
            if answer is not None:
                wanted[answer, "serialization"] = None
    found, document = models_json_schema(list(wanted), ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    return found, _without_null_defaults(document.get("$defs", {}))


def _path(surface: Surface, endpoint: Endpoint) -> str:
    return surface.dialect.prefix + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", endpoint.path)


def _operation(surface: Surface, endpoint: Endpoint, schemas: Mapping[Any, Schema]) -> Schema:
    summary, _, text = inspect.cleandoc(endpoint.view.__doc__ or endpoint.view.__name__).partition("\n")
    operation: Schema = {
        "operationId": endpoint.view.__name__,
        "tags": [endpoint.tag],
        "summary": summary.rstrip("."),
        "description": f"{text.strip()}\n\n{_access(endpoint)}".strip(),
        "parameters": [*_path_parameters(endpoint), *_query_parameters(endpoint)],
        "responses": _responses(surface, endpoint, schemas),
    }
    if endpoint.public:
        operation["security"] = []
    if endpoint.form is not None:
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _form(endpoint)}}}
    elif endpoint.body is not Nothing:
        content = {"application/json": {"schema": schemas[endpoint.body, "validation"]}}
        is_required = any(field.is_required() for field in endpoint.body.model_fields.values())
        operation["requestBody"] = {"required": is_required, "content": content}
    return operation


def _access(endpoint: Endpoint) -> str:
    if endpoint.role is None:
        return "Open to everybody."
    return (
        "For everybody who is logged in."
        if endpoint.role is Role.AGENT
        else f"Needs the role {endpoint.role} or above."
    )


def _path_parameters(endpoint: Endpoint) -> list[Schema]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string"} | ({"format": "uuid"} if kind == "uuid" else {}),
        }
        for kind, name in endpoint.parameters
    ]


def _query_parameters(endpoint: Endpoint) -> list[Schema]:
    schema = _inlined(endpoint.query)
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": field}
        for name, field in schema.get("properties", {}).items()
    ]


def _form(endpoint: Endpoint) -> Schema:
    schema = _inlined(endpoint.form or Nothing)
    uploads = {name: {"type": "string", "format": "binary"} for name in endpoint.files}
    return {
        "type": "object",
        "properties": uploads | schema.get("properties", {}),
        "required": [*endpoint.files, *schema.get("required", [])],
    }


def _responses(surface: Surface, endpoint: Endpoint, schemas: Mapping[Any, Schema]) -> Schema:
    done: Schema = {"description": "Done."}
    if endpoint.returns is not None:
        done["content"] = {endpoint.produces: {"schema": schemas[endpoint.returns, "serialization"]}}
    elif endpoint.produces != "application/json":
        done["content"] = {
            kind: {"schema": {"type": "string"}} for kind in (endpoint.produces, *endpoint.also_produces)
        }
    failure = {"application/json": {"schema": schemas[surface.dialect.failure_schema, "serialization"]}}
    statuses = {
        400,
        429,
        503,
        *endpoint.errors,
        *((401, 403) if endpoint.role else ()),
        *((404,) if endpoint.parameters else ()),
        *((413, 415) if endpoint.method not in ("GET", "DELETE") else ()),
    }
    failures = {
        str(status): {"description": f"{HTTPStatus(status).phrase}.", "content": failure} for status in sorted(statuses)
    }
    status = endpoint.status if endpoint.returns or endpoint.status != 200 else _bare(endpoint)
    successes = {str(success): done for success in (status, *endpoint.also)}
    if endpoint.queued is not None:
        content = {"application/json": {"schema": schemas[endpoint.queued, "serialization"]}}
        successes["202"] = {"description": "Accepted; the work goes on.", "content": content}
    return {**successes, **failures}


def _bare(endpoint: Endpoint) -> int:
    return 204 if endpoint.produces == "application/json" else 200


@lru_cache(maxsize=256)
def _inlined(model: type[BaseModel]) -> Schema:
    """A model's schema with its references resolved: parameters stand alone."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})

    def resolve(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return resolve(definitions[node["$ref"].rsplit("/", 1)[1]])
            return {key: resolve(value) for key, value in node.items()}
        return [resolve(item) for item in node] if isinstance(node, list) else node

    resolved: Schema = _without_null_defaults(resolve(schema))
    return resolved


def _without_null_defaults(node: Any) -> Any:
    """Optional is said by `required`; a default of null would contradict the type where null may not be sent."""
    if isinstance(node, dict):
        dropped = (
            "default" in node and node["default"] is None and ("type" in node or "anyOf" in node or "allOf" in node)
        )
        return {key: _without_null_defaults(value) for key, value in node.items() if not (dropped and key == "default")}
    return [_without_null_defaults(item) for item in node] if isinstance(node, list) else node


def _with_policy(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _PAGE_POLICY
    return response
