"""Pictures to a network's input: red, green and blue from 0 to 255, nothing subtracted.

So AWS's samples and users run these algorithms' networks outside of SageMaker: `cv2.resize` to the
network's sides, whatever the picture's own proportions.
"""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError  # type: ignore[import-not-found]  # the image has it

from .resizing import resize

Array = NDArray[Any]

_MOST_PIXELS = 100_000_000


def read_picture(body: bytes, shape: tuple[int, int, int]) -> Array:
    """A JPEG or PNG as float32 of shape (1, channels, height, width); ValueError for others."""
    channels, height, width = shape
    resized = resize(read_pixels(body, channels), height, width)
    return resized.transpose(2, 0, 1)[None].astype(np.float32)


def read_pixels(body: bytes, channels: int = 3, most: int = _MOST_PIXELS) -> Array:
    """A JPEG or PNG as bytes of shape (height, width, channels); ValueError for others."""
    try:
        picture = Image.open(io.BytesIO(body), formats=("JPEG", "PNG"))
        if picture.width * picture.height > most:
            raise ValueError(f"the picture has {picture.width} x {picture.height} pixels")
        pixels = np.asarray(picture.convert("L" if channels == 1 else "RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError(f"the body is no picture: {error}") from error
    return pixels.reshape(*pixels.shape[:2], channels)


def as_png(labels: Array) -> bytes:
    """A PNG in shades of grey of numbers from 0 to 255."""
    buffer = io.BytesIO()
    Image.fromarray(labels.astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()
