"""The console's page and its files, as a browser meets them."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.console import assets

# Compressed, of everything that the browser loads before anybody can sign in.
FIRST_LOAD_BYTES = 120_000


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def _addresses(html: str) -> list[str]:
    return [found for found in re.findall(r'(?:href|src)="(/console/[^"]+)"', html) if "." in found]


def _import_map(html: str) -> dict[str, str]:
    found = re.search(r'<script type="importmap"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert found is not None
    imports: dict[str, str] = json.loads(found[1])["imports"]
    return imports


def test_the_front_door_leads_to_the_console(browser: FlaskClient) -> None:
    for address in ("/", "/console"):
        answer = browser.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/console/")


def test_no_script_runs_but_our_files_and_what_bears_the_nonce_of_this_very_answer(browser: FlaskClient) -> None:
    answers = [browser.get("/console/") for _ in range(2)]
    policies = [answer.headers["Content-Security-Policy"] for answer in answers]
    nonces = [re.findall(r"'nonce-([\w-]+)'", policy) for policy in policies]
    assert len(nonces[0]) == len(nonces[1]) == 1
    assert nonces[0] != nonces[1]
    for policy in policies:
        assert "default-src 'none'" in policy
        assert not {"unsafe-inline", "unsafe-eval", "http:", "*;"} & set(re.split(r"[\s;']+", policy))
    html = answers[0].text
    inline = re.findall(r"<script(?![^>]*\ssrc=)([^>]*)>", html)
    assert [tag for tag in inline if 'type="application/json"' not in tag and nonces[0][0] not in tag] == []
    assert not re.search(r"\s(?:on\w+|style)=", html)


def test_everything_the_page_names_is_there_and_is_kept_for_ever(browser: FlaskClient) -> None:
    html = browser.get("/console/").text
    addresses = [*_addresses(html), *_import_map(html).values()]
    assert len(addresses) > 30
    for address in set(addresses):
        answer = browser.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, address
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.mimetype in {"text/javascript", "text/css", "image/svg+xml"}


def test_what_is_loaded_before_anybody_signs_in_is_small(browser: FlaskClient) -> None:
    html = browser.get("/console/").text
    sizes = {
        address: len(browser.get(address, headers={"Accept-Encoding": "gzip"}).data)
        for address in set(_addresses(html))
    }
    assert sum(sizes.values()) + len(html) < FIRST_LOAD_BYTES, sorted(sizes.items(), key=lambda item: -item[1])[:5]


def test_a_browser_that_cannot_unpack_gets_the_file_as_it_is(browser: FlaskClient) -> None:
    address = next(each for each in _addresses(browser.get("/console/").text) if each.endswith("/app/main.js"))
    plain = browser.get(address, headers={"Accept-Encoding": "gzip;q=0"})
    packed = browser.get(address, headers={"Accept-Encoding": "gzip"})
    assert plain.headers.get("Content-Encoding") is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data == (assets.HERE / "app/main.js").read_bytes()


def test_files_of_another_release_are_not_mixed_with_ours(browser: FlaskClient) -> None:
    address = next(each for each in _addresses(browser.get("/console/").text) if each.endswith("/app/main.js"))
    of_another = re.sub(r"/assets/\w+/", "/assets/0123456789abcdef/", address)
    assert browser.get(address).status_code == 200
    assert browser.get(of_another).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["../page.py", "app/../page.py", "page.py", "templates/console.html", "app/kit/shapes.d.ts", "app", "package.json"],
)
def test_nothing_else_of_the_server_is_given_away(browser: FlaskClient, path: str) -> None:
    fingerprint = assets.Tree("app", "styles", "icons").fingerprint()
    answer = browser.get(f"/console/assets/{fingerprint}/{path}")
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["success"] is False


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A console of three modules."""
    monkeypatch.setattr(assets, "HERE", tmp_path)
    (tmp_path / "app/kit").mkdir(parents=True)
    (tmp_path / "app/main.js").write_text(
        'import { a } from "./kit/a.js";\nimport { h } from "preact";\nconst later = () => import("./later.js");\n'
    )
    (tmp_path / "app/kit/a.js").write_text('import {\n  b,\n} from "../b.js";\nexport const a = b;\n')
    (tmp_path / "app/b.js").write_text("export const b = 1;\n")
    (tmp_path / "app/later.js").write_text("export const later = 1;\n")
    yield assets.Tree("app")
    assets._digest.cache_clear()
    assets._packed.cache_clear()


def test_a_module_is_asked_for_with_all_it_imports_but_what_it_loads_when_it_is_wanted(tree: assets.Tree) -> None:
    assert tree.needed_by("app/main.js") == ["app/main.js", "app/kit/a.js", "app/b.js"]


def test_another_content_has_another_address(tree: assets.Tree, tmp_path: Path) -> None:
    before = tree.fingerprint()
    (tmp_path / "app/b.js").write_text("export const b = 22;\n")
    assert assets.Tree("app").fingerprint() != before
    (tmp_path / "app/b.js").write_text("export const b = 1;\n")
    assert assets.Tree("app").fingerprint() == before


def test_without_the_parts_the_page_says_what_is_missing(
    browser: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "HERE", tmp_path)
    answer = browser.get("/console/")
    assert answer.status_code == 200
    assert "make console" in answer.text
    assert "<script" not in answer.text
