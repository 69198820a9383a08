"""Hours, holidays and time zones: `may-call` against the oracle."""

import pytest

from tests.facts.answers import ask, disagreements, told
from tests.facts.cases import places


@pytest.mark.timeout(300)
def test_hours_of_every_place_are_those_of_the_facts() -> None:
    cases = places()
    assert len(cases) > 7000

    problems = disagreements(cases, ask("may-call", cases))

    assert not problems, told(problems)
