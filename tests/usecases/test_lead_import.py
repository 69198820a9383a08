"""Lists that meet people who are there already: duplicates, updates, suppression, lists, localities, phones."""

from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.errors import Invalid, NotFound
from dialer.domain.ids import ListId
from dialer.domain.imports import MatchBy, OnDuplicate
from dialer.store.leads import Lead, list_leads
from dialer.usecases.suppressions import add_suppression
from tests.builders.campaigns import make_campaign
from tests.builders.imports import in_batches, load, make_list, queue_list, run, upload_list
from tests.builders.leads import make_lead
from tests.store.races import at_once

SARA = "+14155552671"
TOM = "+14155552672"
UPDATE = {"on_duplicate": OnDuplicate.UPDATE}
BY_ID = {"match_by": MatchBy.EXTERNAL_ID, **UPDATE}


@pytest.fixture
def campaign(services: Any, ada: Any) -> Any:
    """A draft of Ada's."""
    return make_campaign(services, ada.tenant_id)


def leads_of(services: Any, campaign: Any) -> list[Lead]:
    with services.transaction(campaign.tenant_id) as tx:
        return list_leads(tx.session, campaign.id, status=None, limit=1000, offset=0)


def codes(report: Any) -> list[tuple[int, str]]:
    return [(problem.number, problem.code) for problem in report.problems]


def test_two_uploads_of_one_list_at_once_store_each_number_once(services: Any, ada: Any, campaign: Any) -> None:
    content = make_list(300)
    reports = at_once(*[lambda: upload_list(services, ada.principal, campaign.id, content) for _ in range(2)])
    assert sum(report.stored.counts.inserted for report in reports) == 300 == len(leads_of(services, campaign))
    for report in reports:
        counts = report.stored.counts
        assert counts.total == 300 == counts.valid + counts.invalid + counts.duplicates + counts.dnc


def test_two_workers_with_one_list_in_opposite_orders_do_not_deadlock(services: Any, ada: Any, campaign: Any) -> None:
    lines = make_list(400).decode().split()
    backwards = "\n".join([lines[0], *reversed(lines[1:])]).replace("Person", "Person ")
    ids = [queue_list(services, ada.principal, campaign.id, make_list(400)),
           queue_list(services, ada.principal, campaign.id, backwards.encode())]  # fmt: skip
    kinds = in_batches(50)
    at_once(*[lambda i=i: run(services, ada.principal, i, kinds, seats=2) for i in ids])
    found = [load(services, ada.principal, i) for i in ids]
    assert [each.status for each in found] == ["completed", "completed"]
    assert sum(each.counts.inserted for each in found) == 400 == len(leads_of(services, campaign))
    assert sum(each.counts.duplicates for each in found) == 400


def test_a_number_suppressed_for_now_is_left_out_and_taken_later(
    services: Any, ada: Any, clock: Any, campaign: Any
) -> None:
    until = clock.now().replace(hour=20)
    add_suppression(services, actor=ada.principal, phone=SARA, campaign_id=None, expires_at=until)
    content = b"phone\n4155552671\n"
    assert upload_list(services, ada.principal, campaign.id, content).stored.counts.dnc == 1
    clock.advance(hours=4)
    assert upload_list(services, ada.principal, campaign.id, content).stored.counts.inserted == 1


def test_skipping_changes_nothing_of_who_is_there(services: Any, ada: Any, campaign: Any) -> None:
    upload_list(services, ada.principal, campaign.id, f"phone,first_name\n{SARA},Sara\n".encode())
    again = upload_list(services, ada.principal, campaign.id, f"phone,first_name\n{SARA},Else\n".encode())
    assert codes(again) == [(2, "duplicate_in_campaign")]
    assert [lead.first_name for lead in leads_of(services, campaign)] == ["Sara"]


