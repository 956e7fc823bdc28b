-- Accounts in use: invitations, new passwords, the list of one's sessions, the second factor, and
-- limits on guessing that a stranger cannot turn against the owner.

set local role visio_owner;

alter table private.sessions
  add column aal text not null default 'aal1' check (aal in ('aal1', 'aal2')),
  -- When the password was last given in this session; null in sessions from before it was noted.
  add column password_at timestamptz;

alter table private.credentials
  -- Shown to the owner, not yet proved by a code of his: without effect until then.
  add column totp_staged_secret bytea,
  add column recovery_staged_hashes text[] not null default '{}';

create table private.known_addresses (
  user_id uuid not null references auth.users (id) on delete cascade,
  address_sha256 text not null check (address_sha256 ~ '^[0-9a-f]{64}$'),
  seen_at timestamptz not null default now(),
  primary key (user_id, address_sha256)
);
comment on table private.known_addresses is
  'Where an account proved itself before; failures elsewhere do not pause log-ins from there.';
alter table private.known_addresses enable row level security;
alter table private.known_addresses force row level security;
grant select, insert, update, delete on private.known_addresses to visio_definer;

reset role;
grant create on schema private, public to visio_definer;
set local role visio_definer;

create function private.digest(p_text text) returns text
  language sql immutable security definer set search_path = pg_catalog, pg_temp
  return encode(sha256(convert_to(p_text, 'UTF8')), 'hex');

create function private.require_operator() returns void
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if auth.uid() is null then
    raise exception using errcode = 'PT401', message = 'unauthenticated';
  end if;
  if not exists (select from public.operators o where o.auth_user_id = auth.uid() and o.active) then
    raise exception using errcode = 'PT403', message = 'forbidden';
  end if;
end
$$;

create function private.require_recent_password() returns void
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_session();
  if not exists (
    select from private.sessions s
     where s.id = private.claim('session_id')::uuid
       and s.password_at > clock_timestamp() - interval '10 minutes'
  ) then
    raise exception using errcode = 'PT403', message = 'password-required';
  end if;
end
$$;

create function private.end_sessions(p_user_id uuid, p_reason text, p_except uuid default null) returns integer
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held uuid;
  ended integer := 0;
begin
  for held in
    select s.id from private.sessions s
     where s.user_id = p_user_id and s.revoked_at is null and s.id is distinct from p_except
     order by s.id
  loop
    if private.end_session(held, p_reason) then
      ended := ended + 1;
    end if;
  end loop;
  return ended;
end
$$;

create function private.remember_address(p_user_id uuid, p_address text) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    delete from private.known_addresses where user_id = p_user_id and seen_at < now() - interval '90 days';
    insert into private.known_addresses (user_id, address_sha256) values (p_user_id, private.digest(p_address))
    on conflict (user_id, address_sha256) do update set seen_at = now();
  end;

create function private.knows_address(p_user_id uuid, p_address text) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  return exists (
    select from private.known_addresses k
     where k.user_id = p_user_id and k.address_sha256 = private.digest(p_address)
       and k.seen_at > now() - interval '90 days');

create function private.open_session(
  p_user_id uuid, p_address text, p_device text, p_aal text, p_idle interval, p_life interval
) returns uuid
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  new_id uuid;
begin
  insert into private.sessions (user_id, idle_until, expires_at, device, last_address, aal, password_at)
  values (p_user_id, now() + p_idle, now() + p_life, p_device, p_address, p_aal, now())
  returning id into new_id;
  perform private.remember_address(p_user_id, p_address);
  return new_id;
end
$$;

-- The key of the counter for tries on an account from an address where it proved itself before.
create function private.pair_key(p_user_id uuid, p_address text) returns text
  language sql immutable security definer set search_path = pg_catalog, pg_temp
  return 'sign-in:pair:' || private.digest(p_user_id::text || ' ' || p_address);

