-- A meeting that is started between the two looks of `end_meeting` was reported as ended and went on: the
-- update found it scheduled, the look for the reason found it in progress. It is ended after all.

grant create on schema public to visio_definer;
set local role visio_definer;

create or replace function public.end_meeting(p_meeting_id uuid) returns void
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
  loop
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
    case current_status
      when 'completed' then return;
      when 'scheduled' then raise exception using errcode = 'PT409', message = 'meeting-not-live';
      when 'cancelled' then raise exception using errcode = 'PT409', message = 'meeting-closed';
      else null;  -- in progress by now; it never goes back, so the next turn is the last
    end case;
  end loop;
end
$$;

reset role;
revoke create on schema public from visio_definer;
