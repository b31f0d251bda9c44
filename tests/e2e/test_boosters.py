"""LightGBM and CatBoost without a script, in an image that has neither: a default one serves."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from slipway.artifacts.images import images_of
from slipway_local.images.environments import Environments
from slipway_local.images.registry import family_of
from slipway_local.images.requirements import Wanted

from tests.e2e.conftest import IMAGES

JSON = "application/json"
ROWS = """
import numpy, pandas
numbers = numpy.random.default_rng(0).normal(size=300)
towns = numpy.tile(["a", "b", "c"], 100)
rows = pandas.DataFrame({"town": towns, "rooms": numbers})
price = rows.rooms + (rows.town == "b") * 10
"""
LIGHTGBM = """
import lightgbm
rows = rows.astype({"town": "category"})
lightgbm.train({"verbose": -1, "num_threads": 1}, lightgbm.Dataset(rows, price), 60).save_model(
    "model.txt"
)
"""
CATBOOST = """
import catboost
model = catboost.CatBoostClassifier(iterations=60, thread_count=1, verbose=0, cat_features=["town"])
model.fit(rows, numpy.where(price > 5, "dear", "cheap")).save_model("model.cbm")
"""
MADE = {
    "lightgbm": ("lightgbm==4.6.0", LIGHTGBM, "model.txt"),
    "catboost": ("catboost==1.2.8", CATBOOST, "model.cbm"),
}


@pytest.fixture
def served(slipway: Any, tmp_path: Path) -> Any:
    """`served(kind)`: train a model, release it without a script, and say how to ask it."""

    def serve(kind: str) -> Any:
        package, program, file = MADE[kind]
        image = f"sagemaker-scikit-learn:{images_of('sklearn')[-1].version}"
        python = Environments(IMAGES).provide(family_of(image).packages, Wanted((package,))).python
        subprocess.run([python, "-I", "-c", ROWS + program], cwd=tmp_path, check=True)
        files = {file: (tmp_path / file).read_bytes()}
        end = slipway.release(f"{kind}-alone", files, "probes: [{body: 'b,0.1'}]")
        assert end.verdict == "Released", end
        return lambda body, kind_of_body=JSON: ask(slipway, f"{kind}-alone", body, kind_of_body)

    return serve


def ask(slipway: Any, deployment: str, body: str, content_type: str) -> Any:
    answer = slipway.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=slipway.stack.endpoint(deployment),
        Body=body,
        ContentType=content_type,
        Accept=JSON,
    )
    return json.loads(answer["Body"].read())


RECORDS = '[{"town": "b", "rooms": 0}, {"rooms": 0, "town": "a"}]'


def test_a_lightgbm_model_knows_the_words_that_it_was_trained_with(served: Any) -> None:
    asked = served("lightgbm")
    assert asked(RECORDS) == pytest.approx([10, 0], abs=1.5)
    assert asked("rooms,town\n0,b\n0,c", "text/csv") == pytest.approx([10, 0], abs=1.5)


def test_a_catboost_classifier_answers_classes(slipway: Any, served: Any) -> None:
    asked = served("catboost")
    assert asked(RECORDS) == ["dear", "cheap"]
    assert asked("b,0\na,", "text/csv") == ["dear", "cheap"]
    model_error = slipway.client("sagemaker-runtime").exceptions.ModelError
    with pytest.raises(model_error, match="row 1 has 1 values, the model takes 2: town, rooms"):
        asked("b", "text/csv")
