-- Tenants for whom nothing is dialled until an operator has said so: after a restore nobody knows whom the installation
-- called since the backup was taken. No campaign of theirs can be started while the row is there.
create table dialling_holds (
    tenant_id uuid not null,
    reason text not null,
    -- Calls that were placed after this moment may be missing here.
    unknown_since timestamp with time zone not null,
    held_at timestamp with time zone not null,
    -- When the carrier's own list of calls was last gone through for what is missing.
    reconciled_at timestamp with time zone,
    constraint pk_dialling_holds primary key (tenant_id),
    constraint fk_dialling_holds_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade
);

alter table dialling_holds enable row level security;
create policy own_tenant on dialling_holds
    using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
