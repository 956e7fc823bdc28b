-- Somebody waits and nobody comes: the other side is told, once in five minutes however often it is asked.

grant create on schema public to visio_definer;
set local role visio_definer;

create function public.nudge_meeting(p_meeting_id uuid) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  meeting public.meetings;
  side text;
  other_account uuid;
begin
  held := private.meeting_for_action(p_meeting_id);
  if held.hosts then
    side := 'operator';
    other_account := held.client_account;
  elsif held.client_account = auth.uid() then
    side := 'client';
    other_account := held.operator_account;
  else
    -- An administrator sees the meeting; waiting is for the two who meet.
    raise exception using errcode = 'PT403', message = 'forbidden';
  end if;
  -- The lock makes two clicks at once one after the other, so that the second finds the first's notice.
  select m.* into strict meeting from public.meetings m where m.id = p_meeting_id for no key update;
  if meeting.status in ('completed', 'cancelled') then
    raise exception using errcode = 'PT409', message = 'meeting-closed';
  end if;
  if exists (
    select from public.notifications n
     where n.meeting_id = p_meeting_id and n.recipient = other_account and n.kind = 'meeting.nudged'
       and n.created_at > clock_timestamp() - interval '5 minutes'
  ) then
    return;
  end if;
  perform private.notify_person(
    other_account, 'meeting.nudged', meeting, jsonb_build_object('by', side));
  -- The client's app may not run: he is called by mail as well, when there is something to come to.
  if held.hosts and meeting.status = 'in_progress' then
    perform private.enqueue_mail('mail.meeting-waiting', other_account, meeting, '{}');
  end if;
end
$$;
comment on function public.nudge_meeting(uuid) is
  'Tells the other side that the caller waits; again within five minutes is nothing. PT403, PT404, PT409
   (meeting-closed).';

grant execute on function public.nudge_meeting(uuid) to authenticated;

reset role;
revoke create on schema public from visio_definer;
