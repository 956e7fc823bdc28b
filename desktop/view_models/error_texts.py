"""Every error in words: code → one sentence and what the button that helps says.

The only place where sentences about failures are written; French is in the catalogue beside the
other translations. A test goes through every code in both languages.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from backend_client.errors import ApiErrorCode, FieldErrorCode
from backend_client.models import DESCRIPTION_MAX, PLANNED_MINUTES_MAX, PLANNED_MINUTES_MIN, TITLE_MAX
from desktop.rtc.errors import RtcErrorCode
from desktop.view_models.states import ErrorText

translate = QCoreApplication.translate


def text_for(code: ApiErrorCode | RtcErrorCode) -> ErrorText:
    """The words for an error of the service or of the room."""
    return _api_text(code) if isinstance(code, ApiErrorCode) else _rtc_text(code)


def field_text(code: FieldErrorCode, field: str = "") -> str:
    """The words that stand next to a field; `field` is the member's JSON pointer, such as `/title`."""
    texts = {
        FieldErrorCode.REQUIRED: translate("ErrorTexts", "Please fill in this field."),
        FieldErrorCode.TOO_LONG: translate(
            "ErrorTexts", "This text is too long: {most} characters at most."
        ).format(most=TITLE_MAX if field == "/title" else DESCRIPTION_MAX),
        FieldErrorCode.TOO_SHORT: translate("ErrorTexts", "This text is too short."),
        FieldErrorCode.IN_PAST: translate("ErrorTexts", "This date is in the past. Choose a later one."),
        FieldErrorCode.OUT_OF_RANGE: translate(
            "ErrorTexts", "Choose between {least} and {most} minutes."
        ).format(least=PLANNED_MINUTES_MIN, most=PLANNED_MINUTES_MAX),
        FieldErrorCode.UNKNOWN_CLIENT: translate(
            "ErrorTexts", "This client no longer exists. Choose another one."
        ),
        FieldErrorCode.WRONG_TYPE: translate("ErrorTexts", "This value is not understood."),
        FieldErrorCode.NOT_ALLOWED: translate("ErrorTexts", "This value is not accepted here."),
        FieldErrorCode.TOO_WEAK: translate(
            "ErrorTexts", "This password is too easy to guess. Choose a longer one, such as four words."
        ),
        FieldErrorCode.WRONG_PASSWORD: translate("ErrorTexts", "This is not your current password."),
        FieldErrorCode.WRONG_CODE: translate("ErrorTexts", "This code is not right. Enter the newest one."),
        FieldErrorCode.NOT_AN_ADDRESS: translate("ErrorTexts", "This is not an e-mail address."),
        FieldErrorCode.ALREADY_USED: translate("ErrorTexts", "This e-mail address already has an account."),
    }
    return texts[code]


