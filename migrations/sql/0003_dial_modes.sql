-- Preview and predictive dialling, abandonment by the rule of a jurisdiction, previews, and hours of the ledger.

alter table campaigns drop constraint ck_campaigns_dial_mode;
alter table campaigns add constraint ck_campaigns_dial_mode
    check (dial_mode in ('preview', 'progressive', 'ratio', 'predictive'));

-- Campaigns that exist get what new ones get. The default is for their sake only.
alter table campaigns add column abandonment_standard text not null default 'strict';
alter table campaigns add column max_abandonment_rate numeric(5, 4) not null default 0.03;
alter table campaigns alter column abandonment_standard drop default;
alter table campaigns alter column max_abandonment_rate drop default;
alter table campaigns add constraint ck_campaigns_max_abandonment_rate
    check (max_abandonment_rate > 0 and max_abandonment_rate <= 1);

-- From when a wait was measured: every line so far from the answer, as the carrier reported it.
alter table live_answers add column clock text not null default 'answer';
alter table live_answers add constraint ck_live_answers_clock check (clock in ('answer', 'greeting'));


-- Sums of the ledger by hour, so that a month of it need not be counted each second. Nothing but a cache: whatever
-- touches a line throws the line's hour away, in the same transaction, and an hour that is not here is counted from its
-- lines. Whoever sums an hour holds the campaign's lock alone; whoever touches a line holds it with others like him.

create table live_answer_hours (
    campaign_id uuid not null,
    hour timestamp with time zone not null,
    tenant_id uuid not null,
    reached integer not null,
    abandoned integer not null,
    constraint pk_live_answer_hours primary key (campaign_id, hour),
    constraint fk_live_answer_hours_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_live_answer_hours_campaign_id_campaigns foreign key (campaign_id) references campaigns (id)
        on delete cascade
);

create function live_answer_lock(campaign uuid) returns bigint language sql immutable as
$$ select hashtextextended(campaign::text, 3) $$;

create function forget_live_answer_hour() returns trigger language plpgsql as
$$
begin
    -- Old and new line of an update may lie in different hours.
    if tg_op <> 'INSERT' then
        perform pg_advisory_xact_lock_shared(live_answer_lock(old.campaign_id));
        delete from live_answer_hours
        where campaign_id = old.campaign_id and hour = date_trunc('hour', old.answered_at, 'UTC');
    end if;
    if tg_op <> 'DELETE' then
        perform pg_advisory_xact_lock_shared(live_answer_lock(new.campaign_id));
        delete from live_answer_hours
        where campaign_id = new.campaign_id and hour = date_trunc('hour', new.answered_at, 'UTC');
    end if;
    return null;
end
$$;

create trigger live_answers_touched after insert or update or delete on live_answers
    for each row execute function forget_live_answer_hour();


-- A lead on an agent's screen, before it is dialled.

create table previews (
    id uuid not null,
    tenant_id uuid not null,
    campaign_id uuid not null,
    lead_id uuid not null,
    agent_id uuid not null,
    state text not null,
    offered_at timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    ended_at timestamp with time zone,
    call_id uuid,
    skip_reason text,
    constraint pk_previews primary key (id),
    constraint ck_previews_state check (state in ('offered', 'dialled', 'skipped', 'expired', 'withdrawn')),
    constraint fk_previews_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_previews_campaign_id_campaigns foreign key (campaign_id) references campaigns (id) on delete cascade,
    constraint fk_previews_lead_id_leads foreign key (lead_id) references leads (id) on delete cascade,
    constraint fk_previews_agent_id_agents foreign key (agent_id) references agents (id) on delete cascade,
    constraint fk_previews_call_id_calls foreign key (call_id) references calls (id) on delete set null
);

-- An agent looks at one lead at a time, and a lead is on one screen.
create unique index uq_previews_agent_id_offered on previews (agent_id) where state = 'offered';
create unique index uq_previews_lead_id_offered on previews (lead_id) where state = 'offered';
create index ix_previews_lead_id_agent_id on previews (lead_id, agent_id);
create index ix_previews_agent_id_offered_at on previews (agent_id, offered_at);
create index ix_previews_campaign_id on previews (campaign_id);
create unique index uq_previews_call_id on previews (call_id);


do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['live_answer_hours', 'previews'] loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy own_tenant on %I using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', tenant_table);
    end loop;
end $$;

-- Previews whose time is over, or whose agent has gone, is not available any more or was deactivated.
create function overdue_previews(at timestamptz, gone_before timestamptz, max_rows integer)
    returns table (tenant_id uuid, preview_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select p.tenant_id, p.id from previews p join agents a on a.id = p.agent_id
   where p.state = 'offered'
     and (p.expires_at <= at or a.status <> 'available' or not a.is_active or a.disconnected_at < gone_before)
   order by p.offered_at limit max_rows $$;

-- Calls that an agent is kept for though nobody knows whether the carrier has them.
create function unresolved_previews(before timestamptz, max_rows integer) returns table (tenant_id uuid, call_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select c.tenant_id, c.id from calls c join agents a on a.id = c.agent_id
   where c.state = 'unresolved' and c.state_changed_at < before and c.id = any(a.held_call_ids) limit max_rows $$;
