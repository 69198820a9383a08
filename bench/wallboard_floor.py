"""A floor for the wallboard's bench: 300 agents, 600 calls in flight, an hour behind them, and how it goes on.

Made and moved by plain SQL as the owner of the tables, past the product's rules: nobody dials here, only rows change,
about as often as they would.
"""

import random
import threading
import time
from dataclasses import dataclass

import psycopg2

AGENTS = 300
CALLS = 600
CALLS_BEFORE = 18_000
_STEP_SECONDS = 0.25
# Twelve calls a second begin and end ringing; four are answered by people, who talk for a minute.
_RINGS, _ANSWERS = 3, 1


@dataclass(frozen=True)
class Shape:
    """How large a floor is."""

    agents: int = AGENTS
    calls: int = CALLS
    calls_before: int = CALLS_BEFORE


def make_floor(connection: "psycopg2.extensions.connection", tenant_id: str, shape: Shape) -> None:
    """Four campaigns and groups, agents at consoles, calls, and the hour before."""
    talking = shape.agents * 5 // 6
    values = {
        "tenant": tenant_id, "agents": shape.agents, "calls": shape.calls, "talking": talking,
        "before": shape.calls_before, "spare": 20_000,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in _FLOOR:
            cursor.execute(statement, values)
        cursor.execute("analyze")


_FLOOR = (
    """
    insert into agent_groups (id, tenant_id, name, created_at, updated_at)
    select uuidv7(), %(tenant)s, 'Group ' || i, now(), now() from generate_series(1, 4) i
    """,
    """
    insert into campaigns (id, tenant_id, name, caller_id, status, timezone, calling_hours_start, calling_hours_end,
        max_attempts, retry_delay_minutes, retry_on_no_answer, retry_on_busy, retry_on_voicemail, amd_enabled, amd_mode,
        record_calls, dial_mode, pacing_ratio, abandonment_standard, max_abandonment_rate, ring_timeout_seconds,
        wrap_up_seconds, abandonment_message, default_region, created_at, updated_at, started_at, pacing_note)
    select uuidv7(), %(tenant)s, 'Campaign ' || i, '+14155551234', 'active', 'UTC', '00:00', '00:00', 3, 60, true, true,
           false, false, 'async', false, 'predictive', 1, 'strict', 0.03, 25, 10, 'Sorry.', 'US', now(), now(),
           now() - interval '2 hours', 'placing 3: 2 idle of 75 agents, 88 ringing, 0 waiting'
    from generate_series(1, 4) i
    """,
    """
    insert into pacing_decisions (tenant_id, campaign_id, at, dial_mode, effective_mode, engine, settings, snapshot,
                                  decision, wanted, allowed, planned, bound_by, note, started_afresh, is_saved,
                                  position)
    select tenant_id, id, now(), 'predictive', 'predictive', 'predictive', '{}', '{}', '{"why": [], "price": 0.03}', 5,
           5, 3, 'risk', pacing_note, false, false, '1:1:'
    from campaigns where tenant_id = %(tenant)s
    """,
    """
    insert into agents (id, tenant_id, agent_group_id, name, status, max_concurrent_calls, working_hours, is_active,
                        held_call_ids, idle_since, console_leg_sid, created_at, updated_at)
    select uuidv7(), %(tenant)s, (array_agg(g.id))[1 + mod(i, 4)], 'Agent ' || i, 'available', 1, '{}', true, '{}',
           now(), 'CA' || md5(i::text), now() - interval '2 hours', now() - interval '1 hour'
    from generate_series(1, %(agents)s) i, agent_groups g where g.tenant_id = %(tenant)s group by i
    """,
    """
    insert into agent_sockets (sid, tenant_id, agent_id, web_instance, connected_at, last_seen_at)
    select md5(id::text), tenant_id, id, 'bench', now(), now() from agents where tenant_id = %(tenant)s
    """,
    """
    insert into agent_state_changes (tenant_id, agent_id, state, at)
    select a.tenant_id, a.id, (array['available', 'talking', 'wrapping_up'])[1 + mod(i, 3)],
           now() - interval '1 hour' + make_interval(secs => 60 * i + 50 * random())
    from agents a, generate_series(0, 57) i where a.tenant_id = %(tenant)s
    """,
    """
    insert into leads (id, tenant_id, campaign_id, phone, phone_normalized, first_name, last_name, priority,
                       custom_fields, status, call_attempts, last_attempt_number, next_call_at, do_not_call, created_at,
                       updated_at)
    select uuidv7(), %(tenant)s, (array_agg(c.id))[1 + mod(i, 4)], '+1' || (2012000000 + i), '+1' || (2012000000 + i),
           'Sara', 'Ahmed', 1, '{}', case when i > %(calls)s + %(before)s then 'pending' else 'calling' end, 1, 1,
           now(), false, now(), now()
    from generate_series(1, %(calls)s + %(before)s + %(spare)s) i, campaigns c where c.tenant_id = %(tenant)s group by i
    """,
    """
    insert into attempts (id, tenant_id, campaign_id, lead_id, number, planned_at, decided_at, allowed, verdict)
    select id, tenant_id, campaign_id, id, 1, now(), now(), true, '{}' from leads where tenant_id = %(tenant)s
    """,
    # The hour before: a third was answered by people, one in a hundred of them found nobody.
    """
    with numbered as (
        select l.*, row_number() over (order by l.id) as i,
               now() - interval '1 hour' + random() * interval '58 minutes' as began
        from leads l where tenant_id = %(tenant)s and status = 'calling' order by id offset %(calls)s
    ), called as (
        insert into calls (id, tenant_id, campaign_id, lead_id, attempt_id, state, state_changed_at, direction,
                           from_number, to_number, call_sid, place_before, created_at, placing_at, answered_at,
                           ended_at, disposition, metadata)
        select uuidv7(), tenant_id, campaign_id, id, id, case when mod(i, 3) = 0 then 'completed' else 'no_answer' end,
               began, 'outbound', '+14155551234', phone_normalized, 'CA' || replace(id::text, '-', ''), began, began,
               began, case when mod(i, 3) = 0 then began + interval '12 seconds' end, began + interval '1 minute',
               case when mod(i, 3) = 0 then 'answered' else 'no_answer' end, '{}'
        from numbered returning *
    )
    insert into live_answers (call_id, tenant_id, campaign_id, answered_at, waited_milliseconds, outcome,
                              message_played, recorded_at)
    select id, tenant_id, campaign_id, answered_at, 400, case when random() < 0.01 then 'abandoned' else 'reached' end,
           false, answered_at
    from called where answered_at is not null
    """,
    "update leads set status = 'completed' where tenant_id = %(tenant)s and id in (select lead_id from calls)",
    # In flight: five of six agents talk, everything else rings.
    """
    with numbered as (
        select l.*, row_number() over (order by l.id) as i,
               now() - random() * interval '40 seconds' as began
        from leads l where tenant_id = %(tenant)s and status = 'calling'
    ), people as (
        select id, row_number() over (order by id) as i from agents where tenant_id = %(tenant)s
    ), called as (
        insert into calls (id, tenant_id, campaign_id, lead_id, attempt_id, agent_id, state, state_changed_at,
                           direction, from_number, to_number, call_sid, place_before, created_at, placing_at,
                           answered_at, bridged_at, metadata)
        select uuidv7(), n.tenant_id, n.campaign_id, n.id, n.id, p.id,
               case when p.id is null then 'ringing' else 'bridged' end, n.began, 'outbound', '+14155551234',
               n.phone_normalized, 'CA' || replace(n.id::text, '-', ''), n.began, n.began, n.began,
               case when p.id is not null then n.began end, case when p.id is not null then n.began end, '{}'
        from numbered n left join people p on p.i = n.i and n.i <= %(talking)s returning id, agent_id
    )
    update agents a set held_call_ids = array[c.id], talking_since = now(), updated_at = now()
    from called c where c.agent_id = a.id
    """,
)

_BEGIN = """
    with chosen as (
        select l.* from leads l where l.tenant_id = %(tenant)s and l.status = 'pending' order by l.id limit %(rings)s
    ), taken as (
        update leads l set status = 'calling' from chosen where l.id = chosen.id returning l.id
    )
    insert into calls (id, tenant_id, campaign_id, lead_id, attempt_id, state, state_changed_at, direction, from_number,
                       to_number, call_sid, place_before, created_at, placing_at, metadata)
    select uuidv7(), c.tenant_id, c.campaign_id, c.id, c.id, 'ringing', now(), 'outbound', '+14155551234',
           c.phone_normalized, 'CA' || replace(c.id::text, '-', ''), now(), now(), now(), '{}'
    from chosen c
"""
_RING_OUT = """
    update calls set state = 'no_answer', state_changed_at = now(), ended_at = now(), disposition = 'no_answer'
    where id in (select id from calls where tenant_id = %(tenant)s and state = 'ringing'
                 order by state_changed_at limit %(unanswered)s)
"""
_HANG_UP = """
    with over as (
        select id, agent_id from calls where tenant_id = %(tenant)s and state = 'bridged' order by random()
        limit %(answers)s
    ), ended as (
        update calls c set state = 'completed', state_changed_at = now(), ended_at = now(), disposition = 'answered'
        from over where c.id = over.id returning over.agent_id
    )
    update agents a set held_call_ids = '{}', talking_since = null, wrap_up_until = now() + interval '10 seconds',
                        updated_at = now()
    from ended where a.id = ended.agent_id
"""
_WRAP_UP = """
    update agents set wrap_up_until = null, idle_since = now(), updated_at = now()
    where tenant_id = %(tenant)s and wrap_up_until < now()
"""
_ANSWER = """
    with free as (
        select id, row_number() over (order by idle_since) as i from agents
        where tenant_id = %(tenant)s and state = 'available' limit %(answers)s
    ), answered as (
        select id, row_number() over (order by random()) as i from calls
        where tenant_id = %(tenant)s and state = 'ringing' limit %(answers)s
    ), bridged as (
        update calls c set state = 'bridged', state_changed_at = now(), answered_at = now(), bridged_at = now(),
                           agent_id = free.id
        from free join answered using (i) where c.id = answered.id
        returning c.id, c.agent_id, c.tenant_id, c.campaign_id
    ), noted as (
        insert into live_answers (call_id, tenant_id, campaign_id, answered_at, waited_milliseconds, outcome,
                                  message_played, recorded_at)
        select id, tenant_id, campaign_id, now(), 300, 'reached', false, now() from bridged
    )
    update agents a set held_call_ids = array[b.id], talking_since = now(), updated_at = now(), idle_since = null
    from bridged b where a.id = b.agent_id
"""


class MovingFloor:
    """Goes on as a floor does, from a thread of its own, as long as the block lasts."""

    def __init__(self, owner_url: str, tenant_id: str):
        self._connection = psycopg2.connect(owner_url.replace("+psycopg2", ""))
        self._connection.autocommit = True
        self._values = {
            "tenant": tenant_id, "rings": _RINGS, "unanswered": _RINGS - _ANSWERS, "answers": _ANSWERS,
        }  # fmt: skip
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._move, name="floor", daemon=True)
        self.steps = 0

    def __enter__(self) -> "MovingFloor":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(timeout=10)
        self._connection.close()

    def _move(self) -> None:
        randomly = random.Random(1)  # nosec B311 - no secret hangs on it
        while not self._stopping.wait(randomly.uniform(0.5, 1.5) * _STEP_SECONDS):
            with self._connection.cursor() as cursor:
                for statement in (_BEGIN, _RING_OUT, _HANG_UP, _WRAP_UP, _ANSWER):
                    cursor.execute(statement, self._values)
            self.steps += 1
            if self.steps % 8 == 0:
                self._decide()

    def _decide(self) -> None:
        """What pacing writes each second or two, roughly."""
        with self._connection.cursor() as cursor:
            note = f"placing 3: {int(time.time()) % 9} idle of 75 agents, 88 ringing, 0 waiting"
            values = {**self._values, "note": note}
            cursor.execute("update campaigns set pacing_note = %(note)s where tenant_id = %(tenant)s", values)
