-- What tenants without a carrier account of their own do together on the platform's: how many of them have an active
-- campaign, their planned calls, and all their lines. Numbers only; counted from rows, so they cannot drift.
create function platform_account_use() returns table (tenants bigint, planned bigint, lines bigint)
    language sql stable security definer set search_path = public, pg_temp as
$$ select (select count(distinct m.tenant_id) from campaigns m
           where m.status = 'active'
             and not exists (select from carrier_accounts a where a.tenant_id = m.tenant_id)),
          count(*) filter (where c.state = 'planned'), count(*)
   from calls c
   where c.state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned')
     and not exists (select from carrier_accounts a where a.tenant_id = c.tenant_id) $$;

-- Imports of all tenants that nobody works on: of each tenant the one that has waited longest, then the second of each.
-- Among tenants those come first of whom nothing was imported for longest, or nothing yet.
create function imports_in_turn(silent_since timestamptz, max_rows integer)
    returns table (tenant_id uuid, import_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select w.tenant_id, w.id
   from (select i.tenant_id, i.id, i.created_at, i.heartbeat_at,
                row_number() over (partition by i.tenant_id order by i.heartbeat_at nulls first, i.created_at, i.id) as turn
         from imports i
         where i.status = 'queued' or (i.status = 'running' and (i.heartbeat_at is null or i.heartbeat_at < silent_since))
        ) w
   order by w.turn + (select count(*) from imports r where r.tenant_id = w.tenant_id and r.status = 'running'
                        and r.heartbeat_at >= silent_since),
            w.heartbeat_at nulls first, w.created_at, w.id
   limit max_rows $$;

-- Whether an import of another tenant waits for somebody to work on it.
create function others_imports_wait(own_tenant uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp as
$$ select exists (select from imports i
                  where i.tenant_id <> own_tenant
                    and (i.status = 'queued' or i.status = 'running' and i.heartbeat_at is null)) $$;
