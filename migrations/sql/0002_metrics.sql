-- Sums over all tenants for the metrics page. Runs as the owner; gives away numbers, never a row.
-- Ended calls are left out: counting them would read the whole table, and counters of events tell more.

create function floor_counts() returns table (subject text, state text, total bigint)
    language sql stable security definer set search_path = public, pg_temp as
$$
    select 'call', c.state, count(*) from calls c
    where c.state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned')
    group by c.state
    union all
    select 'agent', a.state, count(*) from agents a where a.is_active group by a.state
    union all
    select 'campaign', c.status, count(*) from campaigns c group by c.status
$$;
