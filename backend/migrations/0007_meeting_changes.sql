-- Changing what is planned: edit, move, cancel, extend, start now, weekly series; the operator's note;
-- who is late, who waits; who was there. Each function asks `auth.uid()` itself and is safe to call
-- directly; doing twice what was asked once changes nothing the second time.

set local role visio_owner;

alter table public.meetings add column series_id uuid;
comment on column public.meetings.series_id is
  'Common to the meetings that were planned as one weekly series; each is a row of its own.';
create index meetings_series_id on public.meetings (series_id, scheduled_at, id) where series_id is not null;
-- For administrators, who read the meetings of several operators in one order.
create index meetings_scheduled_at on public.meetings (scheduled_at, id);

create table public.meeting_waits (
  meeting_id uuid primary key references public.meetings (id) on delete cascade,
  operator_account uuid not null references auth.users (id) on delete cascade,
  since timestamptz not null,
  seen_at timestamptz not null,
  told_at timestamptz not null,
  constraint meeting_waits_times check (since <= told_at and told_at <= seen_at)
);
comment on table public.meeting_waits is
  'The client is in the waiting room: since when, and last heard of. Old by `private.waiting_span()`.';
create index meeting_waits_operator_account on public.meeting_waits (operator_account);
alter table public.meeting_waits enable row level security;
alter table public.meeting_waits force row level security;
grant select, insert, update, delete on public.meeting_waits to visio_definer;
grant select on public.meeting_waits to authenticated;
create policy meeting_waits_select_host on public.meeting_waits for select to authenticated
  using (operator_account = (select private.my_account_id()));

reset role;
grant create on schema public, private to visio_definer;
set local role visio_definer;

-- As before, and: a meeting stays in its series.
create or replace function private.guard_meeting() returns trigger
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
    or new.created_at <> old.created_at or new.series_id is distinct from old.series_id
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

create function private.waiting_span() returns interval
  language sql immutable set search_path = pg_catalog, pg_temp
  return interval '2 minutes';
comment on function private.waiting_span() is
  'How long somebody counts as waiting after his app was last heard of.';

