"""One pass over an artifact tells what it is."""

from __future__ import annotations

import json
from collections.abc import Callable

from slipway.artifacts import as_document, choose, inspect

Pack = Callable[[dict[str, bytes]], bytes]
Real = Callable[[str], bytes]


def test_a_pickled_forest_is_told_with_its_version_and_served_by_its_image(
    pack: Pack, real: Real
) -> None:
    inspection = inspect([pack({"model.joblib": real("sklearn/sklearn-model")})])
    assert (inspection.kind, inspection.framework_version) == ("sklearn", "1.4.2")
    assert inspection.details["class"] == "sklearn.ensemble._forest.RandomForestRegressor"
    assert [finding.rule for finding in inspection.findings] == ["default-script"]
    choice = choose(inspection, "us-east-1")
    assert choice.uri == (
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-py312-cpu-py3"
    )
    assert choice.default_script == "sklearn"
    assert choice.environment["SLIPWAY_MODEL_FILE"] == "model.joblib"


def test_a_booster_alone_in_its_archive_needs_no_script(pack: Pack, real: Real) -> None:
    inspection = inspect([pack({"xgboost-model": real("xgboost-pickled/xgboost-model")})])
    assert (inspection.kind, inspection.framework_version) == ("xgboost", "1.0.0")
    choice = choose(inspection, "eu-west-1")
    assert choice.uri.endswith("/sagemaker-xgboost:1.0-1-cpu-py3")
    assert (dict(choice.environment), choice.default_script) == ({}, None)


def test_the_document_is_small_json_whatever_the_archive_holds(pack: Pack) -> None:
    files = {f"{'deep/' * 20}file-{number:04}": b"x" for number in range(3000)}
    document = as_document(inspect([pack(files)]))
    assert document["member_count"] == 3000
    assert len(json.dumps(document)) <= 32_000
