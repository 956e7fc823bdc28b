-- Signing in with the company's own log-in (OpenID Connect): one row for each try, from the first click
-- to the code that the app exchanges, and which person of the company an account belongs to.

set local role visio_owner;

create table private.company_logins (
  state_sha256 text primary key check (state_sha256 ~ '^[0-9a-f]{64}$'),
  -- What the company's provider is asked with; worthless once `returned_at` is set.
  nonce text not null,
  verifier text not null,
  -- What only the app that asked can answer to (RFC 7636), and where it listens.
  challenge text not null check (length(challenge) = 43),
  port integer check (port between 1024 and 65535),
  expires_at timestamptz not null,
  returned_at timestamptz,
  user_id uuid references auth.users (id) on delete cascade,
  code_sha256 text unique check (code_sha256 ~ '^[0-9a-f]{64}$'),
  code_expires_at timestamptz,
  used_at timestamptz,
  constraint company_logins_code check ((code_sha256 is null) = (user_id is null))
);
create index company_logins_user_id on private.company_logins (user_id);
create index company_logins_expires_at on private.company_logins (expires_at);

create table private.company_people (
  issuer text not null,
  subject text not null check (length(subject) between 1 and 255),
  user_id uuid not null unique references auth.users (id) on delete cascade,
  linked_at timestamptz not null default now(),
  primary key (issuer, subject)
);
comment on table private.company_people is
  'Linked at the first log-in, by an address the provider vouches for; afterwards the address no longer matters.';

do $force$
declare
  name text;
begin
  foreach name in array array['private.company_logins', 'private.company_people'] loop
    execute 'alter table ' || name || ' enable row level security';
    execute 'alter table ' || name || ' force row level security';
    execute 'grant select, insert, update, delete on ' || name || ' to visio_definer';
  end loop;
end
$force$;

reset role;
grant create on schema private to visio_definer;
set local role visio_definer;

create function private.begin_company_login(
  p_state text, p_nonce text, p_verifier text, p_challenge text, p_port integer, p_address text
) returns integer
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  retry_after_s constant integer :=
    private.count_attempt('company:address:' || private.digest(p_address), 50, interval '15 minutes');
begin
  if retry_after_s = 0 then
    delete from private.company_logins l where l.expires_at < clock_timestamp() - interval '1 hour';
    insert into private.company_logins (state_sha256, nonce, verifier, challenge, port, expires_at)
    values (private.digest(p_state), p_nonce, p_verifier, p_challenge, p_port,
            clock_timestamp() + interval '10 minutes');
  end if;
  return retry_after_s;
end
$$;
comment on function private.begin_company_login(text, text, text, text, integer, text) is
  'Notes a try, for ten minutes; seconds to wait when the address tries too often, else 0.';

create function private.return_company_login(p_state text)
  returns table (nonce text, verifier text, port integer)
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    update private.company_logins l set returned_at = clock_timestamp()
     where l.state_sha256 = private.digest(p_state)
       and l.returned_at is null and l.expires_at > clock_timestamp()
    returning l.nonce, l.verifier, l.port;
  end;
comment on function private.return_company_login(text) is 'The try behind a state, once.';

create function private.finish_company_login(
  p_state text, p_issuer text, p_subject text, p_email text, p_code text
) returns boolean
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  account uuid;
begin
  select p.user_id into account from private.company_people p
   where p.issuer = p_issuer and p.subject = p_subject;
  if account is null and p_email is not null then
    -- An address opens an account that an operator made for it, and only until somebody is linked to it.
    insert into private.company_people (issuer, subject, user_id)
    select p_issuer, p_subject, u.id from auth.users u
     where u.email = lower(p_email) and private.account_is_active(u.id)
    on conflict do nothing
    returning user_id into account;
    if account is not null then
      perform private.audit(account, 'company.linked', account::text);
    end if;
  end if;
  if account is null or not private.account_is_active(account) then
    perform private.audit(account, 'company.refused', null, 'refused');
    return false;
  end if;
  update private.company_logins l
     set user_id = account, code_sha256 = private.digest(p_code),
         code_expires_at = clock_timestamp() + interval '60 seconds'
   where l.state_sha256 = private.digest(p_state) and l.returned_at is not null and l.code_sha256 is null;
  return found;
end
$$;
comment on function private.finish_company_login(text, text, text, text, text) is
  'Notes the code that the app may exchange for a minute; false for somebody without an account. p_email: null '
  'unless the provider says that it is verified.';

create function private.use_company_code(p_code text, p_challenge text)
  returns table (user_id uuid, email text, has_second_factor boolean)
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    with used as (
      -- Used up also by a wrong verifier: whoever holds a code without one is not who asked for it.
      update private.company_logins l set used_at = clock_timestamp()
       where l.code_sha256 = private.digest(p_code)
         and l.used_at is null and l.code_expires_at > clock_timestamp()
      returning l.user_id, l.challenge
    )
    select u.user_id, a.email::text,
           exists (select from private.credentials c where c.user_id = u.user_id and c.totp_secret is not null)
      from used u join auth.users a on a.id = u.user_id
     where u.challenge = p_challenge;
  end;

grant execute on function
  private.begin_company_login(text, text, text, text, integer, text), private.return_company_login(text),
  private.finish_company_login(text, text, text, text, text), private.use_company_code(text, text)
  to visio_worker;

reset role;
revoke create on schema private from visio_definer;
