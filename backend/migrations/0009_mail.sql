-- Mails: a lane of their own among the jobs, what a mail says at the moment it is sent, refusals told.

grant create on schema private to visio_definer;
set local role visio_definer;

-- A mail's payload may hold a one-time code: it goes with the work, however the work ended.
create function private.clear_done_mail() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  new.payload := '{}';
  return new;
end
$$;

-- As `lease_job`, among the mails only or among all other jobs: a mail server that is slow holds up
-- nothing but mails.
create function private.lease_job_in_lane(p_mails boolean, p_lease interval)
  returns table (id uuid, kind text, payload jsonb, attempts integer, locked_until timestamptz)
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  begin atomic
    update private.jobs j
       set locked_until = clock_timestamp() + p_lease, attempts = j.attempts + 1
     where j.id = (
       select due.id from private.jobs due
        where due.done_at is null and due.run_at <= clock_timestamp()
          and (due.locked_until is null or due.locked_until <= clock_timestamp())
          and (due.kind like 'mail.%') = p_mails
        order by due.run_at
        limit 1
        for update skip locked)
    returning j.id, j.kind, j.payload, j.attempts, j.locked_until;
  end;

-- The account that a mail goes to.
create function private.mail_recipient(p_payload jsonb) returns uuid
  language sql immutable set search_path = pg_catalog, pg_temp
  return coalesce(p_payload ->> 'user_id', p_payload ->> 'recipient')::uuid;

create function private.mail_meeting_ids(p_payload jsonb) returns uuid[]
  language sql immutable set search_path = pg_catalog, pg_temp
  return case
    when p_payload ? 'meeting_ids' then array(select jsonb_array_elements_text(p_payload -> 'meeting_ids')::uuid)
    when p_payload ? 'meeting_id' then array[(p_payload ->> 'meeting_id')::uuid]
    else '{}'::uuid[]
  end;

-- What a mail needs to be written now, as {recipient, meetings}; null when it is no longer wanted: the
-- code is over, a later mail says it better, the hour has passed, the person is here already or left
-- for good.
create function private.mail_to_send(p_kind text, p_payload jsonb) returns jsonb
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  account constant uuid := private.mail_recipient(p_payload);
  wanted_status constant text := case p_kind
    when 'mail.meeting-scheduled' then 'scheduled'
    when 'mail.meeting-moved' then 'scheduled'
    when 'mail.meeting-cancelled' then 'cancelled'
    when 'mail.meeting-waiting' then 'in_progress'
  end;
  person jsonb;
  listed jsonb;
begin
  select to_jsonb(p) into person from private.account_profile(account) p;
  if person is null then
    return null;
  end if;
  if p_kind in ('mail.invite', 'mail.reset') and not exists (
    select from private.one_time_codes c
     where c.sha256 = private.digest(p_payload ->> 'code') and c.kind = split_part(p_kind, '.', 2)
       and c.user_id = account and c.used_at is null and c.expires_at > clock_timestamp())
  then
    return null;
  end if;
  if wanted_status is null then
    return jsonb_build_object('recipient', person, 'meetings', '[]'::jsonb);
  end if;
  if p_kind = 'mail.meeting-moved' and exists (
    select from private.jobs j
     where j.kind = p_kind and split_part(j.key, ':', 1) = p_payload ->> 'meeting_id'
       and split_part(j.key, ':', 2)::integer > (p_payload ->> 'sequence')::integer)
  then
    return null;
  end if;
  if p_kind = 'mail.meeting-waiting' and exists (
    select from public.meeting_participants p
     where p.meeting_id = any (private.mail_meeting_ids(p_payload)) and p.auth_user_id = account
       and p.left_at is null)
  then
    return null;
  end if;
  select jsonb_agg(jsonb_build_object(
           'id', m.id, 'title', m.title, 'description', m.description, 'status', m.status,
           'scheduled_at', m.scheduled_at, 'planned_minutes', m.planned_minutes,
           'cancel_reason', m.cancel_reason, 'series_id', m.series_id, 'version', m.version,
           'updated_at', m.updated_at, 'my_role', 'client',
           'client', jsonb_build_object('id', c.id, 'full_name', c.full_name),
           'operator', jsonb_build_object('id', o.id, 'full_name', o.full_name))
           order by m.scheduled_at, m.id)
    into listed
    from public.meetings m
    join public.clients c on c.id = m.client_id
    join public.operators o on o.id = m.operator_id
   where m.id = any (private.mail_meeting_ids(p_payload)) and c.auth_user_id = account
     and m.status = wanted_status
     and (m.status = 'in_progress'
          or m.scheduled_at + make_interval(mins => m.planned_minutes) > clock_timestamp());
  if listed is null then
    return null;
  end if;
  return jsonb_build_object('recipient', person, 'meetings', listed);
end
$$;
comment on function private.mail_to_send(text, jsonb) is
  'What is needed to write a mail, read at the moment of sending; null when it is no longer wanted.';

-- A mail will not arrive. A meeting's operator is told of it; of an account's mail, all operators.
create function private.report_failed_mail(p_kind text, p_payload jsonb, p_smtp_code integer) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  account constant uuid := private.mail_recipient(p_payload);
  about constant uuid := (p_payload ->> 'meeting_id')::uuid;
  body jsonb;
  told uuid;
  new_id uuid;
begin
  select jsonb_strip_nulls(jsonb_build_object(
           'mail', substr(p_kind, 6), 'full_name', p.full_name, 'smtp_code', p_smtp_code,
           'title', (select m.title from public.meetings m where m.id = about)))
    into body
    from private.account_profile(account) p;
  if body is null then
    return;
  end if;
  perform private.audit(
    account, 'mail.failed', p_kind, 'failed', jsonb_strip_nulls(jsonb_build_object('smtp_code', p_smtp_code)));
  for told in
    select o.auth_user_id from public.operators o
     where o.active and o.auth_user_id <> account
       and (about is null or o.id = (select m.operator_id from public.meetings m where m.id = about))
     order by o.auth_user_id
  loop
    insert into public.notifications (recipient, kind, meeting_id, body)
    values (told, 'mail.failed', about, body)
    returning id into new_id;
    perform private.emit(
      array[told], 'notification.new',
      jsonb_strip_nulls(jsonb_build_object('notification_id', new_id, 'meeting_id', about)));
  end loop;
end
$$;
comment on function private.report_failed_mail(text, jsonb, integer) is
  'Notices of kind mail.failed, with the reply code of the mail server, or none when it was given up.';

grant execute on function
  private.lease_job_in_lane(boolean, interval), private.mail_to_send(text, jsonb),
  private.report_failed_mail(text, jsonb, integer)
  to visio_worker;
grant execute on function private.clear_done_mail() to visio_owner;

reset role;
revoke create on schema private from visio_definer;
set local role visio_owner;

create trigger clear_done_mail before update of done_at on private.jobs
  for each row when (new.done_at is not null and new.kind like 'mail.%')
  execute function private.clear_done_mail();

reset role;
