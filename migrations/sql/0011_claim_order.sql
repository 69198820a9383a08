-- concurrently
-- The first ready leads of a turn, wherever they live: while most of them may be called, nobody has to be looked for
-- place by place. `turn >= 0` holds for all: only a query that says so uses this index, since who asks for one place must
-- never read past all the others.
create index concurrently ix_leads_in_order on leads (list_id, turn, dial_key, id)
    where status = 'pending' and not is_waiting and turn >= 0;
