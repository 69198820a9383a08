"""Known vulnerabilities fail; what nobody could look up is said loudly and fails only where it must."""

from typing import Any

import pytest

from tests.advisories import Audit, verdict

CLEAN: dict[str, Any] = {"name": "flask", "version": "3.1.3", "vulns": []}
KNOWN = {"name": "jinja2", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
UNKNOWN = {"name": "ours", "skip_reason": "Dependency not found on PyPI"}


def audit(*packages: dict[str, Any]) -> Audit:
    return Audit.of_report({"dependencies": list(packages), "fixes": []})


def test_nothing_known_passes() -> None:
    assert verdict(audit(CLEAN), is_required=True) == ("1 packages, no known vulnerability", True)


@pytest.mark.parametrize("is_required", [True, False])
def test_a_known_vulnerability_fails_and_is_named(is_required: bool) -> None:
    said, passes = verdict(audit(CLEAN, KNOWN, UNKNOWN), is_required=is_required)
    assert not passes
    assert "jinja2 2.0: PYSEC-1 (fixed in 2.1)" in said


@pytest.mark.parametrize("found", [None, audit(UNKNOWN), audit(CLEAN, UNKNOWN)])
def test_what_was_not_checked_is_said_loudly_and_fails_where_it_must(found: Audit | None) -> None:
    said, passes = verdict(found, is_required=False)
    assert passes
    assert "NOT CHECKED" in said
    assert not verdict(found, is_required=True)[1]
