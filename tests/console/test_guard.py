"""That nothing wrong in a page goes unseen: without this, a page test that passes would say little."""

import pytest

from dialer.embedded.stack import EmbeddedStack
from tests.console.cable import Cable
from tests.console.person import People, Person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

_INLINE = "() => { const it = document.createElement('script'); it.text = '0'; document.head.append(it); }"


@pytest.fixture
def person(people: People) -> Person:
    person = people.seat(None)
    person.page.goto(f"{person.url}/console/")
    return person


_DEEDS = {
    "() => console.error('broken')": "console error: broken",
    "() => { setTimeout(() => { throw new Error('thrown'); }); }": "exception: Error: thrown",
    "() => { Promise.reject(new Error('unhandled')); }": "exception: Error: unhandled",
    "() => { fetch('/api/nothing-here'); }": "404 for GET /api/nothing-here",
    _INLINE: "script-src",
    "() => { fetch('https://elsewhere.example/').catch(() => {}); }": "connect-src",
}


def test_what_goes_wrong_is_noticed(person: Person) -> None:
    assert person.guard.troubles() == []
    for deed in _DEEDS:
        person.page.evaluate(deed)
    person.page.wait_for_timeout(300)
    troubles = "\n".join(person.guard.troubles())
    assert [told for told in _DEEDS.values() if told not in troubles] == []


def test_an_answer_that_is_expected_is_no_trouble(person: Person) -> None:
    person.guard.expect(404, r"^/api/nothing-here$")
    person.page.evaluate("() => fetch('/api/nothing-here').then((answer) => answer.status)")
    person.page.evaluate("() => fetch('/api/campaigns').then((answer) => answer.status)")
    assert person.guard.troubles() == ["401 for GET /api/campaigns"]


def test_a_cable_that_is_pulled_out_carries_nothing(stack: EmbeddedStack, people: People) -> None:
    cable = Cable(stack.port)
    person = people.seat(None, url=cable.url)
    person.go("/sign-in")
    ask = "() => fetch('/healthz').then((answer) => answer.status, () => 0)"
    with person.guard.cut_off():
        cable.cut()
        assert person.page.evaluate(ask) == 0
        cable.mend()
        assert person.page.evaluate(ask) == 200
    cable.close()
