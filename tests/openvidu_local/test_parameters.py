"""Reading parameters: null is missing, and a boolean is no integer."""

from __future__ import annotations

import pytest

from openvidu_local.errors import MalformedRequestError
from openvidu_local.parameters import Parameters, json_object, to_json

PARAMS = Parameters({"text": "a", "flag": True, "number": 3, "object": {"a": 1}, "nothing": None})


def test_present_members() -> None:
    assert PARAMS.string("text") == "a"
    assert PARAMS.boolean("flag") is True
    assert PARAMS.integer("number") == 3
    assert PARAMS.optional_object("object") == {"a": 1}


def test_missing_members_have_defaults() -> None:
    assert PARAMS.optional_string("nothing") is None
    assert PARAMS.optional_boolean("absent") is None
    assert PARAMS.optional_integer("absent", 7) == 7
    assert PARAMS.optional_object("nothing") is None


@pytest.mark.parametrize("name", ["absent", "nothing", "number"])
def test_a_string_that_is_none(name: str) -> None:
    """Missing, null and mistyped members are code -1."""
    with pytest.raises(MalformedRequestError) as raised:
        PARAMS.string(name)
    assert raised.value.code == -1


def test_a_boolean_is_no_integer() -> None:
    with pytest.raises(MalformedRequestError):
        PARAMS.integer("flag")


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1, 10**4000], ids=["above", "below", "far"])
def test_an_integer_that_java_could_not_hold(number: int) -> None:
    """Time and sizes are computed from these: none may overflow a float."""
    with pytest.raises(MalformedRequestError):
        Parameters({"number": number}).integer("number")


def test_json_object_refuses_everything_else() -> None:
    assert json_object('{"a":1}') == {"a": 1}
    assert json_object("[1]") is None
    assert json_object("{") is None


def test_to_json_is_compact_and_keeps_letters() -> None:
    assert to_json({"é": [1, True]}) == '{"é":[1,true]}'
