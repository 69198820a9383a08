"""Scripts of campaigns over HTTP."""

import pytest

from tests.builders.agents import make_agent
from tests.builders.campaigns import make_campaign
from tests.builders.leads import make_lead


@pytest.fixture
def campaign(ada, services):
    return make_campaign(services, ada.tenant_id)


@pytest.fixture
def path(campaign):
    return f"/api/campaigns/{campaign.id}/script"


def save(caller, path, text, *, expect=200, **more):
    body = caller.put(path, json={"text": text} | more, expect=expect)
    return body.get("script", body)


def said(script):
    return ["".join(span["text"] for span in block["spans"]) for block in script["blocks"]]


def test_a_campaign_has_no_script_at_first(ben, path):
    script = ben.get(path)["script"]
    assert (script["text"], script["blocks"], script["updated_at"]) == (None, [], None)
    assert "first_name" in script["known_fields"]


def test_supervisors_write_it_and_agents_read_it(sam, ben, cleo, path):
    saved = save(sam, path, "# Hi\nHello {first_name}")
    assert ben.get(path)["script"] == saved
    assert (said(saved), saved["updated_by"]) == (["Hi", "Hello {first_name}"], str(sam.user_id))
    save(ben, path, "x", expect=403)
    save(cleo, path, "x", expect=404)
    cleo.get(path, expect=404)


def test_for_a_lead_it_is_filled_in_with_the_name_of_who_asks(ada, sam, ben, campaign, path, services):
    make_agent(services.database, tenant_id=ada.tenant_id, user_id=ben.user_id, name="Ben")
    lead = make_lead(services, ada.tenant_id, campaign_id=campaign.id, custom_fields={"Company": "<b>ABC</b> **x**"})
    save(sam, path, "{first_name}, {agent_name} of {custom:Company} for {campaign_name}")
    (line,) = said(ben.get(path, query={"lead_id": lead.id})["script"])
    assert line == "Sara, Ben of <b>ABC</b> **x** for Spring outreach"
    elsewhere = make_lead(services, ada.tenant_id, campaign_id=make_campaign(services, ada.tenant_id).id)
    ben.get(path, query={"lead_id": elsewhere.id}, expect=404)


def test_unknown_fields_are_warned_of_by_what_the_campaigns_leads_have(ada, sam, campaign, path, services):
    make_lead(services, ada.tenant_id, campaign_id=campaign.id, custom_fields={"Company": "ABC"})
    saved = save(sam, path, "{custom:Company} {custom:Firm} {nickname}")
    assert [(one["field"], one["line"]) for one in saved["warnings"]] == [("custom:Firm", 1), ("nickname", 1)]
    assert "custom:Company" in saved["known_fields"]
    assert "custom:Company" in saved["warnings"][1]["message"]


def test_whoever_edited_an_older_version_is_told(sam, path, clock):
    first = save(sam, path, "one")
    clock.advance(seconds=1)
    second = save(sam, path, "two", updated_at=first["updated_at"])
    refused = save(sam, path, "three", updated_at=first["updated_at"], expect=409)
    assert refused["code"] == "conflict"
    assert sam.get(path)["script"]["text"] == "two"
    assert second["updated_at"] != first["updated_at"]


def test_a_dry_run_stores_nothing_and_an_empty_text_takes_it_away(sam, path):
    assert said(save(sam, path, "Hello", dry_run=True)) == ["Hello"]
    assert sam.get(path)["script"]["text"] is None
    save(sam, path, "Hello")
    assert save(sam, path, " \n")["text"] is None


def test_a_clone_has_the_script_and_the_conclusions_too(ada, path, campaign):
    save(ada, path, "Hello")
    own = {"dispositions": [{"label": "Sold", "outcome": "sale"}]}
    ada.put(f"/api/campaigns/{campaign.id}/dispositions", json=own)
    clone = ada.post(f"/api/campaigns/{campaign.id}/clone", json={}, expect=201)["campaign"]["id"]
    assert ada.get(f"/api/campaigns/{clone}/script")["script"]["text"] == "Hello"
    assert ada.get(f"/api/campaigns/{clone}/dispositions")["dispositions"][0]["label"] == "Sold"


@pytest.mark.parametrize("wrong", [{"text": "x" * 20_001}, {"text": None}, {"text": "x", "html": True}, {}])
def test_wrong_scripts_are_refused(ada, path, wrong):
    ada.put(path, json=wrong, expect=400)
