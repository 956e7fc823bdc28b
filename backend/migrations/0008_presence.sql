-- Who is in a room, and the meetings that nobody ends: connections given out, OpenVidu's word about
-- them, presence, and the end of a meeting by the service itself. All spans run on this database's
-- clock. OpenVidu's instants are translated to it by the connections we asked for: each has its age
-- on both clocks.

set local role visio_owner;

create table private.room_connections (
  connection_id text primary key check (length(connection_id) between 1 and 100),
  meeting_id uuid not null references public.meetings (id) on delete cascade,
  auth_user_id uuid not null references auth.users (id),
  role text not null check (role in ('MODERATOR', 'PUBLISHER')),
  purpose text not null check (purpose in ('camera', 'screen')),
  device_id text check (length(device_id) between 1 and 64),
  created_ms bigint,
  issued_at timestamptz not null default clock_timestamp(),
  seen_at timestamptz,
  closed_at timestamptz
);
comment on table private.room_connections is 'Every connection that a token was given for, used or not.';
comment on column private.room_connections.created_ms is 'The same instant as issued_at on OpenVidu''s clock.';
comment on column private.room_connections.seen_at is 'When OpenVidu last had somebody on it.';
comment on column private.room_connections.closed_at is 'When it was given up for a newer one, unused.';
create index room_connections_meeting_id on private.room_connections (meeting_id, auth_user_id);
create index room_connections_auth_user_id on private.room_connections (auth_user_id);

create table private.stray_rooms (
  session_id text primary key,
  found_at timestamptz not null default clock_timestamp()
);
comment on table private.stray_rooms is 'Sessions at OpenVidu whose meeting is not in progress.';

create table private.media_watch (
  only_row boolean primary key default true check (only_row),
  looked_at timestamptz not null default '-infinity',
  silent_since timestamptz
);
comment on table private.media_watch is 'When a process last looked at OpenVidu, and since when it says nothing of use.';

alter table private.webhook_events
  add column session_id text generated always as (body ->> 'sessionId') stored;
create index webhook_events_session_id on private.webhook_events (session_id);

do $force$
declare
  name text;
begin
  foreach name in array array['private.room_connections', 'private.stray_rooms', 'private.media_watch'] loop
    execute 'alter table ' || name || ' enable row level security';
    execute 'alter table ' || name || ' force row level security';
    execute 'grant select, insert, update, delete on ' || name || ' to visio_definer';
  end loop;
end
$force$;

reset role;
grant create on schema public, private to visio_definer;
set local role visio_definer;

insert into private.media_watch default values;

-- What the watch notes about a room is no new version of the meeting.
create function private.keep_meeting_version() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  noted constant text[] := array[
    'empty_since', 'media_started_at', 'duration_seconds', 'version', 'updated_at'];
begin
  if to_jsonb(new) - noted = to_jsonb(old) - noted then
    new.version := old.version;
    new.updated_at := old.updated_at;
  end if;
  return new;
end
$$;

-- Whoever is in the room when the meeting ends leaves with it, however it ends.
create function private.close_presence() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update public.meeting_participants p set left_at = greatest(p.joined_at, new.ended_at)
   where p.meeting_id = new.id and p.left_at is null;
  return null;
end
$$;

create function public.keep_room_connection(
  p_meeting_id uuid, p_connection_id text, p_purpose text, p_device_id text, p_created_ms bigint
) returns boolean
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  room constant text := 'mtg_' || replace(p_meeting_id::text, '-', '');
  current_status text;
  superseded text;