def test_updating_writes_what_a_row_says_and_nothing_else(services: Any, ada: Any, campaign: Any) -> None:
    lead = make_lead(
        services, ada.tenant_id, campaign_id=campaign.id, phone=SARA, last_name="Ahmed", priority=0, notes="VIP",
        custom_fields={"plan": "gold", "city": "Tula"}, status="completed", call_attempts=3,
    )  # fmt: skip
    content = f"phone,first_name,last_name,priority,plan,size\n{SARA},Sarah,,,silver,XL\n".encode()
    report = upload_list(services, ada.principal, campaign.id, content, **UPDATE)
    assert (report.stored.counts.updated, report.stored.counts.inserted, report.stored.counts.valid) == (1, 0, 1)
    [after] = leads_of(services, campaign)
    assert (after.first_name, after.last_name, after.priority, after.notes) == ("Sarah", "Ahmed", 0, "VIP")
    assert after.custom_fields == {"plan": "silver", "city": "Tula", "size": "XL"}
    assert (after.id, after.status, after.call_attempts, after.created_at) == (
        lead.id, "completed", 3, lead.created_at,
    )  # fmt: skip


def test_a_priority_that_a_row_does_say_is_written(services: Any, ada: Any, campaign: Any) -> None:
    make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone=SARA, priority=0)
    upload_list(services, ada.principal, campaign.id, f"phone,priority\n{SARA},normal\n".encode(), **UPDATE)
    assert [lead.priority for lead in leads_of(services, campaign)] == [1]


@pytest.mark.parametrize("rows", [1, 2, 10])
def test_the_first_row_of_a_person_counts_wherever_batches_end(
    services: Any, ada: Any, campaign: Any, rows: int
) -> None:
    make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone=SARA)
    lines = [f"{SARA},First", f"{TOM},Tom", f"{SARA},Second", f"{TOM},Else"]
    content = "\n".join(["phone,first_name", *lines]).encode()
    import_id = queue_list(services, ada.principal, campaign.id, content, **UPDATE)
    run(services, ada.principal, import_id, in_batches(rows))
    counts = load(services, ada.principal, import_id).counts
    assert (counts.updated, counts.inserted, counts.duplicates) == (1, 1, 2)
    assert sorted(lead.first_name or "" for lead in leads_of(services, campaign)) == ["First", "Tom"]


def test_a_person_is_recognised_by_external_id_and_gets_the_new_number(services: Any, ada: Any, campaign: Any) -> None:
    lead = make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone=SARA, external_id="c-7")
    content = f"phone,external_id,first_name\n{TOM},c-7,Sarah\n".encode()
    report = upload_list(services, ada.principal, campaign.id, content, **BY_ID)
    assert report.stored.counts.updated == 1
    [after] = leads_of(services, campaign)
    assert (after.id, after.phone_normalized, after.first_name) == (lead.id, TOM, "Sarah")


def test_a_number_that_is_another_persons_is_never_taken_over(services: Any, ada: Any, campaign: Any) -> None:
    make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone=SARA, external_id="c-7")
    make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone=TOM, external_id="c-8")
    content = f"phone,external_id\n{TOM},c-7\n{SARA},c-9\n".encode()
    report = upload_list(services, ada.principal, campaign.id, content, **BY_ID)
    assert codes(report) == [(2, "duplicate_in_campaign"), (3, "duplicate_in_campaign")]
    assert [(lead.phone_normalized, lead.external_id) for lead in leads_of(services, campaign)] == [
        (SARA, "c-7"), (TOM, "c-8"),
    ]  # fmt: skip


def test_whoever_has_no_external_id_yet_gets_it_by_his_number(services: Any, ada: Any, campaign: Any) -> None:
    make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone=SARA)
    content = f"phone,external_id\n{SARA},c-7\n{TOM},c-7\n".encode()
    report = upload_list(services, ada.principal, campaign.id, content, **BY_ID)
    assert codes(report) == [(3, "duplicate_in_file")]
    assert [(lead.phone_normalized, lead.external_id) for lead in leads_of(services, campaign)] == [(SARA, "c-7")]


def test_a_row_that_says_do_not_call_stops_whoever_is_there_when_rows_update(
    services: Any, ada: Any, campaign: Any
) -> None:
    make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone=SARA)
    content = f"phone,do not call\n{SARA},yes\n{TOM},yes\n".encode()
    report = upload_list(services, ada.principal, campaign.id, content, **UPDATE)
    assert report.stored.counts.dnc == 2
    assert [(lead.phone_normalized, lead.status) for lead in leads_of(services, campaign)] == [(SARA, "dnc")]


