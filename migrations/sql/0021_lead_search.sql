-- concurrently
-- What a table of leads is read by, a page at a time, in any order and by any filter that it offers.

-- In the order in which they came or by priority, of any lists and statuses, called or never: a few branches of this
-- index are merged.
create index concurrently ix_leads_standing on leads (list_id, status, priority, (last_call_at is null), id);
-- Costs an import nothing: nobody on it has been called.
create index concurrently ix_leads_last_called on leads (campaign_id, status, last_call_at, id)
    where last_call_at is not null;
create index concurrently ix_leads_name
    on leads (campaign_id, lower(last_name collate person_names), lower(coalesce(first_name, '') collate person_names), id)
    where last_name is not null;
create index concurrently ix_leads_first_name on leads (campaign_id, lower(first_name collate person_names))
    where first_name is not null;
create index concurrently ix_leads_email on leads (campaign_id, lower(email collate person_names)) where email is not null;
-- The last four digits are shared by so few that the rest is compared one by one, and the index stays small.
create index concurrently ix_leads_phone_end on leads (campaign_id, "right"(phone_normalized, 4));
create index concurrently ix_leads_country on leads (campaign_id, country);
create index concurrently ix_leads_callback on leads (campaign_id, callback_at, id) where callback_at is not null;
