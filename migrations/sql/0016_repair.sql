-- Repairs of what is in flight, and the look-ups of states that no sweep found before.

-- Since when the carrier is known not to know a call that nobody knows to be placed.
alter table calls add column missing_since timestamp with time zone;

-- What was repaired on request, for those of whom no call tells it.
create table repairs (
    id bigint generated always as identity,
    tenant_id uuid not null,
    check_name text not null,
    subject text not null,
    subject_id text not null,
    deed text not null,
    at timestamp with time zone not null,
    constraint pk_repairs primary key (id),
    constraint fk_repairs_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade
);

create index ix_repairs_subject_id on repairs (subject_id);
create index ix_repairs_tenant_id_at on repairs (tenant_id, at);

alter table repairs enable row level security;
create policy own_tenant on repairs using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());


-- Calls of all tenants that are to be swept: each of `states` has its time in `before`. Those that were looked at since are
-- left for another turn.
create function calls_to_sweep(states text[], before timestamptz[], max_rows integer)
    returns table (tenant_id uuid, call_id uuid, state text)
    language sql stable security definer set search_path = public, pg_temp as
$$ select c.tenant_id, c.id, c.state
   from unnest(states, before) as patience (state, before)
   cross join lateral (
       select o.* from calls o
       where o.state = patience.state
         and o.state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned')
         and o.state_changed_at < patience.before and (o.reconciled_at is null or o.reconciled_at < patience.before)
       order by o.state_changed_at limit max_rows) c $$;

-- Whose abandonment message was ordered, and whose end was never reported.
create function abandoned_calls_without_end(before timestamptz, max_rows integer)
    returns table (tenant_id uuid, call_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select c.tenant_id, c.id from calls c
   where c.state = 'abandoned' and c.ended_at is null and c.call_sid is not null
     and c.state_changed_at < before and (c.reconciled_at is null or c.reconciled_at < before)
   order by c.state_changed_at limit max_rows $$;

-- Calls that we believe to be under way at the carrier, as it knows them.
create function lines_under_way(before timestamptz)
    returns table (tenant_id uuid, call_id uuid, call_sid text, state text)
    language sql stable security definer set search_path = public, pg_temp as
$$ select c.tenant_id, c.id, c.call_sid, c.state from calls c
   where c.state in ('placed', 'ringing', 'answered', 'waiting', 'bridged')
     and c.state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned')
     and c.call_sid is not null and c.state_changed_at < before and (c.reconciled_at is null or c.reconciled_at < before) $$;

-- Agents' consoles in their conferences of which the agent's row does not tell (`is_alone` false), or beside which there
-- has been no console's socket for long.
create function stray_agent_legs(before timestamptz, alone_before timestamptz)
    returns table (tenant_id uuid, agent_id uuid, call_sid text, is_alone boolean)
    language sql stable security definer set search_path = public, pg_temp as
$$ select l.tenant_id, l.agent_id, l.call_sid, s.sockets = 0
   from agent_legs l join agents a on a.id = l.agent_id
   cross join lateral (select count(*) as sockets from agent_sockets s where s.agent_id = a.id) s
   where l.ended_at is null and l.kind = 'console' and l.started_at < before
     and case when s.sockets > 0 then a.console_leg_sid is null
              else l.started_at < alone_before and a.updated_at < alone_before
                   and cardinality(a.held_call_ids) = 0 end $$;

-- Machines that keep an agent: whoever was to take them out of his conference has not done it.
create function machines_with_agents(before timestamptz, max_rows integer)
    returns table (tenant_id uuid, call_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select c.tenant_id, c.id from agents a cross join unnest(a.held_call_ids) as held (call_id)
   join calls c on c.id = held.call_id
   where a.updated_at < before and c.state in ('answered', 'waiting', 'bridged')
     and (c.answered_by = 'fax' or c.answered_by like 'machine%')
     and exists (select from call_events e
                 where e.call_id = c.id and e.kind = 'machine_detection' and e.received_at < before)
   limit max_rows $$;

-- Which of these ids of the carrier are known, to whichever tenant: they may share an account.
create function known_call_sids(sids text[]) returns table (call_sid text)
    language sql stable security definer set search_path = public, pg_temp as
$$ select c.call_sid from calls c where c.call_sid = any(sids)
   union all select l.call_sid from agent_legs l where l.call_sid = any(sids) $$;
