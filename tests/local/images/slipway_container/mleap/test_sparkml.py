"""SparkML bundles as Spark writes them, asked as AWS's container is asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from slipway_local.images.slipway_container.failures import ContainerMisconfigured
from slipway_local.images.slipway_container.mleap.sparkml import application, typed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.images.conftest import Inside

JSON, CSV, LINES = "application/json", "text/csv", "application/jsonlines"
INPUT = [{"name": "sex", "type": "string"}, {"name": "age", "type": "double"}]
SCHEMA = {"input": INPUT, "output": {"name": "prediction", "type": "double"}}
VECTOR = {**SCHEMA, "output": {"name": "features", "type": "double", "struct": "vector"}}


def node(folder: str, op: str, attributes: Any, inputs: Any, outputs: Any) -> dict[str, bytes]:  # noqa: ANN401
    ports = {
        side: [{"port": port, "name": name} for port, name in each.items()]
        for side, each in (("inputs", inputs), ("outputs", outputs))
    }
    return {
        f"{folder}/model.json": json.dumps({"op": op, "attributes": attributes}).encode(),
        f"{folder}/node.json": json.dumps({"name": folder, "shape": ports}).encode(),
    }


def tensor(*values: float) -> dict[str, object]:
    shape = {"dimensions": [{"size": len(values), "name": ""}]}
    return {"double": values, "shape": shape, "type": "tensor"}


def words(*values: str) -> dict[str, object]:
    return {"string": values, "type": "list"}


@pytest.fixture
def bundle() -> dict[str, bytes]:
    """age scaled and sex indexed -> 2 age + 10 sex + 0.25."""
    features = "root/features.node"
    return {
        "bundle.json": b'{"format": "json", "version": "0.10.0", "name": "p", "uid": "1"}',
        **node("root", "pipeline", {"nodes": words("features", "lr")}, {}, {}),
        **node(features, "pipeline", {"nodes": words("si", "va", "ss")}, {}, {}),
        **node(
            f"{features}/si.node",
            "string_indexer",
            {"labels": words("male", "female"), "handle_invalid": {"string": "error"}},
            {"input": "sex"},
            {"output": "sex_index"},
        ),
        **node(
            f"{features}/va.node",
            "vector_assembler",
            {"input_shapes": {"type": "list", "data_shape": [{"base": "scalar"}]}},
            {"input0": "age", "input1": "sex_index"},
            {"output": "raw"},
        ),
        **node(
            f"{features}/ss.node",
            "standard_scaler",
            {"std": tensor(2, 1)},
            {"input": "raw"},
            {"output": "features"},
        ),
        **node(
            "root/lr.node",
            "linear_regression",
            {"coefficients": tensor(4, 10), "intercept": {"double": 0.25}},
            {"features": "features"},
            {"prediction": "prediction"},
        ),
    }


def test_csv_json_and_lines(inside: Callable[..., Inside], bundle: dict[str, bytes]) -> None:
    served = inside(application, bundle, SAGEMAKER_SPARKML_SCHEMA=json.dumps(SCHEMA))
    answer = served.ask(b"female,3\n")
    assert (answer.body, answer.content_type) == (b"16.25", CSV)
    body = json.dumps({"data": ["male", 3]}).encode()
    assert served.ask(body, JSON).body == b"6.25"
    lines = b'{"data": ["male", 3]}\n{"data": [["female", 3], ["male", 0]]}\n'
    answer = served.ask(lines, LINES, LINES)
    assert (answer.body, answer.content_type) == (b"[[6.25], [16.25], [0.25]]", LINES)


def test_a_schema_in_the_request_and_a_vector_out(
    inside: Callable[..., Inside], bundle: dict[str, bytes]
) -> None:
    served = inside(application, bundle)
    body = json.dumps({"schema": VECTOR, "data": ["female", 3]}).encode()
    assert served.ask(body, JSON).body == b"1.5,1.0"
    assert served.ask(body, JSON, LINES).body == b'{"features":[1.5,1.0]}'
    text = served.ask(body, JSON, "application/jsonlines;data=text")
    assert (text.body, text.content_type) == (b'{"source": "1.5 1.0"}', LINES)


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [("int", "3", 3), ("long", 3, 3), ("double", "3", 3.0), ("boolean", "TRUE", True)],
)
def test_values_are_of_the_schemas_type(kind: str, given: object, value: object) -> None:
    read = typed(given, {"name": "x", "type": kind})
    assert (read, type(read)) == (value, type(value))
    with pytest.raises(ValueError, match="invalid literal"):
        typed(3.5, {"name": "x", "type": "int"})


def test_what_does_not_fit_is_said(inside: Callable[..., Inside], bundle: dict[str, bytes]) -> None:
    served = inside(application, bundle)
    refused = served.ask(b"female,3")
    assert refused.status == 400
    assert b"Input schema has to be provided" in refused.body
    table: list[tuple[Any, list[Any], str]] = [
        (SCHEMA, ["other", 3], "Unseen label: other"),
        (SCHEMA, ["female"], "index out of range"),
        (SCHEMA, ["female", "old"], "could not convert"),
        ({**SCHEMA, "input": INPUT[:1]}, ["female"], "the schema has no column age"),
        ({**SCHEMA, "output": {"name": "x", "type": "double"}}, ["male", 1], "no column x"),
        ({**VECTOR, "output": {"name": "features", "type": "double"}}, ["male", 1], "is a vector"),
        ({**SCHEMA, "input": [{**INPUT[0], "struct": "vector"}]}, ["male"], "not a list"),
        ({**SCHEMA, "input": [{"name": "sex", "type": "text"}]}, ["male"], "not supported"),
    ]
    for schema, data, said in table:
        refused = served.ask(json.dumps({"schema": schema, "data": data}).encode(), JSON)
        assert refused.status == 400
        assert said in refused.body.decode()
    assert served.ask(b"x", "text/plain").status == 415
    assert served.ask(b"x", CSV, JSON).status == 400


def test_batch_transform_is_told_one_record(
    inside: Callable[..., Inside], bundle: dict[str, bytes]
) -> None:
    answer = inside(application, bundle).application.execution_parameters()
    assert answer is not None
    assert json.loads(answer.body)["BatchStrategy"] == "SINGLE_RECORD"


def test_other_bundles_are_refused(inside: Callable[..., Inside], bundle: dict[str, bytes]) -> None:
    sparse = {"coefficients": {**tensor(1.0), "indices": [1]}, "intercept": {"double": 0.0}}
    for change, said in [
        ({"bundle.json": b'{"format": "protobuf"}'}, "format is protobuf"),
        (node("root/lr.node", "naive_bayes", {}, {}, {}), "operator naive_bayes"),
        (node("root/lr.node", "linear_regression", sparse, {}, {}), "sparse"),
    ]:
        with pytest.raises(ContainerMisconfigured, match=said):
            inside(application, {**bundle, **change})
    with pytest.raises(ContainerMisconfigured, match=r"no\.node"):
        inside(application, {**bundle, **node("root", "pipeline", {"nodes": words("no")}, {}, {})})
