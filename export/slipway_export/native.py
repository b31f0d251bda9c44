"""`--to native`: the converter of each kind, and why some kinds have none."""

from collections.abc import Mapping
from typing import Final

from slipway_export.model import Converter, Export, ExportRefused, Model
from slipway_export.to_native import (
    factorization_machines,
    kmeans,
    linear_learner,
    pca,
    xgboost,
)
from slipway_export.to_native.as_they_are import all_files


def _refused(why: str) -> Converter:
    def refuse(_: Model) -> Export:
        raise ExportRefused(why)

    return refuse


NATIVE: Final[Mapping[str, Converter]] = {
    "tensorflow": all_files,
    "sparkml": all_files,
    "linear-learner": linear_learner.convert,
    "factorization-machines": factorization_machines.convert,
    "pca": pca.convert,
    "kmeans": kmeans.convert,
    "xgboost": xgboost.convert,
}
