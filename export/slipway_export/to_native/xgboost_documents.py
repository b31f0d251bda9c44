"""XGBoost's JSON model (https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html).

What is written follows the schema of 1.7, which every release from 1.7 to the present reads.
"""

import json
from typing import Any, Final

import numpy as np

from slipway_export.to_native import xgboost_objectives as objectives
from slipway_export.to_native.xgboost_forest import Booster, Floats, Integers, Nodes

VERSION: Final = [1, 7, 6]
_ROOT: Final = 0x7FFFFFFF  # the parent of a root
_DELETED: Final = 0x7FFFFFFF  # with default_left: the feature of a node that was pruned

Document = dict[str, Any]


def document_of(booster: Booster) -> Document:
    """The booster as the document that XGBoost's load_model takes."""
    score = objectives.prediction_of(booster.objective, float(booster.margins[0]))
    return {
        "learner": {
            "attributes": booster.attributes,
            "feature_names": [],
            "feature_types": [],
            "gradient_booster": _gradient_booster(booster),
            "learner_model_param": {
                "base_score": str(np.float32(score)),
                "boost_from_average": "0",
                "num_class": str(booster.classes),
                "num_feature": str(booster.features),
                "num_target": "1",
            },
            "objective": objectives.section(booster.objective, booster.classes, booster.options),
        },
        "version": VERSION,
    }


def text_of(document: Document) -> bytes:
    """The document as XGBoost's own writer orders it, its numbers exact in single precision."""
    return json.dumps(document, separators=(",", ":"), sort_keys=True, default=_numbers).encode()


def _numbers(array: Any) -> list[Any]:  # noqa: ANN401 - an array of UBJSON
    """A typed array as JSON has it."""
    floating = array.dtype.kind == "f"
    return shortest(array) if floating else list(array.tolist())


def shortest(values: Floats) -> list[float]:
    """Numbers whose shortest decimal form gives back the same single-precision value."""
    return [float(str(value)) for value in values.astype(np.float32)]


def _gradient_booster(booster: Booster) -> Document:
    if booster.linear is not None:
        return {
            "model": {"boosted_rounds": 0, "weights": shortest(booster.linear.reshape(-1))},
            "name": "gblinear",
        }
    trees: Document = {"model": _forest(booster), "name": "gbtree"}
    if booster.kind != "dart":
        return trees
    weights = booster.weights if booster.weights is not None else np.zeros(0, np.float32)
    return {"gbtree": trees, "name": "dart", "weight_drop": shortest(weights)}


def _forest(booster: Booster) -> Document:
    count, layer = len(booster.groups), booster.parallel * booster.outputs
    return {
        "gbtree_model_param": {
            "num_parallel_tree": str(booster.parallel),
            "num_trees": str(count),
        },
        "iteration_indptr": list(range(0, count + 1, layer)),
        "tree_info": booster.groups.tolist(),
        "trees": [_tree(booster.nodes, number, booster.features) for number in range(count)]
        if booster.nodes is not None
        else [],
    }


def _tree(nodes: Nodes, number: int, features: int) -> Document:
    start, end = (int(each) for each in nodes.starts[number : number + 2])
    part = slice(start, end)
    deleted = (nodes.features[part] == _DELETED) & nodes.default_left[part]
    return {
        "base_weights": shortest(nodes.statistics[part, 2]),
        "categories": [],
        "categories_nodes": [],
        "categories_segments": [],
        "categories_sizes": [],
        "default_left": nodes.default_left[part].astype(int).tolist(),
        "id": number,
        "left_children": _children(nodes.left[part], start),
        "loss_changes": shortest(nodes.statistics[part, 0]),
        "parents": nodes.parents[part].tolist(),
        "right_children": _children(nodes.right[part], start),
        "split_conditions": shortest(nodes.conditions[part]),
        "split_indices": nodes.features[part].tolist(),
        "split_type": [0] * (end - start),
        "sum_hessian": shortest(nodes.statistics[part, 1]),
        "tree_param": {
            "num_deleted": str(int(deleted.sum())),
            "num_feature": str(features),
            "num_nodes": str(end - start),
            "size_leaf_vector": "1",
        },
    }


def _children(numbers: Integers, start: int) -> list[int]:
    found: list[int] = np.where(numbers < 0, -1, numbers - start).tolist()
    return found
