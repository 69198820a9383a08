"""`may-call`, from outside: lines in, lines out, in order and at once; bad ones are answered and stop nothing."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dialer.cli import main
from dialer.domain.compliance import CALL_TYPES

NOON = "2027-03-03T17:00:00Z"
FLORIDIAN = {"id": 1, "number": "+13055550123", "utc": NOON}
KEYS = ["id", "allowed", "reasons", "next_allowed_utc", "jurisdictions", "time_zones", "rules_version"]


class Asker:
    """Runs the command over lines in a file and gives its answers."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]):
        self.file = folder / "calls.jsonl"
        self.capsys = capsys

    def __call__(self, *lines: Any) -> list[dict[str, Any]]:
        texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        self.file.write_bytes(b"\n".join(texts))
        assert main(["may-call", str(self.file)]) == 0
        return [json.loads(line) for line in self.capsys.readouterr().out.splitlines()]


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Asker:
    """The command."""
    return Asker(tmp_path, capsys)


def test_an_allowed_call_has_no_reasons_and_is_allowed_now(ask: Asker) -> None:
    (answer,) = ask(FLORIDIAN)
    assert list(answer) == KEYS
    assert (answer["id"], answer["allowed"], answer["reasons"], answer["next_allowed_utc"]) == (1, True, [], NOON)
    assert (answer["jurisdictions"], answer["time_zones"]) == (["US", "US-FL"], ["America/New_York"])


def test_a_blocked_call_says_by_which_rule_where_and_until_when(ask: Asker) -> None:
    (answer,) = ask({**FLORIDIAN, "utc": "2027-03-03T20:30:00-05:00"})
    (reason,) = answer["reasons"]
    assert list(reason) == ["code", "rule", "message", "time_zone", "clears_at"]
    assert (reason["code"], reason["rule"]) == ("outside_hours", "US-FL-HOURS")
    assert (reason["time_zone"], reason["clears_at"]) == ("America/New_York", "2027-03-04T13:00:00Z")
    assert (answer["allowed"], answer["next_allowed_utc"]) == (False, "2027-03-04T13:00:00Z")


