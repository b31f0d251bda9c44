"""Pictures to other sizes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def resize(pixels: Array, height: int, width: int) -> Array:
    """Bilinear, between the middles of pixels and without smoothing, as cv2.resize does."""
    top, bottom, down = _neighbours(pixels.shape[0], height)
    left, right, across = _neighbours(pixels.shape[1], width)
    rows = pixels[top] * (1 - down)[:, None, None] + pixels[bottom] * down[:, None, None]
    across = across[None, :, None]
    return np.asarray(np.rint(rows[:, left] * (1 - across) + rows[:, right] * across))


def _neighbours(side: int, wanted: int) -> tuple[Array, Array, Array]:
    """For each new pixel the two old ones it lies between, and how far from the first."""
    places = np.clip((np.arange(wanted) + 0.5) * side / wanted - 0.5, 0, side - 1)
    first = np.floor(places).astype(int)
    return first, np.minimum(first + 1, side - 1), places - first
