"""Every error code has a sentence, in both languages."""

from __future__ import annotations

import pytest

from backend_client.errors import RETRYABLE, ApiErrorCode, FieldErrorCode
from desktop.rtc.errors import RtcErrorCode
from desktop.view_models.error_texts import field_text, text_for
from desktop.view_models.language import Language

CODES = [*ApiErrorCode, *RtcErrorCode]


@pytest.mark.parametrize("code", CODES)
def test_every_code_reads_differently_in_french(code: ApiErrorCode | RtcErrorCode, english: Language) -> None:
    source = text_for(code)
    english.use("fr")
    french = text_for(code)
    assert source.sentence.endswith(".")
    assert french.sentence
    assert french.sentence != source.sentence
    assert bool(french.action) == bool(source.action)


@pytest.mark.parametrize("code", sorted(RETRYABLE))
def test_what_may_succeed_later_offers_to_try_again(code: ApiErrorCode, english: Language) -> None:
    assert text_for(code).action == "Try again"


@pytest.mark.parametrize("code", list(FieldErrorCode))
def test_every_field_error_has_words(code: FieldErrorCode, english: Language) -> None:
    source = field_text(code, "/title")
    english.use("fr")
    assert source
    assert field_text(code, "/title") != source


def test_a_field_error_names_the_real_limit(english: Language) -> None:
    assert "200" in field_text(FieldErrorCode.TOO_LONG, "/title")
    assert "4000" in field_text(FieldErrorCode.TOO_LONG, "/description")
