-- What steering a live call needs: holds, paused recordings, transfers, supervisors on the line.

-- All that is needed of busy tables, in the order in which the release before takes them: one of its transactions that
-- is under way ends, and the next waits with nothing in hand that is wanted here. In another order, two that each hold
-- what the other wants would have this migration give way again and again.
lock table agents in share row exclusive mode;
lock table calls in access exclusive mode;
lock table users in share row exclusive mode;

-- Since when the callee hears music; what earlier holds came to. Since when nothing is being recorded.
alter table calls add column held_since timestamp with time zone;
alter table calls add column hold_seconds integer not null default 0;
alter table calls add column recording_paused_at timestamp with time zone;

-- A callee on the way to somebody else: another agent, or a telephone. `room` is the conference where they are to meet.
create table transfers (
    id uuid not null,
    tenant_id uuid not null,
    call_id uuid not null,
    from_agent_id uuid,
    kind text not null,
    to_agent_id uuid,
    to_phone text,
    room text not null,
    target_sid text,
    state text not null,
    reason text,
    requested_by uuid,
    requested_at timestamp with time zone not null,
    answered_at timestamp with time zone,
    merged_at timestamp with time zone,
    ended_at timestamp with time zone,
    constraint pk_transfers primary key (id),
    constraint fk_transfers_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_transfers_call_id_calls foreign key (call_id) references calls (id) on delete cascade,
    constraint fk_transfers_from_agent_id_agents foreign key (from_agent_id) references agents (id) on delete set null,
    constraint fk_transfers_to_agent_id_agents foreign key (to_agent_id) references agents (id) on delete set null,
    constraint fk_transfers_requested_by_users foreign key (requested_by) references users (id) on delete set null,
    constraint ck_transfers_kind check (kind in ('cold', 'warm')),
    constraint ck_transfers_state
        check (state in ('requested', 'ringing', 'consulting', 'completed', 'failed', 'cancelled')),
    constraint ck_transfers_ended_with_its_state
        check ((ended_at is null) = (state in ('requested', 'ringing', 'consulting')))
);

create unique index uq_transfers_call_id_open on transfers (call_id) where ended_at is null;
create index ix_transfers_call_id on transfers (call_id);
create index ix_transfers_from_agent_id on transfers (from_agent_id);
create index ix_transfers_to_agent_id on transfers (to_agent_id);

alter table transfers enable row level security;
create policy own_tenant on transfers
    using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());

-- A supervisor on a call: listening, whispering to the agent, or speaking with both. `call_sid` is his own leg.
create table supervisions (
    id uuid not null,
    tenant_id uuid not null,
    call_id uuid not null,
    user_id uuid not null,
    mode text not null,
    call_sid text,
    requested_at timestamp with time zone not null,
    joined_at timestamp with time zone,
    taken_over_at timestamp with time zone,
    ended_at timestamp with time zone,
    constraint pk_supervisions primary key (id),
    constraint fk_supervisions_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_supervisions_call_id_calls foreign key (call_id) references calls (id) on delete cascade,
    constraint fk_supervisions_user_id_users foreign key (user_id) references users (id) on delete cascade,
    constraint ck_supervisions_mode check (mode in ('listen', 'whisper', 'barge'))
);

-- One headset for each supervisor.
create unique index uq_supervisions_user_id_open on supervisions (user_id) where ended_at is null;
create unique index uq_supervisions_call_sid on supervisions (call_sid);
create index ix_supervisions_call_id on supervisions (call_id);

alter table supervisions enable row level security;
create policy own_tenant on supervisions
    using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());

select audit_table('supervisions', 'supervision', 'call_sid,joined_at', true);


-- Whose softphone calls in, and whose telephone: confine the transaction to his tenant and name it.
create function enter_tenant_of_supervisor(wanted_user uuid) returns uuid
    language plpgsql volatile security definer set search_path = public, pg_temp as
$$
declare
    found_tenant uuid;
begin
    select u.tenant_id into found_tenant from users u where u.id = wanted_user;
    if found_tenant is not null then
        perform pg_catalog.set_config('app.tenant_id', found_tenant::text, true);
    end if;
    return found_tenant;
end
$$;

create function enter_tenant_of_supervision(wanted_supervision uuid) returns uuid
    language plpgsql volatile security definer set search_path = public, pg_temp as
$$
declare
    found_tenant uuid;
begin
    select s.tenant_id into found_tenant from supervisions s where s.id = wanted_supervision;
    if found_tenant is not null then
        perform pg_catalog.set_config('app.tenant_id', found_tenant::text, true);
    end if;
    return found_tenant;
end
$$;

create function enter_tenant_of_transfer(wanted_transfer uuid) returns uuid
    language plpgsql volatile security definer set search_path = public, pg_temp as
$$
declare
    found_tenant uuid;
begin
    select t.tenant_id into found_tenant from transfers t where t.id = wanted_transfer;
    if found_tenant is not null then
        perform pg_catalog.set_config('app.tenant_id', found_tenant::text, true);
    end if;
    return found_tenant;
end
$$;

-- Transfers of all tenants that nobody seems to move on: their call is over, they were asked for and never ordered, the
-- telephone rings for too long, or one of those who confer has lost his audio.
create function overdue_transfers(ordered_before timestamptz, rung_before timestamptz, lost_before timestamptz)
    returns table (tenant_id uuid, transfer_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select t.tenant_id, t.id from transfers t join calls c on c.id = t.call_id
   left join agents f on f.id = t.from_agent_id left join agents a on a.id = t.to_agent_id
   where t.ended_at is null
     and (c.state in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned')
          or (t.state = 'requested' and t.requested_at < ordered_before)
          or (t.state = 'ringing' and t.requested_at < rung_before)
          or (t.state = 'consulting'
              and ((f.console_leg_sid is null and coalesce(f.updated_at, t.requested_at) < lost_before)
                   or (t.target_sid is null and a.console_leg_sid is null
                       and coalesce(a.updated_at, t.requested_at) < lost_before)))) $$;

-- Supervisors of all tenants whose call is over, or who never came.
create function overdue_supervisions(before timestamptz) returns table (tenant_id uuid, supervision_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select s.tenant_id, s.id from supervisions s join calls c on c.id = s.call_id
   where s.ended_at is null
     and (c.state in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned')
          or (s.joined_at is null and s.requested_at < before)) $$;
