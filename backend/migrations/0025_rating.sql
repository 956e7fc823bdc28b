-- What a client thought of a call: a few stars, a word if he likes, and how the line was while he says so.
-- Kept with the meeting, for its operator.

set local role visio_owner;

create table public.meeting_ratings (
  meeting_id uuid primary key references public.meetings (id) on delete cascade,
  operator_account uuid not null references auth.users (id) on delete cascade,
  stars smallint not null check (stars between 1 and 5),
  comment text not null check (length(comment) <= 1000),
  weak_percent smallint check (weak_percent between 0 and 100),
  reconnections smallint check (reconnections between 0 and 1000),
  rated_at timestamptz not null
);
comment on table public.meeting_ratings is
  'The client''s rating of a call. `weak_percent`: how much of his time in the room the line was weak;
   `reconnections`: how often it was lost; both null where his app did not say.';
create index meeting_ratings_operator_account on public.meeting_ratings (operator_account);
alter table public.meeting_ratings enable row level security;
alter table public.meeting_ratings force row level security;
grant select, insert, update, delete on public.meeting_ratings to visio_definer;
grant select on public.meeting_ratings to authenticated;
create policy meeting_ratings_select_host on public.meeting_ratings for select to authenticated
  using (operator_account = (select private.my_account_id()));

reset role;
grant create on schema public to visio_definer;
set local role visio_definer;

create function public.rate_meeting(
  p_meeting_id uuid, p_stars integer, p_comment text, p_weak_percent integer, p_reconnections integer
) returns timestamptz
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  now_at constant timestamptz := clock_timestamp();
begin
  held := private.meeting_for_action(p_meeting_id);
  if held.client_account is distinct from auth.uid() then
    raise exception using errcode = 'PT403', message = 'forbidden';
  end if;
  if (held.meeting).status = 'scheduled' then
    raise exception using errcode = 'PT409', message = 'meeting-not-live';
  elsif (held.meeting).status = 'cancelled' then
    raise exception using errcode = 'PT409', message = 'meeting-closed';
  end if;
  insert into public.meeting_ratings as r
    (meeting_id, operator_account, stars, comment, weak_percent, reconnections, rated_at)
  values (
    p_meeting_id, held.operator_account, p_stars, coalesce(p_comment, ''), p_weak_percent, p_reconnections,
    now_at)
  on conflict (meeting_id) do update set
    operator_account = excluded.operator_account, stars = excluded.stars, comment = excluded.comment,
    weak_percent = excluded.weak_percent, reconnections = excluded.reconnections,
    rated_at = excluded.rated_at;
  perform private.emit_meeting(array[held.operator_account], 'meeting.rated', held.meeting);
  return now_at;
end
$$;
comment on function public.rate_meeting(uuid, integer, text, integer, integer) is
  'The calling client''s rating of a call that began; the newest stands. PT403, PT404, PT409
   (meeting-not-live, meeting-closed).';

grant execute on function public.rate_meeting(uuid, integer, text, integer, integer) to authenticated;

reset role;
revoke create on schema public from visio_definer;
