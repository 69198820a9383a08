"""National do-not-call lists."""

from typing import BinaryIO, cast
from uuid import UUID

from flask import Response
from werkzeug.datastructures import FileStorage

from api.context import principal, services
from api.surfaces.dialer.schemas.registries import (
    RegistriesAnswer,
    RegistriesQuery,
    RegistryAnswer,
    RegistryOut,
    UploadRegistryIn,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.principals import Role
from dialer.usecases import registries as usecases
from dialer.usecases import suppressions_uploads as uploads
from dialer.usecases.imports import Upload

registries = surface.resource("registries", url_prefix="/dnc/registries", tag="Do-not-call list")


@registries.get("", role=Role.SUPERVISOR, query=RegistriesQuery, returns=RegistriesAnswer)
def list_registries(query: RegistriesQuery) -> RegistriesAnswer:
    """List the versions of national do-not-call lists, newest first.

    Those that have ended stay as the record of which version was in use when; their numbers are deleted.
    """
    found = usecases.list_registries(services(), actor=principal(), status=query.status)
    return RegistriesAnswer(registries=[RegistryOut.model_validate(registry) for registry in found])


@registries.post(
    "",
    role=Role.ADMIN,
    form=UploadRegistryIn,
    files=("file",),
    returns=RegistryAnswer,
    status=201,
    also=(202,),
    errors=(413, 415),
)
def upload_registry(form: UploadRegistryIn, file: FileStorage) -> RegistryAnswer | Response:
    """Load a version of a national do-not-call list.

    The file has one number a line, a phone column, or area code and number in two columns. The version that holds now
    is consulted until this one is whole; then this one takes its place. A small file answers 201 with the active
    version, one of more than 100,000 numbers 202 with a version that is `loading`; `GET /api/leads/imports/{import_id}`
    tells how far it is. A list that comes in several files is several lists, with a name each.
    """
    with file.stream:
        registry = uploads.upload_registry(
            services(),
            actor=principal(),
            upload=Upload.of_stream(file.filename or "", cast("BinaryIO", file.stream)),
            name=form.name,
            jurisdiction=form.jurisdiction,
            published_on=form.published_on,
        )
    shown = RegistryOut.model_validate(registry)
    if registry.status != "loading":
        return RegistryAnswer(message="The version is consulted from now on", registry=shown)
    queued = RegistryAnswer(message="The version is being loaded", registry=shown)
    return Response(queued.model_dump_json(), 202, mimetype="application/json")


@registries.delete("/<uuid:registry_id>", role=Role.ADMIN, returns=RegistryAnswer, errors=(404,))
def remove_registry(registry_id: UUID) -> RegistryAnswer:
    """Consult a version no more, or stop loading it. No earlier version takes its place."""
    registry = usecases.remove_registry(services(), actor=principal(), registry_id=registry_id)
    return RegistryAnswer(
        message="The version is not consulted any more", registry=RegistryOut.model_validate(registry)
    )