def test_numbers_that_any_campaign_got_lately_are_duplicates_if_wanted(
    services: Any, ada: Any, campaign: Any, clock: Any
) -> None:
    other = make_campaign(services, ada.tenant_id)
    make_lead(services, ada.tenant_id, campaign_id=other.id, phone=SARA)
    actor, content = ada.principal, f"phone\n{SARA}\n".encode()
    clock.advance(days=29)
    lately = upload_list(services, actor, campaign.id, content, tenant_duplicates_days=30)
    assert codes(lately) == [(2, "duplicate_in_tenant")]
    clock.advance(days=2)
    later = upload_list(services, actor, campaign.id, content, tenant_duplicates_days=30)
    assert later.stored.counts.inserted == 1


def test_cleos_leads_are_no_duplicates_of_adas(services: Any, ada: Any, cleo: Any, campaign: Any) -> None:
    other = make_campaign(services, cleo.tenant_id)
    make_lead(services, cleo.tenant_id, campaign_id=other.id, phone=SARA)
    content = f"phone\n{SARA}\n".encode()
    report = upload_list(services, ada.principal, campaign.id, content, tenant_duplicates_days=30)
    assert report.stored.counts.inserted == 1


def test_a_list_is_made_by_its_name_once(services: Any, ada: Any, campaign: Any, owner_database: Any) -> None:
    for n in range(2):
        upload_list(services, ada.principal, campaign.id, make_list(3, first=10 * n), list_name=" Autumn ")
    with owner_database.transaction() as tx:
        lists = tx.session.execute(text("select name from lists order by name")).scalars().all()
    assert lists == ["Autumn", "Main list"]
    assert len({lead.list_id for lead in leads_of(services, campaign)} - {campaign.id}) == 1


def test_a_list_of_another_campaign_is_not_filled(services: Any, ada: Any, campaign: Any) -> None:
    other = make_campaign(services, ada.tenant_id)
    with pytest.raises(NotFound):
        upload_list(services, ada.principal, campaign.id, make_list(1), list_id=ListId(other.id))


def test_further_phones_are_kept_in_their_order_and_replaced_by_an_update(
    services: Any, ada: Any, campaign: Any
) -> None:
    content = f"phone,phone 2,phone 3\n{SARA},{TOM},4155552673\n".encode()
    upload_list(services, ada.principal, campaign.id, content)
    assert [lead.alternates for lead in leads_of(services, campaign)] == [(TOM, "+14155552673")]
    upload_list(services, ada.principal, campaign.id, f"phone,phone 2\n{SARA},4155552674\n".encode(), **UPDATE)
    assert [lead.alternates for lead in leads_of(services, campaign)] == [("+14155552674",)]
    upload_list(services, ada.principal, campaign.id, f"phone,first_name\n{SARA},Sara\n".encode(), **UPDATE)
    assert [lead.alternates for lead in leads_of(services, campaign)] == [("+14155552674",)]


def test_where_people_may_be_is_found_out_from_number_and_address(
    services: Any, ada: Any, campaign: Any, owner_database: Any
) -> None:
    content = f"phone,state,zip\n{SARA},CA,94110\n{TOM},FL,33101\n+14155552673,,\n".encode()
    upload_list(services, ada.principal, campaign.id, content)
    places = {lead.phone_normalized: lead.locality_id for lead in leads_of(services, campaign)}
    with owner_database.transaction() as tx:
        rows = tx.session.execute(text("select id, jurisdictions, time_zones from localities")).all()
        pairs = tx.session.execute(text("select locality_id from list_localities")).scalars().all()
    known = {row.id: (row.jurisdictions, row.time_zones) for row in rows}
    assert known[places[SARA]] == (["US", "US-CA"], ["America/Los_Angeles"])
    assert known[places[TOM]][0] == ["US", "US-CA", "US-FL"]
    assert {"America/Los_Angeles", "America/New_York"} <= set(known[places[TOM]][1])
    assert places["+14155552673"] == places[SARA]
    assert set(pairs) == set(places.values()), "dialling looks for leads by these"


