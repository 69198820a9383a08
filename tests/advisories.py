"""`python -m tests.advisories requirements.txt`: known vulnerabilities of what is pinned, as PyPI publishes them.

A known vulnerability fails. What could not be looked up (no network, an index that publishes none) fails nothing, so
that nobody is kept from work, but is said loudly; `ADVISORIES_REQUIRED=1` makes that fail, too.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SECONDS = 120
_BANNER = "*" * 78


@dataclass(frozen=True)
class Audit:
    """What is known about each package: `id (fixed in …)` of the vulnerable ones, and who was not looked up."""

    looked_up: int
    vulnerable: dict[str, list[str]]
    unknown: list[str]

    @classmethod
    def of_report(cls, report: dict[str, Any]) -> "Audit":
        """Read what pip-audit writes as JSON."""
        packages = report["dependencies"]
        found = {f"{p['name']} {p['version']}": [_described(v) for v in p["vulns"]] for p in packages if p.get("vulns")}
        unknown = [package["name"] for package in packages if "skip_reason" in package]
        return cls(len(packages) - len(unknown), found, unknown)


def look_up(files: Sequence[str]) -> Audit | None:
    """Ask PyPI about everything that the files pin; None when nobody answers."""
    asked = [part for file in files for part in ("-r", file)]
    command = [sys.executable, "-m", "pip_audit", *asked, "--disable-pip", "--vulnerability-service", "pypi"]
    options = ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run([*command, *options], capture_output=True, text=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return None
    try:
        return Audit.of_report(json.loads(done.stdout))
    except (ValueError, KeyError, TypeError):
        sys.stderr.write(done.stderr[-2_000:] + "\n")
        return None


def verdict(audit: Audit | None, *, is_required: bool) -> tuple[str, bool]:
    """What is said, and whether it passes."""
    if audit is not None and audit.vulnerable:
        lines = [f"{package}: {', '.join(known)}" for package, known in sorted(audit.vulnerable.items())]
        return "Known vulnerabilities:\n" + "\n".join(lines), False
    if audit is None or audit.looked_up == 0:
        return _loudly("VULNERABILITIES WERE NOT CHECKED: no advisory service could be reached."), not is_required
    if audit.unknown:
        names = ", ".join(sorted(audit.unknown))
        return _loudly(f"VULNERABILITIES WERE NOT CHECKED for {len(audit.unknown)} packages: {names}"), not is_required
    return f"{audit.looked_up} packages, no known vulnerability", True


def _described(vulnerability: dict[str, Any]) -> str:
    fixed = ", ".join(vulnerability.get("fix_versions") or []) or "no version yet"
    return f"{vulnerability['id']} (fixed in {fixed})"


def _loudly(text: str) -> str:
    return f"{_BANNER}\n{text}\n{_BANNER}"


def main() -> int:
    """Look up the files that are named; return the exit code."""
    said, passes = verdict(look_up(sys.argv[1:]), is_required=os.environ.get("ADVISORIES_REQUIRED") == "1")
    (sys.stdout if passes else sys.stderr).write(said + "\n")
    return 0 if passes else 1


if __name__ == "__main__":
    sys.exit(main())
