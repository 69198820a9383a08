"""Rows on their way into `leads`: the form that COPY reads, and batches that meet."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from dialer.domain.ids import ImportId, ListId
from dialer.store import staged_leads
from dialer.store.schema.base import new_id
from dialer.store.staged_leads import STAGED_COLUMNS, StagingRules, encode_rows
from tests.builders.campaigns import make_campaign
from tests.store.races import in_background, until_somebody_waits_for_a_lock

DEFAULTS = {
    "country": "US", "priority": "1", "custom_fields": "{}", "do_not_call": "f", "locality_id": "0",
    "is_repeated": "f", "says_priority": "f", "says_country": "f",
}  # fmt: skip


@pytest.fixture
def rules(services: Any, ada: Any) -> StagingRules:
    """For a draft of Ada's."""
    campaign = make_campaign(services, ada.tenant_id)
    return StagingRules(ada.tenant_id, campaign.id, ListId(campaign.id), ImportId(new_id()), services.clock.now())


def rows_of(*phones: str) -> bytes:
    """Rows to be staged, numbered from 2."""
    rows: list[dict[str, str]] = [
        {**DEFAULTS, "number": str(number), "id": str(new_id()), "phone": phone, "phone_normalized": phone}
        for number, phone in enumerate(phones, start=2)
    ]
    return encode_rows([[row.get(name) for row in rows] for name in STAGED_COLUMNS])


@pytest.mark.parametrize(
    ("text_", "line"),
    [("plain", b"plain"), ("a\tb", b"a\\tb"), ("a\nb\rc", b"a\\nb\\rc"), ("\\N", b"\\\\N"), ("\\", b"\\\\"),
     (None, b"\\N"), ("", b""), ("\ud800", b"?"), ("ё🙂", "ё🙂".encode())],
)  # fmt: skip
def test_texts_are_written_as_copy_reads_them(text_: str | None, line: bytes) -> None:
    assert encode_rows([["1"], [text_]]) == b"1\t" + line + b"\n"


def test_a_null_beside_a_backslash_stays_a_null() -> None:
    assert encode_rows([[None, "\\N", "x"]]) == b"\\N\n\\\\N\nx\n"


def test_no_rows_are_no_lines() -> None:
    assert encode_rows([[], []]) == b""


def test_a_second_batch_of_a_transaction_knows_nothing_of_the_first(services: Any, rules: StagingRules) -> None:
    with services.transaction(rules.tenant_id) as tx:
        for phone in ("+14155552671", "+14155552672"):
            staged_leads.stage_rows(tx.session, rows_of(phone))
            assert staged_leads.judge_staged(tx.session, rules) == []
            assert staged_leads.insert_staged(tx.session, rules, has_alternates=False) == []
        assert tx.session.execute(text("select count(*) from leads")).scalar_one() == 2


def test_a_number_that_another_brings_meanwhile_is_a_late_duplicate(
    services: Any, rules: StagingRules, owner_database: Any
) -> None:
    def bring_both() -> list[int]:
        with services.transaction(rules.tenant_id) as tx:
            staged_leads.stage_rows(tx.session, rows_of("+14155552671", "+14155552672"))
            assert staged_leads.judge_staged(tx.session, rules) == []
            return staged_leads.insert_staged(tx.session, rules, has_alternates=True)

    with services.transaction(rules.tenant_id) as tx:
        staged_leads.stage_rows(tx.session, rows_of("+14155552672"))
        staged_leads.insert_staged(tx.session, rules, has_alternates=False)
        with in_background(bring_both) as late:
            until_somebody_waits_for_a_lock(owner_database)
            tx.session.commit()
            assert late.result(timeout=10) == [3]
    with owner_database.transaction() as tx:
        phones = tx.session.execute(text("select phone_normalized from leads order by 1")).scalars().all()
    assert phones == ["+14155552671", "+14155552672"]


