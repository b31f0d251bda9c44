"""What the inert machine's description of an estimator tells: class tree, version, features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.formats.xgboost_files import Booster, read_booster
from slipway.artifacts.pickles.values import Array, Blob, Global, Instance, Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

FRAMEWORKS: Final = ("sklearn", "xgboost", "lightgbm", "catboost", "torch", "numpy", "transformers")
# They are given words, not rows of numbers.
_READERS_OF_WORDS: Final = ("sklearn.feature_extraction.", "sklearn.preprocessing._encoders.")
_TREE_NODES: Final = 60
_TREE_DEPTH: Final = 6
_FITTED: Final = {
    "estimator": ("best_estimator_", "estimators_", "estimator_", "calibrated_classifiers_"),
    "base_estimator": ("estimators_",),
    "estimators": ("estimators_",),
    "transformers": ("transformers_",),
}


def framework_of(value: object) -> str:
    """The framework of an object's class ("" where it is none of FRAMEWORKS)."""
    if not isinstance(value, Instance) or not isinstance(value.cls, Global):
        return ""
    root = value.cls.module.partition(".")[0]
    return root if root in FRAMEWORKS else ""


def find_model(root: Any) -> Instance | None:  # noqa: ANN401 - any value
    """The first estimator or booster: the root itself, or inside a dict, list or tuple of it."""
    if framework_of(root) in ("sklearn", "xgboost", "lightgbm", "catboost"):
        return root  # type: ignore[no-any-return] # framework_of says that it is an Instance
    held = root.items.values() if isinstance(root, Mapping) else getattr(root, "items", ())
    if isinstance(root, Mapping | Sequence):
        return next((value for value in held if is_estimator(value)), None)
    return None


def is_estimator(value: object) -> bool:
    """Whether it is an object of a public class with state: an estimator or a part of one."""
    return (
        framework_of(value) in ("sklearn", "xgboost", "lightgbm", "catboost")
        and isinstance(value, Instance)
        and isinstance(value.cls, Global)
        and bool(value.attributes)
        and not value.cls.name.startswith("_")
        and value.cls.name not in ("Tree", "Bunch", "TreePredictor")
    )


def class_tree(model: Instance, budget: list[int] | None = None, depth: int = 0) -> dict[str, Any]:
    """`{"class": …, "parts": [{"name": …, "class": …}, …]}`; equal neighbours are counted."""
    left = budget if budget is not None else [_TREE_NODES]
    left[0] -= 1
    node: dict[str, Any] = {"class": str(model.cls)}
    parts: list[dict[str, Any]] = []
    for name, part in _parts(model) if depth < _TREE_DEPTH else ():
        if left[0] <= 0:
            break
        child = {"name": name} | class_tree(part, left, depth + 1)
        if parts and {**parts[-1], "count": 0} == {**child, "count": 0}:
            parts[-1]["count"] = parts[-1].get("count", 1) + 1
            left[0] += 1
        else:
            parts.append(child)
    return node | ({"parts": parts} if parts else {})


def _parts(model: Instance) -> Iterator[tuple[str, Instance]]:
    attributes = model.attributes
    for name, value in attributes.items():
        if any(fitted in attributes for fitted in _FITTED.get(name, ())):
            continue
        if is_estimator(value):
            yield str(name), value
        elif isinstance(value, Sequence):
            yield from _listed(str(name), value)


def _listed(name: str, values: Sequence) -> Iterator[tuple[str, Instance]]:
    for value in values.items:
        if is_estimator(value):
            yield name, value
        elif isinstance(value, Sequence):
            label = next((item for item in value.items if isinstance(item, str)), name)
            yield from ((label, item) for item in value.items if is_estimator(item))


def version_of(model: Instance) -> str:
    """`_sklearn_version` of the estimator or of the first of its parts that has one."""
    version = model.attributes.get("_sklearn_version")
    if isinstance(version, str):
        return version
    return next((found for _, part in _parts(model) if (found := version_of(part))), "")


def feature_count(model: Instance) -> int | None:
    """How many features it was fitted on, where it says so and they are numbers."""
    return None if _reads_words(model) else _counted(model)


def _reads_words(model: Instance, depth: int = 0) -> bool:
    parts = [part for _, part in _parts(model)] if depth < _TREE_DEPTH else []
    return any(
        str(part.cls).startswith(_READERS_OF_WORDS) or _reads_words(part, depth + 1)
        for part in parts
    )


def _counted(model: Instance) -> int | None:
    attributes = model.attributes
    for name in ("n_features_in_", "n_features_", "_n_features", "n_features"):
        if isinstance(count := attributes.get(name), int) and not isinstance(count, bool):
            return count
    coefficients = attributes.get("coef_")
    if isinstance(coefficients, Array) and coefficients.shape:
        return coefficients.shape[-1]
    first = next(_parts(model), None)
    return _counted(first[1]) if first else None


def class_count(model: Instance) -> int | None:
    """How many classes it tells apart, where it says so: itself, or the last of its parts."""
    classes = model.attributes.get("classes_")
    if isinstance(classes, Array) and len(classes.shape) == 1:
        return classes.shape[0]
    parts = [part for _, part in _parts(model)]
    return class_count(parts[-1]) if parts else None


def booster_of(model: Instance) -> Booster | None:
    """The booster inside an xgboost Booster or an estimator that wraps one."""
    wrapped = model.attributes.get("_Booster")
    handle = (wrapped if isinstance(wrapped, Instance) else model).attributes.get("handle")
    while isinstance(handle, Instance) and handle.args and handle.args.items:
        handle = handle.args.items[0]  # bytearray(bytes), or bytearray(encode(text, "latin1"))
    return (
        read_booster(handle.head, handle.tail or handle.head) if isinstance(handle, Blob) else None
    )
