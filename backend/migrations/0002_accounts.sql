-- Who exists and who is asking: accounts, clients, operators, credentials, sign-in sessions.

set local role visio_owner;

do $users$
begin
  if to_regclass('auth.users') is null then
    create table auth.users (
      id uuid primary key default gen_random_uuid(),
      email text not null unique check (email = lower(email) and length(email) between 3 and 254),
      created_at timestamptz not null default now()
    );
    comment on table auth.users is 'One row per account; made here only where Supabase has not made it.';
    alter table auth.users enable row level security;
    alter table auth.users force row level security;
    grant select, insert, update, delete on auth.users to visio_definer;
  end if;
  if to_regprocedure('auth.uid()') is null then
    -- Same meaning as Supabase's. The nullif matters: after its first use in a session the setting
    -- reads as an empty string, not as null.
    create function auth.uid() returns uuid
      language sql stable
      return coalesce(
        nullif(current_setting('request.jwt.claim.sub', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
      )::uuid;
    grant execute on function auth.uid() to authenticated, visio_definer, visio_worker;
  end if;
end
$users$;

create table public.clients (
  id uuid primary key default gen_random_uuid(),
  auth_user_id uuid not null unique references auth.users (id),
  full_name text not null check (length(full_name) between 1 and 200),
  locale text not null default 'fr' check (locale ~ '^[a-z]{2}(-[A-Z]{2})?$'),
  time_zone text not null default 'Europe/Paris' check (length(time_zone) between 1 and 64),
  active boolean not null default true,
  created_at timestamptz not null default now()
);
comment on table public.clients is 'The people MiKL works with. Their id is not their account''s.';

create table public.operators (
  id uuid primary key default gen_random_uuid(),
  auth_user_id uuid not null unique references auth.users (id),
  full_name text not null check (length(full_name) between 1 and 200),
  locale text not null default 'fr' check (locale ~ '^[a-z]{2}(-[A-Z]{2})?$'),
  time_zone text not null default 'Europe/Paris' check (length(time_zone) between 1 and 64),
  active boolean not null default true,
  is_admin boolean not null default false,
  created_at timestamptz not null default now()
);
comment on table public.operators is 'Those who hold meetings: MiKL.';

create table private.credentials (
  user_id uuid primary key references auth.users (id) on delete cascade,
  password_hash text not null,
  -- Encrypted with a key from the service's environment, never in clear.
  totp_secret bytea,
  totp_last_step bigint,
  recovery_hashes text[] not null default '{}',
  changed_at timestamptz not null default now()
);

create table private.sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  counter bigint not null default 0 check (counter >= 0),
  created_at timestamptz not null default now(),
  refreshed_at timestamptz not null default now(),
  idle_until timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoke_reason text,
  device text not null default '',
  last_address text not null default '',
  constraint sessions_revoked check ((revoked_at is null) = (revoke_reason is null))
);
create index sessions_user_id on private.sessions (user_id);

create table private.one_time_codes (
  sha256 text primary key check (sha256 ~ '^[0-9a-f]{64}$'),
  kind text not null check (kind in ('invite', 'reset', 'oidc')),
  user_id uuid not null references auth.users (id) on delete cascade,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index one_time_codes_user_id on private.one_time_codes (user_id);

create table private.attempts (
  key text primary key,
  window_start timestamptz not null,
  count integer not null check (count >= 0)
);
comment on table private.attempts is 'Counters behind limits; keys hold digests, never addresses.';

create table private.server_keys (
  name text primary key,
  value text not null,
  created_at timestamptz not null default now()
);
comment on table private.server_keys is 'Keys the service made for itself because none were configured.';

create table private.audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor uuid,
  session_id uuid,
  action text not null,
  object text,
  result text not null default 'ok',
  detail jsonb not null default '{}'
);
create index audit_log_at on private.audit_log (at);

do $force$
declare
  name text;
begin
  foreach name in array array[
    'public.clients', 'public.operators', 'private.credentials', 'private.sessions',
    'private.one_time_codes', 'private.attempts', 'private.server_keys', 'private.audit_log'
  ] loop
    execute 'alter table ' || name || ' enable row level security';
    execute 'alter table ' || name || ' force row level security';
  end loop;
end
$force$;

grant select, insert, update, delete on
  public.clients, public.operators, private.credentials, private.sessions, private.one_time_codes,
  private.attempts, private.server_keys
  to visio_definer;
-- Append only, for everybody.
grant select, insert on private.audit_log to visio_definer;

reset role;
grant create on schema private to visio_definer;
set local role visio_definer;

create function private.claim(p_name text) returns text
  language sql stable set search_path = pg_catalog, pg_temp
  return nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> p_name;
comment on function private.claim(text) is 'One claim of the caller''s verified access token, or null.';

create function private.my_client_id() returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  return (select c.id from public.clients c where c.auth_user_id = auth.uid() and c.active);

create function private.my_operator_ids() returns setof uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select o.id
      from public.operators o
      join public.operators me on me.auth_user_id = auth.uid() and me.active
     where o.id = me.id or me.is_admin;
  end;
comment on function private.my_operator_ids() is
  'The caller''s own operator id; every operator''s for an administrator; nothing for anybody else.';

create function private.account_is_active(p_user_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  return exists (select from public.clients c where c.auth_user_id = p_user_id and c.active)
      or exists (select from public.operators o where o.auth_user_id = p_user_id and o.active);

create function private.my_account_id() returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  return (select auth.uid() where private.account_is_active(auth.uid()));
comment on function private.my_account_id() is 'The caller''s account, or null once it is deactivated.';

create function private.account_profile(p_user_id uuid)
  returns table (
    id uuid, role text, person_id uuid, full_name text, email text, locale text, time_zone text
  )
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select u.id, 'operator', o.id, o.full_name, u.email::text, o.locale, o.time_zone
      from auth.users u join public.operators o on o.auth_user_id = u.id
     where u.id = p_user_id and o.active
    union all
    select u.id, 'client', c.id, c.full_name, u.email::text, c.locale, c.time_zone
      from auth.users u join public.clients c on c.auth_user_id = u.id
     where u.id = p_user_id and c.active
       and not exists (select from public.operators o where o.auth_user_id = u.id and o.active);
  end;

create function private.me()
  returns table (
    id uuid, role text, person_id uuid, full_name text, email text, locale text, time_zone text
  )
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select * from private.account_profile(auth.uid());
  end;
comment on function private.me() is 'The caller''s own profile; no row once deactivated.';

create function private.require_session() returns void
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select from private.sessions s
     where s.id = private.claim('session_id')::uuid
       and s.user_id = auth.uid()
       and s.revoked_at is null
       and s.expires_at > clock_timestamp()
  ) then
    raise exception using errcode = 'PT401', message = 'session-ended';
  end if;
end
$$;
comment on function private.require_session() is
  'Raises PT401 when the sign-in behind the access token was ended: tokens live on for minutes.';

create function private.audit(
  p_actor uuid, p_action text, p_object text, p_result text default 'ok', p_detail jsonb default '{}'
) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    insert into private.audit_log (actor, session_id, action, object, result, detail)
    values (p_actor, private.claim('session_id')::uuid, p_action, p_object, p_result, p_detail);
  end;

-- Counts one try against a limit. Returns 0 when it may go on, else the seconds to wait. Counting
-- before the try, under the row's lock, leaves no gap for many tries at once. Reaching the limit
-- starts the pause anew, so that the wait is a full window.
create function private.count_attempt(p_key text, p_limit integer, p_window interval) returns integer
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  now_at constant timestamptz := clock_timestamp();
  entry private.attempts;
begin
  insert into private.attempts as a (key, window_start, count) values (p_key, now_at, 1)
  on conflict (key) do update set
    window_start = case
      when a.window_start + p_window <= now_at or a.count + 1 = p_limit then now_at
      else a.window_start
    end,
    count = case when a.window_start + p_window <= now_at then 1 else least(a.count + 1, p_limit + 1) end
  returning * into entry;
  if entry.count <= p_limit then
    return 0;
  end if;
  return greatest(1, ceil(extract(epoch from entry.window_start + p_window - now_at))::integer);
end
$$;

create function private.forgive_attempt(p_key text) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    update private.attempts set count = greatest(count - 1, 0) where key = p_key;
  end;

-- First half of a log-in: counts it, and hands out the hash to compare with. An unknown or inactive
-- account gives a null hash; the service then compares with a hash of its own, to take as long.
create function private.begin_sign_in(p_email text, p_address text)
  returns table (retry_after_s integer, user_id uuid, password_hash text)
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  account_key constant text := 'sign-in:account:' || encode(sha256(convert_to(lower(p_email), 'UTF8')), 'hex');
  address_key constant text := 'sign-in:address:' || encode(sha256(convert_to(p_address, 'UTF8')), 'hex');
begin
  retry_after_s := greatest(
    private.count_attempt(account_key, 10, interval '15 minutes'),
    private.count_attempt(address_key, 50, interval '15 minutes')
  );
  if retry_after_s = 0 then
    select u.id, c.password_hash into user_id, password_hash
      from auth.users u
      join private.credentials c on c.user_id = u.id
     where u.email = lower(p_email) and private.account_is_active(u.id);
  end if;
  return next;
end
$$;

-- Second half, after the password proved right: forgets the tries and opens a session.
create function private.complete_sign_in(
  p_user_id uuid, p_email text, p_address text, p_device text,
  p_idle interval default interval '14 days', p_life interval default interval '90 days'
) returns uuid
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  new_id uuid;
begin
  delete from private.attempts
   where key = 'sign-in:account:' || encode(sha256(convert_to(lower(p_email), 'UTF8')), 'hex');
  perform private.forgive_attempt(
    'sign-in:address:' || encode(sha256(convert_to(p_address, 'UTF8')), 'hex'));
  insert into private.sessions (user_id, idle_until, expires_at, device, last_address)
  values (p_user_id, now() + p_idle, now() + p_life, p_device, p_address)
  returning id into new_id;
  perform private.audit(p_user_id, 'sign-in', new_id::text);
  return new_id;
end
$$;

create function private.audit_failed_sign_in(p_user_id uuid) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select private.audit(p_user_id, 'sign-in', null, 'refused');
  end;

create function private.set_password_hash(p_user_id uuid, p_hash text) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    update private.credentials set password_hash = p_hash, changed_at = now() where user_id = p_user_id;
  end;

-- Returns the stored key, which is the proposed one only for whoever comes first: several
-- processes starting at once end up with the same key.
create function private.server_key(p_name text, p_proposed text) returns text
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  stored text;
begin
  insert into private.server_keys (name, value) values (p_name, p_proposed) on conflict do nothing;
  select k.value into strict stored from private.server_keys k where k.name = p_name;
  return stored;
end
$$;

create function private.applied_migrations() returns setof text
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select m.version from private.schema_migrations m order by m.version;
  end;

-- Makes an account with its person, or renews both; for administrators at the command line.
create function private.provision_account(
  p_email text, p_role text, p_full_name text, p_password_hash text,
  p_locale text default 'fr', p_time_zone text default 'Europe/Paris', p_is_admin boolean default false
) returns uuid
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  account uuid;
begin
  insert into auth.users as u (id, email) values (gen_random_uuid(), lower(p_email))
  on conflict (email) do update set email = excluded.email
  returning u.id into account;
  insert into private.credentials (user_id, password_hash) values (account, p_password_hash)
  on conflict (user_id) do update set password_hash = excluded.password_hash, changed_at = now();
  if p_role = 'operator' then
    insert into public.operators (auth_user_id, full_name, locale, time_zone, is_admin)
    values (account, p_full_name, p_locale, p_time_zone, p_is_admin)
    on conflict (auth_user_id) do update
      set full_name = excluded.full_name, active = true, is_admin = excluded.is_admin;
  elsif p_role = 'client' then
    insert into public.clients (auth_user_id, full_name, locale, time_zone)
    values (account, p_full_name, p_locale, p_time_zone)
    on conflict (auth_user_id) do update set full_name = excluded.full_name, active = true;
  else
    raise exception using errcode = 'PT422', message = 'invalid',
      detail = '[{"pointer": "/role", "code": "out-of-range"}]';
  end if;
  perform private.audit(account, 'account.provisioned', account::text);
  return account;
end
$$;

grant execute on function
  private.claim(text), private.my_client_id(), private.my_operator_ids(), private.my_account_id(),
  private.me(), private.require_session()
  to authenticated;
grant execute on function
  private.account_profile(uuid), private.begin_sign_in(text, text),
  private.complete_sign_in(uuid, text, text, text, interval, interval),
  private.audit_failed_sign_in(uuid), private.set_password_hash(uuid, text),
  private.server_key(text, text), private.applied_migrations()
  to visio_worker;

reset role;
revoke create on schema private from visio_definer;
set local role visio_owner;

grant select on public.clients, public.operators to authenticated;
grant update (full_name, locale, time_zone) on public.clients to authenticated;

create policy clients_select_self on public.clients for select to authenticated
  using (auth_user_id = (select auth.uid()) and active);
create policy clients_select_operator on public.clients for select to authenticated
  using (exists (select from private.my_operator_ids()));
create policy clients_update_self on public.clients for update to authenticated
  using (auth_user_id = (select auth.uid()) and active)
  with check (auth_user_id = (select auth.uid()) and active);

create policy operators_select_operator on public.operators for select to authenticated
  using (exists (select from private.my_operator_ids()));

reset role;
