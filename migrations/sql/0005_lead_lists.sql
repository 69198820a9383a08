-- Lists within campaigns, where callees may be, the order of dialling, several phones of one person, and what a
-- campaign says about hours, consent and countries.

-- A named part of a campaign's leads. Every campaign has one list from the start, and that one bears its id.
create table lists (
    id uuid not null,
    tenant_id uuid not null,
    campaign_id uuid not null,
    name text not null,
    weight smallint not null default 1,
    is_active boolean not null default true,
    -- How far the list has come in taking turns with the others: grows by 1 / weight with each lead taken.
    turns_taken double precision not null default 0,
    created_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    constraint pk_lists primary key (id),
    constraint uq_lists_campaign_id_name unique (campaign_id, name),
    constraint ck_lists_weight check (weight between 1 and 100),
    constraint fk_lists_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_lists_campaign_id_campaigns foreign key (campaign_id) references campaigns (id) on delete cascade
);

create function make_first_list() returns trigger language plpgsql as
$$
begin
    insert into lists (id, tenant_id, campaign_id, name, created_at, updated_at)
    values (new.id, new.tenant_id, new.id, 'Main list', new.created_at, new.created_at);
    return null;
end
$$;

create trigger campaigns_first_list after insert on campaigns for each row execute function make_first_list();

insert into lists (id, tenant_id, campaign_id, name, created_at, updated_at)
select id, tenant_id, id, 'Main list', created_at, created_at from campaigns;


-- Where a callee may be: the jurisdictions whose rules bind a call to him, and every time zone that remains possible.
-- Facts about places, shared by all tenants; a lead points to one of them. Number 0: not determined yet.
create table localities (
    id integer generated always as identity,
    signature text not null,
    jurisdictions text[] not null,
    time_zones text[] not null,
    constraint pk_localities primary key (id),
    constraint uq_localities_signature unique (signature)
);

insert into localities (id, signature, jurisdictions, time_zones) overriding system value values (0, '', '{}', '{}');

-- Which localities a list's leads are in, or once were. Dialling looks for leads by list and locality, so a lead whose
-- pair is missing here would never be called: the triggers below see to it.
create table list_localities (
    list_id uuid not null,
    locality_id integer not null,
    tenant_id uuid not null,
    constraint pk_list_localities primary key (list_id, locality_id),
    constraint fk_list_localities_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_list_localities_list_id_lists foreign key (list_id) references lists (id) on delete cascade
);


alter table campaigns
    add column calling_hours_zone text not null default 'campaign',
    add column calling_days smallint[] not null default '{0,1,2,3,4,5,6}',
    add column call_type text not null default 'telemarketing',
    add column calling_profile text not null default 'strict',
    add column consent_on_record boolean not null default true,
    add column allowed_countries text[] not null default '{}',
    add column lead_order text not null default 'due',
    add column lead_order_field text,
    -- While its leads are being put in another order: the number up to which that is done, and since when it is so.
    -- Null: all are in order.
    add column reordered_up_to text,
    add column reordered_at timestamp with time zone,
    add column retry_rules jsonb not null default '{}',
    add constraint ck_campaigns_calling_hours_zone check (calling_hours_zone in ('campaign', 'callee')),
    add constraint ck_campaigns_calling_profile check (calling_profile in ('strict', 'address_first')),
    add constraint ck_campaigns_call_type
        check (call_type in ('telemarketing', 'prerecorded', 'debt', 'survey', 'service', 'b2b')),
    add constraint ck_campaigns_lead_order check (lead_order in ('due', 'newest', 'oldest', 'last_called', 'custom'));


alter table leads
    add column list_id uuid,
    add column locality_id integer not null default 0,
    add column external_id text,
    add column state text,
    add column postal_code text,
    add column time_zone text,
    add column consent boolean,
    add column next_phone text,
    add column callback_at timestamp with time zone,
    add column is_waiting boolean not null default false,
    add column dial_key double precision not null default 0,
    add column day_parts_tried smallint not null default 0;

update leads set list_id = campaign_id, is_waiting = next_call_at > now(),
                 dial_key = extract(epoch from next_call_at);

alter table leads
    alter column list_id set not null,
    add constraint fk_leads_list_id_lists foreign key (list_id) references lists (id) on delete cascade,
    -- Whose turn comes first: promised callbacks, then by priority, in each the due again before the never called.
    add column turn smallint generated always as (
        case when callback_at is not null then 0
             else 1 + 2 * priority + case when call_attempts = 0 then 1 else 0 end end) stored not null;

insert into list_localities (list_id, locality_id, tenant_id) select distinct list_id, locality_id, tenant_id from leads;

drop index ix_leads_due;
drop index ix_leads_campaign_id_status;
-- A waiting lead (its `next_call_at` had not come when it was written) is made ready when its time has come: a lead in
-- `ix_leads_ready` may be called as far as its own time is concerned, so choosing never steps over others.
create index ix_leads_ready on leads (list_id, turn, locality_id, dial_key, id)
    where status = 'pending' and not is_waiting;
create index ix_leads_waiting on leads (campaign_id, next_call_at) where status = 'pending' and is_waiting;
-- Promised callbacks are made ready first: they do not queue behind thousands of retries due at the same minute.
create index ix_leads_promised on leads (campaign_id, next_call_at)
    where status = 'pending' and is_waiting and callback_at is not null;
-- Counts by gate are read from this index alone.
create index ix_leads_gates on leads (campaign_id, status, list_id, locality_id, is_waiting, consent, status_reason)
    include (tenant_id);
