"""What a model needs besides its own file is said before it is missed."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING

import pytest
from slipway.artifacts import NoImage, choose, inspect

from tests.artifacts.members.test_member import field
from tests.artifacts.test_ladder import SCRIPT, made

if TYPE_CHECKING:
    from conftest import Pack

BOUND = (
    b"\x80\x02csklearn.ensemble._gb\nGradientBoostingClassifier\n)\x81}("
    b"X\x10\x00\x00\x00_sklearn_versionX\x05\x00\x00\x001.6.1X\x04\x00\x00\x00loss"
    b"c_loss\n__pyx_unpickle_CyHalfSquaredError\nc_loss\nCyHalfSquaredError\nK\x00N\x87Rub."
)


def bert(**more: object) -> bytes:
    return json.dumps(
        {"model_type": "bert", "architectures": ["BertModel"], "transformers_version": "4.1"} | more
    ).encode()


def graph(operator: bytes, *, within: bool = False) -> bytes:
    node = field(1, b"n") + field(2, operator)
    body = field(2, field(1, field(3, node))) if within else field(1, node)
    info = field(4, b"serve") + field(5, b"2.13.0")
    return field(1, 1) + field(2, field(1, info) + field(2, body))


def onnx(place: bytes) -> bytes:
    external = field(13, field(1, b"location") + field(2, place))
    attribute = field(1, b"value") + field(5, external)
    value = field(1, b"x") + field(2, field(1, field(1, 1)))
    body = field(1, field(5, attribute)) + field(5, external) + field(12, value)
    return field(1, 8) + field(7, body) + field(8, field(2, 17))


CASES: dict[str, tuple[dict[str, bytes], str, str]] = {
    "a booster in a pipeline": (
        {"m.pkl": made("sklearn.pipeline.Pipeline", b"clightgbm.sklearn\nLGBMClassifier\n")},
        "package-missing",
        "imports lightgbm",
    ),
    "code of the hub": (
        {"config.json": bert(auto_map={"AutoModel": "who/what--modeling.M"}), "model.bin": b""},
        "custom-code",
        "who/what--modeling.M, code of a repository on the hub",
    ),
    "a graph that writes": (
        {"1/saved_model.pb": graph(b"WriteFile")},
        "graph-reaches-out",
        "Write",
    ),
    "a function that runs Python": (
        {"1/saved_model.pb": graph(b"EagerPyFunc", within=True)},
        "graph-reaches-out",
        "EagerPyFunc",
    ),
    "tensors elsewhere": ({"m.onnx": onnx(b"../../etc/passwd")}, "external-data", "etc/passwd"),
    "tensors that are absolute": ({"m.onnx": onnx(b"/etc/passwd")}, "external-data", "/etc"),
    "tensors that were not packed": ({"m.onnx": onnx(b"m.data")}, "external-data", "m.data"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_not_there_is_said(name: str, pack: Pack) -> None:
    files, rule, words = CASES[name]
    found = [each for each in inspect([pack(files)]).findings if each.rule == rule]
    assert [words in each.message for each in found] == [True]


def test_what_is_there_is_no_finding(pack: Pack) -> None:
    pinned = {"code/inference.py": SCRIPT, "code/requirements.txt": b"lightgbm==4.5.0"}
    quiet: tuple[dict[str, bytes], ...] = (
        {**CASES["a booster in a pipeline"][0], **pinned},
        {"m.onnx": onnx(b"m.data"), "m.data": b"1234"},
        {"config.json": bert(), "model.bin": b""},
        {"1/saved_model.pb": graph(b"MatMul")},
        {"m.pkl": pickle.dumps({"a": 1})},
    )
    rules = {rule for _, rule, _ in CASES.values()}
    for files in quiet:
        assert not rules & {each.rule for each in inspect([pack(files)]).findings}


def test_a_pickle_that_only_its_own_version_loads_gets_no_other_image(pack: Pack) -> None:
    inspection = inspect([pack({"model.pkl": BOUND})])
    assert [each.rule for each in inspection.findings if each.grade == "warn"] == ["no-image"]
    with pytest.raises(NoImage, match=r"scikit-learn==1\.6\.1"):
        choose(inspection, "us-east-1")


def test_a_script_may_bring_the_version_that_loads_it(pack: Pack) -> None:
    files = {"model.pkl": BOUND, "code/inference.py": SCRIPT}
    files["code/requirements.txt"] = b"scikit-learn==1.6.1"
    assert "scikit-learn" in choose(inspect([pack(files)]), "us-east-1").uri