def test_a_number_that_another_brought_and_took_back_is_stored(
    services: Any, rules: StagingRules, owner_database: Any
) -> None:
    def bring() -> list[int]:
        with services.transaction(rules.tenant_id) as tx:
            staged_leads.stage_rows(tx.session, rows_of("+14155552672"))
            return staged_leads.insert_staged(tx.session, rules, has_alternates=False)

    with services.transaction(rules.tenant_id) as tx:
        staged_leads.stage_rows(tx.session, rows_of("+14155552672"))
        staged_leads.insert_staged(tx.session, rules, has_alternates=False)
        with in_background(bring) as late:
            until_somebody_waits_for_a_lock(owner_database)
            tx.session.rollback()
            assert late.result(timeout=10) == []


def test_batches_that_bring_the_same_people_in_opposite_orders_wait_and_do_not_deadlock(
    services: Any, rules: StagingRules, owner_database: Any
) -> None:
    """A third transaction holds the number in the middle until both have come as far as they can."""
    people = ("+14155552601", "+14155552605", "+14155552609")

    def bring(phones: tuple[str, ...]) -> list[int]:
        with services.transaction(rules.tenant_id) as tx:
            staged_leads.stage_rows(tx.session, rows_of(*phones))
            return staged_leads.insert_staged(tx.session, rules, has_alternates=False)

    with services.transaction(rules.tenant_id) as tx:
        staged_leads.stage_rows(tx.session, rows_of(people[1]))
        staged_leads.insert_staged(tx.session, rules, has_alternates=False)
        with in_background(lambda: bring(people)) as first, in_background(lambda: bring(people[::-1])) as second:
            until_somebody_waits_for_a_lock(owner_database, sessions=2)
            tx.session.rollback()
            late = sorted((first.result(timeout=20), second.result(timeout=20)), key=len)
    assert [len(each) for each in late] == [0, 3], "one stored all of them, the other none"


def test_rows_of_another_tenant_are_not_stored(services: Any, cleo: Any, rules: StagingRules) -> None:
    with services.transaction(cleo.tenant_id) as tx:
        staged_leads.stage_rows(tx.session, rows_of("+14155552671"))
        with pytest.raises(ProgrammingError, match="row-level security"), tx.session.begin_nested():
            staged_leads.insert_staged(tx.session, rules, has_alternates=False)


@pytest.mark.parametrize("by_external_id", [False, True])
def test_people_are_looked_up_one_by_one_in_a_campaign_that_statistics_know_nothing_of(
    services: Any, rules: StagingRules, owner_database: Any, by_external_id: bool
) -> None:
    """PostgreSQL takes such a campaign for one with a lead, and any index that begins with it for good enough."""
    other = make_campaign(services, rules.tenant_id)
    filled = text(
        "insert into leads (id, tenant_id, campaign_id, phone, phone_normalized, priority, custom_fields, status, "
        "call_attempts, last_attempt_number, next_call_at, do_not_call, created_at, updated_at) "
        "select gen_random_uuid(), :tenant, :campaign, '', '+1' || (2120000000 + n), 1, '{}', 'pending', 0, 0, :now, "
        "false, :now, :now from generate_series(1, 5000) n"
    )
    with owner_database.transaction() as tx:
        tx.session.execute(filled, {"tenant": rules.tenant_id, "campaign": other.id, "now": rules.now})
        staged_leads.refresh_statistics(tx.session)
    statement = staged_leads._JUDGE_BY_EXTERNAL_ID if by_external_id else staged_leads._JUDGE_BY_PHONE
    with services.transaction(rules.tenant_id) as tx:
        staged_leads.stage_rows(tx.session, rows_of(*(f"+1415555{n:04d}" for n in range(2_000))))
        plan = "\n".join(tx.session.execute(text(f"explain {statement.text}"), rules.values()).scalars())
    assert "ix_leads_tenant_id_phone_normalized" in plan
    for index in ("ix_leads_gates", "ix_leads_ready", "ix_leads_waiting", "uq_leads_campaign_id_phone_normalized"):
        assert index not in plan
