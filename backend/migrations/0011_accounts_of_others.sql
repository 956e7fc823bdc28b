-- Accounts also where `auth.users` is somebody else's (a Supabase project): an address is unique there
-- by an index of another shape than ours, so conflicts are met without naming it.

grant create on schema public, private to visio_definer;
set local role visio_definer;

create or replace function private.provision_account(
  p_email text, p_role text, p_full_name text, p_password_hash text,
  p_locale text default 'fr', p_time_zone text default 'Europe/Paris', p_is_admin boolean default false
) returns uuid
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  account uuid;
begin
  insert into auth.users as u (id, email) values (gen_random_uuid(), lower(p_email))
  on conflict do nothing
  returning u.id into account;
  if account is null then
    select u.id into strict account from auth.users u where u.email = lower(p_email);
  end if;
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

create or replace function public.invite_client(
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
  on conflict do nothing
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

reset role;
revoke create on schema public, private from visio_definer;
