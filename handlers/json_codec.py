"""JSON text in and out, such that what was accepted comes back unchanged.

Everything is written in ASCII: a lone surrogate, which JSON may escape and UTF-8 cannot carry,
survives, and a text's length is its size in bytes.
"""

from __future__ import annotations

import json
import math
from typing import TypeAlias

JsonValue: TypeAlias = (
    "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"  # any JSON value
)
JsonObject: TypeAlias = dict[str, JsonValue]

# Deeper data could be read in one call and overflow the stack in the next, whose stack is deeper.
MAX_DEPTH = 64


class JsonError(ValueError):
    """A text is not JSON that can be kept exactly; the message quotes nothing of it."""


def encode(value: object) -> str:
    """Return `value` as compact ASCII JSON; numbers that JSON does not know are refused."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def encode_canonical(value: object) -> str:
    """Return the same text for equal values, whatever the order of their names."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False, sort_keys=True)


def decode_strict(text: str) -> JsonValue:
    """Return the value of a JSON text from outside.

    Refused, by JsonError, is what would not come back as it was sent: `NaN` and `Infinity`,
    numbers that overflow a double, repeated names in an object (RFC 8259, section 4), integers
    of thousands of digits, and nesting beyond `MAX_DEPTH`.
    """
    try:
        value: JsonValue = json.loads(
            text,
            object_pairs_hook=_unique_names,
            parse_float=_finite,
            parse_constant=_no_constant,
        )
    except json.JSONDecodeError as error:
        raise JsonError(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except JsonError:
        raise
    except ValueError:
        raise JsonError("an integer has too many digits") from None
    except RecursionError:
        raise JsonError(f"nested deeper than {MAX_DEPTH} levels") from None
    if _deeper_than_allowed(value):
        raise JsonError(f"nested deeper than {MAX_DEPTH} levels")
    return value


def _unique_names(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    decoded = dict(pairs)
    if len(decoded) != len(pairs):
        raise JsonError("an object repeats a name")
    return decoded


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise JsonError("a number is too large for a double")
    return number


def _no_constant(name: str) -> float:
    raise JsonError(f"{name} is not JSON")


def _deeper_than_allowed(value: JsonValue) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            child
            for container in level
            if isinstance(container, dict | list)
            for child in (container.values() if isinstance(container, dict) else container)
        ]
        if not level:
            return False
    return True
