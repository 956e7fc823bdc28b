-- What people do with meetings. Each function asks `auth.uid()` itself and is safe to call directly;
-- each change of state is one conditional statement, so calling twice gives the same result once.
-- Errors carry the HTTP status in the SQLSTATE (PT404 …) and the code in the message, for PT422 the
-- wrong members as JSON in the detail.

grant create on schema public, private to visio_definer;
set local role visio_definer;

-- The caller's view of a meeting, for the actions below.
-- PT404: none, or not the caller's. `hosts` tells whether the caller is the meeting's operator.
create function private.meeting_for_action(
  p_meeting_id uuid, out meeting public.meetings, out hosts boolean, out client_account uuid,
  out operator_account uuid
)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  select m.* into meeting from public.meetings m
   where m.id = p_meeting_id
     and (m.client_id = private.my_client_id() or m.operator_id = any (array(select private.my_operator_ids())));
  if meeting.id is null then
    raise exception using errcode = 'PT404', message = 'not-found';
  end if;
  select c.auth_user_id into strict client_account from public.clients c where c.id = meeting.client_id;
  select o.auth_user_id into strict operator_account from public.operators o where o.id = meeting.operator_id;
  hosts := operator_account = auth.uid();
end
$$;

create function private.notify_client(p_account uuid, p_kind text, p_meeting public.meetings) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  new_id uuid;
begin
  insert into public.notifications (recipient, kind, meeting_id, body)
  values (
    p_account, p_kind, p_meeting.id,
    jsonb_build_object('title', p_meeting.title, 'scheduled_at', to_jsonb(p_meeting.scheduled_at))
  )
  returning id into new_id;
  perform private.emit(
    array[p_account], 'notification.new',
    jsonb_build_object('notification_id', new_id, 'meeting_id', p_meeting.id, 'version', p_meeting.version)
  );
end
$$;

create function private.emit_meeting(p_recipients uuid[], p_kind text, p_meeting public.meetings) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select private.emit(
      p_recipients, p_kind, jsonb_build_object('meeting_id', (p_meeting).id, 'version', (p_meeting).version));
  end;

create function public.create_meeting(
  p_client_id uuid, p_title text, p_description text, p_scheduled_at timestamptz, p_planned_minutes integer
) returns uuid
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  host public.operators;
  client public.clients;
  clean_title constant text := regexp_replace(coalesce(p_title, ''), '^\s+|\s+$', '', 'g');
  clean_description constant text := regexp_replace(coalesce(p_description, ''), '^\s+|\s+$', '', 'g');
  wrong jsonb := '[]';
  made public.meetings;
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
  if clean_title = '' then
    wrong := wrong || '{"pointer": "/title", "code": "required"}'::jsonb;
  elsif length(clean_title) > 200 then
    wrong := wrong || '{"pointer": "/title", "code": "too-long"}'::jsonb;
  end if;
  if length(clean_description) > 4000 then
    wrong := wrong || '{"pointer": "/description", "code": "too-long"}'::jsonb;
  end if;
  if p_scheduled_at is null then
    wrong := wrong || '{"pointer": "/scheduled_at", "code": "required"}'::jsonb;
  elsif p_scheduled_at < now() - interval '1 minute' then
    -- One minute of grace: "now" picked in a form is past when the form is sent.
    wrong := wrong || '{"pointer": "/scheduled_at", "code": "in-past"}'::jsonb;
  elsif p_scheduled_at > now() + interval '10 years' then
    wrong := wrong || '{"pointer": "/scheduled_at", "code": "out-of-range"}'::jsonb;
  end if;
  if p_planned_minutes is null or p_planned_minutes not between 5 and 480 then
    wrong := wrong || '{"pointer": "/planned_minutes", "code": "out-of-range"}'::jsonb;
  end if;
  if wrong <> '[]' then
    raise exception using errcode = 'PT422', message = 'invalid', detail = wrong::text;
  end if;

  insert into public.meetings (client_id, operator_id, title, description, scheduled_at, planned_minutes)
  values (client.id, host.id, clean_title, clean_description, p_scheduled_at, p_planned_minutes)
  returning * into made;
  perform private.audit(auth.uid(), 'meeting.scheduled', made.id::text);
  perform private.emit_meeting(array[client.auth_user_id, host.auth_user_id], 'meeting.scheduled', made);
  perform private.notify_client(client.auth_user_id, 'meeting.scheduled', made);
  return made.id;
end
$$;
comment on function public.create_meeting(uuid, text, text, timestamptz, integer) is
  'Schedules a meeting of the calling operator and tells its client. PT403, PT422.';

create function public.begin_meeting(p_meeting_id uuid) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  begun public.meetings;
  current_status text;
