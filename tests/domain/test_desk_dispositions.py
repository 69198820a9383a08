"""What a campaign lets its agents conclude."""

import pytest

from dialer.domain.call_words import AgentDisposition
from dialer.domain.desk_dispositions import USUAL, choose_disposition, name_of, parse_dispositions, read_dispositions
from dialer.domain.errors import Invalid

SALE, OTHER = AgentDisposition.SALE, AgentDisposition.OTHER


def entry(label, outcome="other", **more):
    return {"key": None, "label": label, "outcome": outcome, "digit": None} | more


def test_without_a_list_every_built_in_word_is_offered_with_a_digit():
    assert read_dispositions(None) == USUAL
    assert {one.outcome for one in USUAL} == set(AgentDisposition)
    assert [one.digit for one in USUAL] == list(range(1, len(USUAL) + 1))


def test_names_of_ones_own_stand_for_outcomes():
    found = parse_dispositions(
        [entry("Sold", "sale", digit=1), entry("Appointment", "sale"), entry("Sold out", "sale")]
    )
    assert [(one.key, one.outcome, one.is_own) for one in found] == [
        ("sale", SALE, True), ("appointment", SALE, True), ("sold_out", SALE, True),
    ]  # fmt: skip


def test_labels_in_other_scripts_get_keys_too():
    found = parse_dispositions([entry("Продажа", "sale"), entry("Заявка", "sale"), entry("Ошибка", "sale")])
    assert len({one.key for one in found}) == 3


def test_the_products_own_label_is_not_ones_own():
    (found,) = parse_dispositions([entry("Sale", "sale")])
    assert not found.is_own


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ([], "dispositions"),
        ([entry(str(n)) for n in range(31)], "dispositions"),
        ([entry("A", digit=1), entry("B", digit=1)], "dispositions.1.digit"),
        ([entry("A"), entry("a")], "dispositions.1.label"),
        ([entry("A", key="x"), entry("B", key="x")], "dispositions.1.key"),
        ([entry("A", key="No Key")], "dispositions.0.key"),
        ([entry("A", "other", key="sale")], "dispositions.0.key"),
        ([entry("x" * 41)], "dispositions.0.label"),
    ],
)
def test_wrong_lists_are_refused_by_field(sent, field):
    with pytest.raises(Invalid) as refused:
        parse_dispositions(sent)
    assert refused.value.fields[0].field == field


def test_an_outcome_that_is_not_known_any_more_is_left_out():
    assert read_dispositions([{"key": "x", "label": "X", "outcome": "vanished", "digit": 1}]) == ()


@pytest.mark.parametrize(
    ("key", "label", "name"),
    [("sale", None, ("Sale", False)), ("sale", "Sale", ("Sale", False)), ("sale", "Sold", ("Sold", True)),
     ("big_one", "Big one", ("Big one", True)), ("gone", None, ("gone", True))],
)  # fmt: skip
def test_what_was_stored_is_called_by_its_label_else_by_the_products_word(key, label, name):
    assert name_of(key, label) == name


def test_a_key_stands_for_its_outcome():
    offered = parse_dispositions([entry("Appointment", "sale", key="appointment")])
    assert choose_disposition(offered, key="appointment", outcome=None) == (SALE, offered[0])
    assert choose_disposition(offered, key="appointment", outcome=SALE) == (SALE, offered[0])


def test_a_built_in_word_may_be_said_whether_it_is_offered_or_not():
    offered = parse_dispositions([entry("Sold", "sale")])
    assert choose_disposition(offered, key=None, outcome=SALE) == (SALE, offered[0])
    assert choose_disposition(offered, key=None, outcome=OTHER) == (OTHER, None)


@pytest.mark.parametrize(("key", "outcome"), [(None, None), ("nothing", None), ("sale", OTHER)])
def test_what_is_not_offered_or_does_not_agree_is_refused(key, outcome):
    with pytest.raises(Invalid):
        choose_disposition(USUAL, key=key, outcome=outcome)
