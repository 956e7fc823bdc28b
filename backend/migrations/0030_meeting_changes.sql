-- What became of a meeting: planned, moved, changed, cancelled, held, missed; by whom and when. Both sides
-- read the same. Triggers write it, so that no way of changing a meeting can leave it out.

set local role visio_owner;

create table public.meeting_changes (
  id bigint generated always as identity primary key,
  meeting_id uuid not null references public.meetings (id) on delete cascade,
  changed_at timestamptz not null default clock_timestamp(),
  changed_by text check (changed_by in ('operator', 'client')),
  kind text not null check (kind in (
    'scheduled', 'moved', 'resized', 'renamed', 'edited', 'cancelled', 'started', 'ended', 'waited', 'missed')),
  detail jsonb not null default '{}'
);
comment on table public.meeting_changes is
  'One line for each change of a meeting; `changed_by` is null for what a rule has done.';
create index meeting_changes_meeting_id on public.meeting_changes (meeting_id, changed_at, id);
-- For the rule of missed meetings, which looks at what was planned and has not begun.
create index meetings_scheduled on public.meetings (scheduled_at) where status = 'scheduled';
alter table public.meeting_changes enable row level security;
alter table public.meeting_changes force row level security;
grant select, insert, update, delete on public.meeting_changes to visio_definer;
grant select on public.meeting_changes to authenticated;
create policy meeting_changes_select_meeting on public.meeting_changes for select to authenticated
  using (meeting_id = any (array(select private.my_meeting_ids())));

reset role;
grant create on schema public, private to visio_definer;
set local role visio_definer;

create function private.note_change(
  p_meeting_id uuid, p_by text, p_kind text, p_detail jsonb default '{}'
) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    insert into public.meeting_changes (meeting_id, changed_by, kind, detail)
    values (p_meeting_id, p_by, p_kind, p_detail);
  end;

-- Who of the two has never been in the meeting's room.
create function private.absent_from(p_meeting_id uuid) returns jsonb
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select coalesce(jsonb_agg(expected.side order by expected.side), '[]')
      from public.meetings m
      join public.clients c on c.id = m.client_id
      join public.operators o on o.id = m.operator_id
      cross join lateral (values ('client', c.auth_user_id), ('operator', o.auth_user_id))
        as expected (side, account)
     where m.id = p_meeting_id
       and not exists (
         select from public.meeting_participants p
          where p.meeting_id = m.id and p.auth_user_id = expected.account);
  end;

create function private.note_meeting() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  -- Only its operator changes a meeting; without anybody signed in a rule has done it.
  by_whom constant text := case when auth.uid() is null then null else 'operator' end;
begin
  if tg_op = 'INSERT' then
    perform private.note_change(new.id, by_whom, 'scheduled', jsonb_build_object(
      'to_at', to_jsonb(new.scheduled_at), 'to_minutes', new.planned_minutes));
    return null;
  end if;
  if new.scheduled_at <> old.scheduled_at then
    perform private.note_change(new.id, by_whom, 'moved', jsonb_build_object(
      'from_at', to_jsonb(old.scheduled_at), 'to_at', to_jsonb(new.scheduled_at)));
  end if;
  if new.planned_minutes <> old.planned_minutes then
    perform private.note_change(new.id, by_whom, 'resized', jsonb_build_object(
      'from_minutes', old.planned_minutes, 'to_minutes', new.planned_minutes));
  end if;
  if new.title <> old.title then
    perform private.note_change(new.id, by_whom, 'renamed', jsonb_build_object('text', old.title));
  end if;
  if new.description <> old.description then
    perform private.note_change(new.id, by_whom, 'edited');
  end if;
  if new.status <> old.status then
    case new.status
      when 'cancelled' then
        perform private.note_change(new.id, by_whom, 'cancelled', jsonb_strip_nulls(
          jsonb_build_object('text', new.cancel_reason)));
      when 'in_progress' then
        perform private.note_change(new.id, by_whom, 'started');
      when 'completed' then
        perform private.note_change(new.id, by_whom, 'ended', jsonb_build_object(
          'from_at', to_jsonb(new.started_at), 'to_at', to_jsonb(new.ended_at),
          'absent', private.absent_from(new.id)));
      else null;
    end case;
  end if;
  return null;
