-- National do-not-call lists, which leads an entry took off their lists, and the order in which entries are shown.

-- One version of a national do-not-call list. A new version is loaded beside the one that holds and takes its place in
-- one transaction; only active ones are ever consulted. Rows stay as the record of what held when; their numbers go.
create table dnc_registries (
    id uuid not null,
    -- What its numbers are filed under: sixteen bytes for each block would be as much as the numbers themselves.
    serial integer generated always as identity,
    tenant_id uuid not null,
    name text not null,
    jurisdiction text not null,
    published_on date not null,
    status text not null,
    import_id uuid,
    total bigint not null default 0,
    problems bigint not null default 0,
    created_by uuid,
    created_at timestamp with time zone not null,
    activated_at timestamp with time zone,
    ended_at timestamp with time zone,
    -- When its numbers were gone: deleted in batches after its end.
    cleared_at timestamp with time zone,
    constraint pk_dnc_registries primary key (id),
    constraint uq_dnc_registries_serial unique (serial),
    constraint ck_dnc_registries_status check (status in ('loading', 'active', 'superseded', 'failed', 'removed')),
    constraint fk_dnc_registries_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_dnc_registries_created_by_users foreign key (created_by) references users (id) on delete set null,
    constraint fk_dnc_registries_import_id_imports foreign key (import_id) references imports (id) on delete set null
);

-- Of each list of a jurisdiction, one version holds.
create unique index uq_dnc_registries_active on dnc_registries (tenant_id, jurisdiction, name) where status = 'active';
create index ix_dnc_registries_tenant_id_created_at on dnc_registries (tenant_id, created_at);
create index ix_dnc_registries_import_id on dnc_registries (import_id);
create index ix_dnc_registries_uncleared on dnc_registries (serial)
    where status in ('superseded', 'failed', 'removed') and cleared_at is null;

-- The numbers of a registry, ten thousand neighbours to a row: number n (E.164 without its plus) belongs to block
-- n / 10000, as n % 10000 among `few` or as that bit of `many`. A row for each number would take ten to fifty times the
-- room, and the whole list has to be at hand while leads are imported and called.
-- No foreign keys: checking them costs more than filing the numbers. What they would do is done by triggers below.
create table registry_blocks (
    block bigint not null,
    serial integer not null,
    tenant_id uuid not null,
    few smallint[],
    many bit(10000),
    constraint pk_registry_blocks primary key (block, serial),
    constraint ck_registry_blocks_one_form check (num_nonnulls(few, many) = 1)
);

create function delete_blocks_of_registry() returns trigger language plpgsql as
$$
begin
    delete from registry_blocks where serial = old.serial;
    return null;
end
$$;

create trigger dnc_registries_deleted after delete on dnc_registries for each row
    when (old.cleared_at is null) execute function delete_blocks_of_registry();


-- Which leads an entry took off their lists, so that removing it can bring back these and no others.
create table suppressed_leads (
    suppression_id uuid not null,
    lead_id uuid not null,
    tenant_id uuid not null,
    at timestamp with time zone not null,
    constraint pk_suppressed_leads primary key (suppression_id, lead_id),
    constraint fk_suppressed_leads_suppression_id_suppressions foreign key (suppression_id)
        references suppressions (id) on delete cascade,
    constraint fk_suppressed_leads_lead_id_leads foreign key (lead_id) references leads (id) on delete cascade,
    constraint fk_suppressed_leads_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade
);

create index ix_suppressed_leads_lead_id on suppressed_leads (lead_id);

-- Checking two foreign keys was half the cost of listing a number. That the tenant exists is in row-level security, and
-- who created an entry may be somebody who is no user any more.
alter table suppressions
    drop constraint fk_suppressions_tenant_id_tenants,
    drop constraint fk_suppressions_created_by_users;

create function delete_suppressions_of_tenant() returns trigger language plpgsql as
$$
begin
    delete from suppressions where tenant_id = old.id;
    return null;
end
$$;

create trigger tenants_deleted after delete on tenants for each row execute function delete_suppressions_of_tenant();

-- Lists of millions are shown newest first, a page at a time.
create index ix_suppressions_tenant_id_created_at on suppressions (tenant_id, created_at, id);


do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['dnc_registries', 'registry_blocks', 'suppressed_leads'] loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy own_tenant on %I using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', tenant_table);
    end loop;
end $$;

-- Registries whose time is over and whose numbers are still there.
create function uncleared_registries(max_rows integer) returns table (tenant_id uuid, registry_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select r.tenant_id, r.id from dnc_registries r
   where r.status in ('superseded', 'failed', 'removed') and r.cleared_at is null
   order by r.serial limit max_rows $$;
