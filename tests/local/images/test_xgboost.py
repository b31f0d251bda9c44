"""sagemaker-xgboost: the built-in algorithm and the framework, with boosters of two versions."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from slipway.artifacts.scripts import read_script
from slipway_local.sagemaker.serving import Health

from tests.export.conftest import array, fixtures

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_local.images.server import ProcessServer

    from tests.local.images.conftest import Dock

REAL = Path(__file__).parents[4] / "shared" / "data" / "artifacts"
OLD, MIDDLE, NEW = (
    f"registry/sagemaker-xgboost:{tag}" for tag in ("1.7-1", "3.0-5-cpu-py3", "3.2-0")
)
SCRIPTED = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}
JSON, CSV, LIBSVM = "application/json", "text/csv", "text/libsvm"
RECORDIO = "application/x-recordio-protobuf"
TRAIN = """
import pickle, numpy, xgboost
x = numpy.arange(60.0).reshape(20, 3)
y = x[:, 0] * 0.5 - 20
options = {"base_score": 7.0, "max_depth": 6, "eta": 1.0, "lambda": 0.0, "min_child_weight": 0.0}
booster = xgboost.train(options, xgboost.DMatrix(x, label=y), 3)
booster.save_model("model.json")
booster.save_model("model.ubj")
pickle.dump(booster, open("model.pkl", "wb"), protocol=4)
"""


@pytest.fixture(scope="session")
def old(make: Callable[[str, str], dict[str, bytes]]) -> dict[str, bytes]:
    """y = x0 / 2 - 20, as XGBoost 1.7 writes it."""
    return make(OLD, TRAIN)


@pytest.fixture(scope="session")
def new(make: Callable[[str, str], dict[str, bytes]]) -> dict[str, bytes]:
    """The same, as XGBoost 3.2 writes it."""
    return make(NEW, TRAIN)


@pytest.fixture
def served(dock: Dock, old: dict[str, bytes]) -> ProcessServer:
    """The pickled booster in the image that wrote it."""
    return dock.start({"xgboost-model": old["model.pkl"]}, OLD)


def test_the_contract_of_the_algorithm(dock: Dock, served: ProcessServer) -> None:
    table: list[tuple[bytes, str | None, str | None, int, str | None]] = [
        # body, content type, accept, status, answered content type
        (b"12,13,14", CSV, None, 200, "text/csv; charset=utf-8"),
        (b"12;13;14\n15;16;17\n", "text/csv; label_size=1", "*/*", 200, "text/csv; charset=utf-8"),
        (b"12,13,14", CSV, JSON, 200, JSON),
        (b"12,13", CSV, JSON, 200, JSON),  # one too few is taken as missing
        (b"1:12 2:13 3:14", LIBSVM, JSON, 200, JSON),
        (b"1:12 2:13 3:14", None, JSON, 200, JSON),
        (b"", CSV, None, 204, None),
        (b"12,13,14,15", CSV, None, 400, "text/html; charset=utf-8"),
        (b"12,13,14", CSV, "image/png", 406, "text/html; charset=utf-8"),
        (b"12,13,14", "text/csv; label_size=2", None, 415, "text/html; charset=utf-8"),
        (b"12,13,fourteen", CSV, None, 415, "text/html; charset=utf-8"),
        (b"{}", JSON, None, 415, "text/html; charset=utf-8"),
        (b"12,13,14", CSV, "application/jsonlines", 500, "text/html; charset=utf-8"),
        (b"1" * (6 * 1024**2 + 1), CSV, None, 413, "text/html; charset=utf-8"),
    ]
    for body, kind, accept, status, answered in table:
        reply = dock.ask(served, body, kind, accept)
        assert (reply.status, reply.headers.get("Content-Type")) == (status, answered), body[:20]


def test_all_formats_give_one_answer(dock: Dock, served: ProcessServer) -> None:
    bodies = [
        (b"12,13,14", CSV),
        (b"1:12 2:13 3:14", LIBSVM),
        (_recordio([12.0, 13.0, 14.0]), RECORDIO),
        (_recordio([12.0, 13.0, 14.0], keys=[0, 1, 2], width=3), RECORDIO),
    ]
    answers = [json.loads(dock.ask(served, body, kind, JSON).body) for body, kind in bodies]
    [score] = answers[0]["predictions"]
    assert score["score"] == pytest.approx(-14.0, abs=0.05)
    assert answers == [answers[0]] * 4


def test_execution_parameters(served: ProcessServer) -> None:
    reply = served.execution_parameters(timeout=5)
    assert json.loads(reply.body) == {
        "MaxConcurrentTransforms": 1,
        "BatchStrategy": "MULTI_RECORD",
        "MaxPayloadInMB": 6,
    }


def test_batch_gives_a_line_a_row(dock: Dock, old: dict[str, bytes]) -> None:
    server = dock.start({"m": old["model.json"]}, OLD, env={"SAGEMAKER_BATCH": "true"})
    lines = dock.ask(server, b"12,13,14\n0,1,2", CSV).body.decode().splitlines()
    assert [float(line) for line in lines] == pytest.approx([-14.0, -20.0], abs=0.05)


def test_a_caller_may_select_parts(dock: Dock, old: dict[str, bytes]) -> None:
    env = {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_score"}
    server = dock.start({"m": old["model.json"]}, OLD, env=env)
    line = json.loads(dock.ask(server, b"12,13,14", CSV, "application/jsonlines").body)
    assert line == {"predicted_score": pytest.approx(-14.0, abs=0.05)}


@pytest.mark.parametrize("image", [OLD, MIDDLE, NEW])
@pytest.mark.parametrize("form", ["model.json", "model.ubj"])
def test_saved_models_load_in_newer_images(
    dock: Dock, old: dict[str, bytes], image: str, form: str
) -> None:
    server = dock.start({"xgboost-model": old[form]}, image)
    assert float(dock.ask(server, b"12,13,14", CSV).body) == pytest.approx(-14.0, abs=0.05)


@pytest.mark.parametrize(
    ("image", "saved_by", "file"),
    [
        ("0.90-1-cpu-py3", "0.90", "squared.pkl"),
        ("0.90-2-cpu-py3", "0.90", "linear.bin"),
        ("1.2-2", "1.2.1", "squared.json"),
    ],
)
def test_old_images_serve_what_their_own_xgboost_saved(
    dock: Dock, image: str, saved_by: str, file: str
) -> None:
    files = fixtures(f"xgboost-{saved_by}")
    server = dock.start({"xgboost-model": files[file]}, f"registry/sagemaker-xgboost:{image}")
    assert (server.health(), server.failure()) == (Health.READY, "")
    rows = array(files["rows.npy"])
    lines = [["" if cell != cell else repr(float(cell)) for cell in row] for row in rows]
    body = "\n".join(map(",".join, lines))
    scores = json.loads(dock.ask(server, body.encode(), CSV, JSON).body)["predictions"]
    expected = array(files[f"{file.partition('.')[0]}.npy"])
    assert [each["score"] for each in scores] == pytest.approx(expected.tolist(), abs=1e-5)


def test_a_newer_model_in_an_older_image_is_silently_wrong_as_on_aws(
    dock: Dock, new: dict[str, bytes]
) -> None:
    right, wrong = (dock.start({"xgboost-model": new["model.json"]}, i) for i in (NEW, MIDDLE))
    assert float(dock.ask(right, b"12,13,14", CSV).body) == pytest.approx(-14.0, abs=0.05)
    assert abs(float(dock.ask(wrong, b"12,13,14", CSV).body) + 14.0) > 5


def test_several_files_are_an_ensemble(dock: Dock, old: dict[str, bytes]) -> None:
    other = old["model.json"].replace(b'"base_score":"7E0"', b'"base_score":"9E0"')
    assert other != old["model.json"]
    files = {"a": old["model.json"], "b": other, ".hidden": b"no model"}
    together = dock.start(files, OLD)
    assert float(dock.ask(together, b"12,13,14", CSV).body) == pytest.approx(-13.0, abs=0.05)
    alone = dock.start(files, OLD, env={"SAGEMAKER_INFERENCE_ENSEMBLE": "false"})
    assert float(dock.ask(alone, b"12,13,14", CSV).body) == pytest.approx(-14.0, abs=0.05)


def test_a_stray_file_breaks_the_algorithm(dock: Dock, old: dict[str, bytes]) -> None:
    server = dock.start({"xgboost-model": old["model.json"], "README.md": b"# notes"}, OLD)
    assert server.health() is Health.FAILED
    assert "Model README.md cannot be loaded" in server.failure()


def test_a_script_turns_the_framework_on(dock: Dock, old: dict[str, bytes]) -> None:
    code = b"""
