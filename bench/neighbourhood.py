"""Tenants of very different sizes on one running stack, for the bench of neighbours."""

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4

import psycopg2
from redis import Redis
from sqlalchemy import text

from bench.neighbours_worker import NOTES
from demo.api import HttpClient
from demo.places import choose_place
from dialer.bootstrap import build_services
from dialer.domain.ids import CampaignId, TenantId, UserId
from dialer.domain.principals import Principal, Role
from dialer.embedded.stack import EmbeddedStack
from dialer.ports import CarrierAccount
from dialer.settings import Settings
from dialer.usecases import campaigns, carrier_accounts
from tests.builders.agents import make_agent, make_tenant
from tests.builders.calls import make_dialed_campaign
from tests.builders.leads import make_lead

FIRST_CALL_PATIENCE_SECONDS = 15.0
MANY_LEADS = 5_000
_accounts = count(1)


@dataclass(frozen=True)
class Tenant:
    """A tenant with its campaigns, not started yet."""

    id: TenantId
    campaigns: tuple[CampaignId, ...]


@dataclass(frozen=True)
class Tick:
    """One pacing tick of a tenant: when the scheduler sent for it, and when it was begun."""

    tenant_id: str
    sent_at: float
    begun_at: float

    @property
    def delay_seconds(self) -> float:
        """From the scheduler's sending to the tick's beginning."""
        return self.begun_at - self.sent_at