-- First half of a log-in: counts it, and hands out what to compare with. An unknown or inactive
-- account gives null; the service then compares with a hash of its own, to take as long.
--
-- Who guesses at an account uses up the counter of that account and that of his own address. The
-- owner, where he signed in before, has a counter to himself: neither a stranger's tries at his
-- account nor those of a neighbour behind the same address shut him out there.
drop function private.begin_sign_in(text, text);
create function private.begin_sign_in(p_email text, p_address text)
  returns table (
    retry_after_s integer, user_id uuid, password_hash text, password_set_at timestamptz, totp_secret bytea
  )
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  account uuid;
begin
  select u.id into account from auth.users u where u.email = lower(p_email);
  -- Asked for nobody as well: a function that is called only for accounts would show in the time.
  if not private.account_is_active(coalesce(account, gen_random_uuid())) then
    account := null;
  end if;
  if private.knows_address(account, p_address) then
    retry_after_s := private.count_attempt(private.pair_key(account, p_address), 10, interval '15 minutes');
  else
    retry_after_s := greatest(
      private.count_attempt('sign-in:account:' || private.digest(lower(p_email)), 10, interval '15 minutes'),
      private.count_attempt('sign-in:address:' || private.digest(p_address), 50, interval '15 minutes')
    );
  end if;
  if retry_after_s = 0 then
    select c.user_id, c.password_hash, c.changed_at, c.totp_secret
      into user_id, password_hash, password_set_at, totp_secret
      from private.credentials c where c.user_id = account;
  end if;
  return next;
end
$$;

-- Gives one counted try back: the password was right and only the second factor is missing.
create function private.forgive_sign_in(p_user_id uuid, p_email text, p_address text) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.forgive_attempt(private.pair_key(p_user_id, p_address));
  perform private.forgive_attempt('sign-in:account:' || private.digest(lower(p_email)));
  perform private.forgive_attempt('sign-in:address:' || private.digest(p_address));
end
$$;

-- Second half, after everything proved right: forgets the tries and opens a session. Null when the
-- account was deactivated or its password replaced since the first half.
drop function private.complete_sign_in(uuid, text, text, text, interval, interval);
create function private.complete_sign_in(
  p_user_id uuid, p_email text, p_address text, p_device text,
  p_idle interval default interval '14 days', p_life interval default interval '90 days',
  p_aal text default 'aal1', p_password_set_at timestamptz default null
) returns uuid
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  set_at timestamptz;
  new_id uuid;
begin
  -- The lock orders this with a change of the password, which ends the sessions that exist then.
  select c.changed_at into set_at from private.credentials c where c.user_id = p_user_id for update;
  if set_at is distinct from coalesce(p_password_set_at, set_at)
     or not private.account_is_active(p_user_id) then
    return null;
  end if;
  if private.knows_address(p_user_id, p_address) then
    delete from private.attempts where key = private.pair_key(p_user_id, p_address);
  else
    delete from private.attempts where key = 'sign-in:account:' || private.digest(lower(p_email));
    perform private.forgive_attempt('sign-in:address:' || private.digest(p_address));
  end if;
  new_id := private.open_session(p_user_id, p_address, p_device, p_aal, p_idle, p_life);
  perform private.audit(p_user_id, 'sign-in', new_id::text, 'ok', jsonb_build_object('aal', p_aal));
  return new_id;
end
$$;

-- The same password under newer parameters: not a change of the password.
create or replace function private.set_password_hash(p_user_id uuid, p_hash text) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    update private.credentials set password_hash = p_hash where user_id = p_user_id;
  end;

-- As before (0003), and: the level of the sign-in goes with the answer, and the owner of a session
-- whose token came back is told by mail.
drop function private.rotate_session(uuid, bigint, text, interval, interval);
create function private.rotate_session(
  p_session_id uuid, p_counter bigint, p_address text,
  p_grace interval default interval '30 seconds', p_idle interval default interval '14 days'
) returns table (outcome text, counter bigint, user_id uuid, aal text)
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  now_at timestamptz;
  held private.sessions;