begin
  held := private.meeting_for_action(p_meeting_id);
  if not held.hosts and held.client_account is distinct from auth.uid() then
    raise exception using errcode = 'PT403', message = 'forbidden';
  end if;
  -- The lock puts this before an end or behind it, and lets one person count his tokens.
  select m.status into strict current_status from public.meetings m where m.id = p_meeting_id for update;
  if current_status <> 'in_progress' then
    perform private.enqueue('media.close', room, jsonb_build_object('session_id', room));
    return false;
  end if;
  insert into private.room_connections
    (connection_id, meeting_id, auth_user_id, role, purpose, device_id, created_ms)
  values (
    p_connection_id, p_meeting_id, auth.uid(), case when held.hosts then 'MODERATOR' else 'PUBLISHER' end,
    p_purpose, p_device_id, p_created_ms
  );
  for superseded in
    update private.room_connections r set closed_at = clock_timestamp()
      from (
        select c.connection_id, c.purpose, c.device_id,
               row_number() over (order by c.issued_at desc, c.connection_id) as place
          from private.room_connections c
         where c.meeting_id = p_meeting_id and c.auth_user_id = auth.uid()
           and c.seen_at is null and c.closed_at is null
      ) as unused
     where r.connection_id = unused.connection_id and r.connection_id <> p_connection_id
       and (unused.place > 3 or (unused.purpose = p_purpose and unused.device_id = p_device_id))
    returning r.connection_id
  loop
    perform private.enqueue(
      'media.disconnect', superseded,
      jsonb_build_object('session_id', room, 'connection_id', superseded, 'only_unused', true));
  end loop;
  return true;
end
$$;
comment on function public.keep_room_connection(uuid, text, text, text, bigint) is
  'Notes a connection made for the caller; false when the meeting ended meanwhile, and then its room
   will be closed. Older unused ones of the same device and purpose, and beyond three, will be
   deleted. PT403, PT404.';

create function private.keep_webhook_event(p_dedupe text, p_body jsonb) returns boolean
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into private.webhook_events (dedupe, received_at, body) values (p_dedupe, clock_timestamp(), p_body)
  on conflict (dedupe) do nothing;
  if not found then
    return false;
  end if;
  perform private.enqueue(
    'media.event', p_dedupe,
    jsonb_build_object(
      'event', p_body ->> 'event', 'session_id', p_body ->> 'sessionId', 'reason', p_body ->> 'reason'));
  return true;
end
$$;
comment on function private.keep_webhook_event(text, jsonb) is
  'Stores what OpenVidu told, once, with a job that asks it back; false for a repetition.';

-- Gives one process the right to look now.
create function private.claim_look(p_every interval) returns boolean
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update private.media_watch w set looked_at = clock_timestamp()
   -- A look in the future is one of a clock that was set back since.
   where w.looked_at <= clock_timestamp() - p_every or w.looked_at > clock_timestamp();
  return found;
end
$$;

-- Notes whether OpenVidu could be asked; how long it could not, in seconds.
create function private.note_media(p_answers boolean) returns double precision
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    update private.media_watch
       set silent_since = case when p_answers then null else coalesce(silent_since, clock_timestamp()) end
    returning coalesce(extract(epoch from clock_timestamp() - silent_since), 0)::double precision;
  end;

