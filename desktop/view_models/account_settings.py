"""The account's page of the settings: password, devices that are signed in, second factor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cache, partial
from typing import Protocol
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from backend_client.errors import ApiError, ApiErrorCode, FieldErrorCode
from backend_client.models import PASSWORD_MIN, PasswordChange, SignInSession, TotpEnrolment
from desktop.view_models.error_texts import field_text, text_for
from desktop.view_models.settings_states import RowKind, SettingRow, SettingsSection
from desktop.view_models.tasks import TaskScope

_GROUP = 4


class AccountPort(Protocol):
    """The account at the service. Every method may raise `ApiError`."""

    async def change_password(self, change: PasswordChange) -> None:
        """Replace one's password; all other sessions end."""

    async def check_password(self, password: str) -> None:
        """Give the password again, for what asks for a recent one."""

    async def sessions(self) -> list[SignInSession]:
        """Where one is signed in."""

    async def end_session(self, session_id: UUID) -> None:
        """Log out on one device."""

    async def end_other_sessions(self) -> None:
        """Log out everywhere else."""

    async def enrol_totp(self) -> TotpEnrolment:
        """A secret and recovery codes, without effect until confirmed."""

    async def confirm_totp(self, code: str) -> None:
        """Switch the second factor on."""

    async def disable_totp(self) -> None:
        """Switch the second factor off."""


