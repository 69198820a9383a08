"""The release whose schema is 0010, as far as a database notices: its rows, and the statements that it runs all day."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg2

from tests.conftest import DatabaseUrls

REVISION = "0010"
_TENANT = "00000000-0000-7000-8000-000000000001"
_CAMPAIGN = "00000000-0000-7000-8000-0000000000c1"
_AGENT = "00000000-0000-7000-8000-0000000000a1"
_USER = "00000000-0000-7000-8000-0000000000b1"

ROWS = f"""
insert into tenants (id, name, created_at) values ('{_TENANT}', 'Acme', now());
insert into users (id, tenant_id, email, password_hash, first_name, last_name, role, is_active, created_at)
values ('{_USER}', '{_TENANT}', 'ada@example.com', 'x', 'Ada', 'Ek', 'owner', true, now());
insert into agents (id, tenant_id, user_id, name, status, max_concurrent_calls, working_hours, is_active, held_call_ids,
                    created_at, updated_at)
values ('{_AGENT}', '{_TENANT}', '{_USER}', 'Ben', 'available', 1, '{{}}', true, '{{}}', now(), now());
insert into campaigns (id, tenant_id, name, caller_id, status, timezone, calling_hours_start, calling_hours_end,
    max_attempts, retry_delay_minutes, retry_on_no_answer, retry_on_busy, retry_on_voicemail, amd_enabled, amd_mode,
    record_calls, dial_mode, pacing_ratio, ring_timeout_seconds, wrap_up_seconds, abandonment_message, default_region,
    created_at, updated_at, abandonment_standard, max_abandonment_rate)
values ('{_CAMPAIGN}', '{_TENANT}', 'Spring', '+14155550100', 'active', 'UTC', '00:00', '00:00', 3, 60, true, true,
    false, false, 'async', false, 'progressive', 1, 25, 10, 'Sorry.', 'US', now(), now(), 'strict', 0.03);
insert into leads (id, tenant_id, campaign_id, phone, phone_normalized, priority, custom_fields, status, call_attempts,
                   last_attempt_number, next_call_at, do_not_call, created_at, updated_at)
select gen_random_uuid(), '{_TENANT}', '{_CAMPAIGN}', n, n, 1, '{{}}', 'pending', 0, 0, now(), false, now(), now()
from (select '+1415' || (2000000 + i) as n from generate_series(1, 3000) i) numbered;
"""

# What dialling, agents, lists and logins do, one transaction each; `%s` is a number that nobody else has.
TRANSACTIONS = (
    f"""
    insert into leads (id, tenant_id, campaign_id, phone, phone_normalized, priority, custom_fields, status,
                       call_attempts, last_attempt_number, next_call_at, do_not_call, created_at, updated_at)
    values (gen_random_uuid(), '{_TENANT}', '{_CAMPAIGN}', %(number)s, %(number)s, 1, '{{}}', 'pending', 0, 0, now(),
            false, now(), now());
    update leads set status = 'queued', claimed_until = now(), last_attempt_number = last_attempt_number + 1
    where phone_normalized = %(number)s;
    insert into attempts (id, tenant_id, campaign_id, lead_id, number, planned_at)
    select gen_random_uuid(), tenant_id, campaign_id, id, 1, now() from leads where phone_normalized = %(number)s;
    insert into calls (id, tenant_id, campaign_id, lead_id, attempt_id, state, state_changed_at, direction, from_number,
                       to_number, place_before, created_at, metadata)
    select gen_random_uuid(), a.tenant_id, a.campaign_id, a.lead_id, a.id, 'planned', now(), 'outbound', '+14155550100',
           %(number)s, now(), now(), '{{}}' from attempts a join leads l on l.id = a.lead_id
    where l.phone_normalized = %(number)s;
    update calls set state = 'placing', placing_at = now(), state_changed_at = now() where to_number = %(number)s;
    """,
    f"""
    update agents set status = 'break', updated_at = now() where id = '{_AGENT}';
    update agents set status = 'available', updated_at = now() where id = '{_AGENT}';
    update campaigns set last_paced_at = now(), pacing_note = 'dials' where id = '{_CAMPAIGN}';
    select tenant_id, campaign_id from active_campaigns();
    select tenant_id, call_id from overdue_calls('placed', now(), 10);
    """,
    f"""
    update campaigns set status = 'paused', updated_at = now() where id = '{_CAMPAIGN}';
    update campaigns set status = 'active', updated_at = now() where id = '{_CAMPAIGN}';
    insert into suppressions (id, tenant_id, phone_normalized, reason, source, created_at)
    values (gen_random_uuid(), '{_TENANT}', %(number)s, 'customer_request', 'manual', now());
    delete from suppressions where phone_normalized = %(number)s;
    """,
    f"""
    select user_id, password_hash from find_login('ada@example.com');
    insert into login_sessions (id, tenant_id, user_id, refresh_token_id, created_at, expires_at)
    values (gen_random_uuid(), '{_TENANT}', '{_USER}', gen_random_uuid(), now(), now());
    update users set last_login_at = now() where id = '{_USER}';
    insert into users (id, tenant_id, email, password_hash, first_name, last_name, role, is_active, created_at)
    values (gen_random_uuid(), '{_TENANT}', %(number)s, 'x', 'Ben', 'Ortiz', 'agent', true, now());
    """,
)


@dataclass
class Traffic:
    """What the previous release did meanwhile."""

    done: int = 0
    longest_seconds: float = 0.0
    failures: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def run(self, url: str, statements: str, lane: int) -> None:
        """One connection that works through the same kind of work again and again."""
        connection = psycopg2.connect(url.replace("+psycopg2", ""), options="-c lock_timeout=5000")
        try:
            while not self.is_over.is_set():
                number = f"+1{lane}{time.monotonic_ns()}"
                began = time.monotonic()
                try:
                    with connection, connection.cursor() as cursor:
                        cursor.execute("select set_config('app.tenant_id', %s, true)", (_TENANT,))
                        cursor.execute(statements, {"number": number})
                except psycopg2.Error as error:
                    self.failures.append(str(error))
                    return
                self.longest_seconds = max(self.longest_seconds, time.monotonic() - began)
                self.done += 1
        finally:
            connection.close()


@contextmanager
def at_work(urls: DatabaseUrls) -> Iterator[Traffic]:
    """The previous release works on a database for as long as the block lasts."""
    traffic = Traffic()
    lanes = [
        threading.Thread(target=traffic.run, args=(urls.application, statements, lane))
        for lane, statements in enumerate(TRANSACTIONS)
    ]
    for lane in lanes:
        lane.start()
    try:
        yield traffic
    finally:
        traffic.is_over.set()
        for lane in lanes:
            lane.join()