-- The rooms that should exist, or the one that is asked for; `asked_at` is taken before OpenVidu is
-- asked, so that what happens meanwhile is newer than its answer.
create function private.rooms_to_watch(p_session_id text)
  returns table (meeting_id uuid, session_id text, connection_ids text[], asked_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select m.id, m.session_id,
           array(
             select p.connection_id from public.meeting_participants p
              where p.meeting_id = m.id and p.left_at is null),
           clock_timestamp()
      from public.meetings m
     where m.status = 'in_progress' and (p_session_id is null or m.session_id = p_session_id);
  end;

-- Takes in what OpenVidu said about one room, and ends the meeting when its time is over.
--
-- p_seen: the connections with somebody on them, [{"connection_id", "active_ms", "account_id",
-- "purpose"}]; empty when there is no such session. p_media_lost: the media server went away under the people. Returns the reason
-- when the meeting ended by this.
create function private.watch_room(
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

  update public.meeting_participants p
     set left_at = greatest(
       p.joined_at,
       least(
         now_at,
         coalesce(
           (
             -- Only what was told since OpenVidu last had him inside: the rest was not true, or of
             -- an earlier life of the room.
             select greatest(max(told.at), max(told.seen_at))
               from (
                 select r.seen_at, media_epoch + (e.body ->> 'timestamp')::bigint * interval '1 millisecond' as at
                   from private.webhook_events e
                   join private.room_connections r on r.connection_id = p.connection_id
                  where e.session_id = held.session_id and e.received_at > r.seen_at
                    and (
                      e.body ->> 'event' = 'sessionDestroyed'
                      or (e.body ->> 'event' = 'participantLeft' and e.body ->> 'connectionId' = p.connection_id))
               ) as told
              where told.at >= p.joined_at),
           p_asked_at)))
   where p.meeting_id = held.id and p.left_at is null and p.joined_at < p_asked_at
     and p.connection_id <> all (seen_ids);

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

-- Of the sessions that OpenVidu has, those that are ours, of no meeting in progress, and found so
-- for long enough: a start makes the session just before its meeting.
create function private.stray_rooms_among(p_session_ids text[], p_patience interval) returns setof text
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  found_ids constant text[] := array(
    select listed from unnest(p_session_ids) as listed
     where listed ~ '^mtg_[0-9a-f]{32}$'
       and not exists (
         select from public.meetings m where m.session_id = listed and m.status = 'in_progress'));
begin
  delete from private.stray_rooms s where s.session_id <> all (found_ids);
  insert into private.stray_rooms (session_id) select found_id from unnest(found_ids) as found_id
  on conflict (session_id) do nothing;
  return query
    select s.session_id from private.stray_rooms s where s.found_at <= clock_timestamp() - p_patience;
end
$$;

-- Takes the job that is due longest, as `take_job`, with the lease that tells this taking from
-- others: a job that is enqueued anew while it runs must run again.
create function private.lease_job(p_lease interval)
  returns table (id uuid, kind text, payload jsonb, attempts integer, locked_until timestamptz)
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    update private.jobs j
       set locked_until = clock_timestamp() + p_lease, attempts = j.attempts + 1
     where j.id = (
       select due.id from private.jobs due
        where due.done_at is null and due.run_at <= clock_timestamp()
          and (due.locked_until is null or due.locked_until <= clock_timestamp())
        order by due.run_at
        limit 1
        for update skip locked)
    returning j.id, j.kind, j.payload, j.attempts, j.locked_until;
  end;

create function private.finish_leased_job(p_id uuid, p_locked_until timestamptz) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    update private.jobs set done_at = clock_timestamp(), locked_until = null, last_error = null
     where id = p_id and locked_until = p_locked_until;
  end;

create function private.postpone_leased_job(
  p_id uuid, p_locked_until timestamptz, p_delay interval, p_error text
) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    update private.jobs
       set run_at = clock_timestamp() + p_delay, locked_until = null, last_error = left(p_error, 500)
     where id = p_id and locked_until = p_locked_until;
  end;

grant execute on function public.keep_room_connection(uuid, text, text, text, bigint) to authenticated;
grant execute on function
  private.keep_webhook_event(text, jsonb), private.claim_look(interval), private.note_media(boolean),
  private.rooms_to_watch(text),
  private.watch_room(uuid, timestamptz, jsonb, boolean, interval, interval, interval),
  private.stray_rooms_among(text[], interval), private.lease_job(interval),
  private.finish_leased_job(uuid, timestamptz),
  private.postpone_leased_job(uuid, timestamptz, interval, text)
  to visio_worker;
grant execute on function private.keep_meeting_version(), private.close_presence() to visio_owner;

reset role;
revoke create on schema public, private from visio_definer;
set local role visio_owner;

-- After `guard_meeting`, which counts the version: triggers fire in the order of their names.
create trigger keep_meeting_version before update on public.meetings
  for each row execute function private.keep_meeting_version();
create trigger meeting_completed after update of status on public.meetings
  for each row when (new.status = 'completed' and old.status = 'in_progress')
  execute function private.close_presence();

reset role;
