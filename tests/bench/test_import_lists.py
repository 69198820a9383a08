"""That the lists of the import bench are what they are said to be."""

import csv
from pathlib import Path

from bench.import_lists import BAD_SHARE, make_lines, make_phones, write_list
from bench.lead_import import make_registry
from dialer.domain.lead_rows import judge_batch, propose_mapping

ROWS = 4_000


def test_numbers_are_all_different_and_callable() -> None:
    phones = [phone for phone, _ in make_phones(ROWS)]
    drafts, problems = judge_batch([phones], propose_mapping(["phone"]).mapping, default_region="US")
    assert len({draft.phone_normalized for draft in drafts if draft is not None}) == ROWS
    assert problems == []


def test_five_rows_in_a_hundred_are_bad() -> None:
    header, *rows = csv.reader(make_lines(ROWS))
    columns = list(zip(*rows, strict=True))
    drafts, _ = judge_batch(columns, propose_mapping(header).mapping, default_region="US")
    assert abs(drafts.count(None) / ROWS - BAD_SHARE) < 0.02


def test_a_list_is_the_same_every_time(tmp_path: Path) -> None:
    for name in "ab":
        write_list(tmp_path / name, 50)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert len((tmp_path / "a").read_text().splitlines()) == 51


def test_the_registry_is_in_order_and_lists_some_of_the_lists_numbers() -> None:
    registry = make_registry(20_000)
    assert len(registry) == 20_000
    assert registry == sorted(set(registry))
    assert {int("1" + phone) for phone, _ in make_phones(2_000)} & set(registry)
