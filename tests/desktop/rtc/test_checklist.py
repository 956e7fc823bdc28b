"""What openvidu-browser 2.32 does for a web application, and where ours is shown to do it.

`COVERED` names the tests of each behaviour that a meeting client for the desktop needs; `LEFT_OUT` says of
every other one why nobody misses it here. The points that concern server and client alike are in
`tests/openvidu_local/test_conformance.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
ROOM, RECOVERY = "desktop/rtc/test_openvidu_room.py", "desktop/rtc/test_room_recovery.py"
SIGNALS, QUALITY = "desktop/rtc/test_room_signals.py", "desktop/rtc/test_room_quality.py"
SCREEN, ROSTER = "desktop/rtc/test_screen_share.py", "desktop/rtc/test_roster.py"
BROWSER = "official_clients/test_browser_with_our_client.py"
COVERED = {
    # --- the session
    "joining: who was there, their streams, then what comes": [
        f"{ROSTER}::test_who_was_there",
        f"{ROOM}::test_late_joiner_sees_who_was_there",
        "desktop/rtc/test_signalling.py::test_notifications_come_in_order_and_before_the_reply",
    ],
    "the own connection and stream are not among the others": [
        f"{ROSTER}::test_we_are_not_among_the_others",
        f"{ROOM}::test_two_see_and_hear_each_other",
    ],
    "a stream ends: unpublished, left, taken down, each with its reason": [
        f"{ROSTER}::test_unpublish_and_publish_again",
        f"{ROOM}::test_leaving_is_seen",
        f"{ROOM}::test_a_stream_taken_down_by_force",
        f"{BROWSER}::test_the_browser_leaves",
    ],
    "the end is told once, with its reason": [
        f"{ROOM}::test_phases_come_in_order",
        f"{ROOM}::test_being_put_out",
        f"{BROWSER}::test_the_service_closes_the_session",
    ],
    "what was announced already is not announced again": [f"{ROSTER}::test_a_stream_told_twice_is_one"],
    "subscribing, and not before the join": [
        f"{ROOM}::test_two_see_and_hear_each_other",
        "desktop/rtc/test_others.py::test_a_comeback_begins_anew_and_meets_no_second_self",
    ],
    "publishing, forcing, signals, leaving": [
        f"{SIGNALS}::test_the_host_puts_somebody_out",
        f"{SIGNALS}::test_the_host_takes_a_stream_down",
        f"{SIGNALS}::test_a_client_may_force_nothing",
        f"{ROOM}::test_leaving_before_joining_and_twice",
        "desktop/rtc/test_leaving.py::test_the_steps_of_leaving_do_not_wait_for_each_other",
    ],
    "signals with type, data and sender; none of a stranger": [
        f"{SIGNALS}::test_chat_to_everybody_and_to_one",
        f"{SIGNALS}::test_the_service_speaks_without_a_sender",
        "desktop/rtc/test_messages.py::test_a_signals_type_has_no_prefix",
        "desktop/rtc/test_signal_exchange.py::test_dropped_and_counted",
        "desktop/rtc/test_signals.py::test_an_application_signal_carries_json",
        f"{BROWSER}::test_chat_goes_both_ways",
    ],
    "changed properties of streams, with value and reason": [
        f"{ROSTER}::test_muting_and_resizing",
        "desktop/rtc/test_messages.py::test_stream_property_meanings",
        f"{BROWSER}::test_our_mute_is_seen_in_the_browser",
        f"{BROWSER}::test_mute_in_the_browser_is_seen_by_us",
    ],
    "who speaks": [
        "desktop/view_models/test_room.py::test_a_loud_stream_gets_the_ring",
        "desktop/meeting/test_speaker.py::test_the_first_has_the_stage_until_somebody_speaks_for_a_while",
    ],
    "reconnecting and reconnected": [
        f"{ROOM}::test_a_dropped_socket_is_resumed",
        f"{RECOVERY}::test_a_cut_is_told_while_the_line_is_thought_alive",
        f"{BROWSER}::test_our_line_is_cut",
    ],
    "media that fails or does not come": [
        f"{ROOM}::test_a_failing_media_server_fails_the_join",
        f"{ROOM}::test_a_stream_that_dries_up_is_asked_for_again",
        "desktop/rtc/test_peer.py::test_the_other_side_going_away_is_told_once",
        f"{RECOVERY}::test_media_that_goes_nowhere_is_noticed_and_renewed",
    ],
    "what the role allows": [
        f"{ROOM}::test_a_subscriber_joins_without_publishing",
        "desktop/rtc/test_old_servers.py::test_the_role_stands_in_the_token",
    ],
    "evicted by a network that was away too long: joined again (openvidu-browser ends there)": [
        f"{RECOVERY}::test_evicted_meanwhile_joins_again_by_itself",
        "desktop/rtc/test_sleep.py::test_sleeping_shorter_and_longer_than_the_server_waits",
        "networks/test_campaign.py::test_another_address_is_noticed_and_survived",
    ],
    # --- the publisher
    "with and without camera and microphone, on or off from the start": [
        f"{ROOM}::test_joining_muted_and_dark",
        f"{ROOM}::test_a_missing_microphone_does_not_stop_the_join",
    ],
    "a device that is refused, busy or missing": [
        f"{ROOM}::test_a_busy_camera_does_not_stop_the_join",
        "desktop/devices/test_permission.py::test_a_refusal_is_named",
        "desktop/view_models/test_room.py::test_a_busy_camera_is_said_and_the_meeting_goes_on",
    ],
    "mute: silent or black, RTP goes on, the others are told": [
        f"{ROOM}::test_mute_is_told_and_silent",
        f"{ROOM}::test_camera_off_is_black_told_and_released",
    ],
    "off frees the camera, on opens it again": [f"{ROOM}::test_camera_off_is_black_told_and_released"],
    "another track without negotiating, announced": [
        f"{QUALITY}::test_another_camera_is_seen_without_negotiating",
        f"{QUALITY}::test_another_microphone_is_heard",
        f"{QUALITY}::test_another_camera_while_it_is_off",
    ],
    "the size is known before publishing; a screen's changes are told": [
        f"{SCREEN}::test_what_is_announced_is_true",
        "official_clients/test_screens.py::test_our_screen_in_the_browser",
    ],
    "camera and screen at the same time, one person": [
        f"{SCREEN}::test_one_person_with_two_moving_pictures",
        f"{ROSTER}::test_camera_and_screen_are_one_person",
        "official_clients/test_screens.py::test_a_browsers_screen_belongs_to_its_person",
    ],
    "the end of a screen by the system": [f"{SCREEN}::test_a_source_that_ends_by_itself_ends_the_sharing"],
    "text is encoded finer than people": [
        "desktop/rtc/test_encoder.py::test_letters_are_drawn_finer_than_people"
    ],
    "the own stream taken down: devices off, published again on request": [
        f"{ROOM}::test_a_stream_taken_down_by_force",
        "desktop/rtc/test_own_devices.py::test_a_stream_taken_down_leaves_nothing_on",
        f"{BROWSER}::test_a_moderator_in_the_browser_takes_our_stream_down",
    ],
    "the own picture, mirrored for oneself and never for others": [
        "desktop/views/test_stage.py::test_the_own_picture_is_a_mirror_and_others_are_not",
    ],
    # --- the subscriber
    "a stream's picture left out and taken again": [
        f"{QUALITY}::test_a_picture_nobody_looks_at_is_not_decoded_and_comes_back_whole"
    ],
    "what a stream is: kinds, marks, size, whose": [
        f"{ROSTER}::test_kinds",
        f"{ROSTER}::test_metadata",
        f"{BROWSER}::test_what_each_knows_of_the_other",
    ],
    "announced size for the layout, the frame's own for painting": [
        f"{BROWSER}::test_another_size_of_the_browsers_picture"
    ],
    "the first picture is told": [f"{ROOM}::test_two_see_and_hear_each_other"],
    "loudness": [f"{ROOM}::test_two_see_and_hear_each_other"],
    "statistics and candidates in use": [
        f"{QUALITY}::test_every_stream_is_measured",
        "desktop/rtc/test_measurement.py::test_both_ends_see_what_is_lost",
    ],
    "reconnecting one stream": [
        f"{ROOM}::test_own_media_lost_comes_back_under_its_id",
        f"{RECOVERY}::test_a_subscription_whose_media_node_crashed_is_received_anew",
    ],
    # --- the rest
    "lists of devices": [
        "desktop/devices/test_catalogue.py::test_the_wish_is_found_by_its_id_before_its_name"
    ],
    "own ICE servers, relay only": [
        "desktop/rtc/test_rooms.py::test_a_room_through_relays_alone",
        "desktop/rtc/test_ice_servers.py::test_relay_only_asks_turn_servers_alone",
    ],
    "network quality, which a Community Edition never tells": [
        "desktop/rtc/test_quality.py::test_the_word_does_not_flicker",
        "desktop/view_models/test_room.py::test_a_bad_connection_has_a_word_on_its_tile",
    ],
}
LEFT_OUT = {
    "recordings and broadcasts announced": "read and typed; the service records nothing",
    "changed connection properties, network quality of Pro, speech to text": "paid; read and typed",
    "filters": "Kurento's; read and typed, no button asks for one",
    "own media sent back (`subscribeToRemote`)": "the own view is local",
    "events for late listeners": "a state is a snapshot: whoever looks late sees the same",
    "views inserted into a page": "windows paint what they like",
    "recording to WebM in the client": "no meeting is recorded without the service's knowledge",
    "virtual backgrounds of openvidu-browser Pro": "paid there; our own needs nothing of the protocol",
    "system sound with a screen": "a shared screen has no sound of its own here",
    "simulcast": "openvidu-browser 2.32 sends none to a Community Edition",
    "rotated phones": "no phone",
}


@pytest.mark.parametrize("behaviour", COVERED)
def test_every_behaviour_has_its_tests(behaviour: str) -> None:
    """Nobody renamed or removed a test that the list names."""
    for name in COVERED[behaviour]:
        file, _, test = name.partition("::")
        assert f"def {test}(" in (TESTS / file).read_text(encoding="utf-8"), name


def test_what_is_left_out_has_a_reason() -> None:
    """And is nothing that is shown elsewhere."""
    assert all(LEFT_OUT.values())
    assert not LEFT_OUT.keys() & COVERED.keys()
