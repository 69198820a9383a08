-- Erasure of persons, retention, recordings to be deleted at the carrier, and changes to many leads at once.

-- Numbers of erased people are kept as hashes only, so that nobody calls or imports them again. The salt is the tenant's
-- own: the same number has another hash with each, and a table of hashes made in advance is of no use.
alter table tenants add column number_salt bytea not null
    default (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

-- The hash under which `erased_numbers` knows a number in E.164.
create function number_hash(salt bytea, e164 text) returns bytea language sql stable parallel safe as
$$ select sha256(salt || convert_to(e164, 'UTF8')) $$;

-- The evidence of an erasure: who asked for it, when, on what ground, and how much was removed. Nothing of the person.
create table erasures (
    id uuid not null,
    tenant_id uuid not null,
    requested_by uuid,
    reason text not null,
    reference text,
    counts jsonb not null default '{}',
    requested_at timestamp with time zone not null,
    -- When the last lead was erased: one in a call is erased after it.
    finished_at timestamp with time zone,
    -- Facts of its last calls may come after the erasure; then they are removed once more.
    look_again_at timestamp with time zone,
    constraint pk_erasures primary key (id),
    constraint ck_erasures_reason
        check (reason in ('requested', 'consent_withdrawn', 'objection', 'unlawful', 'no_longer_needed', 'legal_order')),
    constraint fk_erasures_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_erasures_requested_by_users foreign key (requested_by) references users (id) on delete set null
);

create index ix_erasures_tenant_id_requested_at on erasures (tenant_id, requested_at);
create index ix_erasures_open on erasures (look_again_at) where look_again_at is not null;

-- Whose erasure it is, by ids that say nothing any more once `erased_at` is set.
create table erasure_leads (
    erasure_id uuid not null,
    lead_id uuid not null,
    tenant_id uuid not null,
    erased_at timestamp with time zone,
    constraint pk_erasure_leads primary key (erasure_id, lead_id),
    constraint fk_erasure_leads_erasure_id_erasures foreign key (erasure_id) references erasures (id) on delete cascade,
    constraint fk_erasure_leads_lead_id_leads foreign key (lead_id) references leads (id) on delete cascade,
    constraint fk_erasure_leads_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade
);

create index ix_erasure_leads_lead_id on erasure_leads (lead_id);

-- Look a number up with its hash alone: `where hash = number_hash(salt, number)`, the tenant being entered.
create table erased_numbers (
    tenant_id uuid not null,
    hash bytea not null,
    erasure_id uuid not null,
    erased_at timestamp with time zone not null,
    constraint pk_erased_numbers primary key (tenant_id, hash),
    constraint fk_erased_numbers_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_erased_numbers_erasure_id_erasures foreign key (erasure_id) references erasures (id) on delete cascade
);

create index ix_erased_numbers_erasure_id on erased_numbers (erasure_id);


-- A lead whose person is not in it any more: erased, or anonymised because it was old enough or was deleted by its owner.
alter table leads add column erased_at timestamp with time zone;

-- In its place stands a number that no telephone has: country codes do not begin with 0, and it has 17 digits or more. It
-- is digits all the same, since numbers are compared and looked up as such.
create function erased_number(lead uuid) returns text language sql immutable parallel safe as
$$ select '+0' || (1000000000000000 + (hashtextextended(lead::text, 0) & 4611686018427387903))::text $$;

-- Finished leads by the last time that anything was done about them, for retention.
create index ix_leads_retention on leads (tenant_id, (greatest(created_at, last_call_at)))
    where erased_at is null and status in ('completed', 'failed', 'dnc');

-- The verdict of an attempt without the numbers that name the person: which rules were asked, with what else was known of
-- the call, and what they answered stays.
create function without_numbers(verdict jsonb) returns jsonb language plpgsql immutable parallel safe as
$$
begin
    if jsonb_typeof(verdict) = 'array' then
        return coalesce((select jsonb_agg(without_numbers(item.value) order by item.place)
                         from jsonb_array_elements(verdict) with ordinality as item (value, place)), '[]');
    end if;
    if jsonb_typeof(verdict) <> 'object' then
        return verdict;
    end if;
    return coalesce((select jsonb_object_agg(item.key, without_numbers(item.value)) from jsonb_each(verdict) as item
                     where item.key not in ('to_number', 'number', 'numbers', 'phone', 'postal_code')), '{}');
end
$$;


-- How long what is kept, in days; null: for good. `…_until`: calls made before then have been dealt with.
create table retention_settings (
    tenant_id uuid not null,
    leads_days integer,
    calls_days integer,
    recordings_days integer,
    import_errors_days integer,
    calls_done_until timestamp with time zone,
    recordings_done_until timestamp with time zone,
    updated_at timestamp with time zone not null,
    constraint pk_retention_settings primary key (tenant_id),
    constraint ck_retention_settings_days
        check (least(leads_days, calls_days, recordings_days, import_errors_days) >= 1),
    constraint fk_retention_settings_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade
);

-- Recordings that nothing here refers to any more, until the carrier has deleted them.
create table recordings_to_delete (
    recording_sid text not null,
    tenant_id uuid not null,
    listed_at timestamp with time zone not null,
    ask_at timestamp with time zone not null,
    times_asked integer not null default 0,
    constraint pk_recordings_to_delete primary key (recording_sid),
    constraint fk_recordings_to_delete_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade
);

create index ix_recordings_to_delete_ask_at on recordings_to_delete (ask_at);
create index ix_recordings_to_delete_tenant_id on recordings_to_delete (tenant_id);


-- One change to many leads. What became of it is counted in the transaction of each batch.
create table bulk_jobs (
    id uuid not null,
    tenant_id uuid not null,
    campaign_id uuid not null,
    created_by uuid,
    action text not null,
    -- Which leads and what becomes of them; numbers of people are gone from it once the leads are known.
    filter jsonb not null,
    changes jsonb not null,
    status text not null,
    matched integer,
    done integer not null default 0,
    -- Of those done: leads to be deleted whose calls have to stay on record.
    anonymised integer not null default 0,
    skipped jsonb not null default '{}',
    failure text,
    created_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    finished_at timestamp with time zone,
    constraint pk_bulk_jobs primary key (id),
    constraint ck_bulk_jobs_action check (action in ('update', 'move', 'copy', 'delete', 'reset', 'do_not_call')),
    constraint ck_bulk_jobs_status check (status in ('finding', 'running', 'done', 'cancelled', 'failed')),
    constraint fk_bulk_jobs_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_bulk_jobs_campaign_id_campaigns foreign key (campaign_id) references campaigns (id) on delete cascade,
    constraint fk_bulk_jobs_created_by_users foreign key (created_by) references users (id) on delete set null
);

create index ix_bulk_jobs_campaign_id on bulk_jobs (campaign_id);
create index ix_bulk_jobs_open on bulk_jobs (updated_at) where status in ('finding', 'running');

-- The leads of a job, some thousands to a row; a row goes when its leads are done.
create table bulk_batches (
    job_id uuid not null,
    number integer not null,
    tenant_id uuid not null,
    lead_ids uuid[] not null,
    constraint pk_bulk_batches primary key (job_id, number),
    constraint fk_bulk_batches_job_id_bulk_jobs foreign key (job_id) references bulk_jobs (id) on delete cascade,
    constraint fk_bulk_batches_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade
);


do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['erasures', 'erasure_leads', 'erased_numbers', 'retention_settings',
                                        'recordings_to_delete', 'bulk_jobs', 'bulk_batches'] loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy own_tenant on %I using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', tenant_table);
    end loop;
end $$;


-- Upkeep over all tenants, as the owner: gives away ids only.

create function open_erasures(at timestamptz, max_rows integer) returns table (tenant_id uuid, erasure_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select e.tenant_id, e.id from erasures e where e.look_again_at <= at order by e.look_again_at limit max_rows $$;

create function stalled_bulk_jobs(before timestamptz, max_rows integer) returns table (tenant_id uuid, job_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select j.tenant_id, j.id from bulk_jobs j
   where j.status in ('finding', 'running') and j.updated_at < before order by j.updated_at limit max_rows $$;

create function tenants_with_retention() returns table (tenant_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select r.tenant_id from retention_settings r
   where coalesce(r.leads_days, r.calls_days, r.recordings_days, r.import_errors_days) is not null
   order by r.tenant_id $$;

create function due_recording_deletions(at timestamptz, max_rows integer)
    returns table (tenant_id uuid, recording_sid text)
    language sql stable security definer set search_path = public, pg_temp as
$$ select d.tenant_id, d.recording_sid from recordings_to_delete d
   where d.ask_at <= at order by d.ask_at limit max_rows $$;
