"""After a fault: has everything come to rest? By the doctor, by the history, and by looking for what is stuck."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from dialer.domain.compliance import is_open, locate
from dialer.domain.phone_numbers import describe_number
from dialer.integrations.rule_files import load_rule_book
from faults.floor import Floor
from faults.history import LASTING, Rules, Violation, check_history, find_unsettled

_ROOT = Path(__file__).resolve().parents[1]
_WAITING_SECONDS = 20.0
_DOCTOR_PAUSE_SECONDS = 4.0


@dataclass(frozen=True)
class Settled:
    """What was wrong at last, and how long it took until nothing was, or until patience ended."""

    violations: tuple[Violation, ...]
    seconds: float


class Judge:
    """Looks at one floor again and again; tells each violation once."""

    def __init__(self, floor: Floor, *, min_retry_delay: timedelta):
        self._floor = floor
        self._told: set[Violation] = set()
        place = floor.place
        book = load_rule_book()
        window = (9, 18)

        @cache
        def may_be_called(number: str, at: datetime) -> bool:
            where = locate(describe_number(number), book=book)
            hour = place.local_time(at).hour
            by_law = is_open(where, "telemarketing", consent=True, profile="strict", window=None, at=at, book=book)
            return by_law and window[0] <= hour < window[1]

        never = frozenset(
            row["phone_normalized"] for row in floor.witness.rows("select phone_normalized from suppressions")
        )
        self.rules = Rules(may_be_called, never, min_retry_delay, floor.wrong_clocks)

    def settle(self, *, since: datetime, seconds: float) -> Settled:
        """Look until nothing is wrong with what was begun before a moment, at most so long; what is wrong then is a
        violation."""
        began = time.monotonic()
        while True:
            passing, lasting = self._look(since)
            ills = [] if passing else self._ask_doctor()
            spent = time.monotonic() - began
            if not passing and not ills:
                return Settled(self._new([*lasting]), spent)
            if spent > seconds:
                return Settled(self._new([*lasting, *passing, *ills]), spent)
            time.sleep(_DOCTOR_PAUSE_SECONDS if ills else 1.0)

    def _look(self, since: datetime) -> tuple[list[Violation], list[Violation]]:
        """What may still pass, and what never will."""
        floor = self._floor
        history, now = floor.witness.history(floor.office.campaign_id), datetime.now(UTC)
        found = check_history(history, self.rules, now=now) + find_unsettled(history, before=since, now=now)
        found += [Violation("forgery_believed", what) for what in floor.witness.forgeries_believed]
        lasting = [violation for violation in found if violation.check in LASTING]
        passing = [violation for violation in found if violation.check not in LASTING and violation not in self._told]
        return passing + self._stuck(), lasting

    def _stuck(self) -> list[Violation]:
        rows = self._floor.witness.rows(_STUCK, tenant=self._floor.office.tenant_id)
        found = [Violation(row["check"], row["what"]) for row in rows]
        agents = {row["id"]: row for row in self._floor.witness.rows(_AGENTS, tenant=self._floor.office.tenant_id)}
        for person in self._floor.staff.waiting_for(_WAITING_SECONDS):
            agent = agents[person.seat.agent_id]
            if not agent["is_dialable"]:
                why = f"{agent['status']}, headset {agent['console_leg_sid']}, {agent['sockets']} sockets"
                found.append(Violation("agent_stuck", f"{person.seat.name} waits and is not dialable: {why}"))
        return [violation for violation in found if violation not in self._told]

    def _ask_doctor(self) -> list[Violation]:
        command = [sys.executable, "-m", "dialer", "doctor", "--json"]
        done = subprocess.run(  # noqa: S603 - our own command
            command, env=self._floor.stack.environ, cwd=_ROOT, capture_output=True, timeout=60, check=False
        )
        if not done.stdout:
            return [Violation("doctor", done.stderr.decode(errors="replace")[-300:])]
        findings = [finding for finding in json.loads(done.stdout) if finding["count"]]
        ills = [Violation(f"doctor:{finding['check']}", what) for finding in findings for what in finding["examples"]]
        return [violation for violation in ills if violation not in self._told and not self._is_excused(violation)]

    def _is_excused(self, violation: Violation) -> bool:
        """The doctor compares when a number was suppressed with when it was called: two clocks, one of them wrong."""
        if violation.check != "doctor:not_suppressed":
            return False
        wrong = [
            str(call.call_id)
            for call in self._floor.witness.calls.values()
            if any(begun <= call.accepted_at <= over for begun, over in self._floor.wrong_clocks)
        ]
        return any(call_id in violation.what for call_id in wrong)

    def _new(self, violations: list[Violation]) -> tuple[Violation, ...]:
        new = sorted(set(violations) - self._told)
        self._told |= set(new)
        return tuple(new)


# What may last how long is the suite's own opinion, wider than the sweeps'. An attempt of which the carrier knows
# nothing is given up after five minutes, because the carrier's lists lag behind; until then its lead waits.
_STUCK = """
    select 'call_stuck' as check, 'call ' || id || ' ' || state as what from calls
    where tenant_id = cast(%(tenant)s as uuid) and state_changed_at < now() - case state
        when 'planned' then interval '30 seconds' when 'placing' then interval '45 seconds'
        when 'unresolved' then interval '380 seconds' when 'placed' then interval '100 seconds'
        when 'ringing' then interval '100 seconds' when 'answered' then interval '60 seconds'
        when 'waiting' then interval '60 seconds' else interval '100 years' end
    union all
    select 'call_stuck', 'call ' || id || ' ' || state || ' in the future' from calls
    where tenant_id = cast(%(tenant)s as uuid) and state_changed_at > now() + interval '5 seconds'
      and state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned')
    union all
    select 'lead_stuck', 'lead ' || l.id || ' ' || l.status from leads l
    where l.tenant_id = cast(%(tenant)s as uuid) and (
        (l.status = 'queued' and (l.claimed_until < now() - interval '40 seconds'
                                  or l.claimed_until > now() + interval '5 minutes'))
        or (l.status = 'calling' and l.updated_at < now() - interval '20 seconds' and not exists (
            select from calls c where c.lead_id = l.id and c.state not in
                ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned'))))
    union all
    select 'agent_stuck', 'agent ' || a.name || ' ' || a.state from agents a
    where a.tenant_id = cast(%(tenant)s as uuid) and (
        a.wrap_up_until < now() - interval '15 seconds' or a.wrap_up_until > now() + interval '5 minutes'
        or exists (select from unnest(a.held_call_ids) held (id) join calls c on c.id = held.id
                   where c.ended_at < now() - interval '25 seconds'))
"""
_AGENTS = """
    select cast(a.id as text) as id, a.status, a.console_leg_sid, sockets.n as sockets,
           cardinality(a.held_call_ids) > 0 or a.wrap_up_until is not null
           or (a.status = 'available' and a.console_leg_sid is not null and sockets.n > 0) as is_dialable
    from agents a
    cross join lateral (select count(*) as n from agent_sockets s where s.agent_id = a.id) sockets
    where a.tenant_id = cast(%(tenant)s as uuid)
"""
