-- Invitations, password resets, throttled logins, sessions that can be shown, and second factors.

alter table tenants add column admins_need_second_factor boolean not null default false;

-- The token before the present one, and when it was exchanged: whoever did not get the answer may ask again shortly.
alter table login_sessions add column previous_refresh_token_id uuid;
alter table login_sessions add column rotated_at timestamp with time zone;
alter table login_sessions add column address text;
alter table login_sessions add column user_agent text;


-- Networks from which a user has logged in. A stranger who guesses from elsewhere cannot shut these out.

create table login_places (
    user_id uuid not null,
    place text not null,
    tenant_id uuid not null,
    last_at timestamp with time zone not null,
    constraint pk_login_places primary key (user_id, place),
    constraint fk_login_places_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_login_places_user_id_users foreign key (user_id) references users (id) on delete cascade
);

create index ix_login_places_last_at on login_places (last_at);


-- Failed logins by account, network, or both; of no tenant, since most wrong addresses belong to none. Keys are hashes.

create table login_throttles (
    key text not null,
    failures integer not null,
    last_failed_at timestamp with time zone not null,
    blocked_until timestamp with time zone,
    constraint pk_login_throttles primary key (key)
);

create index ix_login_throttles_last_failed_at on login_throttles (last_failed_at);


-- Somebody wants a new password. Of no tenant: whether the address is anybody's is found out later, by a worker.

create table password_reset_requests (
    id uuid not null,
    email text not null,
    address text,
    requested_at timestamp with time zone not null,
    next_try_at timestamp with time zone not null,
    tries integer not null,
    constraint pk_password_reset_requests primary key (id)
);

create index ix_password_reset_requests_next_try_at on password_reset_requests (next_try_at);


-- What a link in a mail or the first half of a login is worth. Only hashes are kept.

create table single_use_tokens (
    id uuid not null,
    tenant_id uuid not null,
    user_id uuid not null,
    purpose text not null,
    token_hash bytea not null,
    created_at timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    used_at timestamp with time zone,
    tries integer not null,
    constraint pk_single_use_tokens primary key (id),
    constraint uq_single_use_tokens_token_hash unique (token_hash),
    constraint ck_single_use_tokens_purpose check (purpose in ('password_reset', 'second_factor')),
    constraint fk_single_use_tokens_tenant_id_tenants foreign key (tenant_id) references tenants (id)
        on delete cascade,
    constraint fk_single_use_tokens_user_id_users foreign key (user_id) references users (id) on delete cascade
);

create index ix_single_use_tokens_expires_at on single_use_tokens (expires_at);

create index ix_single_use_tokens_user_id on single_use_tokens (user_id);


create table invitations (
    id uuid not null,
    tenant_id uuid not null,
    email text not null,
    role text not null,
    is_agent boolean not null,
    agent_phone text,
    agent_group_id uuid,
    token_hash bytea,
    invited_by uuid,
    created_at timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    mail_wanted_at timestamp with time zone,
    mail_tries integer not null,
    mailed_at timestamp with time zone,
    accepted_at timestamp with time zone,
    accepted_by uuid,
    revoked_at timestamp with time zone,
    constraint pk_invitations primary key (id),
    constraint uq_invitations_token_hash unique (token_hash),
    constraint ck_invitations_role check (role in ('owner', 'admin', 'supervisor', 'agent')),
    constraint fk_invitations_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_invitations_agent_group_id_agent_groups foreign key (agent_group_id) references agent_groups (id)
        on delete set null,
    constraint fk_invitations_invited_by_users foreign key (invited_by) references users (id) on delete set null,
    constraint fk_invitations_accepted_by_users foreign key (accepted_by) references users (id) on delete set null
);

create index ix_invitations_mail_wanted_at on invitations (mail_wanted_at) where mail_wanted_at is not null;

-- One open invitation for each address.
create unique index uq_invitations_open on invitations (tenant_id, lower(email))
    where accepted_at is null and revoked_at is null;


create table second_factors (
    user_id uuid not null,
    tenant_id uuid not null,
    secret_encrypted text not null,
    created_at timestamp with time zone not null,
    confirmed_at timestamp with time zone,
    last_step bigint,
    constraint pk_second_factors primary key (user_id),
    constraint fk_second_factors_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_second_factors_user_id_users foreign key (user_id) references users (id) on delete cascade
);

create table recovery_codes (
    user_id uuid not null,
    code_hash bytea not null,
    tenant_id uuid not null,
    used_at timestamp with time zone,
    constraint pk_recovery_codes primary key (user_id, code_hash),
    constraint fk_recovery_codes_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint fk_recovery_codes_user_id_users foreign key (user_id) references users (id) on delete cascade
);


do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['login_places', 'single_use_tokens', 'invitations', 'second_factors',
                                        'recovery_codes']
    loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy own_tenant on %I using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', tenant_table);
    end loop;
end $$;


-- Look-ups before the tenant is known. Each runs as the owner and gives away what a login or a link needs.

create function find_login_from(wanted_email text, from_place text, seen_since timestamptz)
    returns table (user_id uuid, tenant_id uuid, password_hash text, is_active boolean, is_known_place boolean,
                   has_second_factor boolean)
    language sql stable security definer set search_path = public, pg_temp as
$$ select u.id, u.tenant_id, u.password_hash, u.is_active,
          exists (select from login_places p
                  where p.user_id = u.id and p.place = from_place and p.last_at > seen_since),
          exists (select from second_factors f where f.user_id = u.id and f.confirmed_at is not null)
   from users u where lower(u.email) = lower(wanted_email) $$;

create function find_single_use_token(wanted_hash bytea, wanted_purpose text)
    returns table (tenant_id uuid, user_id uuid, token_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select t.tenant_id, t.user_id, t.id from single_use_tokens t
   where t.token_hash = wanted_hash and t.purpose = wanted_purpose $$;

create function find_invitation(wanted_hash bytea) returns table (tenant_id uuid, invitation_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select i.tenant_id, i.id from invitations i where i.token_hash = wanted_hash $$;

create function invitations_to_mail(at timestamptz, max_rows integer)
    returns table (tenant_id uuid, invitation_id uuid)
    language sql stable security definer set search_path = public, pg_temp as
$$ select i.tenant_id, i.id from invitations i
   where i.mail_wanted_at <= at and i.accepted_at is null and i.revoked_at is null and i.expires_at > at
   order by i.mail_wanted_at limit max_rows $$;

-- Sessions, tokens and places that have been over for long, of every tenant. Returns how many rows went.
create function forget_past_access(before timestamptz, places_before timestamptz) returns integer
    language plpgsql volatile security definer set search_path = public, pg_temp as
$$
declare
    gone integer;
    more integer;
begin
    delete from login_sessions where expires_at < before or ended_at < before;
    get diagnostics gone = row_count;
    delete from single_use_tokens where expires_at < before;
    get diagnostics more = row_count;
    gone := gone + more;
    delete from login_places where last_at < places_before;
    get diagnostics more = row_count;
    return gone + more;
end
$$;
