-- Calling rules that a tenant adds to the shipped ones, and every rule book by which a verdict was given.

-- Counts the changes of a tenant's own rules, so that whoever holds a rule book knows whether it is still the newest.
alter table tenants add column rules_revision integer not null default 0;

-- Rules are added and retired, never changed or deleted: an auditor reads what held at a time.
create table tenant_rules (
    id uuid not null,
    tenant_id uuid not null,
    rule jsonb not null,
    created_by uuid,
    created_at timestamp with time zone not null,
    retired_by uuid,
    retired_at timestamp with time zone,
    constraint pk_tenant_rules primary key (id),
    constraint fk_tenant_rules_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_tenant_rules_created_by_users foreign key (created_by) references users (id) on delete set null,
    constraint fk_tenant_rules_retired_by_users foreign key (retired_by) references users (id) on delete set null
);

create index ix_tenant_rules_tenant_id on tenant_rules (tenant_id) where retired_at is null;

create function count_rule_change() returns trigger language plpgsql as
$$
begin
    update tenants set rules_revision = rules_revision + 1 where id = new.tenant_id;
    return null;
end
$$;

create trigger tenant_rules_changed after insert or update on tenant_rules
    for each row execute function count_rule_change();

-- The rules behind a verdict, by the version that the verdict names.
create table rule_books (
    tenant_id uuid not null,
    version text not null,
    rules jsonb not null,
    first_used_at timestamp with time zone not null,
    constraint pk_rule_books primary key (tenant_id, version),
    constraint fk_rule_books_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade
);

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['tenant_rules', 'rule_books'] loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy own_tenant on %I using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', tenant_table);
    end loop;
end $$;


-- Lists with ready leads of whom nobody has determined where they are: from before there were localities, or since the
-- campaign's profile was changed.
create function undetermined_lists(max_rows integer) returns table (tenant_id uuid, list_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select known.tenant_id, known.list_id from list_localities known
   where known.locality_id = 0
     and exists (select from generate_series(0, 6) as t (turn) cross join lateral (
                     select l.id from leads l
                     where l.list_id = known.list_id and l.turn = t.turn and l.locality_id = 0
                       and l.status = 'pending' and not l.is_waiting
                     limit 1) as lead)
   limit max_rows $$;
