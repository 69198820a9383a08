"""The columns of exported leads."""

from dialer.domain.lead_columns import MARK, OUTCOME, PERSON, STANDING, ours_alone, phone_headers
from dialer.domain.lead_rows import TARGETS, propose_mapping


def test_an_import_understands_every_column_about_the_person() -> None:
    assert {*PERSON, *phone_headers(5)} <= TARGETS


def test_columns_about_the_dialer_are_left_out_of_an_import() -> None:
    headers = [MARK, *phone_headers(3), *PERSON, "custom_fields.status", *STANDING, *OUTCOME]
    targets = propose_mapping(headers).mapping.targets
    assert targets == (
        None, *phone_headers(3), *PERSON, "custom_fields.status", *(None for _ in (*STANDING, *OUTCOME)),
    )  # fmt: skip


def test_the_same_columns_of_anybody_else_are_kept() -> None:
    assert propose_mapping(["phone", "status", "list"]).mapping.targets == (
        "phone", "custom_fields.status", "custom_fields.list",
    )  # fmt: skip
    assert ours_alone(["phone", "status", "list"]) == frozenset()


def test_whoever_maps_a_column_of_ours_gets_what_he_wants() -> None:
    headers = [MARK, "phone", "status"]
    assert propose_mapping(headers, explicit={"status": "notes"}).mapping.targets == (None, "phone", "notes")


def test_the_mark_is_known_behind_a_byte_order_mark() -> None:
    assert ours_alone([f"\ufeff{MARK}", "phone", "status "]) == {0, 2}
