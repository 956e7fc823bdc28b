-- Live events (numbered per person, without gaps), work to do later, and answers to repeat.

set local role visio_owner;

create table public.user_events (
  recipient uuid not null references auth.users (id) on delete cascade,
  seq bigint not null check (seq > 0),
  kind text not null,
  payload jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (recipient, seq)
);
comment on table public.user_events is 'What happened, for one person, in the order of commits; kept 7 days.';
create index user_events_created_at on public.user_events (created_at);

create table private.event_cursors (
  recipient uuid primary key references auth.users (id) on delete cascade,
  last_seq bigint not null,
  first_seq bigint not null default 1
);
comment on column private.event_cursors.first_seq is 'The oldest number still kept.';

create table private.jobs (
  id uuid primary key default gen_random_uuid(),
  kind text not null,
  key text not null,
  payload jsonb not null default '{}',
  run_at timestamptz not null default now(),
  attempts integer not null default 0,
  locked_until timestamptz,
  done_at timestamptz,
  last_error text,
  created_at timestamptz not null default now(),
  unique (kind, key)
);
create index jobs_due on private.jobs (run_at) where done_at is null;

create table private.idempotency (
  user_id uuid not null references auth.users (id) on delete cascade,
  key text not null check (length(key) between 1 and 255),
  operation text not null,
  request_sha256 text not null,
  status integer,
  response jsonb,
  expires_at timestamptz not null default now() + interval '24 hours',
  primary key (user_id, key)
);
create index idempotency_expires_at on private.idempotency (expires_at);

create table private.webhook_events (
  dedupe text primary key,
  received_at timestamptz not null default now(),
  body jsonb not null
);

do $force$
declare
  name text;
begin
  foreach name in array array[
    'public.user_events', 'private.event_cursors', 'private.jobs', 'private.idempotency',
    'private.webhook_events'
  ] loop
    execute 'alter table ' || name || ' enable row level security';
    execute 'alter table ' || name || ' force row level security';
    execute 'grant select, insert, update, delete on ' || name || ' to visio_definer';
  end loop;
end
$force$;

grant select on public.user_events to authenticated;
create policy user_events_select_recipient on public.user_events for select to authenticated
  using (recipient = (select private.my_account_id()));

reset role;
grant create on schema private to visio_definer;
set local role visio_definer;

-- Tells people that something changed, in the transaction of the change. Recipients are locked in
-- sorted order (no deadlock); a counter row for each makes numbers follow commits without gaps,
-- which one sequence for all could not. The notification names whom and which number, nothing else:
-- every role may listen to every channel.
create function private.emit(p_recipients uuid[], p_kind text, p_payload jsonb) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  person uuid;
  next_seq bigint;
begin
  for person in select distinct r from unnest(p_recipients) as r where r is not null order by r loop
    insert into private.event_cursors as c (recipient, last_seq) values (person, 1)
    on conflict (recipient) do update set last_seq = c.last_seq + 1
    returning c.last_seq into next_seq;
    insert into public.user_events (recipient, seq, kind, payload)
    values (person, next_seq, p_kind, p_payload);
    perform pg_notify('visio_events', person::text || ':' || next_seq::text);
  end loop;
end
$$;

create function private.my_event_bounds() returns table (first_seq bigint, last_seq bigint)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select coalesce(max(c.first_seq), 1), coalesce(max(c.last_seq), 0)
      from private.event_cursors c where c.recipient = private.my_account_id();
  end;
comment on function private.my_event_bounds() is 'The oldest kept and the newest number of the caller''s events.';

create function private.event_heads(p_recipients uuid[]) returns table (recipient uuid, last_seq bigint)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select c.recipient, c.last_seq from private.event_cursors c where c.recipient = any (p_recipients);
  end;

create function private.end_session(p_session_id uuid, p_reason text) returns boolean
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  owner_id uuid;
begin
  update private.sessions set revoked_at = clock_timestamp(), revoke_reason = p_reason
   where id = p_session_id and revoked_at is null
  returning user_id into owner_id;
  if owner_id is null then
    return false;
  end if;
  perform private.audit(owner_id, 'session.ended', p_session_id::text, 'ok', jsonb_build_object('reason', p_reason));
  perform private.emit(array[owner_id], 'session.revoked', jsonb_build_object('session_id', p_session_id));
  return true;
end
$$;

-- Decides one refresh under the session's lock. Outcomes: `rotated` (the counter moved on),
-- `repeated` (the previous token again within the grace, so the answer was lost or two windows
-- asked: the current one is given again), `ended`, `unknown`, and `reused`, which ends the session
-- because somebody else may hold the token. Returned, not raised, so that the ending commits.
create function private.rotate_session(
  p_session_id uuid, p_counter bigint, p_address text,
  p_grace interval default interval '30 seconds', p_idle interval default interval '14 days'
) returns table (outcome text, counter bigint, user_id uuid)
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  now_at timestamptz;
  held private.sessions;
