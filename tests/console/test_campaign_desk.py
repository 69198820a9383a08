"""An admin's work through pages alone: a campaign made, a file brought in, dialled, watched and finished."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.console.person import PATIENCE_MS, People, Person
from tests.console.scene import Scene
from tests.e2e.world import new_number

_AN_IMPORT = re.compile(r"/api/leads/imports/[0-9a-f-]{36}$")

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def test_a_campaign_from_a_file_to_its_end(scene: Scene, people: People, tmp_path: Path) -> None:
    group = scene.office.add_group()
    scene.office.add_console(group)
    person = people.seat(scene.ada)
    _make_campaign(person, group)
    person.press("Import leads")
    _import_file(person, _file(scene, tmp_path))
    person.press("To the campaign")
    _name_a_result(person)
    person.press("Start")
    dialog = person.page.get_by_role("dialog")
    expect(dialog).to_contain_text("3 leads of 3 can be called now", timeout=PATIENCE_MS)
    person.press("Start dialling", within=dialog)
    person.sees("Dialling")
    expect(person.page.get_by_text("3 of 3")).to_be_visible(timeout=2 * PATIENCE_MS)
    person.page.locator("[data-action=complete]").click()
    person.press("Complete", within=person.page.get_by_role("alertdialog"))
    person.sees("Completed")


def _make_campaign(person: Person, group: str) -> None:
    page = person.go("/campaigns")
    person.press("New campaign")
    person.fill("Name", "Spring renewals")
    _choose_or_write(page.get_by_label("Caller id"), "+14155550100")
    page.get_by_label("Agents", exact=True).select_option(group)
    page.get_by_text("Hours and days").click()
    for label in ("From", "Until"):
        page.get_by_label(label, exact=True).fill("00:00")
    page.get_by_label("Time zone").fill("UTC")
    page.get_by_text("Calling again").click()
    page.get_by_label("Attempts at most").fill("1")
    page.get_by_text("Pacing and abandonment").click()
    page.get_by_label("Seconds to wrap up").fill("1")
    person.press("Create campaign")
    expect(page.get_by_role("heading", name="Spring renewals")).to_be_visible(timeout=PATIENCE_MS)


def _name_a_result(person: Person) -> None:
    """The first result under a name of the campaign's own, which is there when the page is loaded again."""
    page = person.page
    page.get_by_role("tab", name="Results").click()
    name = page.get_by_label("What agents see").first
    expect(name).to_have_value("Sale", timeout=PATIENCE_MS)
    name.fill("Renewed")
    person.press("Save")
    person.sees("The results are saved.")
    page.reload()
    expect(name).to_have_value("Renewed", timeout=PATIENCE_MS)
    page.get_by_role("tab", name="Overview").click()


def _choose_or_write(field: Locator, value: str) -> None:
    expect(field).to_be_visible()
    if field.evaluate("(element) => element.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


def _file(scene: Scene, folder: Path) -> Path:
    """Three who can be called, one twice, one without a number; under headers that nobody could guess."""
    numbers = [new_number() for _ in range(3)]
    scene.office.script(numbers[0], "answer", ring_seconds=2, talk_seconds=10)
    scene.office.script(numbers[1], "busy")
    scene.office.script(numbers[2], "answer", ring_seconds=2, talk_seconds=10)
    rows = [f"{number};Sara;ACME" for number in numbers]
    rows += [f"{numbers[0]};Twice;ACME", "call reception;Bad;ACME"]
    file = folder / "spring.csv"
    file.write_text("C1;C2;C3\n" + "\n".join(rows) + "\n")
    return file


def _import_file(person: Person, file: Path) -> None:
    page = person.page
    page.locator("input[type=file]").set_input_files(file)
    for header, target in (("C1", "Phone"), ("C2", "First name"), ("C3", "Company")):
        page.get_by_label(f"What the column {header} is").select_option(label=target)
    _has_counts(page, valid=3, duplicates=1, invalid=1)
    refused = page.get_by_role("row").filter(has_text="call reception")
    expect(refused.locator(".cell-wrong")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    person.press("Import")
    expect(page).to_have_url(re.compile("#/imports/[0-9a-f-]{36}$"), timeout=PATIENCE_MS)
    person.sees("Done")
    _has_counts(page, inserted=3, duplicates=1, invalid=1)
    with page.expect_download() as download:
        person.press("Download them all")
    assert "call reception" in Path(download.value.path()).read_text()
    assert 1 <= len([url for url in asked if _AN_IMPORT.search(url)]) <= 6, (
        "an import that is over is not asked for again and again"
    )


def _has_counts(page: Page, **counts: int) -> None:
    for name, count in counts.items():
        expect(page.locator(f"[data-count={name}] dd")).to_have_text(str(count), timeout=PATIENCE_MS)