def _api_text(code: ApiErrorCode) -> ErrorText:
    again = translate("ErrorTexts", "Try again")
    refresh = translate("ErrorTexts", "Refresh")
    sign_in = translate("ErrorTexts", "Sign in")
    texts = {
        ApiErrorCode.MALFORMED: ErrorText(
            translate("ErrorTexts", "The service did not understand this app. It may need an update.")
        ),
        ApiErrorCode.INVALID_CREDENTIALS: ErrorText(
            translate("ErrorTexts", "The e-mail address or the password is not right.")
        ),
        ApiErrorCode.TOTP_REQUIRED: ErrorText(
            translate("ErrorTexts", "Enter the current code of your authenticator app.")
        ),
        ApiErrorCode.UNAUTHENTICATED: ErrorText(translate("ErrorTexts", "Please sign in again."), sign_in),
        ApiErrorCode.SESSION_ENDED: ErrorText(
            translate("ErrorTexts", "Your session has ended. Please sign in again."), sign_in
        ),
        ApiErrorCode.NOT_HOST: ErrorText(
            translate("ErrorTexts", "Only the host of this meeting can do that.")
        ),
        ApiErrorCode.FORBIDDEN: ErrorText(translate("ErrorTexts", "Your account is not allowed to do that.")),
        ApiErrorCode.PASSWORD_REQUIRED: ErrorText(
            translate("ErrorTexts", "Please enter your password again to do that.")
        ),
        ApiErrorCode.INVITE_ACCEPTED: ErrorText(
            translate("ErrorTexts", "This client has already accepted the invitation."), refresh
        ),
        ApiErrorCode.CLIENT_INACTIVE: ErrorText(
            translate("ErrorTexts", "This client's account is deactivated."), refresh
        ),
        ApiErrorCode.CODE_EXPIRED: ErrorText(
            translate("ErrorTexts", "This link is no longer valid. Ask for a new one.")
        ),
        ApiErrorCode.NOT_FOUND: ErrorText(translate("ErrorTexts", "This meeting no longer exists."), refresh),
        ApiErrorCode.METHOD_NOT_ALLOWED: ErrorText(
            translate("ErrorTexts", "The service did not understand this app. It may need an update.")
        ),
        ApiErrorCode.MEETING_NOT_LIVE: ErrorText(
            translate("ErrorTexts", "This meeting has not started yet."), refresh
        ),
        ApiErrorCode.MEETING_CLOSED: ErrorText(translate("ErrorTexts", "This meeting is over."), refresh),
        ApiErrorCode.MEETING_STARTED: ErrorText(
            translate("ErrorTexts", "This meeting has already started."), refresh
        ),
        ApiErrorCode.DOOR_HELD: ErrorText(
            translate("ErrorTexts", "The host is letting nobody in for the moment. Please wait a little."),
            again,
        ),
        ApiErrorCode.DOOR_REFUSED: ErrorText(
            translate("ErrorTexts", "The host cannot let you into this meeting."), refresh
        ),
        ApiErrorCode.VERSION_CONFLICT: ErrorText(
            translate("ErrorTexts", "This meeting was changed meanwhile. Look at it again first."), refresh
        ),
        ApiErrorCode.PRECONDITION_REQUIRED: ErrorText(
            translate("ErrorTexts", "The service did not understand this app. It may need an update.")
        ),
        ApiErrorCode.IDEMPOTENCY_MISMATCH: ErrorText(
            translate(
                "ErrorTexts",
                "This meeting was already sent with other details. Check the list before trying again.",
            ),
            refresh,
        ),
        ApiErrorCode.TOO_LARGE: ErrorText(
            translate("ErrorTexts", "This is too long for the service. Shorten the text.")
        ),
        ApiErrorCode.UNSUPPORTED_MEDIA_TYPE: ErrorText(
            translate("ErrorTexts", "The service did not understand this app. It may need an update.")
        ),
        ApiErrorCode.CLIENT_TOO_OLD: ErrorText(
            translate(
                "ErrorTexts",
                "This app is too old for the service. Ask your IT department for the current version.",
            )
        ),
        ApiErrorCode.INVALID: ErrorText(translate("ErrorTexts", "Some fields need your attention.")),
        ApiErrorCode.TOO_MANY: ErrorText(
            translate("ErrorTexts", "Too many attempts. Wait a few minutes, then try again."), again
        ),
        ApiErrorCode.INTERNAL: ErrorText(
            translate("ErrorTexts", "The service has a problem of its own. Nothing was lost."), again
        ),
        ApiErrorCode.DATABASE_UNAVAILABLE: ErrorText(
            translate("ErrorTexts", "The service is not available right now. Nothing was lost."), again
        ),
        ApiErrorCode.MEDIA_UNAVAILABLE: ErrorText(
            translate("ErrorTexts", "The video server does not answer. The meeting has not changed."), again
        ),
        ApiErrorCode.IDENTITY_UNAVAILABLE: ErrorText(
            translate("ErrorTexts", "Your company’s sign-in does not answer. Your password still works."),
            again,
        ),
        ApiErrorCode.TIMEOUT: ErrorText(
            translate("ErrorTexts", "The service takes too long to answer."), again
        ),
        ApiErrorCode.UNREACHABLE: ErrorText(
            translate("ErrorTexts", "The service cannot be reached. Check your network."), again
        ),
        ApiErrorCode.UNEXPECTED_ANSWER: ErrorText(
            translate("ErrorTexts", "The service gave an answer that this app does not understand."), again
        ),
    }
    return texts[code]