create function private.trimmed(p_text text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  return regexp_replace(coalesce(p_text, ''), '^\s+|\s+$', '', 'g');

-- What is wrong with a meeting's members, as pointers and codes. The instant is only checked when it
-- is a new one: a meeting whose hour has passed may still be given another title.
create function private.wrong_members(
  p_title text, p_description text, p_scheduled_at timestamptz, p_new_instant boolean, p_planned_minutes integer
) returns jsonb
  language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  wrong jsonb := '[]';
begin
  if p_title = '' then
    wrong := wrong || '{"pointer": "/title", "code": "required"}'::jsonb;
  elsif length(p_title) > 200 then
    wrong := wrong || '{"pointer": "/title", "code": "too-long"}'::jsonb;
  end if;
  if length(p_description) > 4000 then
    wrong := wrong || '{"pointer": "/description", "code": "too-long"}'::jsonb;
  end if;
  if p_new_instant then
    if p_scheduled_at is null then
      wrong := wrong || '{"pointer": "/scheduled_at", "code": "required"}'::jsonb;
    elsif p_scheduled_at < now() - interval '1 minute' then
      -- One minute of grace: "now" picked in a form is past when the form is sent.
      wrong := wrong || '{"pointer": "/scheduled_at", "code": "in-past"}'::jsonb;
    elsif p_scheduled_at > now() + interval '10 years' then
      wrong := wrong || '{"pointer": "/scheduled_at", "code": "out-of-range"}'::jsonb;
    end if;
  end if;
  if p_planned_minutes is null or p_planned_minutes not between 5 and 480 then
    wrong := wrong || '{"pointer": "/planned_minutes", "code": "out-of-range"}'::jsonb;
  end if;
  return wrong;
end
$$;

create function private.refuse_wrong(p_wrong jsonb) returns void
  language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
begin
  if p_wrong <> '[]' then
    raise exception using errcode = 'PT422', message = 'invalid', detail = p_wrong::text;
  end if;
end
$$;

-- Keeps a notice for a person and tells him by an event; `p_more` joins the notice's body.
create function private.notify_person(
  p_account uuid, p_kind text, p_meeting public.meetings, p_more jsonb
) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  new_id uuid;
begin
  insert into public.notifications (recipient, kind, meeting_id, body)
  values (
    p_account, p_kind, p_meeting.id,
    jsonb_build_object('title', p_meeting.title, 'scheduled_at', to_jsonb(p_meeting.scheduled_at)) || p_more
  )
  returning id into new_id;
  perform private.emit(
    array[p_account], 'notification.new',
    jsonb_build_object('notification_id', new_id, 'meeting_id', p_meeting.id, 'version', p_meeting.version)
  );
end
$$;

-- One mail for one version of a meeting, however often it is asked for. Payload: `meeting_id`,
-- `recipient` (an account), `sequence` (the version), and what the kind needs besides.
create function private.enqueue_mail(
  p_kind text, p_recipient uuid, p_meeting public.meetings, p_more jsonb
) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select private.enqueue(
      p_kind, (p_meeting).id::text || ':' || (p_meeting).version::text,
      jsonb_build_object(
        'meeting_id', (p_meeting).id, 'recipient', p_recipient, 'sequence', (p_meeting).version) || p_more);
  end;

-- Checks and inserts a meeting of the calling operator; tells nobody yet.
create function private.plan_meeting(
  p_id uuid, p_client_id uuid, p_title text, p_description text, p_scheduled_at timestamptz,
  p_planned_minutes integer, p_series_id uuid,
  out made public.meetings, out client_account uuid, out operator_account uuid
)
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  host public.operators;
  client public.clients;
  wrong jsonb := '[]';
begin
  if auth.uid() is null then
    raise exception using errcode = 'PT401', message = 'unauthenticated';
  end if;
  select o.* into host from public.operators o where o.auth_user_id = auth.uid() and o.active;
  if not found then
    raise exception using errcode = 'PT403', message = 'forbidden';
  end if;
  -- The lock keeps the client from being deactivated between this look and the commit.
  select c.* into client from public.clients c where c.id = p_client_id and c.active for share;
  if not found then
    wrong := wrong || '{"pointer": "/client_id", "code": "unknown-client"}'::jsonb;
  end if;
  perform private.refuse_wrong(wrong || private.wrong_members(
    private.trimmed(p_title), private.trimmed(p_description), p_scheduled_at, true, p_planned_minutes));
  insert into public.meetings
    (id, client_id, operator_id, title, description, scheduled_at, planned_minutes, series_id)
  values
    (p_id, client.id, host.id, private.trimmed(p_title), private.trimmed(p_description), p_scheduled_at,
     p_planned_minutes, p_series_id)
  returning * into made;
  perform private.audit(auth.uid(), 'meeting.scheduled', made.id::text);
  client_account := client.auth_user_id;
  operator_account := host.auth_user_id;
end
$$;

create or replace function public.create_meeting(
  p_client_id uuid, p_title text, p_description text, p_scheduled_at timestamptz, p_planned_minutes integer
) returns uuid
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  planned record;
begin
  planned := private.plan_meeting(
    gen_random_uuid(), p_client_id, p_title, p_description, p_scheduled_at, p_planned_minutes, null);
  perform private.emit_meeting(
    array[planned.client_account, planned.operator_account], 'meeting.scheduled', planned.made);
  perform private.notify_person(planned.client_account, 'meeting.scheduled', planned.made, '{}');
  perform private.enqueue_mail('mail.meeting-scheduled', planned.client_account, planned.made, '{}');
  return (planned.made).id;
end
$$;

create function public.create_meeting_series(
  p_client_id uuid, p_title text, p_description text, p_scheduled_at timestamptz, p_planned_minutes integer,
  p_count integer
) returns setof uuid
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  series constant uuid := gen_random_uuid();
  zone text;
  instant timestamptz;
  planned record;
  first_planned record;
  ids uuid[] := '{}';
begin
  select o.time_zone into zone from public.operators o where o.auth_user_id = auth.uid() and o.active;
  if not found then
    raise exception using errcode = 'PT403', message = 'forbidden';
  end if;
  if p_count is null or p_count not between 2 and 52 then
    perform private.refuse_wrong('[{"pointer": "/count", "code": "out-of-range"}]');
  end if;
  for week in 0 .. p_count - 1 loop
    -- Weeks are counted on the wall clock of the operator: 18:00 stays 18:00 when the clocks change.
    instant := case
      when week = 0 then p_scheduled_at
      else (p_scheduled_at at time zone zone + make_interval(days => 7 * week)) at time zone zone
    end;
    planned := private.plan_meeting(
      gen_random_uuid(), p_client_id, p_title, p_description, instant, p_planned_minutes, series);
    perform private.emit_meeting(
      array[planned.client_account, planned.operator_account], 'meeting.scheduled', planned.made);
    if week = 0 then
      first_planned := planned;
    end if;
    ids := ids || (planned.made).id;
  end loop;
  perform private.notify_person(
    first_planned.client_account, 'meeting.scheduled', first_planned.made,
    jsonb_build_object('count', p_count));
  perform private.enqueue_mail(
    'mail.meeting-scheduled', first_planned.client_account, first_planned.made,
    jsonb_build_object('meeting_ids', to_jsonb(ids)));
  return query select unnest(ids);
end
$$;
comment on function public.create_meeting_series(uuid, text, text, timestamptz, integer, integer) is
  'Schedules the same meeting weekly, 2 to 52 times, at the same local time of the calling operator, and
   tells the client once. The ids in order. PT403, PT422.';

-- scheduled → in_progress, once. False when it was not scheduled.
create function private.begin_planned(p_meeting_id uuid, p_client_account uuid, p_operator_account uuid)
  returns boolean
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  begun public.meetings;
  waits boolean;
begin
  update public.meetings
     set status = 'in_progress', started_at = clock_timestamp(), media_started_at = clock_timestamp(),
         session_id = 'mtg_' || replace(id::text, '-', '')
   where id = p_meeting_id and status = 'scheduled'
  returning * into begun;
  if not found then
    return false;
  end if;
  delete from public.meeting_waits w where w.meeting_id = p_meeting_id
  returning w.seen_at + private.waiting_span() > clock_timestamp() into waits;
  perform private.audit(auth.uid(), 'meeting.started', p_meeting_id::text);
  perform private.emit_meeting(array[p_client_account, p_operator_account], 'meeting.started', begun);
  perform private.notify_person(p_client_account, 'meeting.started', begun, '{}');
  -- Whoever sits in the waiting room sees the room open; everybody else is called by mail.
  if waits is not true then
    perform private.enqueue_mail('mail.meeting-waiting', p_client_account, begun, '{}');
  end if;
  return true;
end
$$;

create or replace function public.begin_meeting(p_meeting_id uuid) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  current_status text;
begin
  held := private.meeting_for_action(p_meeting_id);
  if not held.hosts then
    raise exception using errcode = 'PT403', message = 'not-host';
  end if;
  if private.begin_planned(p_meeting_id, held.client_account, held.operator_account) then
    return;
  end if;
  select m.status into strict current_status from public.meetings m where m.id = p_meeting_id;
  if current_status <> 'in_progress' then
    raise exception using errcode = 'PT409', message = 'meeting-closed';
  end if;
end
$$;

create function public.start_meeting_now(
  p_meeting_id uuid, p_client_id uuid, p_title text, p_description text, p_planned_minutes integer
) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  planned record;
begin
  planned := private.plan_meeting(
    p_meeting_id, p_client_id, p_title, p_description, clock_timestamp(), p_planned_minutes, null);
  perform private.begin_planned(p_meeting_id, planned.client_account, planned.operator_account);
end
$$;
comment on function public.start_meeting_now(uuid, uuid, text, text, integer) is
  'A meeting of the calling operator that is in progress from its first moment, under an id whose room
   is open already. PT403, PT422.';

create function public.change_meeting(
  p_meeting_id uuid, p_version integer, p_title text, p_description text, p_scheduled_at timestamptz,
  p_planned_minutes integer
) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  before public.meetings;
  after public.meetings;
  moved boolean;
begin
  held := private.meeting_for_action(p_meeting_id);
  if not held.hosts then
    raise exception using errcode = 'PT403', message = 'not-host';
  end if;
  select m.* into strict before from public.meetings m where m.id = p_meeting_id for update;
  if before.status = 'in_progress' then
    raise exception using errcode = 'PT409', message = 'meeting-started';
  elsif before.status <> 'scheduled' then
    raise exception using errcode = 'PT409', message = 'meeting-closed';
  end if;
  after := before;
  after.title := private.trimmed(coalesce(p_title, before.title));
  after.description := private.trimmed(coalesce(p_description, before.description));
  after.scheduled_at := coalesce(p_scheduled_at, before.scheduled_at);
  after.planned_minutes := coalesce(p_planned_minutes, before.planned_minutes);
  if after = before then
    -- Everything is as wanted, whatever the version: most often a request whose answer was lost.
    return;
  end if;
  if before.version is distinct from p_version then
    raise exception using errcode = 'PT409', message = 'version-conflict';
  end if;
  moved := after.scheduled_at <> before.scheduled_at;
  perform private.refuse_wrong(private.wrong_members(
    after.title, after.description, after.scheduled_at, moved, after.planned_minutes));
  update public.meetings m
     set title = after.title, description = after.description, scheduled_at = after.scheduled_at,
         planned_minutes = after.planned_minutes
   where m.id = p_meeting_id and m.status = 'scheduled' and m.version = p_version
  returning * into strict after;
  perform private.audit(
    auth.uid(), 'meeting.changed', p_meeting_id::text, 'ok', jsonb_build_object('moved', moved));
  perform private.emit_meeting(
    array[held.client_account, held.operator_account], 'meeting.changed', after);
  perform private.notify_person(
    held.client_account, case when moved then 'meeting.moved' else 'meeting.changed' end, after,
    case when moved then jsonb_build_object('previous_scheduled_at', to_jsonb(before.scheduled_at)) else '{}' end);
  -- Only what occupies another time is worth a mail; the rest is read when the meeting is opened.
  if moved or after.planned_minutes <> before.planned_minutes then
    perform private.enqueue_mail(
      'mail.meeting-moved', held.client_account, after,
      jsonb_build_object('previous_scheduled_at', to_jsonb(before.scheduled_at)));
  end if;
end
$$;
comment on function public.change_meeting(uuid, integer, text, text, timestamptz, integer) is
  'Edits and moves a scheduled meeting that is still at the version the caller saw; null leaves a member
   as it is. PT403, PT404, PT409 (meeting-started, meeting-closed, version-conflict), PT422.';

create function public.cancel_meeting(p_meeting_id uuid, p_reason text, p_following boolean) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  reason constant text := nullif(private.trimmed(p_reason), '');
  ids uuid[] := array[p_meeting_id];
  current_status text;
  cancelled public.meetings;
  first_cancelled public.meetings;
  cancelled_ids uuid[] := '{}';
begin
  held := private.meeting_for_action(p_meeting_id);
  if not held.hosts then
    raise exception using errcode = 'PT403', message = 'not-host';
  end if;
  if length(reason) > 1000 then
    perform private.refuse_wrong('[{"pointer": "/reason", "code": "too-long"}]');
  end if;
  if p_following then
    ids := ids || array(
      select m.id from public.meetings m
       where m.series_id = (held.meeting).series_id
         and (m.scheduled_at, m.id) > ((held.meeting).scheduled_at, p_meeting_id));
  end if;
  -- In the order of ids, so that two of these never wait for each other.
  perform from public.meetings m where m.id = any (ids) order by m.id for update;
  select m.status into strict current_status from public.meetings m where m.id = p_meeting_id;
  if current_status = 'in_progress' then
    raise exception using errcode = 'PT409', message = 'meeting-started';
  elsif current_status = 'completed' then
    raise exception using errcode = 'PT409', message = 'meeting-closed';
  end if;
  for cancelled in
    with changed as (
      update public.meetings m set status = 'cancelled', cancel_reason = reason
       where m.id = any (ids) and m.status = 'scheduled'
      returning m.*
    )
    select * from changed c order by c.scheduled_at, c.id
  loop
    perform private.audit(auth.uid(), 'meeting.cancelled', cancelled.id::text);
    perform private.emit_meeting(
      array[held.client_account, held.operator_account], 'meeting.cancelled', cancelled);
    if cancelled_ids = '{}' then
      first_cancelled := cancelled;
    end if;
    cancelled_ids := cancelled_ids || cancelled.id;
  end loop;
  if cancelled_ids = '{}' then
    return;
  end if;
  delete from public.meeting_waits w where w.meeting_id = any (cancelled_ids);
  perform private.notify_person(
    held.client_account, 'meeting.cancelled', first_cancelled,
    jsonb_strip_nulls(jsonb_build_object('reason', reason))
      || case when cardinality(cancelled_ids) > 1
           then jsonb_build_object('count', cardinality(cancelled_ids)) else '{}' end);
  perform private.enqueue_mail(
    'mail.meeting-cancelled', held.client_account, first_cancelled,
    case when cardinality(cancelled_ids) > 1
      then jsonb_build_object('meeting_ids', to_jsonb(cancelled_ids)) else '{}' end);
end
$$;
comment on function public.cancel_meeting(uuid, text, boolean) is
  'scheduled → cancelled, once, for this meeting or for it and all later ones of its series; nothing for
   those cancelled already. PT403, PT404, PT409 (meeting-started, meeting-closed), PT422.';

create function public.extend_meeting(p_meeting_id uuid, p_planned_minutes integer) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  extended public.meetings;
  current_status text;
begin
  held := private.meeting_for_action(p_meeting_id);
  if not held.hosts then
    raise exception using errcode = 'PT403', message = 'not-host';
  end if;
  if p_planned_minutes is null or p_planned_minutes not between 5 and 480 then
    perform private.refuse_wrong('[{"pointer": "/planned_minutes", "code": "out-of-range"}]');
  end if;
  -- A length, not a difference: two devices that extend at once end up with the longer of the two.
  update public.meetings m set planned_minutes = p_planned_minutes
   where m.id = p_meeting_id and m.status = 'in_progress' and m.planned_minutes < p_planned_minutes
  returning * into extended;
  if found then
    perform private.audit(auth.uid(), 'meeting.extended', p_meeting_id::text);
    perform private.emit_meeting(
      array[held.client_account, held.operator_account], 'meeting.changed', extended);
    perform private.notify_person(
      held.client_account, 'meeting.extended', extended,
      jsonb_build_object('planned_minutes', p_planned_minutes));
    return;
  end if;
  select m.status into strict current_status from public.meetings m where m.id = p_meeting_id;
  if current_status = 'scheduled' then
    raise exception using errcode = 'PT409', message = 'meeting-not-live';
  elsif current_status <> 'in_progress' then
    raise exception using errcode = 'PT409', message = 'meeting-closed';
  end if;
end
$$;
comment on function public.extend_meeting(uuid, integer) is
  'Gives a meeting in progress at least this planned length; nothing when it has it already.
   PT403, PT404, PT409 (meeting-not-live, meeting-closed), PT422.';

-- Notes and presence by function, not by policy: the policies compare with the list of all the caller's
-- meetings, which is right for any query but long for an operator with thousands.
create function public.read_meeting_note(p_meeting_id uuid) returns table (body text, updated_at timestamptz)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not (private.meeting_for_action(p_meeting_id)).hosts then
    raise exception using errcode = 'PT403', message = 'not-host';
  end if;
  return query select n.body, n.updated_at from public.meeting_notes n where n.meeting_id = p_meeting_id;
end
$$;
comment on function public.read_meeting_note(uuid) is
  'The private note of the meeting''s operator, if he has written one. PT403, PT404.';

create function public.write_meeting_note(p_meeting_id uuid, p_body text) returns timestamptz
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  written_at timestamptz;
begin
  if not (private.meeting_for_action(p_meeting_id)).hosts then
    raise exception using errcode = 'PT403', message = 'not-host';
  end if;
  if length(p_body) > 20000 then
    perform private.refuse_wrong('[{"pointer": "/body", "code": "too-long"}]');
  end if;
  insert into public.meeting_notes (meeting_id, body, updated_at)
  values (p_meeting_id, coalesce(p_body, ''), clock_timestamp())
  on conflict (meeting_id) do update set body = excluded.body, updated_at = excluded.updated_at
  returning updated_at into written_at;
  return written_at;
end
$$;
comment on function public.write_meeting_note(uuid, text) is
  'Replaces the private note, in any state of the meeting. PT403, PT404, PT422.';

create function public.meeting_presence(p_meeting_id uuid)
  returns table (role text, full_name text, joined_at timestamptz, left_at timestamptz)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.meeting_for_action(p_meeting_id);
  return query
    select case when o.id is null then 'client' else 'operator' end, coalesce(o.full_name, c.full_name),
           p.joined_at, p.left_at
      from public.meeting_participants p
      join public.meetings m on m.id = p.meeting_id
      left join public.operators o on o.id = m.operator_id and o.auth_user_id = p.auth_user_id
      left join public.clients c on c.id = m.client_id and c.auth_user_id = p.auth_user_id
     where p.meeting_id = p_meeting_id and (o.id is not null or c.id is not null)
     order by p.joined_at, p.connection_id;
end
$$;
comment on function public.meeting_presence(uuid) is 'Who was in the room, from when to when. PT404.';

create function public.announce_delay(p_meeting_id uuid, p_minutes integer) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  meeting public.meetings;
  side text;
  other_account uuid;
  wait_s integer;
begin
  held := private.meeting_for_action(p_meeting_id);
  if held.hosts then
    side := 'operator';
    other_account := held.client_account;
  elsif held.client_account = auth.uid() then
    side := 'client';
    other_account := held.operator_account;
  else
    -- An administrator sees the meeting; being late is for the two who meet.
    raise exception using errcode = 'PT403', message = 'forbidden';
  end if;
  if p_minutes is null or p_minutes not between 1 and 60 then
    perform private.refuse_wrong('[{"pointer": "/minutes", "code": "out-of-range"}]');
  end if;
  -- The lock makes two clicks at once one after the other, so that the second finds the first's notice.
  select m.* into strict meeting from public.meetings m where m.id = p_meeting_id for no key update;
  if meeting.status in ('completed', 'cancelled') then
    raise exception using errcode = 'PT409', message = 'meeting-closed';
  end if;
  if exists (
    select from public.notifications n
     where n.meeting_id = p_meeting_id and n.recipient = other_account and n.kind = 'meeting.delayed'
       and n.body @> jsonb_build_object('minutes', p_minutes, 'by', side)
       and n.created_at > clock_timestamp() - interval '1 minute'
  ) then
    return;
  end if;
  wait_s := private.count_attempt(
    'delay:' || p_meeting_id::text || ':' || auth.uid()::text, 6, interval '10 minutes');
  if wait_s > 0 then
    raise exception using errcode = 'PT429', message = 'too-many', detail = wait_s::text;
  end if;
  perform private.emit(
    array[other_account], 'meeting.delayed',
    jsonb_build_object('meeting_id', meeting.id, 'version', meeting.version, 'minutes', p_minutes));
  perform private.notify_person(
    other_account, 'meeting.delayed', meeting, jsonb_build_object('minutes', p_minutes, 'by', side));
end
$$;
comment on function public.announce_delay(uuid, integer) is
  'Tells the other side that the caller comes so many minutes late; the same again within a minute tells
   nothing. PT403, PT404, PT409 (meeting-closed), PT422, PT429 (more than 6 in 10 minutes).';

create function public.wait_for_meeting(p_meeting_id uuid)
  returns table (since timestamptz, expires_at timestamptz)
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  meeting public.meetings;
  now_at timestamptz;
  wait public.meeting_waits;
begin
  held := private.meeting_for_action(p_meeting_id);
  if held.client_account <> auth.uid() then
    raise exception using errcode = 'PT403', message = 'forbidden';
  end if;
  -- The lock keeps the meeting from being begun between this look and the commit.
  select m.* into strict meeting from public.meetings m where m.id = p_meeting_id for no key update;
  if meeting.status = 'in_progress' then
    raise exception using errcode = 'PT409', message = 'meeting-started';
  elsif meeting.status <> 'scheduled' then
    raise exception using errcode = 'PT409', message = 'meeting-closed';
  end if;
  now_at := clock_timestamp();
  insert into public.meeting_waits as w (meeting_id, operator_account, since, seen_at, told_at)
  values (p_meeting_id, held.operator_account, now_at, now_at, now_at)
  on conflict (meeting_id) do update set
    since = case when w.seen_at + private.waiting_span() > now_at then w.since else now_at end,
    seen_at = now_at,
    -- Told anew every other minute of a span, so that whoever was told never takes it to be over.
    told_at = case when w.told_at + private.waiting_span() / 2 > now_at then w.told_at else now_at end
  returning * into wait;
  since := wait.since;
  expires_at := now_at + private.waiting_span();
  if wait.told_at = now_at then
    perform private.emit(
      array[held.operator_account], 'meeting.waiting',
      jsonb_build_object(
        'meeting_id', meeting.id, 'version', meeting.version, 'since', to_jsonb(since),
        'expires_at', to_jsonb(expires_at)));
  end if;
  return next;
end
$$;
comment on function public.wait_for_meeting(uuid) is
  'The calling client is in the waiting room of a scheduled meeting; called again and again while he is.
   PT403, PT404, PT409 (meeting-started: go in; meeting-closed).';

create function public.stop_waiting(p_meeting_id uuid) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
begin
  held := private.meeting_for_action(p_meeting_id);
  if held.client_account <> auth.uid() then
    raise exception using errcode = 'PT403', message = 'forbidden';
  end if;
  delete from public.meeting_waits w where w.meeting_id = p_meeting_id;
  if found then
    perform private.emit(
      array[held.operator_account], 'meeting.waiting',
      jsonb_build_object('meeting_id', p_meeting_id, 'version', (held.meeting).version, 'since', null));
  end if;
end
$$;
comment on function public.stop_waiting(uuid) is 'The calling client has left the waiting room. PT403, PT404.';

grant execute on function
  private.waiting_span(),
  public.create_meeting_series(uuid, text, text, timestamptz, integer, integer),
  public.start_meeting_now(uuid, uuid, text, text, integer),
  public.change_meeting(uuid, integer, text, text, timestamptz, integer),
  public.cancel_meeting(uuid, text, boolean), public.extend_meeting(uuid, integer),
  public.read_meeting_note(uuid), public.write_meeting_note(uuid, text), public.meeting_presence(uuid),
  public.announce_delay(uuid, integer), public.wait_for_meeting(uuid), public.stop_waiting(uuid)
  to authenticated;

reset role;
revoke create on schema public, private from visio_definer;