begin
  select s.* into held from private.sessions s where s.id = p_session_id for update;
  now_at := clock_timestamp();
  if not found then
    outcome := 'unknown';
  elsif held.revoked_at is not null or held.idle_until <= now_at or held.expires_at <= now_at then
    outcome := 'ended';
  elsif not private.account_is_active(held.user_id) then
    perform private.end_session(held.id, 'inactive');
    outcome := 'ended';
  elsif p_counter = held.counter then
    update private.sessions s
       set counter = held.counter + 1, refreshed_at = now_at, last_address = p_address,
           idle_until = least(now_at + p_idle, held.expires_at)
     where s.id = held.id;
    outcome := 'rotated';
    counter := held.counter + 1;
    user_id := held.user_id;
    aal := held.aal;
  elsif p_counter = held.counter - 1 and held.refreshed_at + p_grace >= now_at then
    outcome := 'repeated';
    counter := held.counter;
    user_id := held.user_id;
    aal := held.aal;
  else
    perform private.end_session(held.id, 'reuse');
    perform private.enqueue('mail.session-reused', held.id::text, jsonb_build_object(
      'user_id', held.user_id, 'session_id', held.id, 'device', held.device, 'at', now_at));
    outcome := 'reused';
  end if;
  return next;
end
$$;

-- Codes -----------------------------------------------------------------------------------------

-- An invitation replaces those before it: one link is good at a time. The mail is part of it.
create function private.issue_invite(p_user_id uuid, p_code text) returns timestamptz
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  until constant timestamptz := date_trunc('second', clock_timestamp()) + interval '72 hours';
begin
  update private.one_time_codes c set used_at = clock_timestamp()
   where c.user_id = p_user_id and c.kind = 'invite' and c.used_at is null;
  insert into private.one_time_codes (sha256, kind, user_id, expires_at)
  values (private.digest(p_code), 'invite', p_user_id, until);
  perform private.enqueue('mail.invite', gen_random_uuid()::text, jsonb_build_object(
    'user_id', p_user_id, 'code', p_code, 'expires_at', until));
  return until;
end
$$;

-- Whose code this is, without using it up; counts the try. No account for a code that is unknown,
-- used, over, of another kind, or of somebody who was deactivated.
create function private.look_up_code(p_kind text, p_code text, p_address text)
  returns table (retry_after_s integer, user_id uuid, email text, full_name text)
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  key constant text := 'code:address:' || private.digest(p_address);
begin
  retry_after_s := private.count_attempt(key, 50, interval '15 minutes');
  if retry_after_s = 0 then
    select p.id, p.email, p.full_name into user_id, email, full_name
      from private.one_time_codes c, private.account_profile(c.user_id) p
     where c.sha256 = private.digest(p_code) and c.kind = p_kind
       and c.used_at is null and c.expires_at > clock_timestamp();
    if user_id is not null then
      perform private.forgive_attempt(key);
    end if;
  end if;
  return next;
end
$$;

create function private.use_code(p_kind text, p_code text) returns uuid
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    update private.one_time_codes c set used_at = clock_timestamp()
     where c.sha256 = private.digest(p_code) and c.kind = p_kind
       and c.used_at is null and c.expires_at > clock_timestamp()
       and private.account_is_active(c.user_id)
    returning c.user_id;
  end;
comment on function private.use_code(text, text) is 'The code''s account, once; null ever after.';

-- No row when the code is over.
create function private.accept_invite(
  p_code text, p_password_hash text, p_full_name text, p_address text, p_device text
) returns table (user_id uuid, session_id uuid)
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  user_id := private.use_code('invite', p_code);
  if user_id is null then
    return;
  end if;
  insert into private.credentials as c (user_id, password_hash) values (accept_invite.user_id, p_password_hash)
  on conflict on constraint credentials_pkey do nothing;
  if not found then
    return;
  end if;
  update public.clients set full_name = p_full_name where auth_user_id = accept_invite.user_id;
  session_id := private.open_session(user_id, p_address, p_device, 'aal1', interval '14 days', interval '90 days');
  perform private.audit(user_id, 'invite.accepted', session_id::text);
  return next;
