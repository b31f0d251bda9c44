"""Write JSON as Model Monitor's container does: Jackson's layout, Java's numbers, UTF-8.

Layout: Jackson's DefaultPrettyPrinter (` : ` between key and value, two blanks a level, arrays
on one line). Numbers: java.lang.Double.toString. Not-a-number and infinities are quoted.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

Document = Mapping[str, Any]

SCALAR: Final = json.JSONEncoder(ensure_ascii=False).encode


def write(document: Document) -> bytes:
    """Serialise a document of mappings, sequences, texts, numbers and booleans."""
    return "".join(pieces(document, 0)).encode()


def pieces(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from object_pieces(value, depth)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from array_pieces(value, depth)
    elif isinstance(value, float):
        yield java_double(value)
    else:
        yield SCALAR(value)


def object_pieces(value: Document, depth: int) -> Iterator[str]:
    if not value:
        yield "{ }"
        return
    before = "{\n"
    for key, held in value.items():
        yield f"{before}{'  ' * (depth + 1)}{SCALAR(str(key))} : "
        yield from pieces(held, depth + 1)
        before = ",\n"
    yield f"\n{'  ' * depth}}}"


def array_pieces(value: Sequence[object], depth: int) -> Iterator[str]:
    if not value:
        yield "[ ]"
        return
    numbers = [java_double(held) for held in value if isinstance(held, float)]
    if len(numbers) == len(value):  # a sketch has thousands
        yield f"[ {', '.join(numbers)} ]"
        return
    before = "[ "
    for held in value:
        yield before
        yield from pieces(held, depth)
        before = ", "
    yield " ]"


def java_double(value: float) -> str:
    """Print a double as Java does: plain from 1e-3 to 1e7, else with an exponent.

    The digits are the shortest that read back as the same number, as in Java 19 and later;
    older ones sometimes print one more.
    """
    if not math.isfinite(value):
        return '"NaN"' if math.isnan(value) else f'"{"-" * (value < 0)}Infinity"'
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value) if "e" not in repr(value) else f"{value:f}"
    sign, digits, exponent = decimal_parts(value)
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{exponent}"


def decimal_parts(value: float) -> tuple[str, str, int]:
    """Split into sign, significant digits, and the exponent of the first of them."""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading = len(whole) - 1 if whole != "0" else len(digits) - len(fraction) - 1
    return "-" * (value < 0), digits.rstrip("0") or "0", leading + int(exponent or 0)
