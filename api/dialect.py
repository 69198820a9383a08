"""How a surface writes errors. Installed once per surface, on its blueprint, so that none speaks for another."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from flask import Blueprint, Flask, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel

from api.problems import FAMILIES, Problem, to_problem

STATUS_BY_CATEGORY: Mapping[str, int] = {
    "invalid": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "too_large": 413,
    "rate_limited": 429,
    "internal": 500,
    "unavailable": 503,
}


class Dialect(Protocol):
    """The shape of one surface."""

    @property
    def prefix(self) -> str:
        """The path under which it speaks."""

    @property
    def failure_schema(self) -> type[BaseModel]:
        """What every error looks like, for OpenAPI."""

    def failure(self, problem: Problem) -> Mapping[str, object]:
        """Write a problem; validates against `failure_schema`."""

    def status_for(self, problem: Problem) -> int:
        """The HTTP status of a problem on this surface."""


def install_dialect(blueprint: Blueprint, dialect: Dialect) -> None:
    """Render every error raised under this surface in the surface's own shape."""
    render = _renderer(dialect)
    for family in FAMILIES:
        blueprint.register_error_handler(family, render)


def install_fallback(app: Flask, dialects: Iterable[Dialect], *, default: Dialect) -> None:
    """Render what never reaches a blueprint (unknown addresses, wrong methods) by the longest matching prefix."""
    by_length = sorted(dialects, key=lambda dialect: len(dialect.prefix), reverse=True)

    def render(error: Exception) -> ResponseReturnValue:
        speaking = (dialect for dialect in by_length if (request.path + "/").startswith(dialect.prefix + "/"))
        return _renderer(next(speaking, default))(error)

    for family in FAMILIES:
        app.register_error_handler(family, render)


def _renderer(dialect: Dialect) -> Callable[[Exception], ResponseReturnValue]:
    def render(error: Exception) -> ResponseReturnValue:
        problem = to_problem(error)
        response = jsonify(dialect.failure(problem))
        response.headers.update(problem.headers)
        return response, dialect.status_for(problem)

    return render
