"""The route decorator of every surface: decides access, parses and validates, serialises, and records for OpenAPI.

How to use it, in `api/surfaces/dialer/<subject>.py`:

    from api.context import principal, services
    from api.surfaces.dialer.surface import surface

    campaigns = surface.resource("campaigns", url_prefix="/campaigns", tag="Campaigns")

    @campaigns.post("", role=Role.ADMIN, body=CreateCampaignIn, returns=CampaignAnswer, status=201, errors=(409,))
    def create_campaign(body: CreateCampaignIn) -> CampaignAnswer:
        "Create a campaign in draft."          # the first line is the summary of the OpenAPI page, the rest its text
        campaign = usecases.create_campaign(services(), actor=principal(), **body.model_dump())
        return CampaignAnswer(campaign=CampaignOut.model_validate(campaign))

    @campaigns.get("/<uuid:campaign_id>", role=Role.AGENT, returns=CampaignAnswer, errors=(404,))
    def show_campaign(campaign_id: UUID) -> CampaignAnswer: ...

- Each route says `role=` (the least role; Role.AGENT means anybody who is logged in) or `public=True`.
- The view gets its path parameters (`<uuid:name>` as UUID, `<name>` as str), then `body`, `query`, `form` and each name
  in `files` as keyword arguments, but only those that the decorator declares.
- `body` is JSON, validated strictly ("5" is no number); `query` and `form` are texts, converted. Unknown fields,
  repeated parameters, NUL characters and NaN are refused with 400. An empty query parameter counts as not sent.
- A view returns an instance of `returns`, or anything `returns.model_validate` takes (a dict of dataclasses will do),
  or a Flask Response, which is left alone: say `produces="text/csv"` then, and `also_produces` if it may be another.
- `also` names further statuses of success, with the same answer, for OpenAPI. A view that returns an instance of
  `queued` answers 202 with it: the work goes on without the request.
- `max_bytes` is how much a form may bring, if that is more or less than usual.
- Raise DialerErrors (`NotFound`, `Conflict`, `Invalid.field(...)`); the dialect renders them. 400, 401, 403, 429 and,
  with path parameters, 404 need not be listed in `errors`.
"""

import errno
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypedDict, TypeVar, Unpack
from uuid import UUID

import structlog
from flask import Blueprint, Response, g, request
from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from api.auth import authenticate_request
from api.context import api_settings
from api.dialect import Dialect, install_dialect
from dialer.domain.errors import Invalid, NotFound, TooLarge, Unavailable
from dialer.domain.principals import Role

View = TypeVar("View", bound=Callable[..., object])
_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
log = structlog.get_logger("api")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Nothing(BaseModel):
    """No fields at all: what a route without a body or query takes."""

    model_config = ConfigDict(extra="forbid")


class Options(TypedDict, total=False):
    """What a route may declare, besides method and path."""

    role: Role
    public: bool
    body: type[BaseModel]
    query: type[BaseModel]
    form: type[BaseModel]
    files: tuple[str, ...]
    returns: type[BaseModel]
    produces: str
    also_produces: tuple[str, ...]
    status: int
    errors: tuple[int, ...]
    also: tuple[int, ...]
    queued: type[BaseModel]
    max_bytes: int


@dataclass(frozen=True)
class Endpoint:
    """One route: how it is reached, by whom, with what, and what comes back."""

    method: str
    path: str
    view: Callable[..., object]
    tag: str
    role: Role | None = None
    public: bool = False
    body: type[BaseModel] = Nothing
    query: type[BaseModel] = Nothing
    form: type[BaseModel] | None = None
    files: tuple[str, ...] = ()
    returns: type[BaseModel] | None = None
    produces: str = "application/json"
    also_produces: tuple[str, ...] = ()
    status: int = 200
    errors: tuple[int, ...] = ()
    also: tuple[int, ...] = ()
    queued: type[BaseModel] | None = None
    max_bytes: int | None = None

    def __post_init__(self) -> None:
        if (self.role is None) is not self.public:
            raise TypeError(f"{self.method} {self.path}: say either role=… or public=True")

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The path's parameters: their kinds (`uuid` or `string`) and names."""
        return [(kind or "string", name) for kind, name in _PARAMETER.findall(self.path)]

    @property
    def rule(self) -> str:
        """The path for Flask, without kinds: these are checked here, so that the login comes before the id."""
        return _PARAMETER.sub(r"<\2>", self.path)

    def serve(self, **path: str) -> Response:
        """Answer one request."""
        if self.role is not None:
            g.principal = authenticate_request()
            g.principal.require(self.role)
        return self._respond(self.view(**self._path_arguments(path), **self._sent_arguments()))

    def _path_arguments(self, path: Mapping[str, str]) -> dict[str, object]:
        arguments: dict[str, object] = dict(path)
        for kind, name in self.parameters:
            if kind == "uuid":
                if not _UUID.fullmatch(path[name]):
                    raise NotFound(f"There is no {name.removesuffix('_id').replace('_', ' ')} with this id.")
                arguments[name] = UUID(path[name])
            elif "\0" in path[name]:
                raise NotFound("There is nothing at this address.")
        return arguments

    def _sent_arguments(self) -> dict[str, object]:
        arguments: dict[str, object] = {}
        query = self.query.model_validate(_texts(request.args, drop_empty=True))
        if self.query is not Nothing:
            arguments["query"] = query
        if self.form is not None:
            arguments |= self._read_form(self.form)
        elif self.method not in ("GET", "DELETE"):
            body = _read_json(self.body)
            if self.body is not Nothing:
                arguments["body"] = body
        return arguments

    def _read_form(self, form: type[BaseModel]) -> dict[str, object]:
        request.max_content_length = self.max_bytes or api_settings().max_upload_bytes
        if request.mimetype != "multipart/form-data":
            raise UnsupportedMediaType
        try:
            sent = request.files
        except RequestEntityTooLarge:
            limit = request.max_content_length or 0
            raise TooLarge(f"The upload is larger than {limit // 1_000_000:,} MB; split the file.") from None
        except OSError as trouble:
            # A file too large for memory is written to a temporary one while it is read.
            if trouble.errno not in _NO_ROOM:
                raise
            log.error("no_room_for_upload", folder=tempfile.gettempdir(), error=trouble.strerror)
            raise Unavailable(
                "There is no room for a file of this size at the moment; nothing of it was kept. Tell an operator."
            ) from None
        for name in sent:
            if name not in self.files:
                raise Invalid.field(name, "is not a known file")
        return {"form": form.model_validate(_texts(request.form)), **{name: _one_file(name) for name in self.files}}

    def _respond(self, result: object) -> Response:
        if isinstance(result, Response):
            return result
        if self.returns is None:
            return Response(status=self.status if self.status != 200 else 204)
        if self.queued is not None and isinstance(result, self.queued):
            return Response(result.model_dump_json(by_alias=True), 202, mimetype="application/json")
        model = result if isinstance(result, self.returns) else self.returns.model_validate(result)
        return Response(model.model_dump_json(by_alias=True), self.status, mimetype="application/json")


