"""Arrays that any numpy reads, and a card that says in words what to do with them."""

import io
import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from slipway_export.model import Array, Model

ARRAYS: Final = "model.npz"
CARD: Final = "card.json"
Arrays = Mapping[str, Array]


def written(
    model: Model, arrays: Arrays, algorithm: str, predict: str, **facts: object
) -> dict[str, bytes]:
    """model.npz and card.json; `predict` is the formula in the arrays' names."""
    buffer = io.BytesIO()
    held = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    np.savez(buffer, allow_pickle=False, **held)
    inspection = model.inspection
    card: dict[str, Any] = {
        "algorithm": algorithm,
        "predict": predict,
        **facts,
        "arrays": {
            name: {"shape": list(held.shape), "dtype": str(held.dtype)}
            for name, held in arrays.items()
        },
        "source": {
            "sha256": inspection.sha256,
            "file": inspection.model_file,
            "framework": f"{inspection.framework} {inspection.framework_version}".strip(),
        },
    }
    text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
    return {ARRAYS: buffer.getvalue(), CARD: text.encode()}


def read(files: Mapping[str, bytes]) -> dict[str, Array]:
    """The arrays of an export, as whoever gets it reads them."""
    with np.load(io.BytesIO(files[ARRAYS]), allow_pickle=False) as held:
        return dict(held)
