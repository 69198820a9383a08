-- Pacing: what the pacer may learn from, what it has learned, and what it decided.

CREATE TABLE pacing_events (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    tenant_id UUID NOT NULL,
    campaign_id UUID,
    agent_group_id UUID,
    kind TEXT NOT NULL,
    call_id UUID,
    agent_id UUID,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    detail TEXT,
    recorded_xid BIGINT NOT NULL,
    CONSTRAINT pk_pacing_events PRIMARY KEY (id),
    CONSTRAINT ck_pacing_events_kind CHECK (kind in ('dialed', 'answered', 'unanswered', 'connected', 'abandoned', 'cleared', 'talk_ended', 'wrap_up_ended', 'agent_joined', 'agent_left')),
    CONSTRAINT fk_pacing_events_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE INDEX ix_pacing_events_campaign_id_recorded_xid ON pacing_events (campaign_id, recorded_xid);

CREATE INDEX ix_pacing_events_of_agents ON pacing_events (tenant_id, recorded_xid) WHERE campaign_id is null;

CREATE INDEX ix_pacing_events_at ON pacing_events (at);

CREATE TABLE pacing_states (
    campaign_id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    state JSON,
    position TEXT,
    observed_until DOUBLE PRECISION NOT NULL,
    saved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    checkpoint_at TIMESTAMP WITH TIME ZONE,
    decided_at TIMESTAMP WITH TIME ZONE,
    reason TEXT,
    standing JSONB,
    CONSTRAINT pk_pacing_states PRIMARY KEY (campaign_id),
    CONSTRAINT fk_pacing_states_campaign_id_campaigns FOREIGN KEY(campaign_id) REFERENCES campaigns (id) ON DELETE CASCADE,
    CONSTRAINT fk_pacing_states_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE TABLE pacing_decisions (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    tenant_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    dial_mode TEXT NOT NULL,
    effective_mode TEXT NOT NULL,
    engine TEXT,
    settings JSONB NOT NULL,
    snapshot JSONB,
    decision JSONB,
    wanted INTEGER NOT NULL,
    allowed INTEGER NOT NULL,
    planned INTEGER NOT NULL,
    bound_by TEXT NOT NULL,
    note TEXT NOT NULL,
    started_afresh BOOLEAN NOT NULL,
    is_saved BOOLEAN NOT NULL,
    position TEXT NOT NULL,
    checkpoint JSON,
    CONSTRAINT pk_pacing_decisions PRIMARY KEY (id),
    CONSTRAINT fk_pacing_decisions_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_pacing_decisions_campaign_id_campaigns FOREIGN KEY(campaign_id) REFERENCES campaigns (id) ON DELETE CASCADE
);

CREATE INDEX ix_pacing_decisions_campaign_id_at ON pacing_decisions (campaign_id, at);

CREATE INDEX ix_pacing_decisions_at ON pacing_decisions (at);

alter table pacing_events enable row level security;
create policy own_tenant on pacing_events using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
alter table pacing_states enable row level security;
create policy own_tenant on pacing_states using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
alter table pacing_decisions enable row level security;
create policy own_tenant on pacing_decisions using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());


-- One event of a call for the pacer. `recorded_xid` tells a reader whether a row is news, whenever it commits.
create function record_pacing_event(
    call calls, event_kind text, of_agent uuid, event_at timestamptz, event_detail text default null
) returns void language sql as
$$
    insert into pacing_events (tenant_id, campaign_id, kind, call_id, agent_id, at, detail, recorded_xid)
    values (call.tenant_id, call.campaign_id, event_kind, call.id, of_agent, event_at, event_detail,
            pg_current_xact_id()::text::bigint)
$$;

-- What a change of a call means to the pacer, whichever statement made it. The limit of two seconds is that of
-- `dialer.domain.dispositions.MAX_WAIT`; a test holds the two together.
create function record_pacing_events_of_call() returns trigger language plpgsql as
$$
declare
    at timestamptz := new.state_changed_at;
    machine_before boolean := coalesce(old.answered_by = 'fax' or old.answered_by like 'machine%', false);
    machine boolean := coalesce(new.answered_by = 'fax' or new.answered_by like 'machine%', false);
    was_dialling boolean := old.state in ('placing', 'unresolved', 'placed', 'ringing');
    is_final boolean := new.state in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned');
    deadline timestamptz := coalesce(new.answer_deadline_at, new.answered_at + interval '2 seconds');
begin
    if old.state = 'planned' then
        -- A planned call that was withdrawn was never dialled.
        if new.state = 'placing' then
            perform record_pacing_event(new, 'dialed', null, coalesce(new.placing_at, at));
        end if;
        return null;
    end if;
    if was_dialling and is_final and new.answered_at is null then
        perform record_pacing_event(new, 'unanswered', null, at,
            case new.state when 'busy' then 'busy' when 'failed' then 'failed' when 'cancelled' then 'canceled'
                           else 'no_answer' end);
        return null;
    end if;
    if was_dialling and (is_final or new.state in ('answered', 'waiting', 'bridged')) then
        perform record_pacing_event(new, 'answered', null, at, case when machine then 'machine' else 'human' end);
        if machine then
            return null;
        end if;
    elsif machine_before then
        -- It ended for the pacer when it was found to be a machine.
        return null;
    elsif machine and new.state in ('answered', 'waiting') then
        -- The verdict has no time of its own here; nobody measures by this one.
        perform record_pacing_event(new, 'cleared', null, at, 'machine');
        return null;
    end if;
    if new.state = 'bridged' and old.state <> 'bridged' then
        if new.bridged_at > deadline then
            perform record_pacing_event(new, 'abandoned', null, at, 'late');
        end if;
        perform record_pacing_event(new, 'connected', new.agent_id, at);
    elsif is_final and old.state <> 'bridged' then
        if new.state = 'abandoned' or at > deadline then
            perform record_pacing_event(new, 'abandoned', null, at);
        elsif new.agent_id is null then
            perform record_pacing_event(new, 'cleared', null, at, 'hung_up');
        else
            -- Gone while joining the agent: a conversation without length.
            perform record_pacing_event(new, 'connected', new.agent_id, at);
            perform record_pacing_event(new, 'talk_ended', new.agent_id, at);
            perform record_pacing_event(new, 'wrap_up_ended', new.agent_id, at);
        end if;
    end if;
    return null;
end
$$;

create trigger calls_paced after update on calls
    for each row when (old.state is distinct from new.state
                       or old.answered_by is distinct from new.answered_by and new.state in ('answered', 'waiting'))
    execute function record_pacing_events_of_call();


-- Whether pacing may count on an agent. Sockets are another table's; the last to go sets `disconnected_at`.
create function takes_calls(agent agents) returns boolean language sql immutable as
$$
    select agent.is_active and agent.status = 'available' and agent.disconnected_at is null
           and (agent.console_leg_sid is not null or agent.phone is not null and agent.phone_leg_failed_at is null)
$$;

create function record_pacing_event(agent agents, event_kind text) returns void language sql as
$$
    insert into pacing_events (tenant_id, agent_group_id, kind, agent_id, at, recorded_xid)
    values (agent.tenant_id, agent.agent_group_id, event_kind, agent.id, agent.updated_at,
            pg_current_xact_id()::text::bigint)
$$;

create function record_pacing_events_of_agent() returns trigger language plpgsql as
$$
declare
    left_call calls;
    moved boolean := old.agent_group_id is distinct from new.agent_group_id;
begin
    if cardinality(new.held_call_ids) < cardinality(old.held_call_ids) then
        for left_call in
            select c.* from calls c
            where c.id = any(old.held_call_ids) and c.id <> all(new.held_call_ids) and c.bridged_at is not null
        loop
            perform record_pacing_event(left_call, 'talk_ended', new.id, new.updated_at);
        end loop;
    end if;
    if takes_calls(old) and (moved or not takes_calls(new)) then
        perform record_pacing_event(old, 'agent_left');
    end if;
    if takes_calls(new) and (moved or not takes_calls(old)) then
        perform record_pacing_event(new, 'agent_joined');
    elsif takes_calls(new) and new.state = 'available' and old.state in ('wrapping_up', 'talking') then
        perform record_pacing_event(new, 'wrap_up_ended');
    end if;
    return null;
end
$$;

create trigger agents_paced after update on agents
    for each row when (old.state is distinct from new.state or old.status is distinct from new.status
                       or old.held_call_ids is distinct from new.held_call_ids
                       or old.is_active is distinct from new.is_active
                       or old.disconnected_at is distinct from new.disconnected_at
                       or old.console_leg_sid is distinct from new.console_leg_sid
                       or old.phone is distinct from new.phone
                       or old.phone_leg_failed_at is distinct from new.phone_leg_failed_at
                       or old.agent_group_id is distinct from new.agent_group_id)
    execute function record_pacing_events_of_agent();


-- Upkeep over all tenants, as the owner: gives away numbers and ids only.

create function delete_pacing_records(events_before timestamptz, decisions_before timestamptz, max_rows integer)
    returns bigint language sql volatile security definer set search_path = public, pg_temp as
$$
    with events as (
        delete from pacing_events
        where id in (select e.id from pacing_events e where e.at < events_before order by e.at limit max_rows)
        returning 1
    ), decisions as (
        delete from pacing_decisions
        where id in (select d.id from pacing_decisions d where d.at < decisions_before order by d.at limit max_rows)
        returning 1
    )
    select (select count(*) from events) + (select count(*) from decisions)
$$;

-- Campaigns that no tick looks at any more, with calls that have ended since their pacer was saved.
create function campaigns_not_yet_learned_from() returns table (tenant_id uuid, campaign_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$
    select s.tenant_id, s.campaign_id from pacing_states s join campaigns c on c.id = s.campaign_id
    where c.status <> 'active'
      and exists (select from pacing_events e where e.campaign_id = s.campaign_id and e.at > s.saved_at)
$$;
