"""`numbers`, from outside: what spreadsheets do to phone numbers, repaired or named."""

import json
from pathlib import Path
from typing import Any

import pytest

from dialer.cli import main


class Asker:
    """Runs the command over lines in a file and gives its answers."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]):
        self.file = folder / "numbers.jsonl"
        self.capsys = capsys

    def __call__(self, *lines: Any) -> list[dict[str, Any]]:
        self.file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
        assert main(["numbers", str(self.file)]) == 0
        return [json.loads(line) for line in self.capsys.readouterr().out.splitlines()]


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Asker:
    """The command."""
    return Asker(tmp_path, capsys)


def test_a_number_says_what_it_is_and_where(ask: Asker) -> None:
    (answer,) = ask({"id": 7, "raw": "(850) 555-0132", "default_region": "US"})
    assert answer == {
        "id": 7, "e164": "+18505550132", "type": "fixed_or_mobile", "region": "US",
        "time_zones": ["America/Chicago", "America/New_York"], "problem": None, "message": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "region", "e164"),
    [
        ("14155550132.0", "US", "+14155550132"), ("4930901820.0", "DE", "+4930901820"),
        ("'4155550132", "US", "+14155550132"), ('="4155550132"', "US", "+14155550132"),
        ("415-555-0132 x123", "US", "+14155550132"), ("+49 30 901820-77", "US", "+493090182077"),
        ("415-555-0132 (mobile)", "US", "+14155550132"), ("cell: 415-555-0132", "US", "+14155550132"),
        ("４１５-５５５-０１３２", "US", "+14155550132"), ("0014155550132", "US", "+14155550132"),
        ("2079460018", "GB", "+442079460018"), ("612345678", "FR", "+33612345678"), ("412345678", "AU", "+61412345678"),
        ("8 916 123-45-67", "RU", "+79161234567"), ("7 916 123-45-67", "RU", "+79161234567"),
        ("+1 415 555 0100", "US", "+14155550100"),
    ],
)  # fmt: skip
def test_damage_that_can_be_undone_is_undone(ask: Asker, raw: str, region: str, e164: str) -> None:
    (answer,) = ask({"raw": raw, "default_region": region})
    assert (answer["e164"], answer["problem"]) == (e164, None)


@pytest.mark.parametrize(
    ("raw", "region", "problem"),
    [
        ("1.4155E+10", "US", "digits_lost"), ("415555O132", "US", None), ("442079460018", "US", None),
        ("41555501321", "US", None), ("+39 698765432", "IT", None), ("0000000000", "US", None),
        ("1234567890", "US", None), ("9999999999", "US", None), ("415-555-0132 415-555-0133", "US", "several_numbers"),
        ("911", "US", "emergency"), ("112", "US", "emergency"), ("988", "US", "emergency"), ("", "US", "missing"),
    ],
)  # fmt: skip
def test_what_is_no_number_has_a_problem(ask: Asker, raw: str, region: str, problem: str | None) -> None:
    (answer,) = ask({"raw": raw, "default_region": region})
    assert answer["e164"] is None
    assert answer["problem"]
    assert answer["message"]
    assert problem in (None, answer["problem"])


@pytest.mark.parametrize(
    ("raw", "region", "kind"),
    [
        ("1-800-234-5678", "US", "toll_free"), ("1-900-234-5678", "US", "premium_rate"),
        ("1-500-234-5678", "US", "personal"), ("0870 123 4567", "GB", "premium_rate"),
    ],
)  # fmt: skip
def test_a_valid_number_that_is_not_dialled_has_its_type_and_a_problem(
    ask: Asker, raw: str, region: str, kind: str
) -> None:
    (answer,) = ask({"raw": raw, "default_region": region})
    assert (answer["type"], answer["problem"], answer["time_zones"]) == (kind, "not_dialable", [])
    assert answer["e164"]


def test_numbers_as_json_numbers_are_read_as_they_are_written(ask: Asker) -> None:
    answers = ask(
        '{"raw": 14155550132, "default_region": "US"}',
        '{"raw": 14155550132.0, "default_region": "US"}',
        '{"raw": 1.4155E+10, "default_region": "US"}',
    )
    assert [answer["e164"] for answer in answers] == ["+14155550132", "+14155550132", None]
    assert answers[2]["problem"] == "digits_lost"


def test_without_a_region_only_international_numbers_are_read(ask: Asker) -> None:
    international, national = ask({"raw": "+442079460018"}, {"raw": "2079460018"})
    assert international["region"] == "GB"
    assert national["problem"]


@pytest.mark.parametrize(
    "line", ["x", "[]", '{"default_region": "US"}', '{"raw": null}', '{"raw": "1", "default_region": "Narnia"}',
             '{"raw": "1", "default_region": 7}', '{"raw": true, "default_region": "US"}'],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_answered_and_stops_nothing(ask: Asker, line: str) -> None:
    good = {"raw": "+14155550132", "default_region": "us"}
    before, bad, after = ask(good, line, good)
    assert (before["problem"], bad["problem"], after["problem"]) == (None, "bad_input", None)
    assert bad["e164"] is None
