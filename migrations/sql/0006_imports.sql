-- Imports of any size: the uploaded file in pieces, how far each import has come, every refused row, and how columns were
-- mapped before.

-- `rows_done` records of the file are dealt with: stored, or refused with a problem. It moves in the transaction that
-- stores them, so that an import goes on where it was, whatever ended. `kind` says what its rows are.
alter table imports
    alter column campaign_id drop not null,
    alter column total set default 0,
    alter column valid set default 0,
    alter column invalid set default 0,
    alter column duplicates set default 0,
    alter column dnc set default 0,
    alter column inserted set default 0,
    add column kind text not null default 'leads',
    add column status text not null default 'completed',
    add column list_id uuid,
    add column options jsonb not null default '{}',
    add column bytes_total bigint not null default 0,
    add column bytes_done bigint not null default 0,
    add column rows_done integer not null default 0,
    add column updated integer not null default 0,
    add column warnings integer not null default 0,
    add column started_at timestamp with time zone,
    -- When its runner was last seen at work. One that is silent for long is taken over.
    add column heartbeat_at timestamp with time zone,
    -- How often it was begun at the place where it is; a batch that was stored makes it 0 again.
    add column tries smallint not null default 0,
    add column failure text,
    add column cleared_at timestamp with time zone,
    add constraint ck_imports_status check (status in ('queued', 'running', 'completed', 'failed', 'cancelled')),
    add constraint ck_imports_campaign check (kind <> 'leads' or campaign_id is not null),
    add constraint fk_imports_list_id_lists foreign key (list_id) references lists (id) on delete set null;

-- Nobody finishes what an earlier release began and left.
update imports set status = 'failed', failure = 'The import was interrupted.' where finished_at is null;
update imports set rows_done = total, started_at = created_at;

create index ix_imports_tenant_id_created_at on imports (tenant_id, created_at);
create index ix_imports_open on imports (heartbeat_at) where status in ('queued', 'running');
create index ix_imports_uncleared on imports (finished_at) where cleared_at is null;

-- The uploaded file, about a megabyte to a piece. Gone when the import is over and nobody needs it any more.
create table import_chunks (
    import_id uuid not null,
    position integer not null,
    tenant_id uuid not null,
    content bytea not null,
    constraint pk_import_chunks primary key (import_id, position),
    constraint fk_import_chunks_import_id_imports foreign key (import_id) references imports (id) on delete cascade
);

-- Not compressed: it costs more time than the room is worth for what is read once.
alter table import_chunks alter column content set storage external;

-- Every row that became no lead, and cells that were left out of one. `number` is the row in a spreadsheet.
create table import_problems (
    import_id uuid not null,
    number integer not null,
    position smallint not null,
    tenant_id uuid not null,
    severity text not null,
    field text not null,
    column_name text not null,
    code text not null,
    value text not null,
    message text not null,
    constraint pk_import_problems primary key (import_id, number, position),
    constraint ck_import_problems_severity check (severity in ('refused', 'warning')),
    constraint fk_import_problems_import_id_imports foreign key (import_id) references imports (id) on delete cascade
);

-- Leads that an open import has changed: to it, a row that names one of them again is a repetition. No foreign key to
-- leads, since every lead that is ever deleted would have to look here.
create table import_updates (
    import_id uuid not null,
    lead_id uuid not null,
    tenant_id uuid not null,
    constraint pk_import_updates primary key (import_id, lead_id),
    constraint fk_import_updates_import_id_imports foreign key (import_id) references imports (id) on delete cascade
);

-- How a tenant's columns were mapped before, by the headers of the file whatever their order and spelling.
create table import_mappings (
    id uuid not null,
    tenant_id uuid not null,
    signature text not null,
    headers text[] not null,
    targets jsonb not null,
    used_at timestamp with time zone not null,
    created_at timestamp with time zone not null,
    constraint pk_import_mappings primary key (id),
    constraint uq_import_mappings_tenant_id_signature unique (tenant_id, signature),
    constraint fk_import_mappings_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade
);


-- Four foreign keys are half the cost of storing a lead, and yet they let a lead stand on another campaign's list. One
-- over three columns says more: through its list a lead belongs to that campaign and that tenant. The import that
-- brought a lead is remembered as a number only: no index of leads leads back from it, so deleting an import would
-- have read them all.
alter table lists add constraint uq_lists_id_campaign_id_tenant_id unique (id, campaign_id, tenant_id);
alter table leads
    drop constraint fk_leads_tenant_id_tenants,
    drop constraint fk_leads_campaign_id_campaigns,
    drop constraint fk_leads_import_id_imports,
    drop constraint fk_leads_list_id_lists,
    add constraint fk_leads_list_id_lists foreign key (list_id, campaign_id, tenant_id)
        references lists (id, campaign_id, tenant_id) on delete cascade;


do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['import_chunks', 'import_problems', 'import_updates', 'import_mappings'] loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy own_tenant on %I using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', tenant_table);
    end loop;
end $$;

-- Imports of all tenants that wait for a runner, or whose runner has not been seen since.
create function imports_to_run(silent_since timestamptz, max_rows integer) returns table (tenant_id uuid, import_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select i.tenant_id, i.id from imports i
   where i.status in ('queued', 'running') and (i.heartbeat_at is null or i.heartbeat_at < silent_since)
   order by i.created_at limit max_rows $$;

-- Imports of all tenants whose file may go.
create function imports_to_clear(failed_before timestamptz, max_rows integer)
    returns table (tenant_id uuid, import_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select i.tenant_id, i.id from imports i
   where i.cleared_at is null and i.finished_at is not null
     and (i.status in ('completed', 'cancelled') or i.finished_at < failed_before)
   limit max_rows $$;

-- After a large import: to the planner, a campaign that it has not heard of has one lead.
create function analyze_leads() returns void
    language plpgsql volatile security definer set search_path = public, pg_temp as
$$
begin
    analyze leads;
end
$$;