begin
  select s.* into held from private.sessions s where s.id = p_session_id for update;
  now_at := clock_timestamp();
  if not found then
    outcome := 'unknown';
  elsif held.revoked_at is not null or held.idle_until <= now_at or held.expires_at <= now_at then
    outcome := 'ended';
  elsif not private.account_is_active(held.user_id) then
    perform private.end_session(held.id, 'inactive');
    outcome := 'ended';
  elsif p_counter = held.counter then
    update private.sessions s
       set counter = held.counter + 1, refreshed_at = now_at, last_address = p_address,
           idle_until = least(now_at + p_idle, held.expires_at)
     where s.id = held.id;
    outcome := 'rotated';
    counter := held.counter + 1;
    user_id := held.user_id;
  elsif p_counter = held.counter - 1 and held.refreshed_at + p_grace >= now_at then
    outcome := 'repeated';
    counter := held.counter;
    user_id := held.user_id;
  else
    perform private.end_session(held.id, 'reuse');
    outcome := 'reused';
  end if;
  return next;
end
$$;

create function private.enqueue(p_kind text, p_key text, p_payload jsonb) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    insert into private.jobs (kind, key, payload) values (p_kind, p_key, p_payload)
    on conflict (kind, key) do update
      set done_at = null, run_at = now(), attempts = 0, locked_until = null, payload = excluded.payload;
  end;

-- Takes the job that is due longest, for as long as `p_lease`; a process that dies gives it back so.
create function private.take_job(p_lease interval)
  returns table (id uuid, kind text, payload jsonb, attempts integer)
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
    returning j.id, j.kind, j.payload, j.attempts;
  end;

create function private.finish_job(p_id uuid) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    update private.jobs set done_at = clock_timestamp(), locked_until = null, last_error = null where id = p_id;
  end;

create function private.postpone_job(p_id uuid, p_delay interval, p_error text) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    update private.jobs
       set run_at = clock_timestamp() + p_delay, locked_until = null, last_error = left(p_error, 500)
     where id = p_id;
  end;

-- First sight of a key claims it, in the caller's transaction; a second request with the same key
-- waits for the first to end, then gets its stored answer (`status` not null).
create function private.claim_idempotency_key(p_key text, p_operation text, p_request_sha256 text)
  returns table (status integer, response jsonb)
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held private.idempotency;
begin
  if auth.uid() is null then
    raise exception using errcode = 'PT401', message = 'unauthenticated';
  end if;
  delete from private.idempotency i
   where i.user_id = auth.uid() and i.key = p_key and i.expires_at <= now();
  insert into private.idempotency (user_id, key, operation, request_sha256)
  values (auth.uid(), p_key, p_operation, p_request_sha256)
  on conflict (user_id, key) do nothing;
  if not found then
    select i.* into strict held from private.idempotency i where i.user_id = auth.uid() and i.key = p_key;
    if held.operation <> p_operation or held.request_sha256 <> p_request_sha256 then
      raise exception using errcode = 'PT409', message = 'idempotency-mismatch';
    end if;
    status := held.status;
    response := held.response;
  end if;
  return next;
end
$$;

create function private.keep_idempotent_answer(p_key text, p_status integer, p_response jsonb) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    update private.idempotency set status = p_status, response = p_response
     where user_id = auth.uid() and key = p_key and status is null;
  end;

-- Throws away what has outlived its use; every process may call it at any time.
create function private.sweep() returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  with gone as (
    delete from public.user_events e where e.created_at < now() - interval '7 days'
    returning e.recipient, e.seq
  ), newest as (
    select g.recipient, max(g.seq) as seq from gone g group by g.recipient
  )
  update private.event_cursors c set first_seq = greatest(c.first_seq, n.seq + 1)
    from newest n where n.recipient = c.recipient;
  delete from private.idempotency where expires_at < now();
  delete from private.attempts where window_start < now() - interval '1 day';
  delete from private.webhook_events where received_at < now() - interval '30 days';
  delete from private.jobs where done_at < now() - interval '30 days';
  delete from private.sessions where expires_at < now() - interval '30 days';
  delete from private.one_time_codes where expires_at < now() - interval '30 days';
end
$$;

grant execute on function
  private.my_event_bounds(), private.claim_idempotency_key(text, text, text),
  private.keep_idempotent_answer(text, integer, jsonb)
  to authenticated;
grant execute on function
  private.event_heads(uuid[]), private.end_session(uuid, text),
  private.rotate_session(uuid, bigint, text, interval, interval), private.take_job(interval),
  private.finish_job(uuid), private.postpone_job(uuid, interval, text), private.sweep()
  to visio_worker;

reset role;
revoke create on schema private from visio_definer;
