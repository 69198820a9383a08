"""The table of leads: orders, filters, search and pages by cursor."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders.campaigns import make_campaign
from tests.builders.leads import make_lead

SORTS = ("created", "-created", "priority", "last_called", "-last_called", "next_call", "name")
PEOPLE = ("Adams", "baker", "Chen", "Duran", None, "Евсеев", "Ford", None, "Garcia")


@pytest.fixture
def campaign(services: Any, ada: Any) -> Any:
    """A draft of Ada's."""
    return make_campaign(services, ada.tenant_id)


@pytest.fixture
def leads(services: Any, ada: Any, campaign: Any, clock: Any) -> list[Any]:
    """Nine people who differ in everything that a table is ordered by."""
    now = clock.now()
    return [
        make_lead(
            services, ada.tenant_id, campaign_id=campaign.id, phone=f"+1415555267{number}", last_name=name,
            first_name=("Sara", "Ann", "Bob")[number % 3], email=f"Lead{number}@Example.com", priority=(7 * number) % 3,
            external_id=f"x-{number}", country=("US", "CA")[number % 2],
            status=("pending", "completed", "dnc", "pending")[number % 4],
            **({"last_call_at": now - timedelta(hours=number)} if number % 3 else {}),
            **({"next_call_at": now + timedelta(hours=20 - number)} if number % 2 else {}),
            **({"callback_at": now + timedelta(days=1)} if number == 4 else {}),
        )
        for number, name in enumerate(PEOPLE)
    ]  # fmt: skip


def found(ada: Any, campaign: Any, **query: Any) -> list[str]:
    """The last digits of the phones on the first page."""
    body = ada.get("/api/leads", query={"campaign_id": campaign.id, **query})
    return [lead["phone"][-1] for lead in body["leads"]]


@pytest.mark.parametrize("filters", [{}, {"countries": "US,CA"}, {"statuses": "pending,completed"}, {"q": "lead"}])
@pytest.mark.parametrize("sort", SORTS)
def test_pages_put_together_are_everybody_once_and_in_order(
    ada: Any, campaign: Any, leads: list[Any], sort: str, filters: dict[str, str]
) -> None:
    query: dict[str, Any] = {"campaign_id": campaign.id, "sort": sort, **filters}
    whole = [lead["id"] for lead in ada.get("/api/leads", query=query)["leads"]]
    pages, cursor = [], None
    while cursor is not None or not pages:
        body = ada.get("/api/leads", query={**query, "limit": 2, **({"cursor": cursor} if cursor else {})})
        pages.append([lead["id"] for lead in body["leads"]])
        cursor = body["next_cursor"]
    assert [one for page in pages for one in page] == whole
    assert len(whole) == len(set(whole)) == (7 if "statuses" in filters else 9)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("created", "012345678"), ("-created", "876543210"), ("last_called", "875421036"), ("-last_called", "124578036"),
     ("name", "012368547"), ("next_call", "730124568"), ("priority", "036147258")],
)  # fmt: skip
def test_each_order_is_what_it_says(ada: Any, campaign: Any, leads: list[Any], sort: str, expected: str) -> None:
    assert found(ada, campaign, sort=sort) == list(expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [({"statuses": "completed,dnc"}, "1256"), ({"countries": "CA"}, "1357"), ({"priorities": "high"}, "036"),
     ({"called": "false"}, "036"), ({"called": "true", "status": "pending"}, "478"), ({"has_callback": "true"}, "4"),
     ({"has_callback": "false", "countries": "US"}, "0268"), ({"suppressed": "true"}, "26"),
     ({"suppressed": "false", "statuses": "dnc"}, ""), ({"q": "garc"}, "8"), ({"q": "ANN ch"}, ""),
     ({"q": "bob chen"}, "2"), ({"q": "евс"}, "5"), ({"q": "lead3@ex"}, "3"), ({"q": "x-7"}, "7"),
     ({"q": "5552674"}, "4"), ({"q": "2674"}, "4"), ({"q": "(415) 555-267"}, "012345678"), ({"q": "+1415555267"},
     "012345678"), ({"q": "+2674"}, ""), ({"q": "%"}, ""), ({"q": "bob", "statuses": "pending"}, "8")],
)  # fmt: skip
def test_each_filter_finds_whom_it_says(
    ada: Any, campaign: Any, leads: list[Any], query: dict[str, str], expected: str
) -> None:
    assert found(ada, campaign, **query) == list(expected)


def test_a_further_phone_is_found_by_its_beginning(services: Any, ada: Any, campaign: Any) -> None:
    make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone="+14155552671", alternates=("+12125550142",))
    assert found(ada, campaign, q="212555") == ["1"]


def test_the_count_is_capped_unless_only_a_status_is_asked(ada: Any, campaign: Any, leads: list[Any]) -> None:
    plain = ada.get("/api/leads", query={"campaign_id": campaign.id, "status": "pending", "limit": 1})
    assert (plain["total"], plain["total_is_exact"], plain["count"]) == (5, True, 1)
    fewer = ada.get("/api/leads", query={"campaign_id": campaign.id, "q": "sara", "limit": 1})
    assert (fewer["total"], fewer["total_is_exact"]) == (3, True)
    uncounted = ada.get("/api/leads", query={"campaign_id": campaign.id, "count": "none"})
    assert (uncounted["total"], uncounted["total_is_exact"]) == (None, False)


def test_pages_by_cursor_stand_still_while_people_are_added(
    ada: Any, services: Any, campaign: Any, leads: list[Any]
) -> None:
    query = {"campaign_id": campaign.id, "sort": "-created", "limit": 4}
    first = ada.get("/api/leads", query=query)
    make_lead(services, ada.tenant_id, campaign_id=campaign.id)
    second = ada.get("/api/leads", query={**query, "cursor": first["next_cursor"]})
    assert [lead["phone"][-1] for lead in second["leads"]] == list("4321")


@pytest.mark.parametrize(
    "query",
    [{"cursor": "x"}, {"cursor": "WzEsMl0"}, {"statuses": "ready"}, {"list_ids": "1"}, {"sort": "phone"},
     {"countries": "USA"}, {"offset": 2, "q": "a"}, {"count": "exact", "q": "a"}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(ada: Any, campaign: Any, query: dict[str, Any]) -> None:
    ada.get("/api/leads", query={"campaign_id": campaign.id, **query}, expect=400)


def test_a_cursor_of_another_order_is_refused(ada: Any, campaign: Any, leads: list[Any]) -> None:
    cursor = ada.get("/api/leads", query={"campaign_id": campaign.id, "limit": 1})["next_cursor"]
    ada.get("/api/leads", query={"campaign_id": campaign.id, "cursor": cursor, "sort": "name"}, expect=400)


def test_cleo_finds_nobody_of_adas_with_whatever_she_asks(ada: Any, cleo: Any, campaign: Any, leads: list[Any]) -> None:
    for query in ({}, {"q": "garc"}, {"sort": "name"}):
        cleo.get("/api/leads", query={"campaign_id": campaign.id, **query}, expect=404)
