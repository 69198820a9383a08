-- The numbers that a tenant calls from: what its carrier account owns or has verified, as of the last time that the
-- carrier was asked, and those that somebody wrote down by hand. A campaign may show a number that is not here.
create table caller_numbers (
    id uuid not null,
    tenant_id uuid not null,
    e164 text not null,
    -- The tenant's own name for it. Without one, the carrier's is shown.
    label text,
    carrier_label text,
    kind text not null,
    has_voice boolean not null,
    -- False once the carrier no longer names it.
    is_active boolean not null,
    synced_at timestamp with time zone,
    created_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    constraint pk_caller_numbers primary key (id),
    constraint fk_caller_numbers_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint uq_caller_numbers_tenant_id_e164 unique (tenant_id, e164),
    constraint ck_caller_numbers_kind check (kind in ('owned', 'verified', 'manual'))
);

alter table caller_numbers enable row level security;
create policy own_tenant on caller_numbers
    using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());

select audit_table('caller_numbers', 'caller_number', 'synced_at', false);
