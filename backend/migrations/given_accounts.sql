-- Before the first migration, where somebody else's accounts are in the database (a Supabase project):
-- `auth.users` stays his, our roles may refer to it and read it. May run any number of times.

do $roles$
declare
  wanted record;
begin
  for wanted in
    select * from (values
      ('visio_owner', 'nologin noinherit'),
      ('visio_definer', 'nologin noinherit bypassrls')
    ) as role (name, options)
  loop
    begin
      if not exists (select from pg_catalog.pg_roles where rolname = wanted.name) then
        execute format('create role %I %s', wanted.name, wanted.options);
      end if;
    exception
      when duplicate_object or unique_violation then null;
    end;
  end loop;
end
$roles$;

grant usage on schema auth to visio_owner, visio_definer;
grant select, references on auth.users to visio_owner;
-- Inserting is for `python -m backend create-operator` and invitations.
grant select, insert, update on auth.users to visio_definer;
