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

-- The rules behind a verdict, by the version that the verdict names: the shipped book once for all tenants, and of a
-- tenant's own book the rows that it adds to the shipped one.
create table rule_books (
    id uuid not null,
    tenant_id uuid,
    version text not null,
    rules jsonb not null,
    first_used_at timestamp with time zone not null,
    constraint pk_rule_books primary key (id),
    constraint fk_rule_books_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade
);

create unique index uq_rule_books_version on rule_books (tenant_id, version) nulls not distinct;

alter table tenant_rules enable row level security;
create policy own_tenant on tenant_rules
    using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
alter table rule_books enable row level security;
create policy own_tenant on rule_books
    using (tenant_id is null or tenant_id = current_tenant())
    with check (tenant_id is null or tenant_id = current_tenant());


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


-- Whom a list holds for a time only, among millions whom it holds for good.
create index ix_suppressions_expires_at on suppressions (tenant_id, expires_at) where expires_at is not null;