def _rtc_text(code: RtcErrorCode) -> ErrorText:
    again = translate("ErrorTexts", "Try again")
    texts = {
        RtcErrorCode.BAD_TOKEN: ErrorText(
            translate("ErrorTexts", "The service sent a room key that this app cannot read."), again
        ),
        RtcErrorCode.TOKEN_REFUSED: ErrorText(
            translate("ErrorTexts", "The room refused the key: it was used already or is too old."), again
        ),
        RtcErrorCode.ROOM_GONE: ErrorText(translate("ErrorTexts", "The room is closed.")),
        RtcErrorCode.NOT_ALLOWED: ErrorText(
            translate("ErrorTexts", "Your role does not allow that in this room.")
        ),
        RtcErrorCode.UNREACHABLE: ErrorText(
            translate("ErrorTexts", "The video server cannot be reached. Check your network."), again
        ),
        RtcErrorCode.UNTRUSTED_CERTIFICATE: ErrorText(
            translate(
                "ErrorTexts",
                "The video server could not prove who it is: this computer does not trust its certificate.",
            ),
            again,
        ),
        RtcErrorCode.NO_REPLY: ErrorText(translate("ErrorTexts", "The video server does not answer."), again),
        RtcErrorCode.PROTOCOL: ErrorText(
            translate("ErrorTexts", "The video server sent something that this app does not understand."),
            again,
        ),
        RtcErrorCode.MEDIA_FAILED: ErrorText(
            translate(
                "ErrorTexts", "Sound and picture could not be connected. A firewall may be in the way."
            ),
            again,
        ),
        RtcErrorCode.CLOSED: ErrorText(translate("ErrorTexts", "You have already left the room.")),
        RtcErrorCode.TOO_LONG: ErrorText(
            translate("ErrorTexts", "The message is too long. Shorten it, then send it again.")
        ),
        RtcErrorCode.PARTICIPANT_GONE: ErrorText(
            translate("ErrorTexts", "This person is no longer in the room.")
        ),
        RtcErrorCode.CAMERA_BUSY: ErrorText(
            translate(
                "ErrorTexts", "Another application is using the camera. Close it, then turn the camera on."
            )
        ),
        RtcErrorCode.CAMERA_MISSING: ErrorText(
            translate("ErrorTexts", "No camera was found. Plug one in, then turn the camera on.")
        ),
        RtcErrorCode.CAMERA_DENIED: ErrorText(
            translate(
                "ErrorTexts",
                "The system does not let this app use the camera. Allow it in the system's settings.",
            )
        ),
        RtcErrorCode.MICROPHONE_MISSING: ErrorText(
            translate("ErrorTexts", "No microphone was found. Plug one in, then turn the microphone on.")
        ),
        RtcErrorCode.MICROPHONE_DENIED: ErrorText(
            translate(
                "ErrorTexts",
                "The system does not let this app use the microphone. Allow it in the system's settings.",
            )
        ),
        RtcErrorCode.MICROPHONE_BUSY: ErrorText(
            translate(
                "ErrorTexts",
                "Another application is using the microphone. Close it, then turn the microphone on.",
            )
        ),
        RtcErrorCode.SCREEN_GONE: ErrorText(
            translate("ErrorTexts", "This screen or window is no longer there. Choose another one.")
        ),
        RtcErrorCode.SCREEN_UNAVAILABLE: ErrorText(
            translate(
                "ErrorTexts",
                "The system gives no picture of it. Show the window if it is hidden, and allow screen "
                "recording in the system's settings.",
            )
        ),
    }
    return texts[code]
