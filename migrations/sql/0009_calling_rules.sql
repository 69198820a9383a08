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
