-- What an agent's desk needs: reasons for breaks, scripts and dispositions of campaigns, longer wrap-ups, notes that
-- are saved as they are typed.

-- In the order in which the release before takes them; see 0018.
lock table agents, agent_state_changes, campaigns, calls in access exclusive mode;
lock table users in share row exclusive mode;

-- Why somebody is on a break. `key` is the name under which the product knows a reason that it brought along; a reason
-- that is retired is offered no more, and still has its name in what was counted before.
create table break_reasons (
    id uuid not null,
    tenant_id uuid not null,
    key text,
    name text not null,
    is_paid boolean not null,
    max_minutes integer,
    is_active boolean not null,
    position integer not null,
    created_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    retired_at timestamp with time zone,
    constraint pk_break_reasons primary key (id),
    constraint ck_break_reasons_max_minutes check (max_minutes between 1 and 1440),
    constraint fk_break_reasons_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade
);

create unique index uq_break_reasons_tenant_id_name on break_reasons (tenant_id, lower(name)) where retired_at is null;

alter table break_reasons enable row level security;
create policy own_tenant on break_reasons
    using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());

-- Every tenant begins with these, and changes them as it likes.
create function give_break_reasons(of_tenant uuid, at timestamptz) returns void language sql as
$$
    insert into break_reasons (id, tenant_id, key, name, is_paid, max_minutes, is_active, position,
                               created_at, updated_at)
    select gen_random_uuid(), of_tenant, d.key, d.name, d.is_paid, d.max_minutes, true, d.position, at, at
    from (values ('lunch', 'Lunch', false, 60, 1), ('short_break', 'Short break', true, 15, 2),
                 ('training', 'Training', true, null, 3), ('meeting', 'Meeting', true, null, 4),
                 ('technical', 'Technical problem', true, null, 5)) as d (key, name, is_paid, max_minutes, position)
$$;

create function give_break_reasons_to_tenant() returns trigger language plpgsql as
$$
begin
    perform give_break_reasons(new.id, new.created_at);
    return null;
end
$$;

create trigger tenants_break_reasons after insert on tenants
    for each row execute function give_break_reasons_to_tenant();
select give_break_reasons(t.id, t.created_at) from tenants t;

-- The reasons that come with a tenant are nobody's deed: what a trigger inserts is not noted.
create trigger audit_inserted after insert on break_reasons for each row when (pg_trigger_depth() = 0)
    execute function audit_row('break_reason', '');
create trigger audit_updated after update on break_reasons for each row execute function audit_row('break_reason', '');
create trigger audit_deleted after delete on break_reasons for each row execute function audit_row('break_reason', '');


-- `wrap_up_call_id` is the call after which the agent last wrapped up; `wrap_up_extended_seconds` what he has added.
alter table agents add column break_reason_id uuid,
    add column wrap_up_call_id uuid,
    add column wrap_up_extended_seconds integer not null default 0;
alter table agents add constraint fk_agents_break_reason_id_break_reasons
    foreign key (break_reason_id) references break_reasons (id) on delete set null;
select audit_table('agents', 'agent',
    'status,held_call_ids,talking_since,wrap_up_until,idle_since,state,console_leg_sid,phone_leg_failed_at,disconnected_at,last_active_at,break_reason_id,wrap_up_call_id,wrap_up_extended_seconds',
    false);

-- Whatever ends a break ends its reason, also statements that know of none.
create function forget_break_reason() returns trigger language plpgsql as
$$
begin
    new.break_reason_id := null;
    return new;
end
$$;

create trigger agents_break_ended before update of status on agents
    for each row when (new.status <> 'break' and new.break_reason_id is not null)
    execute function forget_break_reason();

-- The log of states tells why somebody paused. Another reason in the same break is another stay.
alter table agent_state_changes add column break_reason_id uuid;

create or replace function log_agent_state() returns trigger language plpgsql as
$$
begin
    insert into agent_state_changes (tenant_id, agent_id, state, at, break_reason_id)
    values (new.tenant_id, new.id, new.state, new.updated_at,
            case when new.state = 'paused' then new.break_reason_id end);
    return null;
end
$$;

create trigger agents_break_reason_changed after update on agents
    for each row when (old.state = 'paused' and new.state = 'paused'
                       and old.break_reason_id is distinct from new.break_reason_id)
    execute function log_agent_state();


-- What a campaign puts on its agents' desks; `id` is the campaign's.
create table campaign_desks (
    id uuid not null,
    tenant_id uuid not null,
    script text,
    script_updated_at timestamp with time zone,
    script_updated_by uuid,
    -- A list of {key, label, outcome, digit}; null: the product's own.
    dispositions jsonb,
    created_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    constraint pk_campaign_desks primary key (id),
    constraint fk_campaign_desks_id_campaigns foreign key (id) references campaigns (id) on delete cascade,
    constraint fk_campaign_desks_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_campaign_desks_script_updated_by_users
        foreign key (script_updated_by) references users (id) on delete set null
);

alter table campaign_desks enable row level security;
create policy own_tenant on campaign_desks
    using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
select audit_table('campaign_desks', 'campaign_desk', '', false);

alter table campaigns add column wrap_up_extension_seconds integer not null default 120;
alter table campaigns add constraint ck_campaigns_wrap_up_extension_seconds
    check (wrap_up_extension_seconds between 0 and 3600);
select audit_table('campaigns', 'campaign', 'last_paced_at,pacing_note,reordered_up_to,reordered_at', false);

-- The agent's conclusion in the campaign's own words, beside the built-in one; and how often the notes were saved.
alter table calls add column disposition_key text,
    add column disposition_label text,
    add column notes_revision integer not null default 0;