begin
  held := private.meeting_for_action(p_meeting_id);
  if not held.hosts then
    raise exception using errcode = 'PT403', message = 'not-host';
  end if;
  update public.meetings
     set status = 'in_progress', started_at = clock_timestamp(), media_started_at = clock_timestamp(),
         session_id = 'mtg_' || replace(id::text, '-', '')
   where id = p_meeting_id and status = 'scheduled'
  returning * into begun;
  if found then
    perform private.audit(auth.uid(), 'meeting.started', p_meeting_id::text);
    perform private.emit_meeting(
      array[held.client_account, held.operator_account], 'meeting.started', begun);
    perform private.notify_client(held.client_account, 'meeting.started', begun);
    return;
  end if;
  select m.status into strict current_status from public.meetings m where m.id = p_meeting_id;
  if current_status <> 'in_progress' then
    raise exception using errcode = 'PT409', message = 'meeting-closed';
  end if;
end
$$;
comment on function public.begin_meeting(uuid) is
  'scheduled → in_progress, once; nothing when already in progress. PT403, PT404, PT409.';

create function public.end_meeting(p_meeting_id uuid) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  ended public.meetings;
  current_status text;
begin
  held := private.meeting_for_action(p_meeting_id);
  if not held.hosts then
    raise exception using errcode = 'PT403', message = 'not-host';
  end if;
  update public.meetings
     -- greatest: a clock that was set back must not make a meeting end before it began.
     set status = 'completed', ended_at = greatest(clock_timestamp(), started_at), end_reason = 'host'
   where id = p_meeting_id and status = 'in_progress'
  returning * into ended;
  if found then
    perform private.audit(auth.uid(), 'meeting.ended', p_meeting_id::text);
    perform private.emit_meeting(
      array[held.client_account, held.operator_account], 'meeting.ended', ended);
    perform private.enqueue(
      'media.close', ended.session_id, jsonb_build_object('session_id', ended.session_id));
    return;
  end if;
  select m.status into strict current_status from public.meetings m where m.id = p_meeting_id;
  if current_status = 'scheduled' then
    raise exception using errcode = 'PT409', message = 'meeting-not-live';
  elsif current_status = 'cancelled' then
    raise exception using errcode = 'PT409', message = 'meeting-closed';
  end if;
end
$$;
comment on function public.end_meeting(uuid) is
  'in_progress → completed, once, and the room will be closed; nothing when already completed.
   PT403, PT404, PT409.';

create function public.room_entry(p_meeting_id uuid)
  returns table (session_id text, role text, account_id uuid, full_name text)
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  wait_s integer;
begin
  held := private.meeting_for_action(p_meeting_id);
  account_id := auth.uid();
  if held.hosts then
    role := 'MODERATOR';
  elsif held.client_account = account_id then
    role := 'PUBLISHER';
  else
    -- An administrator sees the meeting; a room is for the two who meet.
    raise exception using errcode = 'PT403', message = 'forbidden';
  end if;
  if (held.meeting).status = 'scheduled' then
    raise exception using errcode = 'PT409', message = 'meeting-not-live';
  elsif (held.meeting).status <> 'in_progress' then
    raise exception using errcode = 'PT409', message = 'meeting-closed';
  end if;
  wait_s := private.count_attempt(
    'room:' || p_meeting_id::text || ':' || account_id::text, 10, interval '1 minute');
  if wait_s > 0 then
    raise exception using errcode = 'PT429', message = 'too-many', detail = wait_s::text;
  end if;
  session_id := (held.meeting).session_id;
  select p.full_name into strict full_name from private.account_profile(account_id) p;
  return next;
end
$$;
comment on function public.room_entry(uuid) is
  'What the caller may enter the room of a live meeting with: the role is decided here and nowhere
   else. PT403, PT404, PT409, PT429 (more than 10 a minute).';

create function public.mark_notifications_read(p_ids uuid[], p_all boolean) returns integer
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    with changed as (
      update public.notifications n set read_at = clock_timestamp()
       where n.recipient = private.my_account_id() and n.read_at is null and (p_all or n.id = any (p_ids))
      returning n.id
    )
    select count(*)::integer from changed;
  end;
comment on function public.mark_notifications_read(uuid[], boolean) is
  'Marks the caller''s own notifications as read, once; returns how many were not.';

grant execute on function
  public.create_meeting(uuid, text, text, timestamptz, integer), public.begin_meeting(uuid),
  public.end_meeting(uuid), public.room_entry(uuid), public.mark_notifications_read(uuid[], boolean)
  to authenticated;

reset role;
revoke create on schema public, private from visio_definer;
