"""The most usual scikit-learn model there is: text and numbers in named columns, no script."""

import json
from typing import Any

import pytest

COLUMNS = """
import joblib, pandas
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
rows = pandas.DataFrame({"town": ["a", "b"] * 20, "rooms": [*range(40)]})
columns = make_column_transformer((OneHotEncoder(), ["town"]), (SimpleImputer(), ["rooms"]))
model = make_pipeline(columns, RandomForestClassifier(n_estimators=5, random_state=0))
joblib.dump(model.fit(rows, rows["town"] == "a"), "model.joblib")
"""
BODIES = {
    "text/csv": ["a,5.1\nb,6", "town,rooms\na,5.1\nb,6", "rooms,town\n5.1,a\n,b", "a,\nb,6"],
    "application/json": [
        '{"instances": [["a", 5.1], ["b", 6]]}',
        '[{"town": "a", "rooms": 5.1}, {"town": "b", "rooms": null}]',
        '{"columns": ["rooms", "town"], "data": [[5.1, "a"], [6, "b"]]}',
    ],
    "application/jsonlines": ['{"town": "a", "rooms": 1}\n{"town": "b", "rooms": 2}'],
}


def test_named_columns_are_classified_however_they_are_sent(
    slipway: Any, models: Any, tmp_path: Any
) -> None:
    files = {"model.joblib": models.made_by(COLUMNS)}
    guessed = slipway.release("columns", files)
    assert (guessed.verdict, "not probed" in guessed.reason) == ("Released", True), guessed
    request = tmp_path / "request.csv"
    request.write_text("a,5.1\nb,6\n")
    slipway.push_request("columns", request)
    end = slipway.release("columns", files)
    assert end.verdict == "Released", end
    runtime = slipway.client("sagemaker-runtime")
    name = slipway.stack.endpoint("columns")
    for kind, bodies in BODIES.items():
        for body in bodies:
            answer = runtime.invoke_endpoint(
                EndpointName=name, Body=body, ContentType=kind, Accept="application/json"
            )
            assert json.loads(answer["Body"].read()) == [True, False], body
    with pytest.raises(runtime.exceptions.ModelError, match="row 2, column 'rooms': 'six'"):
        runtime.invoke_endpoint(EndpointName=name, Body="a,5\nb,six", ContentType="text/csv")
