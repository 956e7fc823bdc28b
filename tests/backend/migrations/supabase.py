"""A database prepared the way a Supabase project is: its roles, its `auth` schema, its default grants.

Written from Supabase's documentation of what a project contains; only what our migrations can meet.
The administrator is no superuser there, and `auth` belongs to somebody else.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from backend.embedded.cluster import Cluster

ADMINISTRATOR = "project_postgres"
"""Stands for Supabase's `postgres`; that name is the superuser's in a cluster of ours."""

_ROLES = """
create role project_postgres login createrole createdb bypassrls password 'for-tests-only';
create role supabase_auth_admin nologin createrole;
create role anon nologin;
create role authenticated nologin;
create role service_role nologin bypassrls;
create role authenticator login noinherit password 'for-tests-only';
grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to project_postgres with admin option;
"""

_DATABASE = """
create schema auth authorization supabase_auth_admin;
grant usage on schema auth to anon, authenticated, service_role;
grant all on schema auth to project_postgres with grant option;
alter schema public owner to project_postgres;
grant all on schema public to anon, authenticated, service_role;
alter default privileges for role project_postgres in schema public
  grant all on tables to anon, authenticated, service_role;
alter default privileges for role project_postgres in schema public
  grant all on functions to anon, authenticated, service_role;
alter default privileges for role project_postgres in schema public
  grant all on sequences to anon, authenticated, service_role;
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;

set role supabase_auth_admin;
create table auth.users (
  instance_id uuid,
  id uuid not null primary key,
  aud varchar(255),
  role varchar(255),
  email varchar(255),
  encrypted_password varchar(255),
  email_confirmed_at timestamptz,
  raw_app_meta_data jsonb,
  raw_user_meta_data jsonb,
  created_at timestamptz,
  updated_at timestamptz,
  is_sso_user boolean not null default false,
  deleted_at timestamptz
);
create unique index users_email_partial_key on auth.users (email) where is_sso_user = false;
alter table auth.users enable row level security;
create table auth.refresh_tokens (id bigint primary key, user_id uuid references auth.users (id));
create function auth.uid() returns uuid language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')
  )::uuid
$$;
create function auth.role() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role')
  )::text
$$;
grant all on all tables in schema auth to project_postgres with grant option;
reset role;
"""


def prepare_roles(cluster: Cluster) -> None:
    """Make Supabase's roles; once in a cluster, before ours."""
    with psycopg.connect(cluster.dsn(), autocommit=True) as connection:
        connection.execute(_ROLES)


def prepare_database(cluster: Cluster, name: str) -> str:
    """Make a database as a new project has it.

    Returns:
        Its administrator's connection string.
    """
    cluster.make_database(name)
    with psycopg.connect(cluster.dsn(database=name), autocommit=True) as connection:
        connection.execute(_DATABASE)
        connection.execute(
            sql.SQL("alter database {} owner to project_postgres").format(sql.Identifier(name))
        )
    return f"postgresql://{ADMINISTRATOR}:for-tests-only@127.0.0.1:{cluster.port}/{name}"