end
$$;

-- A wait is over when it is taken back, or when a new one begins after it had run out.
create function private.note_wait() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- Not for a meeting that is being deleted, whose waits go with it.
  if exists (select from public.meetings m where m.id = old.meeting_id) then
    perform private.note_change(old.meeting_id, 'client', 'waited', jsonb_build_object(
      'from_at', to_jsonb(old.since), 'to_at', to_jsonb(old.seen_at)));
  end if;
  return null;
end
$$;

create function private.note_missed(p_patience interval) returns integer
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  missed record;
  noted integer := 0;
begin
  for missed in
    select m.id, m.scheduled_at, w.since, w.seen_at
      from public.meetings m
      left join public.meeting_waits w on w.meeting_id = m.id
     where m.status = 'scheduled'
       and m.scheduled_at < clock_timestamp() - p_patience
       -- The longest meeting and a day in which nobody looked.
       and m.scheduled_at > clock_timestamp() - p_patience - interval '32 hours'
       and m.scheduled_at + m.planned_minutes * interval '1 minute' < clock_timestamp() - p_patience
       and not exists (
         select from public.meeting_changes c
          where c.meeting_id = m.id and c.kind = 'missed'
            and (c.detail ->> 'from_at')::timestamptz = m.scheduled_at)
     order by m.id
     for no key update of m skip locked
  loop
    if missed.since is not null then
      delete from public.meeting_waits w where w.meeting_id = missed.id;  -- which notes it
    end if;
    perform private.note_change(missed.id, null, 'missed', jsonb_build_object(
      'from_at', to_jsonb(missed.scheduled_at)));
    noted := noted + 1;
  end loop;
  return noted;
end
$$;
comment on function private.note_missed(interval) is
  'Notes, once, the meetings that nobody started so long after their planned end; how many.';

create function public.meeting_history(p_meeting_id uuid)
  returns table (changed_at timestamptz, changed_by text, kind text, detail jsonb)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.meeting_for_action(p_meeting_id);
  return query
    select c.changed_at, c.changed_by, c.kind, c.detail from public.meeting_changes c
     where c.meeting_id = p_meeting_id
     order by c.changed_at, c.id
     limit 500;
end
$$;
comment on function public.meeting_history(uuid) is 'What became of a meeting, oldest first. PT404.';

grant execute on function public.meeting_history(uuid) to authenticated;
grant execute on function private.note_missed(interval) to visio_worker;
grant execute on function private.note_meeting(), private.note_wait() to visio_owner;

-- What is known of the meetings from before.
insert into public.meeting_changes (meeting_id, changed_at, changed_by, kind, detail)
select m.id, m.created_at, 'operator', 'scheduled', jsonb_build_object(
         'to_at', to_jsonb(m.scheduled_at), 'to_minutes', m.planned_minutes)
  from public.meetings m;
insert into public.meeting_changes (meeting_id, changed_at, changed_by, kind, detail)
select m.id, m.updated_at, 'operator', 'cancelled', jsonb_strip_nulls(jsonb_build_object('text', m.cancel_reason))
  from public.meetings m where m.status = 'cancelled';
insert into public.meeting_changes (meeting_id, changed_at, changed_by, kind)
select m.id, m.started_at, 'operator', 'started' from public.meetings m where m.started_at is not null;
insert into public.meeting_changes (meeting_id, changed_at, changed_by, kind, detail)
select m.id, m.ended_at, case when m.end_reason = 'host' then 'operator' end, 'ended', jsonb_build_object(
         'from_at', to_jsonb(m.started_at), 'to_at', to_jsonb(m.ended_at), 'absent', private.absent_from(m.id))
  from public.meetings m where m.ended_at is not null;

reset role;
revoke create on schema public, private from visio_definer;
set local role visio_owner;

create trigger note_meeting after insert or update on public.meetings
  for each row execute function private.note_meeting();
create trigger note_wait_over after delete on public.meeting_waits
  for each row execute function private.note_wait();
create trigger note_wait_anew after update of since on public.meeting_waits
  for each row when (new.since <> old.since) execute function private.note_wait();

reset role;
