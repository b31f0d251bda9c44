"""TensorFlow's image with TensorFlow itself: real SavedModels, asked as the container is asked."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from slipway_local.images.environments import Environments
from slipway_local.images.registry import family_of
from slipway_local.sagemaker.serving import Health, Invocation

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_local.images.server import ProcessServer
    from slipway_local.sagemaker.serving import Reply

    from tests.local.images.conftest import Dock

IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/tensorflow-inference:2.20.0-cpu-py312"
REAL = Path(__file__).parents[3] / "shared/data/artifacts/tensorflow/half_plus_two"
JSON, CSV = "application/json", "text/csv"

MAKE = """
import tensorflow as tf

class TwoInputs(tf.Module):
    @tf.function(input_signature=[
        tf.TensorSpec([None], tf.float32, "a"), tf.TensorSpec([None], tf.string, "words")])
    def __call__(self, a, words):
        return {"double": a * 2, "words_bytes": words, "length": tf.strings.length(words)}

class Line(tf.Module):
    def __init__(self):
        self.slope = tf.Variable([[1.0], [2.0]])
    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, "x")])
    def __call__(self, x):
        return {"y": x @ self.slope}

for name, module in [("two/1", TwoInputs()), ("line/1", Line())]:
    tf.saved_model.save(module, name, signatures={"serving_default": module.__call__})
second = Line()
second.slope.assign([[10.0], [20.0]])
tf.saved_model.save(second, "line/2", signatures={"serving_default": second.__call__})
"""


@pytest.fixture(scope="module")
def made(images: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Two models of TensorFlow 2, one with two versions."""
    folder = tmp_path_factory.mktemp("made")
    python = Environments(images).provide(family_of(IMAGE).packages).python
    subprocess.run([python, "-I", "-c", MAKE], cwd=folder, check=True)  # noqa: S603 - our own
    return files_of(folder)