end
$$;

-- Takes a request for a new password. The same statements run whether the account exists or not;
-- who it is, if anybody, is looked up by the job, so that neither answer nor time tells. More than
-- three requests for one address are swallowed: the mails before them still work.
create function private.ask_for_reset(p_email text, p_address text) returns integer
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  retry_after_s constant integer := private.count_attempt(
    'reset:address:' || private.digest(p_address), 20, interval '15 minutes');
  request constant text := gen_random_uuid()::text;
begin
  if retry_after_s = 0 and private.count_attempt(
       'reset:account:' || private.digest(lower(p_email)), 3, interval '15 minutes') = 0 then
    perform private.enqueue('account.reset', request, jsonb_build_object('request', request, 'email', lower(p_email)));
  end if;
  return retry_after_s;
end
$$;

-- The job's part: makes the code and its mail for an account that has a password and is active.
-- Earlier codes stay good, or a stranger's request would break the link in the owner's hands.
create function private.issue_reset(p_request text, p_email text, p_code text) returns boolean
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  account uuid;
  until constant timestamptz := date_trunc('second', clock_timestamp()) + interval '10 minutes';
begin
  -- Emptied in this transaction: a job that is repeated finds nothing left to do, and the address
  -- does not stay in the table.
  update private.jobs j set payload = '{}'
   where j.kind = 'account.reset' and j.key = p_request and j.payload <> '{}';
  if not found then
    return false;
  end if;
  select u.id into account
    from auth.users u join private.credentials c on c.user_id = u.id
   where u.email = lower(p_email) and private.account_is_active(u.id);
  if account is null then
    return false;
  end if;
  insert into private.one_time_codes (sha256, kind, user_id, expires_at)
  values (private.digest(p_code), 'reset', account, until);
  perform private.enqueue('mail.reset', p_request, jsonb_build_object(
    'user_id', account, 'code', p_code, 'expires_at', until));
  perform private.audit(account, 'password.reset-asked', account::text);
  return true;
end
$$;

-- What every new password brings with it.
create function private.replace_password(p_user_id uuid, p_hash text, p_kept_session uuid, p_action text)
  returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update private.credentials c set password_hash = p_hash, changed_at = clock_timestamp()
   where c.user_id = p_user_id;
  update private.one_time_codes c set used_at = clock_timestamp()
   where c.user_id = p_user_id and c.kind = 'reset' and c.used_at is null;
  perform private.end_sessions(p_user_id, 'password-changed', p_kept_session);
  perform private.enqueue('mail.password-changed', gen_random_uuid()::text, jsonb_build_object(
    'user_id', p_user_id, 'at', clock_timestamp()));
  perform private.audit(p_user_id, p_action, p_user_id::text);
end
$$;

-- Sets the password by a reset code; false when the code is over. The second factor stays. Where
-- the owner proved himself by his mail he may sign in, however many tries a stranger has spent.
create function private.confirm_reset(p_code text, p_hash text, p_address text) returns boolean
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  account constant uuid := private.use_code('reset', p_code);
begin
  if account is null then
    return false;
  end if;
  perform private.replace_password(account, p_hash, null, 'password.reset');
  perform private.remember_address(account, p_address);
  delete from private.attempts where key = private.pair_key(account, p_address);
  return true;
end
$$;

