"""The softphone says the server's usual refusals in the agent's language: it knows them by the server's own words."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_SENTENCE = re.compile(r'^  "([^"]+)": "softphone\.refused\.\w+",$', re.MULTILINE)


def test_every_refusal_that_is_known_is_one_that_the_server_makes() -> None:
    module = ROOT / "api" / "console" / "app" / "softphone" / "refusal-words.js"
    known = _SENTENCE.findall(module.read_text(encoding="utf-8"))
    said = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "dialer").rglob("*.py"))
    assert len(known) > 30
    # What stands between braces differs from one refusal to the next, and the last dot may be put behind by the server.
    parts = {sentence: [part.removesuffix(".") for part in re.split(r"\{\w+\}", sentence)] for sentence in known}
    assert [sentence for sentence, fixed in parts.items() if not all(part in said for part in fixed)] == []
