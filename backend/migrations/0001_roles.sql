-- Roles, schemas and the ledger of migrations.
--
-- The connection that runs migrations belongs to an administrator. Nothing below belongs to a role
-- that can log in: `visio_owner` owns the tables, `visio_definer` owns the functions that act on
-- them, and the two log-in roles own nothing and bypass nothing.

do $roles$
declare
  wanted record;
begin
  for wanted in
    select * from (values
      ('visio_owner', 'nologin noinherit'),
      -- The tables force row security on their owner too, so the functions need a role that is
      -- exempt; it has grants on rows and no right to change the schema.
      ('visio_definer', 'nologin noinherit bypassrls'),
      -- Supabase's names, so that the same files run on a Supabase project.
      ('anon', 'nologin noinherit'),
      ('authenticated', 'nologin noinherit'),
      ('service_role', 'nologin noinherit'),
      ('visio_worker', 'nologin noinherit'),
      ('visio_api', 'login noinherit'),
      ('visio_jobs', 'login noinherit')
    ) as role (name, options)
  loop
    begin
      if not exists (select from pg_catalog.pg_roles where rolname = wanted.name) then
        execute format('create role %I %s', wanted.name, wanted.options);
      end if;
    exception
      -- Roles belong to the whole server: another database may be migrating at the same moment.
      when duplicate_object or unique_violation then null;
    end;
  end loop;
end
$roles$;

grant visio_owner, visio_definer to current_user;
grant anon, authenticated to visio_api;
grant visio_worker to visio_jobs;

-- A statement may never outlive the answer it was made for.
alter role visio_api set statement_timeout = '4s';
alter role visio_api set lock_timeout = '3s';
alter role visio_api set idle_in_transaction_session_timeout = '10s';
alter role visio_jobs set statement_timeout = '4s';
alter role visio_jobs set lock_timeout = '3s';
alter role visio_jobs set idle_in_transaction_session_timeout = '10s';

do $database$
begin
  execute format('revoke connect, temporary on database %I from public', current_database());
  execute format('grant connect on database %I to visio_api, visio_jobs', current_database());
end
$database$;

revoke create on schema public from public;

create schema private;
alter schema private owner to visio_owner;
grant usage, create on schema public to visio_owner;

do $auth$
begin
  if not exists (select from pg_catalog.pg_namespace where nspname = 'auth') then
    create schema auth;
    alter schema auth owner to visio_owner;
  end if;
end
$auth$;

grant usage on schema public, private, auth to visio_definer, authenticated, visio_worker;
revoke all on schema private from anon, public;

-- Supabase grants everything in `public` by default: take it away before anything is granted.
revoke all on all tables in schema public from anon, authenticated, public;
revoke all on all sequences in schema public from anon, authenticated, public;
revoke all on all functions in schema public from anon, authenticated, public;
alter default privileges in schema public revoke all on tables from anon, authenticated;
alter default privileges in schema public revoke all on functions from anon, authenticated;

-- Without `in schema` on purpose: with it, the statement does nothing and says nothing, because the
-- right of PUBLIC to execute is a global default.
alter default privileges for role visio_owner revoke execute on functions from public;
alter default privileges for role visio_definer revoke execute on functions from public;

create table private.schema_migrations (
  version text primary key,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  applied_at timestamptz not null default now()
);
comment on table private.schema_migrations is 'Migrations that ran, with the digest of the file as it was.';
alter table private.schema_migrations owner to visio_owner;
alter table private.schema_migrations enable row level security;
alter table private.schema_migrations force row level security;
grant select, insert on private.schema_migrations to visio_definer;