def _read_json(schema: type[BaseModel]) -> BaseModel:
    data = request.get_data()
    if not data:
        # Nothing sent is an empty object: what is required is named, what is optional may be left out whole.
        return schema.model_validate({})
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        tree = from_json(data, allow_inf_nan=False)
    except ValueError:
        raise Invalid("The body is not valid JSON.") from None
    _refuse_nul(tree)
    # Validated from the bytes, not from the tree: only then do strict types and texts such as UUIDs go together.
    return schema.model_validate_json(data, strict=True)


def _refuse_nul(tree: object, path: str = "") -> None:
    """PostgreSQL stores no NUL character, in texts or in JSON."""
    if isinstance(tree, str) and "\0" in tree:
        raise Invalid.field(path.removeprefix(".") or "body", "must not contain NUL characters")
    if isinstance(tree, dict):
        for key, value in tree.items():
            _refuse_nul(key, path)
            _refuse_nul(value, f"{path}.{key}")
    if isinstance(tree, list):
        for index, value in enumerate(tree):
            _refuse_nul(value, f"{path}.{index}")


def _texts(sent: "MultiDict[str, str]", *, drop_empty: bool = False) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, values in sent.lists():
        if len(values) > 1:
            raise Invalid.field(name, "is given more than once")
        _refuse_nul(values[0], name)
        if values[0] or not drop_empty:
            texts[name] = values[0]
    return texts


def _one_file(name: str) -> FileStorage:
    found = request.files.getlist(name)
    if len(found) != 1 or not found[0].filename:
        raise Invalid.field(name, "one file is required")
    return found[0]


@dataclass
class Resource:
    """The routes about one subject. Only records; `Surface.blueprint` makes them live."""

    name: str
    url_prefix: str
    tag: str
    endpoints: list[Endpoint] = field(default_factory=list)

    def get(self, path: str, **options: Unpack[Options]) -> Callable[[View], View]:
        """Declare a GET route."""
        return self._route("GET", path, options)

    def post(self, path: str, **options: Unpack[Options]) -> Callable[[View], View]:
        """Declare a POST route."""
        return self._route("POST", path, options)

    def put(self, path: str, **options: Unpack[Options]) -> Callable[[View], View]:
        """Declare a PUT route."""
        return self._route("PUT", path, options)

    def patch(self, path: str, **options: Unpack[Options]) -> Callable[[View], View]:
        """Declare a PATCH route."""
        return self._route("PATCH", path, options)

    def delete(self, path: str, **options: Unpack[Options]) -> Callable[[View], View]:
        """Declare a DELETE route."""
        return self._route("DELETE", path, options)

    def _route(self, method: str, path: str, options: Options) -> Callable[[View], View]:
        def record(view: View) -> View:
            self.endpoints.append(Endpoint(method, self.url_prefix + path, view, self.tag, **options))
            return view

        return record


@dataclass
class Surface:
    """One contract: its resources, under one prefix, in one dialect."""

    name: str
    dialect: Dialect
    resources: list[Resource] = field(default_factory=list)

    def resource(self, name: str, *, url_prefix: str, tag: str | None = None) -> Resource:
        """Begin the routes about one subject."""
        found = Resource(name, url_prefix, tag or name.replace("_", " ").capitalize())
        self.resources.append(found)
        return found

    @property
    def endpoints(self) -> list[Endpoint]:
        """Every route of the surface, in the order of declaration."""
        return [endpoint for resource in self.resources for endpoint in resource.endpoints]

    def blueprint(self) -> Blueprint:
        """A fresh blueprint with every route, for one application."""
        blueprint = Blueprint(self.name, __name__, url_prefix=self.dialect.prefix)
        install_dialect(blueprint, self.dialect)
        for endpoint in self.endpoints:
            blueprint.add_url_rule(
                endpoint.rule,
                endpoint.view.__name__,
                endpoint.serve,
                methods=[endpoint.method],
                strict_slashes=False,
                provide_automatic_options=False,
            )
        return blueprint
