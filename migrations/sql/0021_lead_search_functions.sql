-- Looking for people by their names and by the ends of their numbers. Row-level security keeps such conditions from
-- using an index, as comparing letters might tell something about rows of others. So the index is read here, where the
-- tenant is a condition like the others, and what comes out are numbers of leads of the tenant and no more.

-- A few leads of a campaign, in no order: those of which a name or the e-mail begins with a word, the phone with one of
-- the beginnings or ends with the ending, or whose external id is just so. Null looks for nothing.
create function find_leads_of_campaign(campaign uuid, word text, beginnings text[], ending text, external text,
                                       max_rows integer)
    returns table (lead_id uuid) language sql stable security definer set search_path = public, pg_temp as
$$
    select found.id from (
        (select l.id from leads l
         where word is not null and l.campaign_id = campaign and l.tenant_id = current_tenant()
           and l.last_name is not null
           and lower(l.last_name collate person_names) >= lower(word collate person_names)
           and lower(l.last_name collate person_names) < (lower(word collate person_names) || chr(1114111))
         limit max_rows)
        union
        (select l.id from leads l
         where word is not null and l.campaign_id = campaign and l.tenant_id = current_tenant()
           and l.first_name is not null
           and lower(l.first_name collate person_names) >= lower(word collate person_names)
           and lower(l.first_name collate person_names) < (lower(word collate person_names) || chr(1114111))
         limit max_rows)
        union
        (select l.id from leads l
         where word is not null and l.campaign_id = campaign and l.tenant_id = current_tenant() and l.email is not null
           and lower(l.email collate person_names) >= lower(word collate person_names)
           and lower(l.email collate person_names) < (lower(word collate person_names) || chr(1114111))
         limit max_rows)
        union
        (select l.id from unnest(beginnings) as beginning
         cross join lateral (
             select l.id from leads l
             where l.campaign_id = campaign and l.tenant_id = current_tenant()
               and l.phone_normalized between beginning and beginning || '999999999999999' limit max_rows) as l
         limit max_rows)
        union
        (select l.id from unnest(beginnings) as beginning
         cross join lateral (
             select p.lead_id from lead_phones p
             where p.tenant_id = current_tenant() and p.position > 0
               and p.phone_normalized between beginning and beginning || '999999999999999' limit max_rows) as p
         join leads l on l.id = p.lead_id and l.campaign_id = campaign
         limit max_rows)
        union
        (select l.id from leads l
         where ending is not null and l.campaign_id = campaign and l.tenant_id = current_tenant()
           and "right"(l.phone_normalized, 4) = "right"(ending, 4)
           and "right"(l.phone_normalized, length(ending)) = ending
         limit max_rows)
        union
        (select l.id from leads l
         where external is not null and l.campaign_id = campaign and l.tenant_id = current_tenant()
           and l.external_id = external
         limit max_rows)
    ) as found limit max_rows
$$;

-- The leads of a campaign that have last names, in their order, from just after one on.
create function leads_by_name(campaign uuid, after_last text, after_first text, after_id uuid, max_rows integer)
    returns table (lead_id uuid) language sql stable security definer set search_path = public, pg_temp as
$$
    select l.id from leads l
    where l.campaign_id = campaign and l.tenant_id = current_tenant() and l.last_name is not null
      and (lower(l.last_name collate person_names), lower(coalesce(l.first_name, '') collate person_names), l.id)
          > (after_last collate person_names, after_first collate person_names, after_id)
    order by lower(l.last_name collate person_names), lower(coalesce(l.first_name, '') collate person_names), l.id
    limit max_rows
$$;
