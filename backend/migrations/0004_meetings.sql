-- Meetings, what belongs to them, who may see them, and the three arrows their state may follow.

set local role visio_owner;

create table public.meetings (
  id uuid primary key default gen_random_uuid(),
  client_id uuid not null references public.clients (id),
  operator_id uuid not null references public.operators (id),
  title text not null check (length(title) between 1 and 200),
  description text not null default '' check (length(description) <= 4000),
  status text not null default 'scheduled'
    check (status in ('scheduled', 'in_progress', 'completed', 'cancelled')),
  scheduled_at timestamptz not null,
  planned_minutes integer not null default 60 check (planned_minutes between 5 and 480),
  started_at timestamptz,
  ended_at timestamptz,
  duration_seconds integer generated always as (extract(epoch from ended_at - started_at)::integer) stored,
  session_id text unique,
  end_reason text,
  cancel_reason text check (length(cancel_reason) <= 1000),
  empty_since timestamptz,
  media_started_at timestamptz,
  never_joined boolean not null default false,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint meetings_session_id check (session_id = 'mtg_' || replace(id::text, '-', '')),
  constraint meetings_state check (
    case status
      when 'in_progress' then
        started_at is not null and session_id is not null and ended_at is null and end_reason is null
      when 'completed' then
        started_at is not null and session_id is not null and ended_at is not null
        and ended_at >= started_at and end_reason is not null
      else
        started_at is null and session_id is null and ended_at is null and end_reason is null
    end
    and (cancel_reason is null or status = 'cancelled')
  )
);
comment on column public.meetings.session_id is
  'Name of the room at OpenVidu, written by the start together with in_progress and started_at.';

create index meetings_client_id on public.meetings (client_id, scheduled_at, id);
create index meetings_operator_id on public.meetings (operator_id, scheduled_at, id);
create index meetings_in_progress on public.meetings (started_at) where status = 'in_progress';

create table public.meeting_notes (
  meeting_id uuid primary key references public.meetings (id) on delete cascade,
  body text not null default '' check (length(body) <= 20000),
  updated_at timestamptz not null default now()
);
comment on table public.meeting_notes is
  'The operator''s private note. A table of its own, because row policies do not hide columns.';

create table public.meeting_participants (
  meeting_id uuid not null references public.meetings (id) on delete cascade,
  connection_id text not null,
  auth_user_id uuid not null references auth.users (id),
  role text not null check (role in ('MODERATOR', 'PUBLISHER')),
  joined_at timestamptz not null default now(),
  left_at timestamptz,
  primary key (meeting_id, connection_id),
  constraint meeting_participants_times check (left_at >= joined_at)
);
create index meeting_participants_auth_user_id on public.meeting_participants (auth_user_id);

create table public.notifications (
  id uuid primary key default gen_random_uuid(),
  recipient uuid not null references auth.users (id) on delete cascade,
  kind text not null,
  meeting_id uuid references public.meetings (id) on delete cascade,
  body jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  read_at timestamptz
);
create index notifications_recipient on public.notifications (recipient, created_at desc, id desc);
create index notifications_meeting_id on public.notifications (meeting_id);

do $force$
declare
  name text;
begin
  foreach name in array array[
    'public.meetings', 'public.meeting_notes', 'public.meeting_participants', 'public.notifications'
  ] loop
    execute 'alter table ' || name || ' enable row level security';
    execute 'alter table ' || name || ' force row level security';
    execute 'grant select, insert, update, delete on ' || name || ' to visio_definer';
  end loop;
end
$force$;

reset role;
grant create on schema private to visio_definer;
set local role visio_definer;

-- The state machine. It binds the owner and the functions too: whoever writes, only
-- scheduled → in_progress → completed and scheduled → cancelled pass.
create function private.guard_meeting() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    if new.status <> 'scheduled' then
      raise exception using errcode = '23514', message = 'a meeting begins as scheduled';
    end if;
    return new;
  end if;
  if old.status in ('completed', 'cancelled') then
    raise exception using errcode = '23514', message = 'a closed meeting does not change';
  end if;
  if new.status <> old.status and (old.status, new.status) not in (
    ('scheduled', 'in_progress'), ('scheduled', 'cancelled'), ('in_progress', 'completed')
  ) then
    raise exception using errcode = '23514', message = 'this change of state does not exist';
  end if;
  if new.id <> old.id or new.client_id <> old.client_id or new.operator_id <> old.operator_id
    or new.created_at <> old.created_at
    or (old.session_id is not null and new.session_id is distinct from old.session_id)
    or (old.started_at is not null and new.started_at is distinct from old.started_at)
  then
    raise exception using errcode = '23514', message = 'this part of a meeting does not change';
  end if;
  new.version := old.version + 1;
  new.updated_at := clock_timestamp();
  return new;
end
$$;

create function private.my_meeting_ids() returns setof uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select m.id from public.meetings m where m.client_id = private.my_client_id()
    union all
    select m.id from public.meetings m
     where m.operator_id = any (array(select private.my_operator_ids()));
  end;

create function private.my_hosted_meeting_ids() returns setof uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select m.id from public.meetings m
      join public.operators o on o.id = m.operator_id
     where o.auth_user_id = auth.uid() and o.active;
  end;

create function private.my_meeting_operator_ids() returns setof uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select distinct m.operator_id from public.meetings m where m.client_id = private.my_client_id();
  end;
comment on function private.my_meeting_operator_ids() is 'The operators a client has a meeting with.';

grant execute on function
  private.my_meeting_ids(), private.my_hosted_meeting_ids(), private.my_meeting_operator_ids()
  to authenticated;
-- A trigger's function is checked when the trigger is made, by its table's owner.
grant execute on function private.guard_meeting() to visio_owner;

reset role;
revoke create on schema private from visio_definer;
set local role visio_owner;
grant usage on schema private to visio_owner;

create trigger guard_meeting before insert or update on public.meetings
  for each row execute function private.guard_meeting();

grant select on
  public.meetings, public.meeting_notes, public.meeting_participants, public.notifications
  to authenticated;
grant insert (meeting_id, body), update (body) on public.meeting_notes to authenticated;

-- A client sees the meetings that are his. The subselect is a scalar on purpose: with
-- `client_id in (select …)` the policy becomes a filter over the whole table, whatever the index.
create policy meetings_select_owner on public.meetings for select to authenticated
  using (
    client_id = (
      select c.id from public.clients c where c.auth_user_id = (select auth.uid()) and c.active
    )
  );
create policy meetings_select_operator on public.meetings for select to authenticated
  using (operator_id = any (array(select private.my_operator_ids())));

create policy meeting_notes_select_host on public.meeting_notes for select to authenticated
  using (meeting_id = any (array(select private.my_hosted_meeting_ids())));
create policy meeting_notes_insert_host on public.meeting_notes for insert to authenticated
  with check (meeting_id = any (array(select private.my_hosted_meeting_ids())));
create policy meeting_notes_update_host on public.meeting_notes for update to authenticated
  using (meeting_id = any (array(select private.my_hosted_meeting_ids())))
  with check (meeting_id = any (array(select private.my_hosted_meeting_ids())));

create policy meeting_participants_select_meeting on public.meeting_participants for select to authenticated
  using (meeting_id = any (array(select private.my_meeting_ids())));

create policy notifications_select_recipient on public.notifications for select to authenticated
  using (recipient = (select private.my_account_id()));

create policy operators_select_client on public.operators for select to authenticated
  using (id = any (array(select private.my_meeting_operator_ids())));

reset role;
