"""The catalogue itself: weak roles, forced row security, no function or right that nobody named."""

from __future__ import annotations

import psycopg
import pytest

from backend.embedded.cluster import Cluster
from backend.migrate import migrate
from tests.support.service import TestDatabase, fresh_database

OURS = ("public", "private", "auth")


def test_the_login_roles_are_weak(database: TestDatabase) -> None:
    """Neither superuser nor exempt from policies nor inheriting; and they own nothing."""
    roles = database.admin(
        "select rolname, rolsuper, rolbypassrls, rolinherit, rolcreaterole, rolcreatedb, rolreplication"
        " from pg_roles where rolname in ('visio_api', 'visio_jobs', 'authenticated', 'visio_worker')"
    )
    assert len(roles) == 4
    for role in roles:
        name = role.pop("rolname")
        assert not any(role.values()), name
    owned = database.admin(
        "select objid from pg_shdepend where deptype = 'o' and refobjid in"
        " (select oid from pg_roles where rolname in"
        " ('visio_api', 'visio_jobs', 'authenticated', 'visio_worker', 'anon'))"
    )
    assert owned == []


def test_the_login_roles_may_become_these_and_no_others(database: TestDatabase) -> None:
    """A hole in a query must not lead to a stronger role."""
    memberships = database.admin(
        "select m.rolname as member, r.rolname as role from pg_auth_members a"
        " join pg_roles m on m.oid = a.member join pg_roles r on r.oid = a.roleid"
        " where m.rolname in ('visio_api', 'visio_jobs', 'authenticated', 'visio_worker', 'anon')"
    )
    assert {(row["member"], row["role"]) for row in memberships} == {
        ("visio_api", "anon"),
        ("visio_api", "authenticated"),
        ("visio_jobs", "visio_worker"),
    }


def test_every_table_forces_row_security(database: TestDatabase) -> None:
    """Forced: it binds the owner as well."""
    open_tables = database.admin(
        "select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = any (%s) and c.relkind in ('r', 'p')"
        " and not (c.relrowsecurity and c.relforcerowsecurity)",
        (list(OURS),),
    )
    assert open_tables == []


def test_every_policy_names_its_role_and_its_verb(database: TestDatabase) -> None:
    """No policy for all commands, for everybody, or without a condition."""
    policies = database.admin("select * from pg_policies where schemaname = any (%s)", (list(OURS),))
    assert {"meetings_select_owner", "meetings_select_operator"} <= {row["policyname"] for row in policies}
    for policy in policies:
        assert policy["roles"] == ["authenticated"], policy["policyname"]
        assert policy["cmd"] != "ALL", policy["policyname"]
        assert "true" not in {policy["qual"], policy["with_check"]}, policy["policyname"]


def test_no_policy_uses_a_set_where_it_means_one_row(database: TestDatabase) -> None:
    """`in (select …)` in a policy reads the whole table, whatever the index."""
    conditions = database.admin(
        "select policyname, concat(qual, with_check) as text from pg_policies where schemaname = 'public'"
    )
    assert not [row["policyname"] for row in conditions if " IN ( SELECT" in row["text"]]


def test_tables_are_granted_as_listed(database: TestDatabase) -> None:
    """Who may do what to which table; a new table or grant needs a line here."""
    grants = database.admin(
        "select grantee, table_schema || '.' || table_name as name, privilege_type as verb"
        " from information_schema.role_table_grants where table_schema = any (%s)"
        " and grantee not in ('visio_owner', 'visio_definer', 'postgres')",
        (list(OURS),),
    )
    assert {(row["grantee"], row["name"], row["verb"]) for row in grants} == {
        ("authenticated", f"public.{table}", "SELECT")
        for table in (
            "clients",
            "operators",
            "meetings",
            "meeting_changes",
            "meeting_doors",
            "meeting_notes",
            "meeting_participants",
            "meeting_ratings",
            "meeting_readiness",
            "meeting_waits",
            "notifications",
            "user_events",
        )
    }
    columns = database.admin(
        "select table_name || '.' || column_name as name, privilege_type as verb"
        " from information_schema.role_column_grants where grantee = 'authenticated'"
        " and privilege_type <> 'SELECT'"
    )
    assert {(row["name"], row["verb"]) for row in columns} == {
        ("clients.full_name", "UPDATE"),
        ("clients.locale", "UPDATE"),
        ("clients.time_zone", "UPDATE"),
        ("meeting_notes.body", "INSERT"),
        ("meeting_notes.body", "UPDATE"),
        ("meeting_notes.meeting_id", "INSERT"),
    }


