-- concurrently
-- The first ready leads of a turn, wherever they live: while most of them may be called, nobody has to be looked for
-- place by place.
create index concurrently ix_leads_in_order on leads (list_id, turn, dial_key, id)
    where status = 'pending' and not is_waiting;
