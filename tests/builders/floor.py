"""A call floor for tests: a campaign, agents who are ready, and the carrier's side of each call's story.

    floor = open_floor(services, tenant_id)
    ben, (lead_id,) = floor.console_agent(), floor.leads(1)
    call_id = floor.dial()                 # planned by pacing, then placed
    floor.answer(call_id)                  # the carrier asks for instructions: a CalleeStep
    floor.join(call_id)                    # lead and agent are in one conference
    floor.report(call_id, CallState.COMPLETED)
    assert floor.lead(lead_id).status == "completed"

Whatever is reported twice is reported with the same key, as the carrier does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, text

from dialer.domain.callee_steps import CalleeStep
from dialer.domain.calls import CallState, Verdict
from dialer.domain.ids import AgentId, CallId, CampaignId, LeadId, TenantId
from dialer.ports import CarrierAccount
from dialer.usecases import (
    agent_legs,
    call_answering,
    call_control,
    call_events,
    dialing,
    pacing,
    supervision,
    sweeps,
    transfer_calls,
)
from dialer.usecases.call_answering import AnswerReport
from dialer.usecases.call_events import ConferenceReport, StatusReport
from dialer.usecases.services import Services
from tests.builders.agents import make_agent, make_tenant
from tests.builders.campaigns import make_campaign
from tests.builders.leads import make_lead
from tests.fakes import FakeCarrier, OpenGate, RecordingFeed, RecordingQueue


def genuine(account: CarrierAccount) -> bool:
    """The request is signed by whichever account it should be."""
    return True


@dataclass
class Floor:
    """One campaign of one tenant, and what the carrier does about its calls."""

    services: Services
    tenant_id: TenantId
    campaign_id: CampaignId

    @property
    def carrier(self) -> FakeCarrier:
        return cast("FakeCarrier", self.services.carrier)

    @property
    def queue(self) -> RecordingQueue:
        return cast("RecordingQueue", self.services.queue)

    @property
    def feed(self) -> RecordingFeed:
        return cast("RecordingFeed", self.services.feed)

    @property
    def gate(self) -> OpenGate:
        return cast("OpenGate", self.services.gate)

    # -- people

    def console_agent(self, **columns: Any) -> AgentId:
        """An agent at a console, with a live socket and a proven audio leg."""
        return make_agent(
            self.services.database,
            tenant_id=self.tenant_id,
            console=True,
            at=self.services.clock.now(),
            **columns,
        )

    def phone_agent(self, phone: str = "+14155553333", **columns: Any) -> AgentId:
        """An agent who takes calls at his phone."""
        now = self.services.clock.now()
        return make_agent(self.services.database, tenant_id=self.tenant_id, phone=phone, at=now, **columns)

    def leads(self, count: int, **columns: Any) -> list[LeadId]:
        """Leads who are due now."""
        return [
            make_lead(self.services, self.tenant_id, campaign_id=self.campaign_id, **columns).id for _ in range(count)
        ]

    # -- the dialer's side

    def plan(self) -> list[CallId]:
        """One pacing tick."""
        return pacing.pace_campaign(self.services, tenant_id=self.tenant_id, campaign_id=self.campaign_id)

    def place(self, call_id: CallId) -> None:
        """Place one planned call."""
        dialing.place_call(self.services, tenant_id=self.tenant_id, call_id=call_id)

    def dial(self) -> CallId:
        """Plan and place exactly one call."""
        (call_id,) = self.plan()
        self.place(call_id)
        return call_id

    def run_tasks(self) -> None:
        """Run the queued tasks that steer calls, as a worker would; pacing is left to the test."""
        steering = {
            "dialer.calls.cancel_queued_call": call_control.cancel_queued_call,
            "dialer.calls.end_machine_call": call_control.end_machine_call,
            "dialer.calls.apologise": call_control.apologise,
            "dialer.calls.hang_up": call_control.hang_up,
            "dialer.calls.ring_agent_phone": agent_legs.ring_agent_phone,
            "dialer.calls.join_agent": transfer_calls.join_agent,
            "dialer.calls.end_supervisions": supervision.end_supervisions,
        }
        sent, self.queue.sent = self.queue.sent, []
        for task in sent:
            if task.task in steering:
                call_id = CallId(UUID(str(task.arguments["call_id"])))
                steering[task.task](self.services, tenant_id=self.tenant_id, call_id=call_id)
            elif task.task == "dialer.calls.settle_transfer":
                transfer_id = UUID(str(task.arguments["transfer_id"]))
                transfer_calls.settle_transfer(self.services, tenant_id=self.tenant_id, transfer_id=transfer_id)
            elif task.task == "dialer.calls.hang_up_agent_leg":
                agent_legs.hang_up_agent_leg(
                    self.services, tenant_id=self.tenant_id, call_sid=str(task.arguments["call_sid"])
                )

    def sweep(self) -> None:
        """One turn of every sweep over calls and claims."""
        sweeps.sweep_calls(self.services)
        sweeps.sweep_claims(self.services)

    # -- the carrier's side

    def sid(self, call_id: CallId) -> str:
        """The carrier's id of a call; a made-up one if the carrier never told."""
        return self.carrier.sids.get(call_id, f"CA{call_id.hex}")

    def answer(self, call_id: CallId, answered_by: str | None = None, *, detection_milliseconds: int = 0) -> CalleeStep:
        """Somebody answers: the carrier asks for instructions."""
        report = AnswerReport(call_id, self.sid(call_id), answered_by, detection_milliseconds, {"CallSid": "CA1"})
        return call_answering.answer_call(self.services, report=report, authenticate=genuine).step

    def poll(self, call_id: CallId) -> CalleeStep:
        """The second of patience is over and the carrier asks again."""
        return call_answering.poll_waiting_call(self.services, call_id=call_id, authenticate=genuine)

    def report(
        self, call_id: CallId, state: CallState, *, answered_by: str | None = None, duration: int | None = None
    ) -> Verdict | None:
        """The carrier reports a status."""
        sid = self.sid(call_id)
        report = StatusReport(
            call_id=call_id,
            call_sid=sid,
            event_key=f"{sid}:status:{state}",
            state=state,
            duration_seconds=duration,
            answered_by=answered_by,
            hangup_cause=None,
            payload={"CallStatus": str(state)},
        )
        return call_events.record_call_status(self.services, report=report, authenticate=genuine)

    def detect(self, call_id: CallId, answered_by: str) -> None:
        """The carrier's machine detection comes to a verdict."""
        call_events.record_machine_detection(
            self.services,
            call_id=call_id,
            call_sid=self.sid(call_id),
            answered_by=answered_by,
            payload={"AnsweredBy": answered_by},
            authenticate=genuine,
        )

    def join(
        self,
        call_id: CallId,
        label: str | None = None,
        *,
        sequence: str = "2",
        payload: Mapping[str, object] | None = None,
    ) -> None:
        """A participant joins the call's conference; by default the one who was missing."""
        call = self.call(call_id)
        at_console = call.conference_name == f"agent_{call.agent_id}"
        report = ConferenceReport(
            event="participant-join",
            conference_sid="CF" + call_id.hex,
            conference_name=call.conference_name or "",
            sequence=sequence,
            call_sid=self.sid(call_id),
            label=label or (f"call_{call_id}" if at_console else f"agent_{call.agent_id}"),
            payload=payload or {},
        )
        call_events.record_call_conference_event(self.services, call_id=call_id, report=report, authenticate=genuine)

    # -- looking

    def call(self, call_id: CallId) -> Row[Any]:
        return self._row("calls", call_id)

    def lead(self, lead_id: LeadId) -> Row[Any]:
        return self._row("leads", lead_id)

    def agent(self, agent_id: AgentId) -> Row[Any]:
        return self._row("agents", agent_id)

    def campaign(self) -> Row[Any]:
        return self._row("campaigns", self.campaign_id)

    def attempts(self, lead_id: LeadId) -> list[Row[Any]]:
        return self.rows("select * from attempts where lead_id = :id order by number", id=lead_id)

    def ledger(self, call_id: CallId) -> tuple[str, int, bool] | None:
        """Outcome, milliseconds waited, message played."""
        rows = self.rows("select * from live_answers where call_id = :id", id=call_id)
        return (rows[0].outcome, rows[0].waited_milliseconds, rows[0].message_played) if rows else None

    def rows(self, sql: str, **values: object) -> list[Row[Any]]:
        with self.services.transaction(self.tenant_id) as tx:
            return list(tx.session.execute(text(sql), values))

    def change(self, sql: str, **values: object) -> None:
        """Arrange what no use case arranges."""
        with self.services.transaction(self.tenant_id) as tx:
            tx.session.execute(text(sql), values)

    def _row(self, table: str, row_id: object) -> Row[Any]:
        return self.rows(f"select * from {table} where id = :id", id=row_id)[0]


def open_floor(
    services: Services,
    tenant_id: TenantId | None = None,
    *,
    retry_policy: dict[str, Any] | None = None,
    **settings: Any,
) -> Floor:
    """A floor with an active campaign that calls around the clock; without a tenant, in one of its own."""
    tenant_id = tenant_id or make_tenant(services.database)
    around_the_clock = {"calling_hours_start": time(0), "calling_hours_end": time(0)}
    campaign = make_campaign(
        services, tenant_id, status="active", retry_policy=retry_policy, **{**around_the_clock, **settings}
    )
    return Floor(services, tenant_id, campaign.id)


def open_conversation(floor: Floor) -> tuple[CallId, AgentId]:
    """A console agent and a lead who talk with each other."""
    agent_id = floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.answer(call_id)
    floor.join(call_id)
    return call_id, agent_id
