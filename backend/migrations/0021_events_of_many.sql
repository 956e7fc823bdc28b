-- A change told to hundreds of listeners was hundreds of transactions of four messages each. One statement
-- reads for all who were woken at the same moment; row security still decides for each of them by himself.

set local role visio_owner;

-- Everybody's events after his own number, in the order asked. It has no rights of its own: each person's claims
-- are put on, and what is read is what policies let that person read. Only the service calls it, before anybody's
-- claims are on; who is somebody already is refused, so that nobody can read in another's name by it.
create function private.read_events(p_claims text[], p_after bigint[], p_most bigint)
  returns table (first_seq bigint, last_seq bigint, active boolean, events jsonb)
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