-- Who bears one external id is one person, in whatever campaigns of the tenant.
create index ix_leads_external_id on leads (tenant_id, external_id) where external_id is not null;


-- By what the leads of one turn are ordered, smallest first. Text of a custom field is compared by its first six bytes.
create function lead_dial_key(lead_order text, lead_order_field text, created_at timestamptz, next_call_at timestamptz,
                              last_call_at timestamptz, custom_fields jsonb)
    returns double precision language plpgsql immutable as
$$
declare
    field text := custom_fields ->> lead_order_field;
    letters bytea;
begin
    if lead_order = 'newest' then return -extract(epoch from created_at); end if;
    if lead_order = 'oldest' then return extract(epoch from created_at); end if;
    if lead_order = 'last_called' then return coalesce(extract(epoch from last_call_at), 0); end if;
    if lead_order <> 'custom' then return extract(epoch from next_call_at); end if;
    if field is null or field = '' then return 'infinity'; end if;
    if field ~ '^\s*[+-]?\d{1,15}(\.\d{1,15})?\s*$' then return field::double precision; end if;
    if field ~ '^\d{4}-\d{2}-\d{2}' then
        begin
            return extract(epoch from (substr(field, 1, 10)::date)::timestamp);
        exception when others then null;
        end;
    end if;
    letters := substr(convert_to(rpad(lower(field), 6, ' '), 'UTF8'), 1, 6);
    return get_byte(letters, 0) * 2.0 ^ 40 + get_byte(letters, 1) * 2.0 ^ 32 + get_byte(letters, 2) * 2.0 ^ 24
         + get_byte(letters, 3) * 2.0 ^ 16 + get_byte(letters, 4) * 2.0 ^ 8 + get_byte(letters, 5);
end
$$;

create function complete_lead() returns trigger language plpgsql as
$$
begin
    new.list_id := coalesce(new.list_id, new.campaign_id);
    new.is_waiting := new.next_call_at > new.updated_at;
    return new;
end
$$;

create trigger leads_completed before insert on leads for each row
    when (new.list_id is null or new.next_call_at > new.updated_at) execute function complete_lead();

create function order_lead() returns trigger language plpgsql as
$$
begin
    if new.next_call_at is distinct from old.next_call_at then
        new.is_waiting := new.next_call_at > new.updated_at;
    end if;
    -- Whatever the order of the others, of two promises the earlier comes first.
    if new.callback_at is not null then
        new.dial_key := extract(epoch from new.next_call_at);
        return new;
    end if;
    select lead_dial_key(c.lead_order, c.lead_order_field, new.created_at, new.next_call_at, new.last_call_at,
                         new.custom_fields)
    into new.dial_key from campaigns c where c.id = new.campaign_id;
    return new;
end
$$;

create trigger leads_ordered
    before update of next_call_at, callback_at, last_call_at, custom_fields, campaign_id on leads
    for each row when (old.next_call_at is distinct from new.next_call_at
                       or old.callback_at is distinct from new.callback_at
                       or old.last_call_at is distinct from new.last_call_at
                       or old.custom_fields is distinct from new.custom_fields
                       or old.campaign_id is distinct from new.campaign_id)
    execute function order_lead();

create function campaigns_to_reorder(silent_since timestamptz) returns table (tenant_id uuid, campaign_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select c.tenant_id, c.id from campaigns c where c.reordered_up_to is not null and c.reordered_at < silent_since $$;

create function note_localities_of_new_leads() returns trigger language plpgsql as
$$
begin
    insert into list_localities (list_id, locality_id, tenant_id)
    -- In one order everywhere: two imports that bring the same pairs at once would wait for each other in a circle.
    select distinct list_id, locality_id, tenant_id from new_leads order by list_id, locality_id
    on conflict do nothing;
    return null;
end
$$;

create trigger leads_located after insert on leads referencing new table as new_leads
    for each statement execute function note_localities_of_new_leads();

create function note_locality_of_lead() returns trigger language plpgsql as
$$
begin
    insert into list_localities (list_id, locality_id, tenant_id) values (new.list_id, new.locality_id, new.tenant_id)
    on conflict do nothing;
    return null;
end
$$;

create trigger leads_relocated after update on leads for each row
    when (old.list_id is distinct from new.list_id or old.locality_id is distinct from new.locality_id)
    execute function note_locality_of_lead();


-- The phones of people who have several: the first is the lead's own, the others are tried after it in this order.
create table lead_phones (
    lead_id uuid not null,
    position smallint not null,
    tenant_id uuid not null,
    phone_normalized text not null,
    is_usable boolean not null default true,
    constraint pk_lead_phones primary key (lead_id, position),
    constraint uq_lead_phones_lead_id_phone_normalized unique (lead_id, phone_normalized),
    constraint fk_lead_phones_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_lead_phones_lead_id_leads foreign key (lead_id) references leads (id) on delete cascade
);

create index ix_lead_phones_tenant_id_phone_normalized on lead_phones (tenant_id, phone_normalized);

-- Attempts to a person are counted over all campaigns of the tenant.
create index ix_calls_tenant_id_to_number on calls (tenant_id, to_number, placing_at);


do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['lists', 'list_localities', 'lead_phones'] loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy own_tenant on %I using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', tenant_table);
    end loop;
end $$;

-- Asked once for a statement, not once for each row: of a million leads that is most of the time.
alter policy own_tenant on leads
    using (tenant_id = (select current_tenant())) with check (tenant_id = (select current_tenant()));
