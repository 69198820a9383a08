"""A lead from an agent's screen to a conversation with that agent, through real processes and the carrier's twin."""

import pytest

from tests.e2e.world import Office, Witness, eventually, new_number

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def test_a_previewed_lead_is_dialled_once_and_talks_with_the_agent_who_looked(office: Office, witness: Witness) -> None:
    group = office.add_group()
    bystander, ben = office.add_console(group), office.add_console(group)
    skipped, called = new_number(), new_number()
    office.script(called, "answer", talk_seconds=20)
    campaign = office.add_campaign(group, dial_mode="preview")
    office.upload(campaign, f"Phone Number,First Name\n{skipped},Sam\n{called},Sara\n")
    office.admin.post(f"/api/campaigns/{campaign}/start")

    path = f"/api/agents/{ben.agent_id}/preview"
    shown = {}
    while (preview := ben.api.post(path)["preview"])["lead"]["phone"] != called:
        shown[preview["lead"]["phone"]] = preview["id"]
        ben.api.post(f"{path}/skip", {"preview_id": preview["id"], "reason": "asked for mornings"})
    assert witness.placements(to=called) == witness.placements(to=skipped) == []

    first, second = (ben.api.post(f"{path}/dial", {"preview_id": preview["id"]})["call"] for _ in range(2))
    assert first["id"] == second["id"]
    rows = eventually(
        lambda: witness.rows("select * from calls where id = %(id)s and state = 'completed'", id=first["id"]),
        what="the conversation is over",
    )
    assert (str(rows[0]["agent_id"]), rows[0]["bridged_at"] is not None) == (ben.agent_id, True)
    assert len(witness.placements(to=called)) == 1
    assert witness.placements(to=skipped) == []
    assert [popped["callId"] for popped in ben.all_heard("incoming:call")] == [first["id"]]
    assert ben.all_heard("preview:lead")[-1]["phone"] == called
    assert bystander.all_heard("incoming:call") == bystander.all_heard("preview:lead") == []
    (line,) = witness.rows("select * from live_answers where call_id = %(id)s", id=first["id"])
    assert (line["outcome"], line["clock"]) == ("reached", "answer")