-- Giving the password inside a session: counted by session, so that whoever stole one can neither
-- guess for long nor keep the owner from his own.
create function private.begin_password_check(p_user_id uuid, p_session_id uuid)
  returns table (
    retry_after_s integer, password_hash text, password_set_at timestamptz, email text, full_name text
  )
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not private.account_is_active(p_user_id) or not exists (
    select from private.sessions s
     where s.id = p_session_id and s.user_id = p_user_id
       and s.revoked_at is null and s.expires_at > clock_timestamp()
  ) then
    raise exception using errcode = 'PT401', message = 'session-ended';
  end if;
  retry_after_s := private.count_attempt('password:session:' || p_session_id, 10, interval '15 minutes');
  if retry_after_s = 0 then
    select c.password_hash, c.changed_at, p.email, p.full_name
      into password_hash, password_set_at, email, full_name
      from private.account_profile(p_user_id) p
      left join private.credentials c on c.user_id = p.id;
  end if;
  return next;
end
$$;

create function private.confirm_password(p_user_id uuid, p_session_id uuid) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  delete from private.attempts where key = 'password:session:' || p_session_id;
  update private.sessions s set password_at = clock_timestamp()
   where s.id = p_session_id and s.user_id = p_user_id and s.revoked_at is null;
end
$$;

-- False when the password was replaced by somebody else since it was checked.
create function private.change_password(
  p_user_id uuid, p_session_id uuid, p_hash text, p_password_set_at timestamptz
) returns boolean
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform from private.credentials c
    where c.user_id = p_user_id and c.changed_at = p_password_set_at for update;
  if not found then
    return false;
  end if;
  perform private.confirm_password(p_user_id, p_session_id);
  perform private.replace_password(p_user_id, p_hash, p_session_id, 'password.changed');
  return true;
end
$$;

-- One's own account ------------------------------------------------------------------------------

create function public.my_sessions()
  returns table (
    id uuid, device text, address text, created_at timestamptz, refreshed_at timestamptz,
    expires_at timestamptz, current boolean
  )
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_session();
  return query
    select s.id, s.device, s.last_address, s.created_at, s.refreshed_at,
           least(s.idle_until, s.expires_at), s.id = private.claim('session_id')::uuid
      from private.sessions s
     where s.user_id = private.my_account_id() and s.revoked_at is null
       and s.idle_until > clock_timestamp() and s.expires_at > clock_timestamp()
     order by s.refreshed_at desc, s.id;
end
$$;

create function public.end_my_session(p_id uuid) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_session();
  if not exists (select from private.sessions s where s.id = p_id and s.user_id = auth.uid()) then
    raise exception using errcode = 'PT404', message = 'not-found';
  end if;
  perform private.end_session(p_id, 'logged-out');
end
$$;

create function public.end_my_sessions(p_keep_current boolean) returns integer
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_session();
  return private.end_sessions(
    auth.uid(), 'logged-out', case when p_keep_current then private.claim('session_id')::uuid end);
end
$$;

-- Null keeps what there is.
create function public.update_me(p_full_name text, p_locale text, p_time_zone text) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if private.my_account_id() is null then
    raise exception using errcode = 'PT403', message = 'forbidden';
  end if;
  update public.operators o
     set full_name = coalesce(p_full_name, o.full_name), locale = coalesce(p_locale, o.locale),
         time_zone = coalesce(p_time_zone, o.time_zone)
   where o.auth_user_id = auth.uid() and o.active;
  update public.clients c
     set full_name = coalesce(p_full_name, c.full_name), locale = coalesce(p_locale, c.locale),
         time_zone = coalesce(p_time_zone, c.time_zone)
   where c.auth_user_id = auth.uid() and c.active;
  perform private.audit(auth.uid(), 'account.changed', auth.uid()::text);
end
$$;

-- Second factor, for operators -------------------------------------------------------------------

create function public.stage_totp(p_secret bytea, p_recovery_hashes text[]) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_operator();
  perform private.require_recent_password();
  update private.credentials c set totp_staged_secret = p_secret, recovery_staged_hashes = p_recovery_hashes
   where c.user_id = auth.uid();
  if not found then
    raise exception using errcode = 'PT403', message = 'forbidden';
  end if;
  perform private.audit(auth.uid(), 'totp.enrolled', auth.uid()::text);
end
$$;