class Neighbourhood:
    """Makes tenants on a running stack, starts their campaigns, and watches."""

    def __init__(self, stack: EmbeddedStack):
        self._stack = stack
        self.services = build_services(Settings.from_env(stack.environ), application_name="bench")
        self._redis = Redis.from_url(stack.environ["REDIS_URL"])
        self._twin = HttpClient(str(stack.twin_url))
        self._place = choose_place(datetime.now(UTC))
        self._to_copy: list[dict[str, object]] = []
        self._prefixes = sorted({block.prefix[: -(5 - block.digits)] for block in self._place.blocks})

    def close(self) -> None:
        """Close the connections."""
        self._twin.close()
        self._redis.close()
        self.services.database.dispose()

    def nobody_answers(self) -> None:
        """Phones ring and nobody picks up, so that agents stay free and want more calls."""
        self._twin.post("/_twin/population", {"answer_rate": 0.0, "busy_rate": 0.1, "failed_rate": 0.0})

    def add_tenant(
        self, *, campaigns: int, leads: int, agents: int, calls_per_second: float | None, dial_mode: str, ratio: int = 1
    ) -> Tenant:
        """A tenant whose campaigns are drafts. Without `calls_per_second` it uses the platform's account."""
        tenant_id = make_tenant(self.services.database)
        if calls_per_second is not None:
            self._open_account(tenant_id, calls_per_second)
        made: list[CampaignId] = []
        for _ in range(campaigns):
            campaign_id = make_dialed_campaign(
                self.services.database, tenant_id=tenant_id, status="draft", started_at=None, dial_mode=dial_mode,
                pacing_ratio=ratio, caller_id=self._place.caller_id, timezone=self._place.timezone,
                created_at=datetime.now(UTC), updated_at=datetime.now(UTC), default_region=self._place.region,
            )  # fmt: skip
            self._add_leads(tenant_id, campaign_id, leads // campaigns, first=len(made) * (leads // campaigns))
            made.append(campaign_id)
        now = datetime.now(UTC)
        for number in range(agents):
            phone = f"{self._prefixes[0]}{99_999 - number:05d}"
            make_agent(self.services.database, tenant_id=tenant_id, phone=phone, at=now)
        return Tenant(tenant_id, tuple(made))

    def _open_account(self, tenant_id: TenantId, calls_per_second: float) -> None:
        sid = f"AC{next(_accounts):032x}"
        token = uuid4().hex
        self._twin.post("/_twin/accounts", {"sid": sid, "auth_token": token, "calls_per_second": calls_per_second})
        account = CarrierAccount(sid, token, calls_per_second=calls_per_second, max_lines=500)
        carrier_accounts.save_carrier_account(self.services, actor=_owner(tenant_id), account=account)

    def _add_leads(self, tenant_id: TenantId, campaign_id: CampaignId, size: int, *, first: int) -> None:
        """One lead as the product stores it; the rest will be like it."""
        number = f"{self._prefixes[0]}{first % 100_000:05d}"
        lead = make_lead(self.services, tenant_id, campaign_id=campaign_id, phone=number)
        values = {"prefixes": self._prefixes, "first": first, "size": size, "lead_id": str(lead.id)}
        self._to_copy.append(values)

    def fill_lists(self) -> None:
        """Store the leads of all tenants that were added.

        Many are stored without indexes and triggers, whose work is copied; then all is as autovacuum would have it.
        """
        with closing(psycopg2.connect(self._owner_url())) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute(_COLUMNS)
            columns = ", ".join(name for (name,) in cursor.fetchall())
            statement = _COPY_LEAD.format(columns=columns, copied=columns.replace("phone_normalized", "number"))
            cursor.execute(_DEFINITIONS)
            is_much = sum(int(str(values["size"])) for values in self._to_copy) > MANY_LEADS
            definitions = cursor.fetchall() if is_much else []
            for kind, name, _ in definitions:
                cursor.execute(f"drop index {name}" if kind == "index" else f"alter table leads drop constraint {name}")
            cursor.execute("alter table leads disable trigger user")
            for values in self._to_copy:
                cursor.execute(statement, values)
            cursor.execute("alter table leads enable trigger user")
            for kind, name, definition in definitions:
                cursor.execute(
                    definition if kind == "index" else f"alter table leads add constraint {name} {definition}"
                )
            if is_much:
                cursor.execute("vacuum (analyze) leads")
        self._to_copy = []

    def _owner_url(self) -> str:
        return self._stack.environ["DATABASE_OWNER_URL"].replace("+psycopg2", "")

    def start(self, tenant: Tenant) -> None:
        """Start every campaign of a tenant."""
        for campaign_id in tenant.campaigns:
            campaigns.start_campaign(self.services, actor=_owner(tenant.id), campaign_id=campaign_id)

    def pause(self, tenant: Tenant) -> None:
        """Pause every campaign of a tenant."""
        for campaign_id in tenant.campaigns:
            campaigns.pause_campaign(self.services, actor=_owner(tenant.id), campaign_id=campaign_id)

    def measure_first_call(self, tenant: Tenant) -> float:
        """Start a tenant's campaign; seconds until the carrier accepted its first call."""
        began = datetime.now(UTC)
        self.start(tenant)
        deadline = time.monotonic() + FIRST_CALL_PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with self.services.transaction(tenant.id) as tx:
                placed_at = tx.session.execute(text("select min(placed_at) from calls")).scalar_one()
            if placed_at is not None:
                return float((placed_at - began).total_seconds())
            time.sleep(0.05)
        return FIRST_CALL_PATIENCE_SECONDS

    def count_placed(self, tenant: Tenant, *, seconds: float) -> int:
        """How many of a tenant's calls the carrier accepted in the last so many seconds."""
        since = datetime.now(UTC) - timedelta(seconds=seconds)
        with self.services.transaction(tenant.id) as tx:
            found = tx.session.execute(text("select count(*) from calls where placed_at >= :since"), {"since": since})
            return int(found.scalar_one())

    def take_ticks(self) -> list[Tick]:
        """The ticks that were begun since this was asked last."""
        notes = [json.loads(note) for note in self._redis.lrange(NOTES, 0, -1)]
        self._redis.delete(NOTES)
        return list(pair_ticks(notes))


def pair_ticks(notes: list[tuple[str | None, float, float]]) -> Iterator[Tick]:
    """A tick is sent by the task that the scheduler sends: the last of these that was begun before."""
    rounds = sorted((begun, sent) for tenant_id, sent, begun in notes if tenant_id is None)
    for tenant_id, sent, begun in notes:
        if tenant_id is not None:
            before = [sent_by_scheduler for begun_then, sent_by_scheduler in rounds if begun_then <= sent + 0.001]
            if before:
                yield Tick(tenant_id, before[-1], begun)


def _owner(tenant_id: TenantId) -> Principal:
    return Principal(tenant_id, UserId(uuid4()), Role.OWNER, "bench")


@contextmanager
def open_neighbourhood(stack: EmbeddedStack) -> Iterator[Neighbourhood]:
    """Everything that the bench does to the product."""
    neighbourhood = Neighbourhood(stack)
    try:
        yield neighbourhood
    finally:
        neighbourhood.close()


_DEFINITIONS = """
    select 'foreign key', conname, pg_get_constraintdef(oid) from pg_constraint
    where conrelid = 'leads'::regclass and contype = 'f'
    union all
    select 'index', c.relname, pg_get_indexdef(i.indexrelid) from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = 'leads'::regclass and not i.indisunique
"""
_COLUMNS = """
    select column_name from information_schema.columns
    where table_schema = 'public' and table_name = 'leads' and is_generated = 'NEVER'
      and column_name not in ('id', 'phone')
"""
_COPY_LEAD = """
    insert into leads (id, phone, {columns})
    select gen_random_uuid(), number, {copied}
    from leads l
    cross join generate_series(%(first)s + 1, %(first)s + %(size)s - 1) as i
    cross join lateral (
        select (%(prefixes)s)[1 + i / 100000] || lpad(cast(mod(i, 100000) as text), 5, '0') as number
    ) as phone
    where l.id = cast(%(lead_id)s as uuid)
"""
