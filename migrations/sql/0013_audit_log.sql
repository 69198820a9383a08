-- Who changed what. Triggers write it, so that no statement can change a setting without a trace; what changes no row
-- of such a table (logins, exports, a recording listened to) is written by the use case.

create table audit_log (
    id bigint generated always as identity not null,
    tenant_id uuid not null,
    at timestamp with time zone not null,
    -- Not a foreign key: what somebody did is known when they are gone. Null is the system itself.
    actor_id uuid,
    action text not null,
    object_type text not null,
    object_id text,
    changes jsonb not null,
    via text,
    address text,
    request_id text,
    constraint pk_audit_log primary key (id),
    constraint fk_audit_log_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade
);

create index ix_audit_log_tenant_id_id on audit_log (tenant_id, id);
create index ix_audit_log_tenant_id_object on audit_log (tenant_id, object_type, object_id, id);
create index ix_audit_log_tenant_id_actor_id on audit_log (tenant_id, actor_id, id);
create index ix_audit_log_at on audit_log (at);

alter table audit_log enable row level security;
create policy own_tenant on audit_log using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());


-- Secrets are told to have changed, not to what; of telephone numbers the last four digits are hidden.
create function audit_mask(field text, value jsonb) returns jsonb language sql immutable as
$$
select case
    when value is null or value = 'null' then 'null'
    when field ~ '(_encrypted|_hash|password|secret|token)$' then '"****"'
    when field ~ '(phone|phone_normalized|number|caller_id)$' and jsonb_typeof(value) = 'string'
        then to_jsonb(regexp_replace(value #>> '{}', '\d{4}$', '****'))
    else regexp_replace(value::text, '(\+\d{3,11})\d{4}', '\1****', 'g')::jsonb
end
$$;

-- Write one entry. Who, from where and how are what the transaction was told with set_config('app.deed', …, true).
create function write_audit_entry(of_tenant uuid, what text, type text, id text, changed jsonb) returns void
    language plpgsql as
$$
declare
    deed jsonb := nullif(current_setting('app.deed', true), '')::jsonb;
begin
    -- With its tenant goes everything, and nothing is noted for it any more.
    insert into audit_log (tenant_id, at, actor_id, action, object_type, object_id, changes, via, address, request_id)
    select of_tenant, coalesce((deed ->> 'at')::timestamptz, clock_timestamp()), (deed ->> 'actor_id')::uuid, what,
           type, id, changed, deed ->> 'via', deed ->> 'address', deed ->> 'request_id'
    where exists (select from tenants t where t.id = of_tenant);
end
$$;

-- Arguments: the type of the object, and the columns that are of no interest, with commas between them.
create function audit_row() returns trigger language plpgsql as
$$
declare
    was jsonb := coalesce(to_jsonb(old), '{}');
    became jsonb := coalesce(to_jsonb(new), '{}');
    known jsonb := was || became;
    ignored text[] := string_to_array(tg_argv[1], ',') || array['id', 'tenant_id', 'created_at', 'updated_at'];
    changed jsonb;
begin
    select jsonb_object_agg(f.field, case tg_op
        when 'INSERT' then jsonb_build_object('after', audit_mask(f.field, became -> f.field))
        when 'DELETE' then jsonb_build_object('before', audit_mask(f.field, was -> f.field))
        else jsonb_build_object('before', audit_mask(f.field, was -> f.field),
                                'after', audit_mask(f.field, became -> f.field)) end)
    into changed
    from jsonb_object_keys(known) as f (field)
    where f.field <> all (ignored) and coalesce(was -> f.field, 'null') <> coalesce(became -> f.field, 'null');
    if tg_op = 'UPDATE' and changed is null then
        return null;
    end if;
    perform write_audit_entry(
        coalesce(known ->> 'tenant_id', known ->> 'id')::uuid,
        tg_argv[0] || case tg_op when 'INSERT' then '.created' when 'DELETE' then '.deleted' else '.changed' end,
        tg_argv[0],
        coalesce(known ->> 'id', known ->> 'user_id', known ->> 'tenant_id'),
        coalesce(changed, '{}'));
    return null;
end
$$;

-- Whole lists of numbers come and go in one statement: a few are told one by one, many as how many they were.
create function audit_numbers() returns trigger language plpgsql as
$$
declare
    verb text := case tg_op when 'INSERT' then '.created' else '.deleted' end;
    side text := case tg_op when 'INSERT' then 'after' else 'before' end;
    many bigint;
begin
    select count(*) into many from touched;
    if many > 20 then
        perform write_audit_entry((select t.tenant_id from touched t limit 1), tg_argv[0] || verb, tg_argv[0], null,
                                  jsonb_build_object('count', jsonb_build_object(side, many)));
    else
        perform write_audit_entry(t.tenant_id, tg_argv[0] || verb, tg_argv[0], t.id::text,
            (select jsonb_object_agg(f.field, jsonb_build_object(side, audit_mask(f.field, f.value)))
             from jsonb_each(to_jsonb(t)) as f (field, value)
             where f.field in ('phone_normalized', 'campaign_id', 'reason', 'source', 'expires_at')
               and f.value <> 'null'))
        from touched t;
    end if;
    return null;
end
$$;

-- Audit a table. `ignored` columns change all the time and concern nobody: an update that names no other column does
-- not even call the function. With `people_only` what workers change on their own is not noted. To be called again when
-- a table with ignored columns gets another one.
create function audit_table(audited text, type text, ignored text, people_only boolean) returns void
    language plpgsql as
$$
declare
    columns text := '';
    condition text := case when people_only then 'when (coalesce(current_setting(''app.deed'', true), '''') <> '''')' else '' end;
begin
    if ignored <> '' then
        select 'of ' || string_agg(quote_ident(attname), ', ' order by attnum) into columns
        from pg_attribute
        where attrelid = audited::regclass and attnum > 0 and not attisdropped and attgenerated = ''
          and attname <> all (string_to_array(ignored, ',') || array['id', 'tenant_id', 'created_at', 'updated_at']);
    end if;
    execute format('drop trigger if exists audit_inserted on %1$I; drop trigger if exists audit_updated on %1$I; drop trigger if exists audit_deleted on %1$I', audited);
    execute format('create trigger audit_inserted after insert on %I for each row %s execute function audit_row(%L, %L)',
                   audited, condition, type, ignored);
    execute format('create trigger audit_updated after update %s on %I for each row %s execute function audit_row(%L, %L)',
                   columns, audited, condition, type, ignored);
    execute format('create trigger audit_deleted after delete on %I for each row %s execute function audit_row(%L, %L)',
                   audited, condition, type, ignored);
end
$$;

select audit_table('tenants', 'tenant', 'rules_revision,number_salt', false);
select audit_table('users', 'user', 'last_login_at', false);
select audit_table('invitations', 'invitation', 'token_hash,mail_wanted_at,mail_tries', false);
select audit_table('second_factors', 'second_factor', 'last_step', false);
select audit_table('agents', 'agent',
    'status,held_call_ids,talking_since,wrap_up_until,idle_since,state,console_leg_sid,phone_leg_failed_at,disconnected_at,last_active_at',
    false);
select audit_table('agent_groups', 'agent_group', '', false);
select audit_table('campaigns', 'campaign', 'last_paced_at,pacing_note,reordered_up_to,reordered_at', false);
select audit_table('lists', 'list', 'turns_taken', false);
select audit_table('carrier_accounts', 'carrier_account', '', false);
select audit_table('tenant_rules', 'rule', '', false);
select audit_table('retention_settings', 'retention', 'calls_done_until,recordings_done_until', false);
select audit_table('erasures', 'erasure', 'counts,finished_at,look_again_at', false);
select audit_table('dnc_registries', 'registry', 'serial,total,problems,activated_at,ended_at,cleared_at', true);
select audit_table('imports', 'import',
    'bytes_total,bytes_done,rows_done,total,valid,invalid,duplicates,dnc,inserted,updated,warnings,tries,failure,started_at,heartbeat_at,finished_at,cleared_at',
    true);
select audit_table('import_mappings', 'import_mapping', 'used_at', true);
select audit_table('bulk_jobs', 'bulk_job', 'matched,done,anonymised,skipped,failure,finished_at', true);

create trigger audit_inserted after insert on suppressions referencing new table as touched
    for each statement when (coalesce(current_setting('app.deed', true), '') <> '')
    execute function audit_numbers('suppression');
create trigger audit_deleted after delete on suppressions referencing old table as touched
    for each statement when (coalesce(current_setting('app.deed', true), '') <> '')
    execute function audit_numbers('suppression');


-- The application's role may write and read, never change or delete. What is older than half a year at the least may
-- go, and only through here.
create function forget_audit_entries(before timestamptz, max_rows integer) returns integer
    language sql volatile security definer set search_path = public, pg_temp as
$$
with gone as (
    delete from audit_log where id in (
        select a.id from audit_log a
        where a.at < least(before, clock_timestamp() - interval '180 days') order by a.at limit max_rows)
    returning 1)
select count(*)::integer from gone
$$;
