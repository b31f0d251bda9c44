"""What every converter takes and gives: an inspected archive's bytes in, verified files out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from slipway.artifacts import Inspection

Array = NDArray[Any]
Predict = Callable[[Array], Array]


class ExportRefused(Exception):
    """The model cannot be converted; the message says why and what would help."""


@dataclass(frozen=True, slots=True)
class Model:
    """An artifact that may be converted: what it is, and its members' bytes by name.

    Nothing in it has been loaded; nothing of a refused inspection gets here.
    """

    inspection: Inspection
    members: Mapping[str, bytes]

    @property
    def content(self) -> bytes:
        """The bytes of the member that holds the model."""
        return self.members[self.inspection.model_file]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far two predictions may be apart: |a - b| <= absolute + relative * |b|."""

    relative: float = 1e-5
    absolute: float = 1e-6


EXACT = Tolerance(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Proof:
    """How an export is held against its original: both answer `inputs`, within `tolerance`.

    `inputs` is what `original` and `exported` take, as one array (rows first); each returns an
    array of the same shape for it. `of` is what a row of `inputs` is.
    """

    inputs: Array
    original: Predict
    exported: Predict
    tolerance: Tolerance = Tolerance()
    of: str = "inputs"

    def furthest(self) -> float:
        """The largest difference of two predictions. Raises ExportRefused outside the tolerance."""
        ours, theirs = self.original(self.inputs), self.exported(self.inputs)
        if ours.shape != theirs.shape:
            raise ExportRefused(f"the export answers {theirs.shape} where the model {ours.shape}")
        with np.errstate(invalid="ignore"):  # two infinities, or two not-a-numbers, are alike
            apart = float(np.nanmax(np.abs(ours - theirs), initial=0.0))
        limits = self.tolerance
        if not np.allclose(theirs, ours, limits.relative, limits.absolute, equal_nan=True):
            raise ExportRefused(f"the export predicts otherwise: up to {apart:g} apart")
        return apart


@dataclass(frozen=True, slots=True)
class Export:
    """Files by their names, and how they are proven; `note` says what a reader must know.

    `proof` is None where the files are the original's own bytes, for then nothing can differ.
    """

    files: Mapping[str, bytes]
    proof: Proof | None = None
    note: str = ""


Converter = Callable[[Model], Export]
