"""Values as Java writes them, in whose words a SparkML pipeline reads labels and answers."""

from decimal import Decimal

_SMALLEST_PLAIN, _SMALLEST_LARGE = 1e-3, 1e7


def java_text(value: object) -> str:
    """As Java writes it: 1.0E-5 where Python has 1e-05."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, float):
        return str(value)
    if value == 0 or _SMALLEST_PLAIN <= abs(value) < _SMALLEST_LARGE:
        return repr(value)
    return _scientific(value)


def _scientific(value: float) -> str:
    special = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(str(value))
    if special:
        return special
    sign, digits, exponent = _parts(value)
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{exponent}"


def _parts(value: float) -> tuple[str, str, int]:
    """Sign, the shortest digits that tell the number, and the power of ten of the first."""
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    power = len(digits) - 1 + int(exponent)
    return "-" if sign else "", "".join(map(str, digits)), power
