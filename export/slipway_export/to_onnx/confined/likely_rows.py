"""Rows that a scikit-learn model is worth asking, made of what it has learned."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]
NUMBERS: Final = "only what takes one matrix of numbers can be converted"
_COUNT: Final = 256
_SEED: Final = 20
_PLACES: Final = ("cluster_centers_", "support_vectors_", "_fit_X", "means_", "theta_")
_SPREADS: Final = (("mean_", "scale_"), ("center_", "scale_"), ("data_min_", "data_range_"))
_INNER: Final = ("best_estimator_", "estimators_", "estimator_", "estimator")


def likely_rows(model: Any, features: int) -> Rows:  # noqa: ANN401 - an estimator
    """Numbers near what the model's parts know, or of many sizes; each is a float32's."""
    chance = np.random.default_rng(_SEED)
    rows = chance.normal(size=(_COUNT, features)) * 10.0 ** chance.integers(-1, 3, (_COUNT, 1))
    for part, columns in _parts(model, np.arange(features)):
        known = list(_known(part, len(columns), chance))
        for start, near in enumerate(known):
            rows[start :: len(known), columns] = near[start :: len(known)]
        _compare(part, columns, rows, chance)
    return rows.astype(np.float32).astype(np.float64)


def _parts(model: Any, columns: NDArray[Any]) -> Iterator[tuple[Any, NDArray[Any]]]:  # noqa: ANN401
    """The parts of a model that see columns of the row itself, and which ones."""
    yield model, columns
    if hasattr(model, "steps"):
        yield from _parts(model.steps[0][1], columns)
    elif hasattr(model, "transformers_"):
        for _, part, chosen in model.transformers_:
            yield from _parts(part, columns[chosen])
    else:
        inner = next((getattr(model, name) for name in _INNER if hasattr(model, name)), ())
        for part in np.ravel(np.array(inner, dtype=object)):
            if part is not None and not isinstance(part, str | tuple):
                yield from _parts(part, columns)


def _known(part: Any, features: int, chance: np.random.Generator) -> Iterator[Rows]:  # noqa: ANN401
    """Rows around points and spreads that a part knows."""
    noise = chance.normal(size=(_COUNT, features))
    for middle, spread in _SPREADS:
        middles, spreads = (np.asarray(getattr(part, name, 0)) for name in (middle, spread))
        if middles.shape == spreads.shape == (features,):
            yield np.asarray(middles + spreads * noise)
    for name in _PLACES:
        points = getattr(part, name, None)
        if isinstance(points, np.ndarray) and points.ndim == 2 and points.shape[1] == features:
            near = points[chance.integers(0, len(points), _COUNT)]
            yield np.asarray(near + points.std(axis=0) * noise / 2)


def _compare(part: Any, columns: NDArray[Any], rows: Rows, chance: np.random.Generator) -> None:  # noqa: ANN401
    """Put values that trees split at, and just beside them, and categories into the rows."""
    if hasattr(part, "tree_"):
        chosen = chance.integers(0, len(rows), len(part.tree_.feature))
        for row, feature, split in zip(
            chosen, part.tree_.feature, part.tree_.threshold, strict=True
        ):
            if feature >= 0:
                rows[row, columns[feature]] = split * (1 + chance.integers(-1, 2) * 1e-6)
    for column, values in zip(columns, getattr(part, "categories_", ()), strict=False):
        try:
            rows[:, column] = chance.choice(np.asarray(values, float), len(rows))
        except ValueError:
            raise ValueError(f"it takes words, such as {values[0]!r}; {NUMBERS}") from None