def test_an_update_that_moves_somebody_finds_out_anew_where_he_may_be(services: Any, ada: Any, campaign: Any) -> None:
    upload_list(services, ada.principal, campaign.id, f"phone,first_name\n{SARA},Sara\n".encode())
    [before] = leads_of(services, campaign)
    upload_list(services, ada.principal, campaign.id, f"phone,first_name\n{SARA},Sarah\n".encode(), **UPDATE)
    assert leads_of(services, campaign)[0].locality_id == before.locality_id
    upload_list(services, ada.principal, campaign.id, f"phone,state\n{SARA},FL\n".encode(), **UPDATE)
    moved = leads_of(services, campaign)[0].locality_id
    assert moved not in (0, before.locality_id)
    upload_list(services, ada.principal, campaign.id, f"phone,zip\n{SARA},33101\n".encode(), **UPDATE)
    assert leads_of(services, campaign)[0].locality_id == 0, "row and lead together say where: placing finds it out"


def test_the_order_of_a_campaign_decides_a_new_leads_key(services: Any, ada: Any, owner_database: Any) -> None:
    ordered = make_campaign(services, ada.tenant_id, lead_order="custom", lead_order_field="score")
    upload_list(services, ada.principal, ordered.id, f"phone,score\n{SARA},7.5\n{TOM},\n".encode())
    with owner_database.transaction() as tx:
        keys = tx.session.execute(text("select dial_key from leads order by id")).scalars().all()
    assert keys == [7.5, float("inf")]


def test_consent_is_the_rows_or_what_was_said_for_the_whole_file(services: Any, ada: Any, campaign: Any) -> None:
    content = f"phone,consent\n{SARA},no\n{TOM},\n".encode()
    upload_list(services, ada.principal, campaign.id, content, has_consent=True)
    assert [lead.consent for lead in leads_of(services, campaign)] == [False, True]


def test_text_of_every_kind_arrives_as_it_was(services: Any, ada: Any, campaign: Any) -> None:
    notes = 'tab\there, "quoted", back\\slash, \\N, новая\nстрока, 🙂'
    quoted = notes.replace('"', '""')
    content = f'phone,notes,Odd "name"\n{SARA},"{quoted}",\\N\n'.encode()
    upload_list(services, ada.principal, campaign.id, content)
    [lead] = leads_of(services, campaign)
    assert lead.notes == notes
    assert list(lead.custom_fields.values()) == ["\\N"]


def test_a_number_of_a_country_that_the_campaign_does_not_call_is_refused(services: Any, ada: Any) -> None:
    british = make_campaign(services, ada.tenant_id, allowed_countries=frozenset({"GB"}))
    report = upload_list(services, ada.principal, british.id, f"phone\n{SARA}\n+442079460018\n".encode())
    assert codes(report) == [(2, "country_not_allowed")]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"tenant_duplicates_days": 0}, "tenant_duplicates_days"),
        ({"default_region": "Atlantis"}, "default_region"),
        ({"delimiter": "ab"}, "delimiter"),
        ({"encoding": "klingon"}, "encoding"),
        ({"list_name": " "}, "list_name"),
        ({"list_name": "Autumn", "list_id": ListId(SARA)}, "list_name"),  # type: ignore[arg-type]
    ],
)
def test_choices_that_make_no_sense_are_named(
    services: Any, ada: Any, campaign: Any, options: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        upload_list(services, ada.principal, campaign.id, make_list(1), **options)
    assert [error.field for error in refusal.value.fields] == [field]


def test_what_was_said_about_the_file_goes_before_what_it_looks_like(services: Any, ada: Any, campaign: Any) -> None:
    content = "phone;first_name\n+14155552671;Жанна\n".encode("cp1251")
    upload_list(services, ada.principal, campaign.id, content, encoding="cp1251", delimiter="semicolon")
    assert [lead.first_name for lead in leads_of(services, campaign)] == ["Жанна"]


def test_a_file_without_a_header_is_imported_by_position(services: Any, ada: Any, campaign: Any) -> None:
    mapping = {"column 1": "phone", "column 2": "first_name"}
    report = upload_list(
        services, ada.principal, campaign.id, f"{SARA},Sara\n{TOM},Tom\n".encode(), field_mapping=mapping
    )
    assert report.stored.counts.inserted == 2
    assert [lead.first_name for lead in leads_of(services, campaign)] == ["Sara", "Tom"]
