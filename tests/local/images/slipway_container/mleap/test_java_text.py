"""Numbers as Java's Double.toString writes them."""

import math

import pytest
from slipway_local.images.slipway_container.mleap.java_text import java_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1.0"),
        (0.1, "0.1"),
        (0.001, "0.001"),
        (0.00012, "1.2E-4"),
        (-1e-5, "-1.0E-5"),
        (9999999.0, "9999999.0"),
        (1e7, "1.0E7"),
        (-123456789.25, "-1.2345678925E8"),
        (0.0, "0.0"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        (math.nan, "NaN"),
        (3, "3"),
        (True, "true"),
        ("word", "word"),
    ],
)
def test_values(value: object, text: str) -> None:
    assert java_text(value) == text
