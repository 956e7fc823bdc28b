-- When somebody left, also where OpenVidu's webhook got lost: the app says so itself, and what a look had to
-- guess is put right by word that comes later.

set local role visio_owner;

alter table private.room_connections
  add column left_told_at timestamptz,
  add column left_unsure boolean not null default false;
comment on column private.room_connections.left_told_at is 'When its person''s app says that he left.';
comment on column private.room_connections.left_unsure is
  'Nobody told when he left: what is noted is the time of the look that did not find him.';

reset role;
grant create on schema public, private to visio_definer;
set local role visio_definer;

create function public.report_leaving(
  p_meeting_id uuid, p_device_id text, p_seconds_ago double precision
) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  room constant text := 'mtg_' || replace(p_meeting_id::text, '-', '');
  told_at constant timestamptz := clock_timestamp() - make_interval(secs => p_seconds_ago);
begin
  held := private.meeting_for_action(p_meeting_id);
  if not held.hosts and held.client_account is distinct from auth.uid() then
    raise exception using errcode = 'PT403', message = 'forbidden';
  end if;
  -- Said again it comes later, by its way through the network: the first is the most exact.
  update private.room_connections r set left_told_at = least(r.left_told_at, told_at)
   where r.meeting_id = p_meeting_id and r.auth_user_id = auth.uid()
     and r.device_id is not distinct from p_device_id and r.issued_at <= told_at and r.closed_at is null;
  if found and exists (
    select from public.meetings m where m.id = p_meeting_id and m.status = 'in_progress'
  ) then
    perform private.enqueue(
      'media.event', 'left|' || p_meeting_id::text || '|' || auth.uid()::text,
      jsonb_build_object('event', 'participantLeft', 'session_id', room, 'reason', null));
  end if;
end
$$;
comment on function public.report_leaving(uuid, text, double precision) is
  'The caller''s app says how many seconds ago he left the room on this device. It is believed as far as OpenVidu
   agrees that he has gone, and not before OpenVidu last had him inside. PT403, PT404.';
grant execute on function public.report_leaving(uuid, text, double precision) to authenticated;

-- Takes in what OpenVidu said about one room, and ends the meeting when its time is over.
--
-- p_seen: the connections with somebody on them, [{"connection_id", "active_ms", "account_id",
-- "purpose"}]; empty when there is no such session. p_media_lost: the media server went away under the people. Returns the reason
-- when the meeting ended by this.
create or replace function private.watch_room(
  p_meeting_id uuid, p_asked_at timestamptz, p_seen jsonb, p_media_lost boolean,
  p_empty interval, p_unjoined interval, p_longest interval
) returns text
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held public.meetings;
  now_at timestamptz;
  people uuid[];
  media_epoch timestamptz;
  seen_ids constant text[] := array(select s ->> 'connection_id' from jsonb_array_elements(p_seen) as s);
  is_occupied boolean;
  was_joined boolean;
  last_left_at timestamptz;
  reason text;
  finished_at timestamptz;
  replaced record;
