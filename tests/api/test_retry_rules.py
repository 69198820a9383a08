"""A campaign's retry rules over HTTP."""

import pytest

NEW = {"name": "Spring outreach", "caller_id": "+14155551234"}
RULES = {
    "busy": {"action": "retry", "delay_minutes": 5, "max_attempts": 3},
    "no_answer": {"spread": "day_parts", "next_phone": True},
    "wrong_number": {"action": "fail"},
}


def test_rules_are_stored_shown_and_replaced_as_a_whole(ada):
    created = ada.post("/api/campaigns", json={**NEW, "retry_rules": RULES}, expect=201)["campaign"]
    assert created["retry_rules"] == RULES
    path = f"/api/campaigns/{created['id']}"
    assert ada.put(path, json={"name": "Summer"})["campaign"]["retry_rules"] == RULES
    changed = ada.put(path, json={"retry_rules": {"busy": {"delay_minutes": 9}}})["campaign"]
    assert changed["retry_rules"] == {"busy": {"delay_minutes": 9}}
    assert ada.get(path)["campaign"]["retry_rules"] == {"busy": {"delay_minutes": 9}}


def test_a_campaign_has_none_unless_it_says_so(ada):
    assert ada.post("/api/campaigns", json=NEW, expect=201)["campaign"]["retry_rules"] == {}


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"engaged": {}}, "retry_rules.engaged"), ({"busy": 5}, "retry_rules.busy"),
        ({"busy": {"delay_minutes": 0}}, "retry_rules.busy.delay_minutes"),
        ({"sale": {"action": "again"}}, "retry_rules.sale.action"),
        ({"do_not_call": {"action": "retry"}}, "retry_rules.do_not_call.action"), ([], "retry_rules"),
    ],
)  # fmt: skip
def test_wrong_rules_are_named(ada, rules, field):
    answer = ada.post("/api/campaigns", json={**NEW, "retry_rules": rules}, expect=400)
    assert [wrong["field"] for wrong in answer["fields"]] == [field]
