"""Reading the parameters of one RPC call, with OpenVidu's errors for missing and mistyped ones.

A member that is `null` counts as missing, as in OpenVidu 2.32's RpcHandler.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from openvidu_local.errors import MalformedRequestError

Json = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
"""Whatever JSON can say."""
JsonObject = dict[str, Json]
_INT_LIMIT = 2**31


class Parameters:
    """The `params` member of one request."""

    def __init__(self, members: Mapping[str, Json]) -> None:
        self._members = members

    def value(self, name: str) -> Json:
        """The member as it is.

        Raises:
            MalformedRequestError: it is missing or null.
        """
        found = self._members.get(name)
        if found is None:
            raise MalformedRequestError(f"Request element '{name}' is missing")
        return found

    def string(self, name: str) -> str:
        """A compulsory string.

        Raises:
            MalformedRequestError: missing or no string.
        """
        return cast("str", self._typed(name, str))

    def boolean(self, name: str) -> bool:
        """A compulsory boolean.

        Raises:
            MalformedRequestError: missing or no boolean.
        """
        return cast("bool", self._typed(name, bool))

    def integer(self, name: str) -> int:
        """A compulsory integer.

        Raises:
            MalformedRequestError: missing, no integer, or one that OpenVidu's `int` could not hold.
        """
        found = cast("int", self._typed(name, int))
        if not -_INT_LIMIT <= found < _INT_LIMIT:
            raise MalformedRequestError(f"Request element '{name}' is not of the expected type")
        return found

    def optional_string(self, name: str) -> str | None:
        """A string or None when it is missing.

        Raises:
            MalformedRequestError: something else than a string.
        """
        return self.string(name) if self._members.get(name) is not None else None

    def optional_boolean(self, name: str) -> bool | None:
        """A boolean or None when it is missing.

        Raises:
            MalformedRequestError: something else than a boolean.
        """
        return self.boolean(name) if self._members.get(name) is not None else None

    def optional_integer(self, name: str, default: int) -> int:
        """An integer or `default` when it is missing.

        Raises:
            MalformedRequestError: something else than an integer.
        """
        return self.integer(name) if self._members.get(name) is not None else default

    def optional_object(self, name: str) -> JsonObject | None:
        """An object or None when it is missing.

        Raises:
            MalformedRequestError: something else than an object.
        """
        return cast("JsonObject", self._typed(name, dict)) if self._members.get(name) is not None else None

    def _typed(self, name: str, wanted: type) -> Json:
        found = self.value(name)
        # A JSON boolean is an int for Python, but not for the protocol.
        if not isinstance(found, wanted) or (wanted is int and isinstance(found, bool)):
            raise MalformedRequestError(f"Request element '{name}' is not of the expected type")
        return found


def json_object(text: str) -> JsonObject | None:
    """The object that `text` is the JSON of; None when it is no JSON or no object."""
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):  # the latter for a text of nothing but brackets
        return None
    return value if isinstance(value, dict) else None


def to_json(value: object) -> str:
    """Compact JSON, as it goes over the wire.

    Half of a surrogate pair, which JSON can name and UTF-8 cannot carry, becomes a question mark, as
    where Java writes it.
    """
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
