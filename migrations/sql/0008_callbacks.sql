-- Callbacks: calls that were promised to a person at a time.

create table callbacks (
    id uuid not null,
    tenant_id uuid not null,
    campaign_id uuid not null,
    lead_id uuid not null,
    agent_id uuid,
    due_at timestamp with time zone not null,
    -- As it was promised: the callee's zone, and what his clock will show.
    time_zone text not null,
    local_time text not null,
    fallback_minutes smallint not null,
    note text,
    state text not null,
    reason text,
    promised_in_call_id uuid,
    call_id uuid,
    late_seconds integer,
    handed_over_from uuid,
    handed_over_at timestamp with time zone,
    created_by uuid,
    created_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    ended_at timestamp with time zone,
    constraint pk_callbacks primary key (id),
    constraint ck_callbacks_state
        check (state in ('promised', 'offered', 'handed_over', 'kept', 'missed', 'cancelled')),
    constraint ck_callbacks_fallback_minutes check (fallback_minutes between 1 and 45),
    constraint fk_callbacks_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_callbacks_campaign_id_campaigns foreign key (campaign_id) references campaigns (id) on delete cascade,
    constraint fk_callbacks_lead_id_leads foreign key (lead_id) references leads (id) on delete cascade,
    constraint fk_callbacks_agent_id_agents foreign key (agent_id) references agents (id) on delete set null,
    constraint fk_callbacks_handed_over_from_agents
        foreign key (handed_over_from) references agents (id) on delete set null,
    constraint fk_callbacks_promised_in_call_id_calls
        foreign key (promised_in_call_id) references calls (id) on delete set null,
    constraint fk_callbacks_call_id_calls foreign key (call_id) references calls (id) on delete set null,
    constraint fk_callbacks_created_by_users foreign key (created_by) references users (id) on delete set null
);

-- One open promise to a person at a time. PostgreSQL refuses the second.
create unique index uq_callbacks_lead_id_open on callbacks (lead_id)
    where state in ('promised', 'offered', 'handed_over');
create index ix_callbacks_due on callbacks (due_at) where state in ('promised', 'offered', 'handed_over');
create index ix_callbacks_tenant_id_due_at on callbacks (tenant_id, due_at);
create index ix_callbacks_campaign_id_due_at on callbacks (campaign_id, due_at);
create index ix_callbacks_lead_id on callbacks (lead_id);
create index ix_callbacks_call_id on callbacks (call_id) where call_id is not null;
create index ix_callbacks_promised_in_call_id on callbacks (promised_in_call_id)
    where promised_in_call_id is not null;

alter table callbacks enable row level security;
create policy own_tenant on callbacks
    using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());


-- A promise is kept by the first call to its lead that the carrier has taken once it was due, whoever placed it. Clocks
-- of two machines may differ by a little. The lead is locked before the promise, here as everywhere.
create function keep_callback() returns trigger language plpgsql as
$$
declare
    placed_at timestamptz := coalesce(new.placing_at, new.state_changed_at);
begin
    update leads set callback_at = null, updated_at = new.state_changed_at
    where id = new.lead_id and callback_at <= placed_at + interval '1 minute';
    if found then
        update callbacks
        set state = 'kept', call_id = new.id, ended_at = new.state_changed_at, updated_at = new.state_changed_at,
            late_seconds = greatest(0, round(extract(epoch from placed_at - due_at)))
        where lead_id = new.lead_id and state in ('promised', 'offered', 'handed_over');
    end if;
    return null;
end
$$;

create trigger calls_keep_callbacks after update of state on calls
    for each row when (old.state in ('placing', 'unresolved') and new.state not in ('placing', 'unresolved')
                       and (new.call_sid is not null or new.state not in ('cancelled', 'failed')))
    execute function keep_callback();


-- Nobody calls a lead that is done with: what was promised to it is off, whoever ended it.
create function cancel_callback() returns trigger language plpgsql as
$$
begin
    new.callback_at := null;
    update callbacks
    set state = 'cancelled', reason = coalesce(new.status_reason, new.status), ended_at = new.updated_at,
        updated_at = new.updated_at
    where lead_id = new.id and state in ('promised', 'offered', 'handed_over');
    return new;
end
$$;

create trigger leads_cancel_callbacks before update of status on leads
    for each row when (new.callback_at is not null and new.status in ('completed', 'failed', 'dnc'))
    execute function cancel_callback();

create function move_callback() returns trigger language plpgsql as
$$
begin
    update callbacks set campaign_id = new.campaign_id where lead_id = new.id;
    return null;
end
$$;

create trigger leads_move_callbacks after update of campaign_id on leads
    for each row when (old.campaign_id is distinct from new.campaign_id and new.callback_at is not null)
    execute function move_callback();


-- Open promises of all tenants with which something is to be done: missed ones, those whose agent has had his time, and
-- those that can be offered to their agent, who looks at no other lead and has no call.
create function due_callbacks(at timestamptz, missed_before timestamptz, max_rows integer)
    returns table (tenant_id uuid, callback_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$
    select b.tenant_id, b.id
    from callbacks b join leads l on l.id = b.lead_id join campaigns m on m.id = b.campaign_id
    left join agents a on a.id = b.agent_id
    where b.state in ('promised', 'offered', 'handed_over') and b.due_at <= at and l.status = 'pending'
      and (b.due_at <= missed_before or m.status in ('completed', 'cancelled')
           or b.agent_id is not null
              and (b.due_at + make_interval(mins => b.fallback_minutes) <= at
                   or exists (select from previews p where p.lead_id = b.lead_id and p.agent_id = b.agent_id
                              and p.state = 'skipped' and p.offered_at >= b.due_at)
                   or m.status = 'active' and a.is_active and a.status = 'available' and a.disconnected_at is null
                      and cardinality(a.held_call_ids) = 0
                      and not exists (select from previews p where p.agent_id = a.id and p.state = 'offered')))
    order by b.due_at limit max_rows
$$;


-- A campaign is not exhausted while somebody still writes up a conversation of it: a call may be promised there yet.
create or replace function exhausted_campaigns() returns table (tenant_id uuid, campaign_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select c.tenant_id, c.id from campaigns c
   where c.status = 'active' and exists (select from leads l where l.campaign_id = c.id)
     and not exists (select from leads l where l.campaign_id = c.id and l.status in ('pending', 'queued', 'calling'))
     and not exists (
         select from agents a join calls k on k.agent_id = a.id
         where a.tenant_id = c.tenant_id and a.state = 'wrapping_up' and k.campaign_id = c.id
           and k.bridged_at is not null and k.created_at > now() - interval '4 hours') $$;
