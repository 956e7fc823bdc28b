-- Helpers that say who is calling stand in a subquery: PostgreSQL then asks them once. Compared with a
-- column directly, they are asked for every row wherever a plan reads a table from one end to the other,
-- as plans do that were made while the table was still empty.

grant create on schema public, private to visio_definer;
set local role visio_definer;

create or replace function private.my_event_bounds() returns table (first_seq bigint, last_seq bigint)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select coalesce(max(c.first_seq), 1), coalesce(max(c.last_seq), 0)
      from private.event_cursors c where c.recipient = (select private.my_account_id());
  end;

create or replace function private.my_meeting_ids() returns setof uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select m.id from public.meetings m where m.client_id = (select private.my_client_id())
    union all
    select m.id from public.meetings m
     where m.operator_id = any (array(select private.my_operator_ids()));
  end;

create or replace function private.my_meeting_operator_ids() returns setof uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select distinct m.operator_id from public.meetings m where m.client_id = (select private.my_client_id());
  end;

create or replace function public.mark_notifications_read(p_ids uuid[], p_all boolean) returns integer
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    with changed as (
      update public.notifications n set read_at = clock_timestamp()
       where n.recipient = (select private.my_account_id()) and n.read_at is null
         and (p_all or n.id = any (p_ids))
      returning n.id
    )
    select count(*)::integer from changed;
  end;

reset role;
revoke create on schema public, private from visio_definer;
