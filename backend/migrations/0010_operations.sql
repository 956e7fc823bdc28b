-- What those who run the service ask: how much there is, and whether the demo's people are in it.

grant create on schema private to visio_definer;
set local role visio_definer;

-- Numbers for metrics, without anything that names anybody. Counting meetings reads the whole table:
-- callers keep the answer for a while.
create function private.measurements()
  returns table (name text, label text, value double precision)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select 'meetings', known.status, count(m.id)::double precision
      from unnest(array['scheduled', 'in_progress', 'completed', 'cancelled']) as known (status)
      left join public.meetings m on m.status = known.status
     group by known.status
    union all
    select 'jobs_waiting', lane.label,
           count(j.id) filter (where (j.kind like 'mail.%') = (lane.label = 'mails'))::double precision
      from unnest(array['mails', 'others']) as lane (label)
      left join private.jobs j on j.done_at is null
     group by lane.label
    union all
    select 'jobs_failing', lane.label,
           count(j.id) filter (where (j.kind like 'mail.%') = (lane.label = 'mails'))::double precision
      from unnest(array['mails', 'others']) as lane (label)
      left join private.jobs j on j.done_at is null and j.last_error is not null
     group by lane.label
    union all
    select 'jobs_oldest_due_seconds', '',
           coalesce(greatest(extract(epoch from clock_timestamp() - min(j.run_at)), 0), 0)::double precision
      from private.jobs j where j.done_at is null;
  end;
comment on function private.measurements() is 'Numbers for metrics: meetings by state, jobs by lane.';

create function private.accounts_among(p_emails text[]) returns bigint
  language sql stable security definer set search_path = pg_catalog, pg_temp
  return (select count(*) from auth.users u where u.email::text = any (p_emails));
comment on function private.accounts_among(text[]) is
  'How many of these addresses have an account: production refuses to start beside the demo''s people.';

grant execute on function private.measurements(), private.accounts_among(text[]) to visio_worker;

reset role;
revoke create on schema private from visio_definer;