create function public.my_staged_totp() returns bytea
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_operator();
  perform private.require_recent_password();
  return (select c.totp_staged_secret from private.credentials c where c.user_id = auth.uid());
end
$$;

-- The step of the code that proved the secret is used up with it. False when another secret was
-- staged meanwhile.
create function public.confirm_totp(p_secret bytea, p_step bigint) returns boolean
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_operator();
  perform private.require_recent_password();
  update private.credentials c
     set totp_secret = c.totp_staged_secret, totp_last_step = p_step,
         recovery_hashes = c.recovery_staged_hashes,
         totp_staged_secret = null, recovery_staged_hashes = '{}'
   where c.user_id = auth.uid() and c.totp_staged_secret = p_secret;
  if not found then
    return false;
  end if;
  update private.sessions s set aal = 'aal2' where s.id = private.claim('session_id')::uuid;
  perform private.audit(auth.uid(), 'totp.confirmed', auth.uid()::text);
  return true;
end
$$;

create function public.disable_totp() returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_operator();
  perform private.require_recent_password();
  update private.credentials c
     set totp_secret = null, totp_last_step = null, recovery_hashes = '{}',
         totp_staged_secret = null, recovery_staged_hashes = '{}'
   where c.user_id = auth.uid();
  perform private.audit(auth.uid(), 'totp.disabled', auth.uid()::text);
end
$$;

-- Counts a try at the second factor of an account whose password was right: ten an hour, whatever
-- address they come from.
create function private.count_totp(p_user_id uuid) returns integer
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  return private.count_attempt('totp:account:' || p_user_id, 10, interval '1 hour');

-- Uses up a step of the second factor (`p_step`) or a recovery code; false when it was used before.
create function private.use_second_factor(p_user_id uuid, p_step bigint, p_recovery_hash text) returns boolean
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if p_step is not null then
    update private.credentials c set totp_last_step = p_step
     where c.user_id = p_user_id and coalesce(c.totp_last_step, -1) < p_step;
  else
    update private.credentials c set recovery_hashes = array_remove(c.recovery_hashes, p_recovery_hash)
     where c.user_id = p_user_id and p_recovery_hash = any (c.recovery_hashes);
  end if;
  if not found then
    return false;
  end if;
  delete from private.attempts where key = 'totp:account:' || p_user_id;
  if p_step is null then
    perform private.audit(p_user_id, 'totp.recovery-code-used', p_user_id::text);
  end if;
  return true;
end
$$;

-- The operator's clients -------------------------------------------------------------------------

-- Who they are, by id; one of them when `p_id` is given.
create function public.client_accounts(p_limit integer, p_after uuid, p_inactive boolean, p_id uuid default null)
  returns table (
    id uuid, full_name text, email text, locale text, time_zone text, active boolean, accepted boolean,
    invited_until timestamptz
  )
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_operator();
  return query
    select c.id, c.full_name, u.email::text, c.locale, c.time_zone, c.active,
           exists (select from private.credentials k where k.user_id = u.id),
           (select max(i.expires_at) from private.one_time_codes i
             where i.user_id = u.id and i.kind = 'invite' and i.used_at is null)
      from public.clients c join auth.users u on u.id = c.auth_user_id
     where (p_after is null or c.id > p_after) and (p_id is null or c.id = p_id)
       and (c.active or p_inactive)
     order by c.id
     limit p_limit;
end
$$;

create function private.client_account_id(p_client_id uuid) returns uuid
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  account uuid;
begin
  perform private.require_operator();
  perform private.require_session();
  select c.auth_user_id into account from public.clients c where c.id = p_client_id for update;
  if not found then
    raise exception using errcode = 'PT404', message = 'not-found';
  end if;
  return account;
end
$$;
comment on function private.client_account_id(uuid) is
  'The account of a client whom the calling operator is about to change; the client''s row is locked.';