import os, xgboost
def model_fn(model_dir):
    booster = xgboost.Booster()
    booster.load_model(os.path.join(model_dir, "model.json"))
    return booster
"""
    env = {
        "SAGEMAKER_PROGRAM": "serve.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": CSV,
    }
    server = dock.start({"model.json": old["model.json"], "code/serve.py": code}, OLD, env=env)
    reply = dock.ask(server, b"12,13,14", CSV)
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert float(reply.body) == pytest.approx(-14.0, abs=0.05)
    assert dock.ask(server, b"12,13,14\n", CSV).status == 500  # a blank last line, as on AWS
    refused = dock.ask(server, b"{}", JSON)
    assert refused.status == 500
    assert b"Content type application/json is not supported" in refused.body  # and the trace


def test_the_default_script_answers_errors_as_json(dock: Dock, old: dict[str, bytes]) -> None:
    files = {"xgboost-model": old["model.json"], "code/inference.py": read_script("xgboost")}
    server = dock.start(files, OLD, env=SCRIPTED)
    assert float(json.loads(dock.ask(server, b"12,13,14", CSV, JSON).body)[0]) < 0
    refused = dock.ask(server, b"12,13,a", CSV)
    assert (refused.status, refused.headers["Content-Type"]) == (500, JSON)
    said = json.loads(refused.body)
    assert (said["error"], "could not convert" in said["message"]) == ("ValueError", True)
    assert "Traceback" in server.log_path.read_text()


@pytest.mark.parametrize("folder", ["xgboost-pickled", "xgboost-saved"])
def test_real_models_of_aws_are_served(dock: Dock, folder: str) -> None:
    path = REAL / folder / "xgboost-model"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    server = dock.start({"xgboost-model": path.read_bytes()}, OLD)
    body = dock.ask(server, b"1:5.1 2:3.5 3:1.4 4:0.2", LIBSVM, JSON).body
    [prediction] = json.loads(body)["predictions"]
    assert sum(prediction["score"]) == pytest.approx(1.0, abs=1e-5)


def _recordio(values: list[float], keys: list[int] | None = None, width: int = 0) -> bytes:
    """One RecordIO frame of one Record."""
    tensor = _field(1, struct.pack(f"<{len(values)}f", *values))
    tensor += _field(2, bytes(keys)) + _field(3, bytes([width])) if keys else b""
    record = _field(1, _field(1, b"values") + _field(2, _field(2, tensor)))
    return struct.pack("<II", 0xCED7230A, len(record)) + record + bytes(-len(record) % 4)


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2, len(content)]) + content
