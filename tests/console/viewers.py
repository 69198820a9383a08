"""Those who look at pages one after the other: so many that the API turns none of them away for asking too often."""

from tests.console import views
from tests.console.living import Living
from tests.console.person import People, Person

_PAGES_EACH = 3


class Viewers:
    """One browser for each; admins take turns. With `is_examined`, pages can be looked at by `views`."""

    def __init__(self, people: People, living: Living, *, is_examined: bool = False):
        self._people = people
        self._living = living
        self._is_examined = is_examined
        self._seated: dict[str, Person] = {}

    def of(self, view: views.View) -> Person:
        """Whose page it is, signed in already."""
        name = f"ada {views.VIEWS.index(view) // _PAGES_EACH}" if view.who == "ada" else view.who
        if name not in self._seated:
            logins = {"sam": self._living.supervisor, "ben": self._living.agent, "nobody": None}
            login = self._living.scene.add_person("admin", "Ada") if view.who == "ada" else logins[name]
            self._seated[name] = self._people.seat(login)
            if self._is_examined:
                views.equip(self._seated[name].context)
        return self._seated[name]
