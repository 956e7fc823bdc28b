-- Hundreds who come back at one moment were hundreds of transactions that asked whether each may listen. What is
-- read for many at once says that, too.

grant create on schema private to visio_definer;
set local role visio_definer;

create function private.has_session() returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  return exists (
    select from private.sessions s
     where s.id = private.claim('session_id')::uuid and s.user_id = auth.uid()
       and s.revoked_at is null and s.expires_at > clock_timestamp());
comment on function private.has_session() is
  'Whether the sign-in behind the access token goes on; as `require_session`, for several people at once.';
grant execute on function private.has_session() to authenticated, visio_owner;

reset role;
revoke create on schema private from visio_definer;
set local role visio_owner;

-- Those who still read by the former one ask for the columns that they know by name.
drop function private.read_events(text[], bigint[], bigint);

create function private.read_events(p_claims text[], p_after bigint[], p_most bigint)
  returns table (first_seq bigint, last_seq bigint, active boolean, has_session boolean, events jsonb)
  language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  after_seq bigint;
begin
  if nullif(current_setting('request.jwt.claims', true), '') is not null then
    raise exception using errcode = 'PT403', message = 'forbidden';
  end if;
  for place in 1 .. coalesce(cardinality(p_claims), 0) loop
    perform set_config('request.jwt.claims', p_claims[place], true);
    after_seq := p_after[place];
    -- `auth.uid()` repeats what the policy demands: the policy guards, the filter finds.
    return query
      select b.first_seq, b.last_seq, (select private.my_account_id()) is not null,
             (select private.has_session()),
             (select coalesce(jsonb_agg(jsonb_build_object(
                       'seq', e.seq, 'kind', e.kind, 'payload', e.payload) order by e.seq), '[]')
                from public.user_events e
               where e.recipient = (select auth.uid()) and e.seq > after_seq and e.seq <= b.last_seq
                 and after_seq >= b.last_seq - p_most)
        from private.my_event_bounds() b;
  end loop;
  perform set_config('request.jwt.claims', '', true);
end
$$;
comment on function private.read_events(text[], bigint[], bigint) is
  'For the service: the events of several people, each under his own claims; one row for each, in that order.';
grant execute on function private.read_events(text[], bigint[], bigint) to authenticated;

reset role;