def files_of(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.fixture
def serve(dock: Dock) -> Callable[..., ProcessServer]:
    """Start a TensorFlow container that must come up."""

    def start(files: dict[str, bytes], **env: str) -> ProcessServer:
        server = dock.start(files, IMAGE, env=env, startup_seconds=240)
        assert (server.health(), server.failure()) == (Health.READY, "")
        return server

    return start


def ask(
    server: ProcessServer, body: str, attributes: str = "", kind: str = JSON, accept: str = ""
) -> Reply:
    headers = {
        "Content-Type": kind,
        "X-Amzn-SageMaker-Custom-Attributes": attributes,
        "Accept": accept,
    }
    return server.invoke(
        Invocation(body.encode(), {name: value for name, value in headers.items() if value}),
        timeout=60,
    )


def test_models_versions_and_formats(
    serve: Callable[..., ProcessServer], made: dict[str, bytes]
) -> None:
    server = serve(made, SAGEMAKER_TFS_DEFAULT_MODEL_NAME="line")
    newest = {"predictions": [[50.0], [110.0]]}
    for body, kind in [
        ('{"instances": [[1, 2], [3, 4]]}', JSON),
        ("[[1, 2], [3, 4]]", JSON),
        ("[1, 2]\n[3, 4]", "application/jsonlines"),
        ("1,2\n3,4", CSV),
        ('{"instances": [{"x": [1, 2]}, {"x": [3, 4]}]}', JSON),
    ]:
        reply = ask(server, body, kind=kind)
        assert (reply.status, json.loads(reply.body)) == (200, newest), (body, reply.body)
    columns = ask(server, '{"inputs": [[1, 2]]}', "tfs-model-version=1")
    assert json.loads(columns.body) == {"outputs": [[5.0]]}
    missing = ask(server, "[[1, 2]]", "tfs-model-name=line,tfs-model-version=7")
    assert (missing.status, json.loads(missing.body)) == (
        404,
        {"error": "Servable not found for request: Specific(line, 7)"},
    )
    assert ask(server, "[[1, 2]]", "tfs-model-version=new").status == 400
    unread = ask(server, "[[1, 2]]", kind="text/plain", accept="application/jsonlines")
    assert (unread.status, unread.headers["Content-Type"]) == (415, JSON)
    for body in ['{"instances": [[1, 2, 3]]}', '{"instances": [["a", "b"]]}', '{"inputs": ']:
        refused = ask(server, body)
        assert refused.status == 400, refused.body
        assert json.loads(refused.body)["error"]
    one_line = ask(server, "[[1, 2]]", accept="application/jsonlines")
    assert b"\n" not in one_line.body
    assert one_line.headers["Content-Type"] == "application/jsonlines"


def test_several_inputs_words_and_bytes(
    serve: Callable[..., ProcessServer], made: dict[str, bytes]
) -> None:
    server = serve(made)
    body = '{"instances": [{"a": 1.5, "words": "ab"}, {"a": 2, "words": {"b64": "/wAB"}}]}'
    answer = json.loads(ask(server, body, "tfs-model-name=two").body)
    assert answer["predictions"] == [
        {"double": 3.0, "words_bytes": {"b64": "YWI="}, "length": 2},
        {"double": 4.0, "words_bytes": {"b64": "/wAB"}, "length": 3},
    ]
    body = '{"inputs": {"a": [1.5], "words": ["ab"]}}'
    answer = json.loads(ask(server, body, "tfs-model-name=two").body)
    assert answer["outputs"] == {"double": [3.0], "words_bytes": [{"b64": "YWI="}], "length": [2]}


def test_a_real_model_of_tensorflow_1(serve: Callable[..., ProcessServer]) -> None:
    if not REAL.exists():
        pytest.skip(f"{REAL} is not here")
    server = serve({f"half_plus_two/{name}": data for name, data in files_of(REAL).items()})
    rows = json.loads(ask(server, "1.0,2.0,5.0\n3,4,5", kind=CSV).body)["predictions"]
    assert rows == [[2.5, 3.0, 4.5], [3.5, 4.0, 4.5]]
    answer = ask(server, '{"instances": [1.0, 2.0, 5.0]}')
    assert answer.body == b'{\n    "predictions": [2.5, 3.0, 4.5]\n}'
    body = '{"signature_name": "regress_x_to_y", "examples": [{"x": 1.0}, {"x": [4.0]}]}'
    answer = ask(server, body, "tfs-method=regress")
    assert json.loads(answer.body) == {"results": [2.5, 4.0]}
    body = body.replace("regress_", "classify_")
    answer = ask(server, body, "tfs-method=classify")
    assert json.loads(answer.body) == {"results": [[["", 2.5]], [["", 4.0]]]}
    assert ask(server, "[1.0]", "tfs-method=guess").status == 400


HANDLERS = b"""
import json
def input_handler(data, context):
    assert context.request_content_type == "text/plain", context
    return json.dumps({"instances": [json.loads(data.read())]})
def output_handler(response, context):
    if response.status_code != 200:
        raise ValueError(response.content.decode("utf-8"))
    return json.dumps(response.json()["predictions"][0][0]), "text/plain"
"""
HANDLER = b"""
import json, requests
def handler(data, context):
    answer = requests.post(context.rest_uri, data=json.dumps({"inputs": json.loads(data.read())}))
    return answer.content, context.accept_header
"""


def test_handlers(serve: Callable[..., ProcessServer], made: dict[str, bytes]) -> None:
    line = {name: data for name, data in made.items() if name.startswith("line")}
    server = serve({**line, "code/inference.py": HANDLERS})
    reply = ask(server, "[1, 2]", kind="text/plain")
    assert (reply.status, reply.body, reply.headers["Content-Type"]) == (200, b"50.0", "text/plain")
    reply = ask(server, "[1]", kind="text/plain")
    assert reply.status == 500
    assert "error" in json.loads(reply.body)


def test_a_handler_that_asks_by_itself(
    serve: Callable[..., ProcessServer], made: dict[str, bytes]
) -> None:
    line = {name: data for name, data in made.items() if name.startswith("line")}
    server = serve({**line, "code/inference.py": HANDLER})
    reply = ask(server, "[[1, 2]]", "tfs-model-version=1")
    assert (reply.status, json.loads(reply.body)) == (200, {"outputs": [[5.0]]})


def test_an_archive_without_versions_is_refused(dock: Dock) -> None:
    server = dock.start({"saved_model.pb": b"", "variables/x": b""}, IMAGE, startup_seconds=240)
    assert server.health() is Health.FAILED
    assert "no SavedModel bundles found!" in server.failure()
