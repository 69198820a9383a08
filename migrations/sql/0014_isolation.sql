-- What keeps tenants apart.

-- These two were the only definer functions without a search path of their own: with a schema of theirs before
-- pg_catalog, callers could have had operators of their making run as the owner.
alter function enter_tenant_of_call(uuid) set search_path = public, pg_temp;
alter function enter_tenant_of_agent(uuid) set search_path = public, pg_temp;

-- Functions that look over all tenants are the application's alone. PostgreSQL gives every new function to everybody;
-- the second statement ends that for what this role creates from now on. The application's role has its own grants.
do $$
declare
    definer regprocedure;
begin
    for definer in
        select p.oid::regprocedure from pg_proc p
        where p.prosecdef and p.pronamespace = 'public'::regnamespace and p.proowner = current_user::regrole
    loop
        execute format('revoke execute on function %s from public', definer);
    end loop;
end $$;
alter default privileges revoke execute on functions from public;

-- Rows that belong to all tenants can be read and added to by each, and changed or removed by none.
drop policy own_tenant on rule_books;
create policy shared_or_own on rule_books for select using (tenant_id is null or tenant_id = current_tenant());
create policy add_shared_or_own on rule_books for insert with check (tenant_id is null or tenant_id = current_tenant());
create policy change_own on rule_books for update
    using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
create policy remove_own on rule_books for delete using (tenant_id = current_tenant());

alter table localities enable row level security;
create policy everybody_reads on localities for select using (true);
create policy everybody_adds on localities for insert with check (true);

-- While an account's token is being changed, either may sign.
alter table carrier_accounts add column secondary_auth_token_encrypted text;