class AccountSettings(QObject):
    """Rows of the account's page, and what their buttons do.

    Signals:
        changed(): write the page anew.
        said(str, bool): what came of an action; True for bad news.

    Args:
        account: the account at the service.
        scope: owner of what runs.
        operator: offers the second factor.
    """

    changed = Signal()
    said = Signal(str, bool)

    def __init__(
        self, account: AccountPort, scope: TaskScope, *, operator: bool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._account = account
        self._scope = scope
        self._operator = operator
        self._sessions: list[SignInSession] | None = None
        self._enrolment: TotpEnrolment | None = None
        # What waits for the password to be given again.
        self._waiting: Callable[[], Awaitable[None]] | None = None
        self._errors: dict[str, str] = {}
        self._busy = False

    def open(self) -> None:
        """The page is shown."""
        self._run(self._load, {})

    def edited(self, key: str) -> None:
        """A text is being corrected."""
        if self._errors.pop(key, None) is not None:
            self.changed.emit()

    def press(self, key: str, drafts: dict[str, str]) -> None:
        """A button of the page."""
        verb, _, name = key.partition(":")
        work: dict[str, Callable[[], Awaitable[None]]] = {
            "change_password": partial(self._change_password, drafts),
            "end_session": partial(self._end_session, name),
            "end_others": self._end_others,
            "enrol": self._enrol,
            "confirm_totp": partial(self._confirm, drafts),
            "disable_totp": self._disable,
            "give_password": partial(self._give_password, drafts),
        }
        if verb in work and not self._busy:
            self._run(work[verb], drafts)

    # ------------------------------------------------------------------ rows

    def sections(self, drafts: Mapping[str, str]) -> tuple[SettingsSection, ...]:
        """The page."""
        password = SettingsSection(
            self.tr("Password"),
            (
                self._secret("old_password", self.tr("Current password"), drafts),
                self._secret(
                    "new_password",
                    self.tr("New password"),
                    drafts,
                    self.tr("At least {count} characters; four unrelated words are a good one.").format(
                        count=PASSWORD_MIN
                    ),
                ),
                SettingRow(
                    "change_password",
                    RowKind.BUTTON,
                    action=self.tr("Change the password"),
                    enabled=not self._busy,
                    main=self._enrolment is None and self._waiting is None,
                ),
            ),
        )
        parts = [password, self._session_section()]
        if self._operator:
            parts.append(self._second_factor(drafts))
        return tuple(parts)

    def _secret(self, key: str, label: str, drafts: Mapping[str, str], help_text: str = "") -> SettingRow:
        return SettingRow(
            key,
            RowKind.SECRET,
            label,
            help_text,
            value=drafts.get(key, ""),
            error=self._errors.get(key, ""),
            enabled=not self._busy,
        )

    def _session_section(self) -> SettingsSection:
        rows = []
        for each in self._sessions or []:
            here = self.tr("This device") if each.current else each.address
            rows.append(
                SettingRow(
                    f"end_session:{each.id}",
                    RowKind.WORDS,
                    each.device or self.tr("A device without a name"),
                    here,
                    action="" if each.current else self.tr("Sign out there"),
                    enabled=not self._busy,
                )
            )
        if len(rows) > 1:
            everywhere = self.tr("Sign out everywhere else")
            rows.append(SettingRow("end_others", RowKind.BUTTON, action=everywhere, enabled=not self._busy))
        return SettingsSection(self.tr("Where you are signed in"), tuple(rows))

    def _second_factor(self, drafts: Mapping[str, str]) -> SettingsSection:
        heading = self.tr("Second factor")
        if self._waiting is not None:
            return SettingsSection(
                heading,
                (
                    self._secret("asked_password", self.tr("Your password, once more"), drafts),
                    SettingRow(
                        "give_password",
                        RowKind.BUTTON,
                        action=self.tr("Go on"),
                        main=True,
                        enabled=not self._busy,
                    ),
                ),
            )
        if self._enrolment is not None:
            codes = " ".join(self._enrolment.recovery_codes)
            return SettingsSection(
                heading,
                (
                    SettingRow(
                        "secret",
                        RowKind.CODE,
                        self.tr("Scan this with your authenticator app, or enter the key by hand:"),
                        _key_of(self._enrolment.otpauth_uri),
                        modules=modules_of(self._enrolment.otpauth_uri),
                    ),
                    SettingRow(
                        "recovery",
                        RowKind.WORDS,
                        self.tr("Keep these recovery codes on paper: each works once"),
                        codes,
                    ),
                    SettingRow(
                        "totp_code",
                        RowKind.TEXT,
                        self.tr("The app's current code"),
                        value=drafts.get("totp_code", ""),
                        error=self._errors.get("totp_code", ""),
                    ),
                    SettingRow(
                        "confirm_totp",
                        RowKind.BUTTON,
                        action=self.tr("Switch on"),
                        main=True,
                        enabled=not self._busy,
                    ),
                ),
            )
        return SettingsSection(
            heading,
            (
                SettingRow(
                    "about_totp",
                    RowKind.WORDS,
                    help=self.tr("A code of an authenticator app is asked for besides the password."),
                ),
                SettingRow("enrol", RowKind.BUTTON, action=self.tr("Set up"), enabled=not self._busy),
                SettingRow(
                    "disable_totp", RowKind.BUTTON, action=self.tr("Switch off"), enabled=not self._busy
                ),
            ),
        )

    # ------------------------------------------------------------------ work

    def _run(self, work: Callable[[], Awaitable[None]], drafts: dict[str, str]) -> None:
        async def run() -> None:
            try:
                await work()
            except ApiError as error:
                if error.code is ApiErrorCode.PASSWORD_REQUIRED:
                    self._waiting = work
                else:
                    self._show(error)
            finally:
                self._busy = False
                self.changed.emit()

        self._busy = True
        self._errors.clear()
        self.changed.emit()
        self._scope.start(run(), name="account")

    async def _load(self) -> None:
        self._sessions = await self._account.sessions()

    async def _change_password(self, drafts: dict[str, str]) -> None:
        old, new = drafts.get("old_password", ""), drafts.get("new_password", "")
        if not old:
            self._errors["old_password"] = field_text(FieldErrorCode.REQUIRED)
        if len(new) < PASSWORD_MIN:
            self._errors["new_password"] = self.tr("At least {count} characters, please.").format(
                count=PASSWORD_MIN
            )
        if self._errors:
            return
        await self._account.change_password(PasswordChange(old_password=old, password=new))
        drafts["old_password"] = drafts["new_password"] = ""
        self.said.emit(self.tr("Your password is changed. Other devices were signed out."), False)
        await self._load()

    async def _end_session(self, session_id: str) -> None:
        await self._account.end_session(UUID(session_id))
        await self._load()

    async def _end_others(self) -> None:
        await self._account.end_other_sessions()
        await self._load()

    async def _enrol(self) -> None:
        self._enrolment = await self._account.enrol_totp()

    async def _confirm(self, drafts: dict[str, str]) -> None:
        await self._account.confirm_totp(drafts.get("totp_code", "").strip() or "0")
        self._enrolment = None
        drafts["totp_code"] = ""
        self.said.emit(self.tr("The second factor is on."), False)

    async def _disable(self) -> None:
        await self._account.disable_totp()
        self.said.emit(self.tr("The second factor is off."), False)

    async def _give_password(self, drafts: dict[str, str]) -> None:
        await self._account.check_password(drafts.get("asked_password", "") or " ")
        drafts["asked_password"] = ""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            await waiting()

    def _show(self, error: ApiError) -> None:
        asked = "asked_password" if self._waiting is not None else "new_password"
        places = {"/old_password": "old_password", "/password": asked, "/code": "totp_code"}
        for pointer, code in error.fields.items():
            if pointer in places:
                self._errors[places[pointer]] = field_text(code, pointer)
        if not self._errors:
            not_offered = error.code is ApiErrorCode.NOT_FOUND
            words = self.tr("This service offers no second factor.") if not_offered else ""
            self.said.emit(words or text_for(error.code).sentence, True)


@cache
def modules_of(otpauth_uri: str) -> tuple[tuple[bool, ...], ...]:
    """The QR code that holds the address, as `SettingRow.modules`."""
    import segno  # noqa: PLC0415  (needed once in years)

    code = segno.make_qr(otpauth_uri, error="m")
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def _key_of(otpauth_uri: str) -> str:
    """The key inside `otpauth://totp/…?secret=KEY`, in groups that can be typed."""
    key = parse_qs(urlsplit(otpauth_uri).query).get("secret", [""])[0]
    return " ".join(key[place : place + _GROUP] for place in range(0, len(key), _GROUP))