create function public.invite_client(
  p_email text, p_full_name text, p_locale text, p_time_zone text, p_code text
) returns table (client_id uuid, expires_at timestamptz)
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  account uuid;
begin
  perform private.require_operator();
  perform private.require_session();
  insert into auth.users (id, email) values (gen_random_uuid(), lower(p_email))
  on conflict (email) do nothing
  returning id into account;
  if account is null then
    raise exception using errcode = 'PT422', message = 'invalid',
      detail = '[{"pointer": "/email", "code": "already-used"}]';
  end if;
  insert into public.clients (auth_user_id, full_name, locale, time_zone)
  values (account, p_full_name, p_locale, p_time_zone)
  returning id into client_id;
  expires_at := private.issue_invite(account, p_code);
  perform private.audit(auth.uid(), 'client.invited', client_id::text);
  return next;
end
$$;

create function public.renew_invite(p_client_id uuid, p_code text) returns timestamptz
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  account constant uuid := private.client_account_id(p_client_id);
  retry_after_s integer;
begin
  if not private.account_is_active(account) then
    raise exception using errcode = 'PT409', message = 'client-inactive';
  end if;
  if exists (select from private.credentials c where c.user_id = account) then
    raise exception using errcode = 'PT409', message = 'invite-accepted';
  end if;
  retry_after_s := private.count_attempt('invite:account:' || account, 10, interval '1 hour');
  if retry_after_s > 0 then
    raise exception using errcode = 'PT429', message = 'too-many', detail = retry_after_s::text;
  end if;
  perform private.audit(auth.uid(), 'client.invited-again', p_client_id::text);
  return private.issue_invite(account, p_code);
end
$$;

create function public.update_client(p_client_id uuid, p_full_name text, p_locale text, p_time_zone text)
  returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.client_account_id(p_client_id);
  update public.clients c
     set full_name = coalesce(p_full_name, c.full_name), locale = coalesce(p_locale, c.locale),
         time_zone = coalesce(p_time_zone, c.time_zone)
   where c.id = p_client_id;
  perform private.audit(auth.uid(), 'client.changed', p_client_id::text);
end
$$;

-- Acts at once: policies test `active`, streams end with their sessions, open codes are void.
create function public.set_client_active(p_client_id uuid, p_active boolean) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  account constant uuid := private.client_account_id(p_client_id);
begin
  update public.clients c set active = p_active where c.id = p_client_id and c.active <> p_active;
  if not found then
    return;
  end if;
  if not p_active then
    perform private.end_sessions(account, 'deactivated');
    update private.one_time_codes c set used_at = clock_timestamp()
     where c.user_id = account and c.used_at is null;
  end if;
  perform private.audit(
    auth.uid(), case when p_active then 'client.reactivated' else 'client.deactivated' end, p_client_id::text);
end
$$;

grant execute on function
  public.my_sessions(), public.end_my_session(uuid), public.end_my_sessions(boolean),
  public.update_me(text, text, text), public.stage_totp(bytea, text[]), public.my_staged_totp(),
  public.confirm_totp(bytea, bigint), public.disable_totp(),
  public.client_accounts(integer, uuid, boolean, uuid),
  public.invite_client(text, text, text, text, text), public.renew_invite(uuid, text),
  public.update_client(uuid, text, text, text), public.set_client_active(uuid, boolean)
  to authenticated;
grant execute on function
  private.begin_sign_in(text, text), private.forgive_sign_in(uuid, text, text),
  private.complete_sign_in(uuid, text, text, text, interval, interval, text, timestamptz),
  private.rotate_session(uuid, bigint, text, interval, interval),
  private.look_up_code(text, text, text), private.accept_invite(text, text, text, text, text),
  private.ask_for_reset(text, text), private.issue_reset(text, text, text),
  private.confirm_reset(text, text, text), private.begin_password_check(uuid, uuid),
  private.confirm_password(uuid, uuid), private.change_password(uuid, uuid, text, timestamptz),
  private.count_totp(uuid), private.use_second_factor(uuid, bigint, text)
  to visio_worker;

reset role;
revoke create on schema private, public from visio_definer;