begin
  select m.* into held from public.meetings m where m.id = p_meeting_id for update;
  now_at := clock_timestamp();
  -- An answer that a process held for long (it was frozen) says nothing about now.
  if not found or held.status <> 'in_progress' or p_asked_at < now_at - interval '30 seconds' then
    return null;
  end if;
  people := array(
    select c.auth_user_id from public.clients c where c.id = held.client_id
    union all
    select o.auth_user_id from public.operators o where o.id = held.operator_id);
  -- OpenVidu's year 1970 on our clock. The earliest is the least delayed.
  select min(r.issued_at - r.created_ms * interval '1 millisecond') into media_epoch
    from private.room_connections r where r.meeting_id = held.id;

  -- A version of the service that kept no connections gave these out: OpenVidu says whose they are.
  insert into private.room_connections
    (connection_id, meeting_id, auth_user_id, role, purpose, issued_at)
  select s ->> 'connection_id', held.id, (s ->> 'account_id')::uuid,
         case when (s ->> 'account_id')::uuid = people[1] then 'PUBLISHER' else 'MODERATOR' end,
         s ->> 'purpose', held.started_at
    from jsonb_array_elements(p_seen) as s
   where (s ->> 'account_id')::uuid = any (people)
  on conflict (connection_id) do nothing;
  update private.room_connections r set seen_at = p_asked_at
   where r.meeting_id = held.id and r.connection_id = any (seen_ids)
     and (r.seen_at is null or r.seen_at < p_asked_at);
  insert into public.meeting_participants as p (meeting_id, connection_id, auth_user_id, role, joined_at)
  select held.id, r.connection_id, r.auth_user_id, r.role,
         greatest(
           r.issued_at,
           least(
             p_asked_at,
             coalesce(media_epoch + (s ->> 'active_ms')::bigint * interval '1 millisecond', p_asked_at)))
    from jsonb_array_elements(p_seen) as s
    join private.room_connections r
      on r.meeting_id = held.id and r.connection_id = s ->> 'connection_id'
  on conflict (meeting_id, connection_id) do update set left_at = null where p.left_at < p_asked_at;

  -- Who is not there any more left when OpenVidu or his own app say, and if neither does, by the time of this
  -- look at the latest. Word that comes after the look corrects it. No word counts from before OpenVidu last
  -- had him inside: it was not true, or of an earlier life of the room.
  with gone as (
    select p.connection_id, coalesce(
             (
               select greatest(max(told.at), r.seen_at)
                 from (
                   select media_epoch + (e.body ->> 'timestamp')::bigint * interval '1 millisecond' as at
                     from private.webhook_events e
                    where e.session_id = held.session_id and e.received_at > r.seen_at
                      and (
                        e.body ->> 'event' = 'sessionDestroyed'
                        or (e.body ->> 'event' = 'participantLeft' and e.body ->> 'connectionId' = p.connection_id))
                 ) as told
                where told.at >= p.joined_at
               having count(*) > 0),
             case when r.left_told_at is not null then greatest(r.left_told_at, r.seen_at) end) as told_at
      from public.meeting_participants p
      join private.room_connections r on r.connection_id = p.connection_id
     where p.meeting_id = held.id and p.joined_at < p_asked_at and p.connection_id <> all (seen_ids)
       and (p.left_at is null or r.left_unsure)
  ), noted as (
    update private.room_connections r set left_unsure = gone.told_at is null
      from gone where r.connection_id = gone.connection_id
  )
  update public.meeting_participants p
     -- `least` passes over what is null: a look that did not find him is the latest that it can have been.
     set left_at = greatest(p.joined_at, least(now_at, p.left_at, coalesce(gone.told_at, p.left_at, p_asked_at)))
    from gone
   where p.meeting_id = held.id and p.connection_id = gone.connection_id;

  select coalesce(bool_or(p.left_at is null), false), count(*) > 0, max(p.left_at)
    into is_occupied, was_joined, last_left_at
    from public.meeting_participants p where p.meeting_id = held.id;
  -- Somebody whom we gave no token is somebody.
  is_occupied := is_occupied or exists (
    select from unnest(seen_ids) as seen_id
     where not exists (
       select from private.room_connections r where r.meeting_id = held.id and r.connection_id = seen_id));
  if is_occupied then
    last_left_at := null;
  end if;
  update public.meetings m set empty_since = last_left_at
   where m.id = held.id and m.empty_since is distinct from last_left_at;

  -- A person is in the room once with a camera and once with a screen: the newer device stays.
  for replaced in
    select inside.connection_id, inside.auth_user_id
      from (
        select p.connection_id, p.auth_user_id,
               row_number() over (
                 partition by p.auth_user_id, r.purpose order by p.joined_at desc, r.issued_at desc) as place
          from public.meeting_participants p
          join private.room_connections r on r.connection_id = p.connection_id
         where p.meeting_id = held.id and p.left_at is null
      ) as inside
     where inside.place > 1
  loop
    perform private.enqueue(
      'media.disconnect', replaced.connection_id,
      jsonb_build_object(
        'session_id', held.session_id, 'connection_id', replaced.connection_id, 'only_unused', false));
  end loop;

  if p_media_lost then
    perform private.emit_meeting(people, 'meeting.media_lost', held);
  end if;

  if now_at >= held.started_at + p_longest then
    reason := 'max_duration';
    finished_at := coalesce(last_left_at, now_at);
  elsif is_occupied or exists (
    -- Somebody is on his way in.
    select from private.room_connections r
     where r.meeting_id = held.id and r.seen_at is null and r.closed_at is null
       and r.issued_at > now_at - least(interval '1 minute', p_empty)
  ) then
    return null;
  elsif not was_joined and now_at >= held.started_at + p_unjoined then
    reason := 'never_joined';
    finished_at := held.started_at;
  elsif last_left_at is not null and now_at >= last_left_at + p_empty then
    reason := 'abandoned';
    finished_at := last_left_at;
  else
    return null;
  end if;

  update public.meetings m
     set status = 'completed', ended_at = greatest(finished_at, m.started_at), end_reason = reason,
         never_joined = not was_joined
   where m.id = held.id and m.status = 'in_progress'
  returning m.* into held;
  perform private.audit(null, 'meeting.ended', held.id::text, 'ok', jsonb_build_object('reason', reason));
  perform private.emit_meeting(people, 'meeting.ended', held);
  perform private.enqueue(
    'media.close', held.session_id, jsonb_build_object('session_id', held.session_id));
  return reason;
end
$$;

reset role;
revoke create on schema public, private from visio_definer;
