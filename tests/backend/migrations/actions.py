"""What each function answers to each person, for the policy matrix: own and foreign meetings and clients.

One line a call; the columns are the people of `world.PEOPLE`. The meeting is alice's with mikl, the
client is alice. `ok` is no refusal; a number is the SQLSTATE's (404 hides what 403 would admit).
"""

from __future__ import annotations

ACTIONS = """
call                                                              alice bob cora mikl olga otto chief stranger

public.begin_meeting({meeting})                                    403  404  404  ok   404  404  403  404
public.end_meeting({meeting})                                      403  404  404  409  404  404  403  404
public.cancel_meeting({meeting}, '', false)                        403  404  404  ok   404  404  403  404
public.change_meeting({meeting}, 1, 'New', null, null, null)       403  404  404  ok   404  404  403  404
public.extend_meeting({meeting}, 90)                               403  404  404  409  404  404  403  404
public.announce_delay({meeting}, 5)                                ok   404  404  ok   404  404  403  404
public.room_entry({meeting})                                       409  404  404  409  404  404  403  404
public.keep_room_connection({meeting}, 'con_x', 'camera', null, 1) ok   404  404  ok   404  404  403  404
public.meeting_presence({meeting})                                 ok   404  404  ok   404  404  ok   404
public.meeting_history({meeting})                                  ok   404  404  ok   404  404  ok   404
public.read_meeting_note({meeting})                                403  404  404  ok   404  404  403  404
public.write_meeting_note({meeting}, 'x')                          403  404  404  ok   404  404  403  404
public.wait_for_meeting({meeting})                                 ok   404  404  403  404  404  403  404
public.stop_waiting({meeting})                                     ok   404  404  403  404  404  403  404
public.set_meeting_door({meeting}, 'held')                         403  404  404  ok   404  404  403  404
public.nudge_meeting({meeting})                                    ok   404  404  ok   404  404  403  404
public.rate_meeting({meeting}, 4, '', null, null)                  409  404  404  403  404  404  403  404
public.report_leaving({meeting}, null, 0)                          ok   404  404  ok   404  404  403  404
public.report_readiness({meeting}, 'ok', 'ok', 'ok', 'ok')         ok   404  404  403  404  404  403  404

public.create_meeting({client}, 'T', '', {soon}, 60)               403  403  403  ok   ok   403  ok   403
public.create_meeting_series({client}, 'T', '', {soon}, 60, 3)     403  403  403  ok   ok   403  ok   403
public.start_meeting_now(gen_random_uuid(), {client}, 'T', '', 60) 403  403  403  ok   ok   403  ok   403
public.client_accounts(10, null, false)                            403  403  403  ok   ok   403  ok   403
public.invite_client('n@m.example', 'N', 'fr', 'Europe/Paris', 'x') 403 403  403  ok   ok   403  ok   403
public.renew_invite({client}, 'code')                              403  403  403  409  409  403  409  403
public.set_client_active({client}, false)                          403  403  403  ok   ok   403  ok   403
public.update_client({client}, 'New', null, null)                  403  403  403  ok   ok   403  ok   403

public.update_me('New', null, null)                                ok   ok   403  ok   ok   403  ok   403
public.mark_notifications_read(null, true)                         ok   ok   ok   ok   ok   ok   ok   ok
public.my_sessions()                                               ok   ok   ok   ok   ok   ok   ok   ok
public.end_my_session({foreign_session})                           404  404  404  404  404  404  404  ok
public.end_my_sessions(true)                                       ok   ok   ok   ok   ok   ok   ok   ok
public.stage_totp('x', '{}')                                       403  403  403  ok   ok   403  ok   403
public.my_staged_totp()                                            403  403  403  ok   ok   403  ok   403
public.confirm_totp('x', 1)                                        403  403  403  ok   ok   403  ok   403
public.disable_totp()                                              403  403  403  ok   ok   403  ok   403
public.begin_connection_test()                                     ok   ok   403  ok   ok   403  ok   403
private.claim_idempotency_key('k', 'o', 'd')                       ok   ok   ok   ok   ok   ok   ok   ok
private.keep_idempotent_answer('key-alice', 200, '{}')             ok   ok   ok   ok   ok   ok   ok   ok
private.read_events(array['{}'], array[0], 500)                    403  403  403  403  403  403  403  403
private.has_session()                                              ok   ok   ok   ok   ok   ok   ok   ok
private.require_session()                                          ok   ok   ok   ok   ok   ok   ok   ok
private.claim('sub')                                               ok   ok   ok   ok   ok   ok   ok   ok
private.waiting_span()                                             ok   ok   ok   ok   ok   ok   ok   ok
"""

SEEN = """
query                                                             alice bob cora mikl olga otto chief stranger

private.me()                                                       1    1    0    1    1    0    1    0
private.my_account_id()                                            1    1    0    1    1    0    1    0
private.my_client_id()                                             1    1    0    0    0    0    0    0
private.my_operator_ids()                                          0    0    0    1    1    0    4    0
private.my_meeting_ids()                                           2    2    0    2    2    0    6    0
private.my_hosted_meeting_ids()                                    0    0    0    2    2    0    0    0
private.my_meeting_operator_ids()                                  1    1    0    0    0    0    0    0
private.my_event_bounds()                                          1    1    1    1    1    1    1    1
public.my_sessions()                                               1    1    0    1    1    0    1    0
public.client_accounts(10, null, true)                             -    -    -    3    3    -    3    -
"""
"""How many rows or values each person gets; each has two meetings with his own operator or client."""


def rows_of(table: str) -> dict[str, list[str]]:
    """Call → what it answers to each of `world.PEOPLE`."""
    lines = [line for line in table.strip().splitlines()[1:] if line.strip()]
    people = len(table.strip().splitlines()[0].split()) - 1
    return {" ".join(words[:-people]): words[-people:] for words in map(str.split, lines)}