def test_every_field_is_heeded(ask: Asker) -> None:
    at, before = "2027-03-03T17:00:00Z", "2027-03-03T16:00:00Z"
    answers = ask(
        {**FLORIDIAN, "state": "RI", "utc": "2027-03-03T23:30:00Z"},
        {**FLORIDIAN, "postal_code": "02903", "utc": "2027-03-03T23:30:00Z"},
        {"number": "+12125550123", "country": "FR", "utc": "2027-03-03T19:30:00Z"},
        {**FLORIDIAN, "campaign_window": {"start": "13:00", "end": "17:00"}},
        {**FLORIDIAN, "prior_attempts_utc": [before] * 3},
        {"number": "+12125550123", "utc": at, "call_type": "debt", "prior_conversations_utc": [before]},
        {**FLORIDIAN, "consent": False},
        {**FLORIDIAN, "consent": "oral"},
        {**FLORIDIAN, "state": "NY", "profile": "address_first", "utc": "2027-03-04T01:30:00Z"},
        {"number": "+442079460018", "utc": at, "prior_abandoned_utc": [before]},
        {"number": "+33123456789", "utc": at, "prior_refusals_utc": [before]},
        {"number": "+16002345678", "utc": at},
        {"number": "+16002345678", "utc": at, "time_zone": "America/Toronto"},
    )
    assert [[(reason["rule"], reason["code"]) for reason in answer["reasons"]] for answer in answers] == [
        [("US-RI-HOURS", "outside_hours")],
        [("US-RI-HOURS", "outside_hours")],
        [("FR-HOURS", "outside_hours")],
        [("CAMPAIGN-WINDOW", "campaign_window")],
        [("US-FL-CAP", "attempt_cap")],
        [("REGF-TALK", "conversation_wait")],
        [("US-FL-CONSENT", "consent_required")],
        [("US-FL-CONSENT", "consent_required")],
        [],
        [("GB-ABANDONED-WAIT", "abandoned_wait")],
        [("FR-REFUSAL", "refusal_wait")],
        [("TIME-ZONE", "unknown_time_zone")],
        [],
    ]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("911", "emergency"), ("112", "emergency"), ("+18002345678", "not_dialable"), ("+1212", "invalid_number"),
        ("call me", "invalid_number"), ("+14365550123", "possible_not_valid"), ("+18762345678", "country_not_allowed"),
        ("+881612345678", "country_not_allowed"), ("212 555 0123 / 212 555 0124", "invalid_number"),
    ],
)  # fmt: skip
def test_a_number_that_is_not_called_says_so(ask: Asker, number: str, code: str) -> None:
    (answer,) = ask({"number": number, "utc": NOON})
    assert (answer["allowed"], answer["next_allowed_utc"]) == (False, None)
    assert code in {reason["code"] for reason in answer["reasons"]}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"not json", "JSON"), (b"[1, 2]", "object"), (b'"+1"', "object"), (b"\xff\xfe{}", "UTF-8"),
        (b"[" * 100_000, "JSON"), (b'{"id": 1', "JSON"),
        ({"utc": NOON}, "number"), ({"number": "", "utc": NOON}, "number"), ({"number": [], "utc": NOON}, "number"),
        ({"number": "+13055550123"}, "utc"), ({**FLORIDIAN, "utc": "noon"}, "utc"),
        ({**FLORIDIAN, "utc": 1_800_000_000}, "utc"),
        ({**FLORIDIAN, "utc": "9999-12-31T23:59:59-12:00"}, "years"),
        ({**FLORIDIAN, "utc": "0001-01-01T00:00:00+12:00"}, "years"), ({**FLORIDIAN, "call_type": "fax"}, "call_type"),
        ({**FLORIDIAN, "profile": "loose"}, "profile"), ({**FLORIDIAN, "consent": "maybe"}, "consent"),
        ({**FLORIDIAN, "consent": 1}, "consent"), ({**FLORIDIAN, "country": "Narnia"}, "country"),
        ({**FLORIDIAN, "state": "ZZ"}, "state"), ({**FLORIDIAN, "state": {}}, "state"),
        ({**FLORIDIAN, "time_zone": "Mars/Olympus"}, "time_zone"),
        ({**FLORIDIAN, "postal_code": "1" * 300}, "postal_code"),
        ({**FLORIDIAN, "prior_attempts_utc": NOON}, "prior_attempts_utc"),
        ({**FLORIDIAN, "prior_attempts_utc": ["yesterday"]}, "prior_attempts_utc"),
        ({**FLORIDIAN, "prior_conversations_utc": [None]}, "prior_conversations_utc"),
        ({**FLORIDIAN, "campaign_window": "9-5"}, "campaign_window"),
        ({**FLORIDIAN, "campaign_window": {"start": "9"}}, "start"),
        ({**FLORIDIAN, "campaign_window": {"start": "09:00", "end": "25:00"}}, "end"),
        ({**FLORIDIAN, "campaign_window": {"start": "09:00", "end": "17:00", "days": ["funday"]}}, "days"),
        ({**FLORIDIAN, "campaign_window": {"start": "09:00", "end": "17:00", "days": [7]}}, "days"),
        ({**FLORIDIAN, "campaign_window": {"start": "09:00", "end": "17:00", "days": 3}}, "days"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_judged_is_answered_and_stops_nothing(ask: Asker, line: Any, said: str) -> None:
    before, bad, after = ask(FLORIDIAN, line, FLORIDIAN)
    assert (before["allowed"], after["allowed"]) == (True, True)
    assert (bad["allowed"], bad["next_allowed_utc"]) == (False, None)
    assert [reason["code"] for reason in bad["reasons"]] == ["bad_input"]
    assert said in bad["reasons"][0]["message"]


def test_unknown_fields_are_ignored_and_ids_come_back_as_they_were(ask: Asker) -> None:
    answers = ask(
        {**FLORIDIAN, "id": {"a": [1, None, "é"]}, "colour": "red"}, {"id": "x", "number": "?"}, b"  ", FLORIDIAN
    )
    assert [answer["id"] for answer in answers] == [{"a": [1, None, "é"]}, "x", 1]
    assert answers[0]["allowed"] is True


@pytest.mark.parametrize("call_type", sorted(CALL_TYPES))
def test_every_call_type_is_known_in_any_case(ask: Asker, call_type: str) -> None:
    (answer,) = ask({**FLORIDIAN, "call_type": call_type.upper()})
    assert answer["allowed"] is True


@pytest.mark.parametrize(
    ("days", "is_open"),
    [
        (None, True), (["wed"], True), (["Wednesday", "fri"], True), ([2], True), (["2"], True), (["we"], True),
        (["mon-fri"], True), (["sat-wed"], True), (["weekdays"], True), ("mon,wed", True), (["daily"], True),
        (["thu"], False), ([3], False), (["weekend"], False), (["thu-tue"], False), ([], False),
    ],
)  # fmt: skip
def test_weekdays_may_be_written_in_any_usual_form(ask: Asker, days: Any, is_open: bool) -> None:
    (answer,) = ask({**FLORIDIAN, "campaign_window": {"start": "09:00", "end": "17:00", "days": days}})
    assert answer["allowed"] is is_open


@pytest.mark.parametrize(
    ("window", "wall", "is_open"),
    [
        ({"start": "18:00", "end": "10:00", "days": ["tue"]}, "2027-03-03T09:59", True),
        ({"start": "18:00", "end": "10:00", "days": ["tue"]}, "2027-03-03T10:00", False),
        ({"start": "18:00", "end": "10:00", "days": ["wed"]}, "2027-03-03T09:00", False),
        ({"start": "18:00", "end": "10:00", "days": ["wed"]}, "2027-03-03T18:30", True),
        ({"start": "09:00", "end": "09:00", "days": ["tue"]}, "2027-03-03T08:30", True),
        ({"start": "09:00", "end": "24:00", "days": ["tue"]}, "2027-03-03T08:30", False),
        ({"days": ["wed"]}, "2027-03-03T08:30", True),
    ],
)
def test_a_window_over_midnight_belongs_to_the_day_on_which_it_starts(
    ask: Asker, window: dict[str, Any], wall: str, is_open: bool
) -> None:
    (answer,) = ask({**FLORIDIAN, "utc": f"{wall}:00-05:00", "campaign_window": window})
    assert answer["allowed"] is is_open


def test_rules_can_be_switched_off_by_the_environment(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    late = {"number": "+13075550123", "utc": "2027-03-04T03:30:00Z"}
    assert ask(late)[0]["allowed"] is False
    monkeypatch.setenv("RULES_OFF", "US-WY-HOURS")
    (answer,) = ask(late)
    assert answer["allowed"] is True
    assert "off(US-WY-HOURS)" in answer["rules_version"]
    monkeypatch.setenv("RULES_OFF", "US-WY-OURS")
    assert main(["may-call", str(ask.file)]) == 1
    assert "US-WY-OURS" in ask.capsys.readouterr().err


def test_a_missing_file_is_one_message(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["may-call", "/no/such/file"]) == 1
    assert "cannot read /no/such/file" in capsys.readouterr().err


def test_each_line_is_answered_before_the_next_is_read() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "dialer", "may-call"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in (1, 2):
            process.stdin.write(json.dumps({**FLORIDIAN, "id": number}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
    assert process.returncode == 0


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    lines = (json.dumps(FLORIDIAN).encode() + b"\n") * 5_000
    command = f"{sys.executable} -m dialer may-call | head -n 1"
    done = subprocess.run(["sh", "-c", command], input=lines, capture_output=True, check=True)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == b""
