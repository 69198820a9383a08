-- The core: tenants, users, agents, campaigns, leads, attempts, calls, call events, suppression.

CREATE TABLE tenants (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_tenants PRIMARY KEY (id)
);

CREATE TABLE agent_groups (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_agent_groups PRIMARY KEY (id),
    CONSTRAINT uq_agent_groups_tenant_id_name UNIQUE (tenant_id, name),
    CONSTRAINT fk_agent_groups_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE TABLE carrier_accounts (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    account_sid TEXT NOT NULL,
    auth_token_encrypted TEXT NOT NULL,
    api_key_sid TEXT,
    api_key_secret_encrypted TEXT,
    twiml_app_sid TEXT,
    calls_per_second DOUBLE PRECISION NOT NULL,
    max_lines INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_carrier_accounts PRIMARY KEY (id),
    CONSTRAINT fk_carrier_accounts_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE UNIQUE INDEX uq_carrier_accounts_tenant_id ON carrier_accounts (tenant_id);

CREATE TABLE users (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    email TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    phone TEXT,
    role TEXT NOT NULL,
    is_active BOOLEAN NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_login_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT ck_users_role CHECK (role in ('owner', 'admin', 'supervisor', 'agent')),
    CONSTRAINT fk_users_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE INDEX ix_users_tenant_id ON users (tenant_id);

CREATE UNIQUE INDEX uq_users_email ON users (lower(email));

CREATE TABLE agents (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    user_id UUID,
    agent_group_id UUID,
    name TEXT NOT NULL,
    phone TEXT,
    email TEXT,
    status TEXT NOT NULL,
    max_concurrent_calls INTEGER NOT NULL,
    working_hours JSONB NOT NULL,
    is_active BOOLEAN NOT NULL,
    held_call_ids UUID[] NOT NULL,
    talking_since TIMESTAMP WITH TIME ZONE,
    wrap_up_until TIMESTAMP WITH TIME ZONE,
    idle_since TIMESTAMP WITH TIME ZONE,
    state TEXT GENERATED ALWAYS AS (case when cardinality(held_call_ids) > 0 and talking_since is not null then 'talking'
     when cardinality(held_call_ids) > 0 then 'reserved'
     when wrap_up_until is not null then 'wrapping_up'
     when status = 'available' then 'available'
     when status in ('busy', 'break') then 'paused'
     else 'offline' end) STORED NOT NULL,
    console_leg_sid TEXT,
    phone_leg_failed_at TIMESTAMP WITH TIME ZONE,
    disconnected_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_active_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_agents PRIMARY KEY (id),
    CONSTRAINT ck_agents_status CHECK (status in ('available', 'busy', 'offline', 'break')),
    CONSTRAINT ck_agents_holds_no_more_than_allowed CHECK (cardinality(held_call_ids) <= max_concurrent_calls),
    CONSTRAINT ck_agents_max_concurrent_calls CHECK (max_concurrent_calls between 1 and 10),
    CONSTRAINT fk_agents_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_agents_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT fk_agents_agent_group_id_agent_groups FOREIGN KEY(agent_group_id) REFERENCES agent_groups (id) ON DELETE SET NULL
);

CREATE INDEX ix_agents_disconnected_at ON agents (disconnected_at) WHERE disconnected_at is not null;

CREATE INDEX ix_agents_ready ON agents (tenant_id, agent_group_id, idle_since) WHERE status = 'available';

CREATE INDEX ix_agents_wrap_up_until ON agents (wrap_up_until) WHERE wrap_up_until is not null;

CREATE UNIQUE INDEX uq_agents_console_leg_sid ON agents (console_leg_sid);

CREATE UNIQUE INDEX uq_agents_user_id ON agents (user_id);

CREATE TABLE campaigns (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    name TEXT NOT NULL,
    caller_id TEXT NOT NULL,
    status TEXT NOT NULL,
    schedule_start TIMESTAMP WITH TIME ZONE,
    schedule_end TIMESTAMP WITH TIME ZONE,
    timezone TEXT NOT NULL,
    calling_hours_start TIME WITHOUT TIME ZONE NOT NULL,
    calling_hours_end TIME WITHOUT TIME ZONE NOT NULL,
    agent_group_id UUID,
    max_attempts INTEGER NOT NULL,
    retry_delay_minutes INTEGER NOT NULL,
    retry_on_no_answer BOOLEAN NOT NULL,
    retry_on_busy BOOLEAN NOT NULL,
    retry_on_voicemail BOOLEAN NOT NULL,
    amd_enabled BOOLEAN NOT NULL,
    amd_mode TEXT NOT NULL,
    voicemail_message_url TEXT,
    record_calls BOOLEAN NOT NULL,
    dial_mode TEXT NOT NULL,
    pacing_ratio NUMERIC(4, 2) NOT NULL,
    ring_timeout_seconds INTEGER NOT NULL,
    wrap_up_seconds INTEGER NOT NULL,
    abandonment_message TEXT NOT NULL,
    default_region TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    last_paced_at TIMESTAMP WITH TIME ZONE,
    pacing_note TEXT,
    CONSTRAINT pk_campaigns PRIMARY KEY (id),
    CONSTRAINT ck_campaigns_status CHECK (status in ('draft', 'scheduled', 'active', 'paused', 'completed', 'cancelled')),
    CONSTRAINT ck_campaigns_dial_mode CHECK (dial_mode in ('progressive', 'ratio')),
    CONSTRAINT ck_campaigns_amd_mode CHECK (amd_mode in ('async', 'sync')),
    CONSTRAINT ck_campaigns_max_attempts CHECK (max_attempts between 1 and 20),
    CONSTRAINT ck_campaigns_retry_delay_minutes CHECK (retry_delay_minutes between 1 and 43200),
    CONSTRAINT ck_campaigns_pacing_ratio CHECK (pacing_ratio between 1 and 10),
    CONSTRAINT fk_campaigns_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_campaigns_agent_group_id_agent_groups FOREIGN KEY(agent_group_id) REFERENCES agent_groups (id) ON DELETE SET NULL
);

CREATE INDEX ix_campaigns_active ON campaigns (id) WHERE status = 'active';

CREATE INDEX ix_campaigns_schedule_end ON campaigns (schedule_end) WHERE schedule_end is not null and status in ('scheduled', 'active', 'paused');

CREATE INDEX ix_campaigns_schedule_start ON campaigns (schedule_start) WHERE status = 'scheduled';

CREATE INDEX ix_campaigns_tenant_id_created_at ON campaigns (tenant_id, created_at);

CREATE TABLE login_sessions (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    user_id UUID NOT NULL,
    refresh_token_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    end_reason TEXT,
    CONSTRAINT pk_login_sessions PRIMARY KEY (id),
    CONSTRAINT fk_login_sessions_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_login_sessions_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_login_sessions_expires_at ON login_sessions (expires_at);

CREATE INDEX ix_login_sessions_user_id ON login_sessions (user_id);

CREATE TABLE agent_sockets (
    sid TEXT NOT NULL,
    tenant_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    web_instance TEXT NOT NULL,
    connected_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_agent_sockets PRIMARY KEY (sid),
    CONSTRAINT fk_agent_sockets_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_agent_sockets_agent_id_agents FOREIGN KEY(agent_id) REFERENCES agents (id) ON DELETE CASCADE
);

CREATE INDEX ix_agent_sockets_agent_id ON agent_sockets (agent_id);

CREATE INDEX ix_agent_sockets_last_seen_at ON agent_sockets (last_seen_at);

CREATE INDEX ix_agent_sockets_web_instance ON agent_sockets (web_instance);

CREATE TABLE agent_state_changes (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    tenant_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    state TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_agent_state_changes PRIMARY KEY (id),
    CONSTRAINT fk_agent_state_changes_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_agent_state_changes_agent_id_agents FOREIGN KEY(agent_id) REFERENCES agents (id) ON DELETE CASCADE
);

CREATE INDEX ix_agent_state_changes_agent_id_at ON agent_state_changes (agent_id, at);

CREATE TABLE imports (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    created_by UUID,
    filename TEXT NOT NULL,
    total INTEGER NOT NULL,
    valid INTEGER NOT NULL,
    invalid INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    dnc INTEGER NOT NULL,
    inserted INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_imports PRIMARY KEY (id),
    CONSTRAINT fk_imports_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_imports_campaign_id_campaigns FOREIGN KEY(campaign_id) REFERENCES campaigns (id) ON DELETE CASCADE,
    CONSTRAINT fk_imports_created_by_users FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE SET NULL
);

CREATE INDEX ix_imports_campaign_id ON imports (campaign_id);

CREATE TABLE suppressions (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    campaign_id UUID,
    phone_normalized TEXT NOT NULL,
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    note TEXT,
    created_by UUID,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_suppressions PRIMARY KEY (id),
    CONSTRAINT fk_suppressions_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_suppressions_campaign_id_campaigns FOREIGN KEY(campaign_id) REFERENCES campaigns (id) ON DELETE CASCADE,
    CONSTRAINT fk_suppressions_created_by_users FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE SET NULL
);

CREATE UNIQUE INDEX uq_suppressions_number ON suppressions (tenant_id, phone_normalized, campaign_id) NULLS NOT DISTINCT;

CREATE TABLE leads (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    import_id UUID,
    phone TEXT NOT NULL,
    phone_normalized TEXT NOT NULL,
    first_name TEXT,
    last_name TEXT,
    email TEXT,
    country TEXT,
    type TEXT,
    priority SMALLINT NOT NULL,
    custom_fields JSONB NOT NULL,
    notes TEXT,
    status TEXT NOT NULL,
    status_reason TEXT,
    call_attempts INTEGER NOT NULL,
    attempts_reset_at TIMESTAMP WITH TIME ZONE,
    last_attempt_number INTEGER NOT NULL,
    last_call_at TIMESTAMP WITH TIME ZONE,
    next_call_at TIMESTAMP WITH TIME ZONE NOT NULL,
    claimed_until TIMESTAMP WITH TIME ZONE,
    do_not_call BOOLEAN NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_leads PRIMARY KEY (id),
    CONSTRAINT ck_leads_status CHECK (status in ('pending', 'queued', 'calling', 'completed', 'failed', 'dnc')),
    CONSTRAINT ck_leads_priority CHECK (priority between 0 and 2),
    CONSTRAINT uq_leads_campaign_id_phone_normalized UNIQUE (campaign_id, phone_normalized),
    CONSTRAINT fk_leads_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_leads_campaign_id_campaigns FOREIGN KEY(campaign_id) REFERENCES campaigns (id) ON DELETE CASCADE,
    CONSTRAINT fk_leads_import_id_imports FOREIGN KEY(import_id) REFERENCES imports (id) ON DELETE SET NULL
);

CREATE INDEX ix_leads_campaign_id_status ON leads (campaign_id, status);

CREATE INDEX ix_leads_claimed_until ON leads (claimed_until) WHERE status = 'queued';

CREATE INDEX ix_leads_due ON leads (campaign_id, priority, (call_attempts = 0), next_call_at, id) WHERE status = 'pending';

CREATE INDEX ix_leads_tenant_id_phone_normalized ON leads (tenant_id, phone_normalized);

CREATE TABLE attempts (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    lead_id UUID NOT NULL,
    number INTEGER NOT NULL,
    planned_at TIMESTAMP WITH TIME ZONE NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE,
    allowed BOOLEAN,
    verdict JSONB,
    CONSTRAINT pk_attempts PRIMARY KEY (id),
    CONSTRAINT uq_attempts_lead_id_number UNIQUE (lead_id, number),
    CONSTRAINT fk_attempts_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_attempts_campaign_id_campaigns FOREIGN KEY(campaign_id) REFERENCES campaigns (id) ON DELETE CASCADE,
    CONSTRAINT fk_attempts_lead_id_leads FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE
);

CREATE TABLE calls (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    lead_id UUID NOT NULL,
    attempt_id UUID NOT NULL,
    agent_id UUID,
    state TEXT NOT NULL,
    state_changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    direction TEXT NOT NULL,
    from_number TEXT NOT NULL,
    to_number TEXT NOT NULL,
    call_sid TEXT,
    conference_name TEXT,
    conference_sid TEXT,
    place_before TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    placing_at TIMESTAMP WITH TIME ZONE,
    placed_at TIMESTAMP WITH TIME ZONE,
    ringing_at TIMESTAMP WITH TIME ZONE,
    answered_at TIMESTAMP WITH TIME ZONE,
    answer_deadline_at TIMESTAMP WITH TIME ZONE,
    agent_reserved_at TIMESTAMP WITH TIME ZONE,
    bridged_at TIMESTAMP WITH TIME ZONE,
    screen_popped_at TIMESTAMP WITH TIME ZONE,
    twiml_milliseconds DOUBLE PRECISION,
    ended_at TIMESTAMP WITH TIME ZONE,
    answered_by TEXT,
    disposition TEXT,
    agent_disposition TEXT,
    hangup_cause TEXT,
    duration_seconds INTEGER,
    talk_seconds INTEGER,
    recording_sid TEXT,
    recording_url TEXT,
    recording_seconds INTEGER,
    cost NUMERIC(12, 5),
    cost_unit TEXT,
    cost_checked_at TIMESTAMP WITH TIME ZONE,
    reconciled_at TIMESTAMP WITH TIME ZONE,
    notes TEXT,
    metadata JSONB NOT NULL,
    CONSTRAINT pk_calls PRIMARY KEY (id),
    CONSTRAINT ck_calls_state CHECK (state in ('planned', 'placing', 'unresolved', 'placed', 'ringing', 'answered', 'waiting', 'bridged', 'completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned')),
    CONSTRAINT ck_calls_direction CHECK (direction in ('outbound', 'inbound')),
    CONSTRAINT fk_calls_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_calls_campaign_id_campaigns FOREIGN KEY(campaign_id) REFERENCES campaigns (id) ON DELETE CASCADE,
    CONSTRAINT fk_calls_lead_id_leads FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE,
    CONSTRAINT fk_calls_attempt_id_attempts FOREIGN KEY(attempt_id) REFERENCES attempts (id) ON DELETE CASCADE,
    CONSTRAINT fk_calls_agent_id_agents FOREIGN KEY(agent_id) REFERENCES agents (id) ON DELETE SET NULL
);

CREATE INDEX ix_calls_agent_id_created_at ON calls (agent_id, created_at);

CREATE INDEX ix_calls_campaign_id_created_at ON calls (campaign_id, created_at);

CREATE INDEX ix_calls_in_flight ON calls (tenant_id, campaign_id, state) WHERE state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned');

CREATE INDEX ix_calls_lead_id ON calls (lead_id);

CREATE INDEX ix_calls_overdue ON calls (state, state_changed_at) WHERE state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned');

CREATE INDEX ix_calls_tenant_id_created_at ON calls (tenant_id, created_at);

CREATE INDEX ix_calls_unpriced ON calls (ended_at) WHERE cost is null and answered_at is not null and ended_at is not null;

CREATE UNIQUE INDEX uq_calls_attempt_id ON calls (attempt_id);

CREATE UNIQUE INDEX uq_calls_call_sid ON calls (call_sid);

CREATE UNIQUE INDEX uq_calls_number_in_flight ON calls (tenant_id, to_number) WHERE state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned');

CREATE UNIQUE INDEX uq_calls_lead_in_flight ON calls (lead_id) WHERE state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned');

CREATE TABLE agent_legs (
    call_sid TEXT NOT NULL,
    tenant_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    call_id UUID,
    kind TEXT NOT NULL,
    conference_name TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    joined_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_agent_legs PRIMARY KEY (call_sid),
    CONSTRAINT ck_agent_legs_kind CHECK (kind in ('console', 'phone')),
    CONSTRAINT fk_agent_legs_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_agent_legs_agent_id_agents FOREIGN KEY(agent_id) REFERENCES agents (id) ON DELETE CASCADE,
    CONSTRAINT fk_agent_legs_call_id_calls FOREIGN KEY(call_id) REFERENCES calls (id) ON DELETE CASCADE
);

CREATE INDEX ix_agent_legs_call_id ON agent_legs (call_id);

CREATE INDEX ix_agent_legs_live ON agent_legs (tenant_id, agent_id) WHERE ended_at is null;

CREATE TABLE call_events (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    tenant_id UUID NOT NULL,
    call_id UUID NOT NULL,
    event_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    verdict TEXT,
    payload JSONB NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_call_events PRIMARY KEY (id),
    CONSTRAINT uq_call_events_call_id_event_key UNIQUE (call_id, event_key),
    CONSTRAINT fk_call_events_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_call_events_call_id_calls FOREIGN KEY(call_id) REFERENCES calls (id) ON DELETE CASCADE
);

CREATE INDEX ix_call_events_tenant_id_received_at ON call_events (tenant_id, received_at);

CREATE TABLE live_answers (
    call_id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    waited_milliseconds INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    message_played BOOLEAN NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_live_answers PRIMARY KEY (call_id),
    CONSTRAINT ck_live_answers_outcome CHECK (outcome in ('reached', 'abandoned', 'hung_up', 'late')),
    CONSTRAINT fk_live_answers_call_id_calls FOREIGN KEY(call_id) REFERENCES calls (id) ON DELETE CASCADE,
    CONSTRAINT fk_live_answers_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_live_answers_campaign_id_campaigns FOREIGN KEY(campaign_id) REFERENCES campaigns (id) ON DELETE CASCADE
);

CREATE INDEX ix_live_answers_campaign_id_answered_at ON live_answers (campaign_id, answered_at);


-- Row-level security. The application's role sees and touches only the rows of the tenant it has entered with
-- set_config('app.tenant_id', …, true); outside of any tenant it sees none. The owner of the tables is exempt.

create function current_tenant() returns uuid language sql stable as
$$ select nullif(current_setting('app.tenant_id', true), '')::uuid $$;

do $$
declare
    tenant_table text;
begin
    for tenant_table in
        select table_name from information_schema.columns
        where table_schema = current_schema() and column_name = 'tenant_id'
    loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy own_tenant on %I using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', tenant_table);
    end loop;
end $$;

alter table tenants enable row level security;
create policy own_tenant on tenants using (id = current_tenant()) with check (id = current_tenant());


-- Every change of an agent's state leaves a row, whichever statement caused it.

create function log_agent_state() returns trigger language plpgsql as
$$
begin
    insert into agent_state_changes (tenant_id, agent_id, state, at)
    values (new.tenant_id, new.id, new.state, new.updated_at);
    return null;
end
$$;

create trigger agents_state_inserted after insert on agents
    for each row execute function log_agent_state();
create trigger agents_state_changed after update on agents
    for each row when (old.state is distinct from new.state) execute function log_agent_state();


-- Look-ups that must cross tenants. Each runs as the owner and gives away ids, nothing else (the login also its hash).

create function find_login(wanted_email text)
    returns table (user_id uuid, tenant_id uuid, password_hash text, is_active boolean)
    language sql stable security definer set search_path = public, pg_temp as
$$ select u.id, u.tenant_id, u.password_hash, u.is_active from users u where lower(u.email) = lower(wanted_email) $$;

-- Find the tenant of a call and confine the transaction to it, in one statement.
create function enter_tenant_of_call(wanted_call uuid) returns uuid
    language plpgsql volatile security definer as
$$
declare
    found_tenant uuid;
begin
    select c.tenant_id into found_tenant from public.calls c where c.id = wanted_call;
    if found_tenant is not null then
        perform pg_catalog.set_config('app.tenant_id', found_tenant::text, true);
    end if;
    return found_tenant;
end
$$;

create function enter_tenant_of_agent(wanted_agent uuid) returns uuid
    language plpgsql volatile security definer as
$$
declare
    found_tenant uuid;
begin
    select a.tenant_id into found_tenant from public.agents a where a.id = wanted_agent;
    if found_tenant is not null then
        perform pg_catalog.set_config('app.tenant_id', found_tenant::text, true);
    end if;
    return found_tenant;
end
$$;

create function all_tenants() returns table (tenant_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select t.id from tenants t order by t.id $$;

create function active_campaigns() returns table (tenant_id uuid, campaign_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select c.tenant_id, c.id from campaigns c where c.status = 'active' order by c.last_paced_at nulls first, c.id $$;

create function campaigns_to_start(at timestamptz) returns table (tenant_id uuid, campaign_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select c.tenant_id, c.id from campaigns c where c.status = 'scheduled' and c.schedule_start <= at $$;

create function campaigns_to_end(at timestamptz) returns table (tenant_id uuid, campaign_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select c.tenant_id, c.id from campaigns c
   where c.status in ('scheduled', 'active', 'paused') and c.schedule_end <= at $$;

-- Active campaigns that have leads and none of them left to call.
create function exhausted_campaigns() returns table (tenant_id uuid, campaign_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select c.tenant_id, c.id from campaigns c
   where c.status = 'active' and exists (select from leads l where l.campaign_id = c.id)
     and not exists (select from leads l where l.campaign_id = c.id and l.status in ('pending', 'queued', 'calling')) $$;

create function overdue_calls(wanted_state text, before timestamptz, max_rows integer)
    returns table (tenant_id uuid, call_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select c.tenant_id, c.id from calls c
   where c.state = wanted_state
     and c.state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned')
     and c.state_changed_at < before and (c.reconciled_at is null or c.reconciled_at < before)
   order by c.state_changed_at limit max_rows $$;

create function unpriced_calls(ended_after timestamptz, ended_before timestamptz, checked_before timestamptz, max_rows integer)
    returns table (tenant_id uuid, call_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select c.tenant_id, c.id from calls c
   where c.cost is null and c.answered_at is not null and c.ended_at is not null
     and c.ended_at > ended_after and c.ended_at < ended_before
     and (c.cost_checked_at is null or c.cost_checked_at < checked_before)
   order by c.ended_at limit max_rows $$;

create function expired_claims(at timestamptz, max_rows integer) returns table (tenant_id uuid, lead_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select l.tenant_id, l.id from leads l where l.status = 'queued' and l.claimed_until < at limit max_rows $$;

create function expired_wrap_ups(at timestamptz) returns table (tenant_id uuid, agent_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select a.tenant_id, a.id from agents a where a.wrap_up_until <= at $$;

create function silent_sockets(before timestamptz) returns table (tenant_id uuid, sid text)
    language sql stable security definer set search_path = public, pg_temp as
$$ select s.tenant_id, s.sid from agent_sockets s where s.last_seen_at < before $$;

create function vanished_agents(before timestamptz) returns table (tenant_id uuid, agent_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select a.tenant_id, a.id from agents a where a.disconnected_at < before $$;

create function agents_holding_calls(before timestamptz) returns table (tenant_id uuid, agent_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select a.tenant_id, a.id from agents a where cardinality(a.held_call_ids) > 0 and a.updated_at < before $$;

create function open_agent_legs(before timestamptz, max_rows integer) returns table (tenant_id uuid, call_sid text)
    language sql stable security definer set search_path = public, pg_temp as
$$ select l.tenant_id, l.call_sid from agent_legs l where l.ended_at is null and l.started_at < before
   order by l.started_at limit max_rows $$;

-- A callee who sits in a standing conference that the agent's audio leg has left.
create function deserted_calls(before timestamptz) returns table (tenant_id uuid, call_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select c.tenant_id, c.id from calls c join agents a on a.id = c.agent_id
   where c.state = 'bridged' and c.conference_name = 'agent_' || a.id and a.console_leg_sid is null
     and a.updated_at < before $$;
