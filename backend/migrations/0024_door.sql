-- The door of a meeting: whoever belongs to it comes in once it has started, unless the operator holds
-- him in the waiting room. A held client gets no token: the door is asked before OpenVidu is, and again
-- under the meeting's lock when the connection is noted.

set local role visio_owner;

create table public.meeting_doors (
  meeting_id uuid primary key references public.meetings (id) on delete cascade,
  client_id uuid not null references public.clients (id) on delete cascade,
  operator_account uuid not null references auth.users (id) on delete cascade,
  state text not null check (state in ('open', 'held', 'admitted', 'refused')),
  changed_at timestamptz not null default clock_timestamp()
);
comment on table public.meeting_doors is
  'Whether a meeting''s client may go in; no row is an open door. `admitted` lets in whoever was held,
   for as long as the door stays so.';
create index meeting_doors_client_id on public.meeting_doors (client_id);
create index meeting_doors_operator_account on public.meeting_doors (operator_account);
alter table public.meeting_doors enable row level security;
alter table public.meeting_doors force row level security;
grant select, insert, update, delete on public.meeting_doors to visio_definer;
grant select on public.meeting_doors to authenticated;
create policy meeting_doors_select_client on public.meeting_doors for select to authenticated
  using (client_id = (select private.my_client_id()));
create policy meeting_doors_select_host on public.meeting_doors for select to authenticated
  using (operator_account = (select private.my_account_id()));

reset role;
grant create on schema public, private to visio_definer;
set local role visio_definer;

-- PT409 for whom the door does not let in.
create function private.ask_door(p_meeting_id uuid) returns void
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  found_state text;
begin
  select d.state into found_state from public.meeting_doors d where d.meeting_id = p_meeting_id;
  if found_state in ('held', 'refused') then
    raise exception using errcode = 'PT409', message = 'door-' || found_state;
  end if;
end
$$;

create function public.set_meeting_door(p_meeting_id uuid, p_state text) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  meeting public.meetings;
  wanted text := p_state;
  changed boolean;
  connection record;
begin
  held := private.meeting_for_action(p_meeting_id);
  if not held.hosts then
    raise exception using errcode = 'PT403', message = 'not-host';
  end if;
  if p_state is null or p_state not in ('open', 'held', 'admitted', 'refused') then
    perform private.refuse_wrong('[{"pointer": "/state", "code": "not-allowed"}]');
  end if;
  -- The lock puts this before a token of the client's or behind it.
  select m.* into strict meeting from public.meetings m where m.id = p_meeting_id for no key update;
  if meeting.status in ('completed', 'cancelled') then
    raise exception using errcode = 'PT409', message = 'meeting-closed';
  end if;
  -- Holding is for newcomers: whoever is inside may come back after a cut.
  if wanted = 'held' and exists (
    select from public.meeting_participants p
     where p.meeting_id = p_meeting_id and p.auth_user_id = held.client_account and p.left_at is null
  ) then
    wanted := 'admitted';
  end if;
  insert into public.meeting_doors as d (meeting_id, client_id, operator_account, state)
  values (p_meeting_id, meeting.client_id, held.operator_account, wanted)
  on conflict (meeting_id) do update set state = excluded.state, changed_at = clock_timestamp()
    where d.state <> excluded.state
  returning true into changed;
  if changed is not true then
    return;
  end if;
  perform private.audit(
    auth.uid(), 'meeting.door', p_meeting_id::text, 'ok', jsonb_build_object('state', wanted));
  if wanted = 'refused' or (meeting.status = 'in_progress' and wanted <> 'held') then
    delete from public.meeting_waits w where w.meeting_id = p_meeting_id;
  end if;
  -- A token that was given and not used yet opens no held door; a refusal is for whoever is inside, too.
  if wanted in ('held', 'refused') then
    for connection in
      update private.room_connections r
         set closed_at = case when r.seen_at is null then clock_timestamp() else r.closed_at end
       where r.meeting_id = p_meeting_id and r.auth_user_id = held.client_account and r.closed_at is null
         and (
           r.seen_at is null
           or (wanted = 'refused' and exists (
             select from public.meeting_participants p
              where p.meeting_id = p_meeting_id and p.connection_id = r.connection_id and p.left_at is null)))
      returning r.connection_id
    loop
      perform private.enqueue(
        'media.disconnect', connection.connection_id,
        jsonb_build_object(
          'session_id', meeting.session_id, 'connection_id', connection.connection_id,
          'only_unused', wanted = 'held'));
    end loop;
  end if;
  perform private.emit_meeting(array[held.client_account, held.operator_account], 'meeting.door', meeting);
end
$$;
comment on function public.set_meeting_door(uuid, text) is
  'Opens or holds the door, admits or refuses whoever waits behind it; the same again is nothing. PT403
   (not-host), PT404, PT409 (meeting-closed), PT422.';

create or replace function public.room_entry(p_meeting_id uuid)
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
  if not held.hosts then
    perform private.ask_door(p_meeting_id);
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
   else. PT403, PT404, PT409 (door-held and door-refused, too), PT429 (more than 10 a minute).';

-- As before, with the door asked under the lock: it may have been closed while OpenVidu made the connection.
create or replace function public.keep_room_connection(
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
  if not held.hosts then
    perform private.ask_door(p_meeting_id);
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
   deleted. PT403, PT404, PT409 (door-held, door-refused).';

create or replace function public.wait_for_meeting(p_meeting_id uuid)
  returns table (since timestamptz, expires_at timestamptz)
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  meeting public.meetings;
  door text;
  now_at timestamptz;
  wait public.meeting_waits;
begin
  held := private.meeting_for_action(p_meeting_id);
  if held.client_account is distinct from auth.uid() then
    raise exception using errcode = 'PT403', message = 'forbidden';
  end if;
  -- The lock keeps the meeting from being begun, and the door from moving, between this look and the commit.
  select m.* into strict meeting from public.meetings m where m.id = p_meeting_id for no key update;
  select d.state into door from public.meeting_doors d where d.meeting_id = p_meeting_id;
  if meeting.status not in ('scheduled', 'in_progress') then
    raise exception using errcode = 'PT409', message = 'meeting-closed';
  elsif door = 'refused' then
    raise exception using errcode = 'PT409', message = 'door-refused';
  elsif meeting.status = 'in_progress' and door is distinct from 'held' then
    raise exception using errcode = 'PT409', message = 'meeting-started';
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
  'The calling client is in the waiting room of a meeting that has not started, or behind its held door;
   called again and again while he is. PT403, PT404, PT409 (meeting-started: go in; meeting-closed;
   door-refused).';

grant execute on function public.set_meeting_door(uuid, text) to authenticated;

reset role;
revoke create on schema public, private from visio_definer;