def test_functions_are_granted_as_listed(database: TestDatabase) -> None:
    """Everything a signed-in person or the worker may call; all else is internal."""
    callable_by = {
        role: {
            row["name"]
            for row in database.admin(
                "select n.nspname || '.' || p.proname as name from pg_proc p"
                " join pg_namespace n on n.oid = p.pronamespace where n.nspname = any (%s)"
                " and has_function_privilege(%s, p.oid, 'execute')",
                (list(OURS), role),
            )
        }
        for role in ("authenticated", "visio_worker", "anon", "visio_api", "visio_jobs")
    }
    assert callable_by == {
        "authenticated": {
            "auth.uid",
            "private.claim",
            "private.claim_idempotency_key",
            "private.has_session",
            "private.keep_idempotent_answer",
            "private.me",
            "private.my_account_id",
            "private.my_client_id",
            "private.my_event_bounds",
            "private.my_hosted_meeting_ids",
            "private.my_meeting_ids",
            "private.my_meeting_operator_ids",
            "private.my_operator_ids",
            "private.read_events",
            "private.require_session",
            "private.waiting_span",
            "public.announce_delay",
            "public.begin_connection_test",
            "public.begin_meeting",
            "public.cancel_meeting",
            "public.change_meeting",
            "public.client_accounts",
            "public.confirm_totp",
            "public.create_meeting",
            "public.create_meeting_series",
            "public.extend_meeting",
            "public.meeting_history",
            "public.meeting_presence",
            "public.read_meeting_note",
            "public.start_meeting_now",
            "public.stop_waiting",
            "public.wait_for_meeting",
            "public.write_meeting_note",
            "public.disable_totp",
            "public.end_meeting",
            "public.end_my_session",
            "public.end_my_sessions",
            "public.invite_client",
            "public.keep_room_connection",
            "public.mark_notifications_read",
            "public.my_sessions",
            "public.my_staged_totp",
            "public.nudge_meeting",
            "public.rate_meeting",
            "public.renew_invite",
            "public.report_leaving",
            "public.report_readiness",
            "public.room_entry",
            "public.set_client_active",
            "public.set_meeting_door",
            "public.stage_totp",
            "public.update_client",
            "public.update_me",
        },
        "visio_worker": {
            "auth.uid",
            "private.accept_invite",
            "private.accounts_among",
            "private.account_profile",
            "private.applied_migrations",
            "private.ask_for_reset",
            "private.audit_failed_sign_in",
            "private.begin_company_login",
            "private.begin_password_check",
            "private.begin_sign_in",
            "private.change_password",
            "private.claim_look",
            "private.complete_sign_in",
            "private.confirm_password",
            "private.confirm_reset",
            "private.count_totp",
            "private.end_session",
            "private.event_heads",
            "private.finish_company_login",
            "private.finish_job",
            "private.finish_leased_job",
            "private.forgive_sign_in",
            "private.issue_reset",
            "private.keep_webhook_event",
            "private.lease_job",
            "private.lease_job_in_lane",
            "private.look_up_code",
            "private.mail_to_send",
            "private.measurements",
            "private.note_media",
            "private.note_missed",
            "private.postpone_job",
            "private.postpone_leased_job",
            "private.report_failed_mail",
            "private.return_company_login",
            "private.rooms_to_watch",
            "private.rotate_session",
            "private.server_key",
            "private.set_password_hash",
            "private.stray_rooms_among",
            "private.sweep",
            "private.take_job",
            "private.use_company_code",
            "private.use_second_factor",
            "private.watch_room",
        },
        "anon": set(),
        "visio_api": set(),
        "visio_jobs": set(),
    }


def test_functions_with_others_rights_cannot_be_led_astray(database: TestDatabase) -> None:
    """Each definer function fixes its search path, so nobody can slip it another table."""
    loose = database.admin(
        "select p.oid::regprocedure::text as name from pg_proc p"
        " join pg_namespace n on n.oid = p.pronamespace"
        " where n.nspname = any (%s) and p.prosecdef"
        " and not coalesce(p.proconfig, '{}') @> array['search_path=pg_catalog, pg_temp']",
        (list(OURS),),
    )
    assert loose == []


def test_foreign_keys_have_an_index(database: TestDatabase) -> None:
    """Without, deleting a row reads the whole referring table."""
    bare = database.admin(
        "select c.conname from pg_constraint c join pg_namespace n on n.oid = c.connamespace"
        " where c.contype = 'f' and n.nspname = any (%s) and not exists ("
        "   select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])",
        (list(OURS),),
    )
    assert bare == []


@pytest.mark.parametrize(
    "attempt",
    [
        "set role postgres",
        "set role visio_definer",
        "set role visio_worker",
        "alter table public.meetings disable row level security",
        "drop policy meetings_select_owner on public.meetings",
        "create policy mine on public.meetings for select to authenticated using (true)",
        "create table public.mine (id int)",
        "create function public.mine() returns int language sql return 1",
        "select pg_read_file('/etc/passwd')",
        "copy public.meetings to program 'cat'",
        "select lo_import('/etc/passwd')",
        "select * from private.credentials",
        "select * from auth.users",
        "select private.begin_sign_in('mikl@demo.visio', '')",
        "select private.emit(array[]::uuid[], 'x', '{}')",
        "insert into public.notifications (recipient, kind) values (auth.uid(), 'x')",
        "update public.meetings set status = 'completed'",
        "delete from public.meetings",
        "update public.clients set active = true",
    ],
)
def test_an_injected_statement_gets_nowhere(database: TestDatabase, attempt: str) -> None:
    """What an attacker would try with a hole in a query: insufficient privilege, each time."""
    account = database.account_id("alice@demo.visio")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.as_account(account, attempt)


def test_temporary_tables_and_strange_roles_are_kept_out(postgres_cluster: Cluster) -> None:
    """On a database that was migrated itself (a copy does not take the database's own grants along)."""
    with fresh_database(postgres_cluster, template="template0") as bare:
        migrate(bare.admin_dsn)
        account = None
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            bare.as_account(account, "create temporary table mine (id int)")
        assert bare.admin(
            "select has_database_privilege('anon', current_database(), 'connect') as anon,"
            " has_database_privilege('visio_api', current_database(), 'connect') as api"
        ) == [{"anon": False, "api": True}]
