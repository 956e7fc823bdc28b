-- What a client's own check of his devices and line found before a meeting, for the operator whom he
-- will meet: a word each, no names of devices and no addresses.

set local role visio_owner;

create table public.meeting_readiness (
  meeting_id uuid primary key references public.meetings (id) on delete cascade,
  operator_account uuid not null references auth.users (id) on delete cascade,
  microphone text not null check (microphone in ('ok', 'missing', 'denied', 'busy')),
  camera text not null check (camera in ('ok', 'missing', 'denied', 'busy')),
  speaker text not null check (speaker in ('ok', 'missing')),
  network text not null check (network in ('ok', 'failed')),
  checked_at timestamptz not null
);
comment on table public.meeting_readiness is
  'The newest check of the client''s side before a meeting; told by himself, so a help and no proof.';
create index meeting_readiness_operator_account on public.meeting_readiness (operator_account);
alter table public.meeting_readiness enable row level security;
alter table public.meeting_readiness force row level security;
grant select, insert, update, delete on public.meeting_readiness to visio_definer;
grant select on public.meeting_readiness to authenticated;
create policy meeting_readiness_select_host on public.meeting_readiness for select to authenticated
  using (operator_account = (select private.my_account_id()));

reset role;
grant create on schema public to visio_definer;
set local role visio_definer;

create function public.report_readiness(
  p_meeting_id uuid, p_microphone text, p_camera text, p_speaker text, p_network text
) returns timestamptz
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  meeting public.meetings;
  before public.meeting_readiness;
  now_at timestamptz;
begin
  held := private.meeting_for_action(p_meeting_id);
  if held.client_account <> auth.uid() then
    raise exception using errcode = 'PT403', message = 'forbidden';
  end if;
  select m.* into strict meeting from public.meetings m where m.id = p_meeting_id for no key update;
  if meeting.status in ('completed', 'cancelled') then
    raise exception using errcode = 'PT409', message = 'meeting-closed';
  end if;
  now_at := clock_timestamp();
  select r.* into before from public.meeting_readiness r where r.meeting_id = p_meeting_id;
  insert into public.meeting_readiness as r
    (meeting_id, operator_account, microphone, camera, speaker, network, checked_at)
  values (p_meeting_id, held.operator_account, p_microphone, p_camera, p_speaker, p_network, now_at)
  on conflict (meeting_id) do update set
    operator_account = excluded.operator_account, microphone = excluded.microphone,
    camera = excluded.camera, speaker = excluded.speaker, network = excluded.network,
    checked_at = excluded.checked_at;
  -- The same again is noted, and worth no event.
  if (before.microphone, before.camera, before.speaker, before.network)
    is distinct from (p_microphone, p_camera, p_speaker, p_network) then
    perform private.emit(
      array[held.operator_account], 'meeting.readiness',
      jsonb_build_object('meeting_id', p_meeting_id, 'version', meeting.version));
  end if;
  return now_at;
end
$$;
comment on function public.report_readiness(uuid, text, text, text, text) is
  'The calling client''s check of his side, of a meeting that is not over. PT403, PT404, PT409
   (meeting-closed).';

grant execute on function public.report_readiness(uuid, text, text, text, text) to authenticated;

reset role;
revoke create on schema public from visio_definer;
