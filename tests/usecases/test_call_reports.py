"""Reading calls, and what agents write on them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from dialer.domain.call_words import AgentDisposition, CallStatus
from dialer.domain.errors import Conflict, Forbidden, Invalid, NotFound
from dialer.domain.ids import AgentId, CallId
from dialer.store.schema.base import new_id
from dialer.usecases import call_reports as usecases
from dialer.usecases.call_reports import CallFilter
from dialer.usecases.callbacks import CallbackWish
from tests.builders.agents import make_agent
from tests.builders.calls import make_call, make_called_lead, make_conversation, make_dialed_campaign
from tests.fakes.clock import NOON

CALLBACK, DO_NOT_CALL = AgentDisposition.CALLBACK, AgentDisposition.DO_NOT_CALL
TOMORROW = NOON + timedelta(days=1)
AT_NOON = CallbackWish(TOMORROW.isoformat())


@pytest.fixture
def bens(ben, services) -> AgentId:
    """The agent Ben works as."""
    return make_agent(services.database, tenant_id=ben.tenant_id, user_id=ben.user_id, name="Ben")


@pytest.fixture
def bens_call(services, ben, bens) -> CallId:
    """A conversation that Ben had."""
    return make_conversation(services.database, tenant_id=ben.tenant_id, agent_id=bens)


def as_agent(caller, agent_id):
    return replace(caller.principal, agent_id=agent_id)


def lead_of(services, tenant_id, call_id):
    with services.transaction(tenant_id) as tx:
        statement = text("select l.* from leads l join calls c on c.lead_id = l.id where c.id = :id")
        return tx.session.execute(statement, {"id": call_id}).one()


def conclude(services, actor, call_id, disposition, **more):
    return usecases.set_call_disposition(services, actor=actor, call_id=call_id, disposition=disposition, **more)


def test_an_agent_reads_his_own_calls_and_a_supervisor_all(services, sam, ben, bens, bens_call):
    other = make_call(services.database, tenant_id=ben.tenant_id)
    own = usecases.list_calls(services, actor=as_agent(ben, bens), chosen=CallFilter())
    assert [call.id for call in own] == [bens_call]
    assert len(usecases.list_calls(services, actor=sam.principal, chosen=CallFilter())) == 2
    assert usecases.summarize_calls(services, actor=as_agent(ben, bens), chosen=CallFilter()).total_calls == 1
    assert len(usecases.count_calls_by_disposition(services, actor=as_agent(ben, bens), chosen=CallFilter())) == 1
    with pytest.raises(Forbidden):
        usecases.load_call(services, actor=as_agent(ben, bens), call_id=other)


def test_an_agent_may_not_ask_for_a_colleagues_calls(services, ben, bens):
    with pytest.raises(Forbidden):
        usecases.list_calls(services, actor=as_agent(ben, bens), chosen=CallFilter(agent_id=AgentId(new_id())))


def test_a_user_who_works_as_no_agent_has_no_calls(services, ben):
    with pytest.raises(Forbidden):
        usecases.list_calls(services, actor=as_agent(ben, None), chosen=CallFilter())


def test_another_tenants_call_is_not_found(services, cleo, bens_call):
    for attempt in (
        lambda: usecases.load_call(services, actor=cleo.principal, call_id=bens_call),
        lambda: conclude(services, cleo.principal, bens_call, DO_NOT_CALL),
        lambda: usecases.set_call_notes(services, actor=cleo.principal, call_id=bens_call, notes="hers"),
        lambda: usecases.request_hang_up(services, actor=cleo.principal, call_id=bens_call),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_a_colleagues_call_is_not_ones_to_conclude(services, ben, bens):
    call_id = make_call(services.database, tenant_id=ben.tenant_id)
    for attempt in (
        lambda: conclude(services, as_agent(ben, bens), call_id, AgentDisposition.SALE),
        lambda: usecases.set_call_notes(services, actor=as_agent(ben, bens), call_id=call_id, notes="mine"),
        lambda: usecases.request_hang_up(services, actor=as_agent(ben, bens), call_id=call_id),
    ):
        with pytest.raises(Forbidden):
            attempt()


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("placing", "queued"), ("placed", "queued"), ("unresolved", "queued"), ("ringing", "ringing"),
        ("answered", "in-progress"), ("waiting", "in-progress"), ("bridged", "in-progress"), ("completed", "completed"),
        ("abandoned", "completed"), ("busy", "busy"), ("no_answer", "no-answer"),
        ("failed", "failed"), ("cancelled", "canceled"),
    ],
)  # fmt: skip
def test_each_state_is_shown_in_the_carriers_words(services, sam, state, status):
    call_id = make_call(services.database, tenant_id=sam.tenant_id, state=state)
    assert usecases.load_call(services, actor=sam.principal, call_id=call_id).status is CallStatus(status)


def test_the_last_conclusion_counts_and_leaves_the_systems_own(services, ben, bens, bens_call):
    conclude(services, as_agent(ben, bens), bens_call, AgentDisposition.INTERESTED, notes="call her Sara")
    call = conclude(services, as_agent(ben, bens), bens_call, AgentDisposition.SALE)
    assert (call.agent_disposition, call.disposition, call.notes) == ("sale", "answered", "call her Sara")


def test_a_callback_puts_the_lead_back_on_the_list(services, ben, bens, bens_call):
    conclude(services, as_agent(ben, bens), bens_call, CALLBACK, callback=AT_NOON)
    lead = lead_of(services, ben.tenant_id, bens_call)
    assert (lead.status, lead.status_reason, lead.next_call_at) == ("pending", "callback", TOMORROW)


@pytest.mark.parametrize(
    ("disposition", "callback"),
    [(CALLBACK, None), (CALLBACK, CallbackWish(NOON.isoformat())), (AgentDisposition.SALE, AT_NOON)],
)
def test_a_callback_needs_a_time_in_the_future_and_nothing_else_takes_one(
    services, ben, bens, bens_call, disposition, callback
):
    with pytest.raises(Invalid) as refused:
        conclude(services, as_agent(ben, bens), bens_call, disposition, callback=callback)
    assert refused.value.fields[0].field == "callback_at"


def test_a_callback_that_would_never_be_placed_is_refused_and_nothing_is_written(services, ben, bens):
    campaign_id = make_dialed_campaign(services.database, tenant_id=ben.tenant_id)
    for spent in ({"call_attempts": 3}, {"do_not_call": True}, {"status": "dnc"}):
        lead_id = make_called_lead(services.database, tenant_id=ben.tenant_id, campaign_id=campaign_id, **spent)
        call_id = make_call(
            services.database, tenant_id=ben.tenant_id, campaign_id=campaign_id, lead_id=lead_id, agent_id=bens
        )
        with pytest.raises(Conflict):
            conclude(services, as_agent(ben, bens), call_id, CALLBACK, callback=AT_NOON)
        call = usecases.load_call(services, actor=as_agent(ben, bens), call_id=call_id)
        assert call.agent_disposition is None


def test_do_not_call_suppresses_the_number_for_the_whole_tenant(services, ben, bens, bens_call):
    number = lead_of(services, ben.tenant_id, bens_call).phone_normalized
    other = make_dialed_campaign(services.database, tenant_id=ben.tenant_id)
    make_called_lead(services.database, tenant_id=ben.tenant_id, campaign_id=other, phone=number, status="pending")
    conclude(services, as_agent(ben, bens), bens_call, DO_NOT_CALL)
    conclude(services, as_agent(ben, bens), bens_call, DO_NOT_CALL)
    with services.transaction(ben.tenant_id) as tx:
        [entry] = tx.session.execute(text("select phone_normalized, campaign_id, source, created_by from suppressions"))
        assert tx.session.scalar(text("select count(*) from leads where not do_not_call")) == 0
        assert tx.session.scalar(text("select status from leads where campaign_id = :id"), {"id": other}) == "dnc"
    assert tuple(entry) == (number, None, "disposition", ben.user_id)


def test_notes_can_be_taken_back(services, sam, bens_call):
    usecases.set_call_notes(services, actor=sam.principal, call_id=bens_call, notes="hm")
    assert usecases.set_call_notes(services, actor=sam.principal, call_id=bens_call, notes=None).call.notes is None


def test_hanging_up_is_a_workers_task_while_the_call_runs(services, ben, bens, queue):
    call_id = make_call(services.database, tenant_id=ben.tenant_id, agent_id=bens, state="bridged")
    usecases.request_hang_up(services, actor=as_agent(ben, bens), call_id=call_id)
    [task] = queue.sent
    assert (task.task, task.arguments) == (
        "dialer.calls.hang_up",
        {"tenant_id": str(ben.tenant_id), "call_id": str(call_id)},
    )


def test_a_call_that_is_over_is_not_hung_up_again(services, sam, bens_call, queue):
    assert usecases.request_hang_up(services, actor=sam.principal, call_id=bens_call).is_over
    assert queue.sent == []
