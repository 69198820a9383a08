"""`/api/dnc/registries` as its users meet it."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from dialer.usecases import suppressions_uploads
from tests.builders.registries import make_registry

NUMBER = "+14155552671"


def upload(caller: Any, content: bytes, *, expect: int = 201, **form: Any) -> Any:
    """Upload a version of the national list, published today."""
    said = {"name": "National DNC", "jurisdiction": "us", "published_on": "2026-03-04", **form}
    file = (io.BytesIO(content), "2026-03-04.txt")
    return caller.post("/api/dnc/registries", form={"file": file, **said}, expect=expect)


def listed(caller: Any, number: str = NUMBER) -> list[str]:
    return [registry["name"] for registry in caller.get("/api/dnc/check", query={"phone": number})["registries"]]


@pytest.mark.parametrize(
    "content",
    [
        b"4155552671\n4155552672\n4155552671\nbad\n",
        b"415,5552671\n415,5552672\n415,5552671\n415,bad\n",
        b"Area code,Phone\n415,5552671\n415,5552672\n415,5552671\n415,\n",
        b"+14155552671\r\n+1 (415) 555-2672\r\n+14155552671\r\nx\r\n",
    ],
    ids=["joined", "the FTC's", "named", "E.164"],
)
def test_a_small_list_is_consulted_at_once_however_it_is_written(ada: Any, content: bytes) -> None:
    registry = upload(ada, content)["registry"]
    assert (registry["status"], registry["total"], registry["problems"]) == ("active", 2, 1)
    assert (registry["jurisdiction"], registry["is_stale"], registry["import_id"]) == ("US", False, None)
    assert (listed(ada), listed(ada, "+14155552673")) == (["National DNC"], [])


def test_a_new_version_takes_the_place_of_the_last(ada: Any) -> None:
    upload(ada, b"4155552671\n")
    upload(ada, b"4155552672\n")
    versions = ada.get("/api/dnc/registries")["registries"]
    assert [registry["status"] for registry in versions] == ["active", "superseded"]
    (active,) = ada.get("/api/dnc/registries", query={"status": "active"})["registries"]
    assert active == versions[0]
    assert (listed(ada), listed(ada, "+14155552672")) == ([], ["National DNC"])


def test_lists_of_other_names_and_countries_hold_beside_each_other(ada: Any) -> None:
    upload(ada, b"4155552671\n")
    upload(ada, b"4155552671\n", name="State list", jurisdiction="US-TX")
    upload(ada, b"020 7946 0018\n", name="TPS", jurisdiction="GB")
    assert (sorted(listed(ada)), listed(ada, "+442079460018")) == (["National DNC", "State list"], ["TPS"])


def test_a_large_list_is_left_to_a_worker_and_consulted_by_nobody_until_then(
    ada: Any, queue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suppressions_uploads, "MAX_NUMBERS_AT_ONCE", 1)
    registry = upload(ada, b"4155552671\n4155552672\n", expect=202)["registry"]
    assert (registry["status"], registry["total"]) == ("loading", 0)
    assert [task.arguments["import_id"] for task in queue.sent] == [registry["import_id"]]
    assert listed(ada) == []


def test_a_removed_version_is_not_consulted_any_more(ada: Any) -> None:
    registry = upload(ada, b"4155552671\n")["registry"]
    for _ in range(2):
        removed = ada.delete(f"/api/dnc/registries/{registry['id']}")["registry"]
        assert removed["status"] == "removed"
    assert listed(ada) == []
    ada.delete(f"/api/dnc/registries/{uuid4()}", expect=404)


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"", {}), (b"a,b\nc,d\n", {}), (b"%PDF-1.4", {}), (b"bad\nworse\n4155552671\n", {}), (b"phone\n", {}),
        (b"4155552671\n", {"published_on": "2026-03-05"}), (b"4155552671\n", {"published_on": "soon"}),
        (b"4155552671\n", {"jurisdiction": "America"}), (b"4155552671\n", {"jurisdiction": ""}),
        (b"4155552671\n", {"name": ""}), (b"4155552671\n", {"color": "red"}),
    ],
)  # fmt: skip
def test_what_is_no_registry_is_refused_and_leaves_the_last_one_alone(
    ada: Any, services: Any, content: bytes, form: dict[str, str]
) -> None:
    make_registry(services, ada.tenant_id, [NUMBER])
    upload(ada, content, expect=400, **form)
    assert len(ada.get("/api/dnc/registries")["registries"]) == 1
    assert listed(ada) == ["National DNC"]


@pytest.mark.parametrize(("days", "is_stale"), [(0, False), (31, False), (32, True), (400, True)])
def test_a_version_published_more_than_31_days_ago_is_called_stale(
    ada: Any, clock: Any, days: int, is_stale: bool
) -> None:
    day = (clock.now() - timedelta(days=days)).date().isoformat()
    assert upload(ada, b"4155552671\n", published_on=day)["registry"]["is_stale"] is is_stale
    assert ada.get("/api/dnc/registries")["registries"][0]["is_stale"] is is_stale


def test_cleo_has_registries_of_her_own(ada: Any, cleo: Any) -> None:
    registry = upload(ada, b"4155552671\n")["registry"]
    assert cleo.get("/api/dnc/registries")["registries"] == []
    assert listed(cleo) == []
    cleo.delete(f"/api/dnc/registries/{registry['id']}", expect=404)
    upload(cleo, b"4155552672\n")
    assert (listed(ada), listed(cleo)) == (["National DNC"], [])


def test_supervisors_look_and_only_admins_load_or_remove(sam: Any, ben: Any, dana: Any, nobody: Any) -> None:
    registry = upload(dana, b"4155552671\n")["registry"]
    assert len(sam.get("/api/dnc/registries")["registries"]) == 1
    upload(sam, b"4155552671\n", expect=403)
    sam.delete(f"/api/dnc/registries/{registry['id']}", expect=403)
    ben.get("/api/dnc/registries", expect=403)
    upload(nobody, b"4155552671\n", expect=401)
