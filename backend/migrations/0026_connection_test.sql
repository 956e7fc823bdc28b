-- Anybody who is signed in may test the way to the media server without a meeting. Ten times a minute: each
-- test makes a connection there that lives until it is used or its room is collected.

grant create on schema public to visio_definer;
set local role visio_definer;

create function public.begin_connection_test() returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  retry_after_s integer;
begin
  perform private.require_session();
  if private.my_account_id() is null then
    raise exception using errcode = 'PT403', message = 'forbidden';
  end if;
  retry_after_s := private.count_attempt('connection-test:' || auth.uid()::text, 10, interval '1 minute');
  if retry_after_s > 0 then
    raise exception using errcode = 'PT429', message = 'too-many', detail = retry_after_s::text;
  end if;
end
$$;
comment on function public.begin_connection_test() is
  'The caller is somebody, still active, and has not tested too often: he may have a test connection.';
grant execute on function public.begin_connection_test() to authenticated;

reset role;
revoke create on schema public from visio_definer;
