"""Containers for tests: one cache of environments for all, models made by the images themselves."""

import io
import json
import os
import struct
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from slipway_local.images.environments import Environments
from slipway_local.images.launcher import ProcessLauncher
from slipway_local.images.processes import DEFAULT_BOUNDS
from slipway_local.images.registry import family_of
from slipway_local.images.server import ProcessServer
from slipway_local.images.slipway_container.confinement import Bounds
from slipway_local.images.slipway_container.messages import Application, Request, Response
from slipway_local.images.slipway_container.settings import Settings
from slipway_local.sagemaker.serving import Container, Invocation, Reply

from tests.local.serving import pack

REPOSITORY = Path(__file__).parents[3]
REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
SCIKIT_LEARN = f"{REGISTRY}/sagemaker-scikit-learn:1.2-1-cpu-py3"
SCRIPTED = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}

Files = Mapping[str, bytes]


@dataclass
class Dock:
    """Launches containers from a store of archives, and stops them when the test is over."""

    home: Path
    images: Path
    store: dict[str, bytes] = field(default_factory=dict)
    servers: list[ProcessServer] = field(default_factory=list)

    @staticmethod
    def pack(files: Files) -> bytes:
        """A model.tar.gz of the files."""
        return pack(files)

    def launch(
        self,
        files: Files,
        image: str = SCIKIT_LEARN,
        *,
        env: Mapping[str, str] | None = None,
        bounds: Bounds = DEFAULT_BOUNDS,
        startup_seconds: float = 60.0,
        isolated: bool = False,
    ) -> ProcessServer:
        """Start a container on the files."""
        url = f"s3://models/{len(self.store)}/model.tar.gz"
        self.store[url] = self.pack(files)
        launcher = ProcessLauncher(
            self.home, self.store.__getitem__, bounds=bounds, startup_seconds=startup_seconds
        )
        server = launcher.launch(Container(image, url, env or {}, isolated=isolated))
        assert isinstance(server, ProcessServer)
        self.servers.append(server)
        return server

    def start(
        self,
        files: Files,
        image: str = SCIKIT_LEARN,
        *,
        env: Mapping[str, str] | None = None,
        bounds: Bounds = DEFAULT_BOUNDS,
        startup_seconds: float = 60.0,
        isolated: bool = False,
    ) -> ProcessServer:
        """Launch, and wait until the container is ready or has failed."""
        server = self.launch(
            files,
            image,
            env=env,
            bounds=bounds,
            startup_seconds=startup_seconds,
            isolated=isolated,
        )
        assert server.wait_started(300)
        return server

    def run(
        self,
        code: str,
        *,
        env: Mapping[str, str] | None = None,
        bounds: Bounds = DEFAULT_BOUNDS,
        startup_seconds: float = 60.0,
    ) -> ProcessServer:
        """Start a scikit-learn container whose script is `code`."""
        files = {"code/inference.py": code.encode(), "model": b"x"}
        env = {**SCRIPTED, **(env or {})}
        return self.start(files, env=env, bounds=bounds, startup_seconds=startup_seconds)

    @staticmethod
    def ask(
        server: ProcessServer,
        body: bytes = b"[]",
        content_type: str | None = "application/json",
        accept: str | None = None,
        timeout: float = 30,
    ) -> Reply:
        """Invoke a container."""
        headers = {"Content-Type": content_type, "Accept": accept}
        given = {name: value for name, value in headers.items() if value}
        return server.invoke(Invocation(body, given), timeout=timeout)

    @staticmethod
    def alive(process: int) -> bool:
        """Whether a process exists and is no zombie."""
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        state = Path(f"/proc/{process}/stat")
        return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"

    @staticmethod
    def eventually(condition: Callable[[], bool]) -> bool:
        """Whether a condition comes true within ten seconds."""
        for _ in range(1000):
            if condition():
                return True
            time.sleep(0.01)
        return False


class MXNetFiles:
    """Files as MXNet 1.9.1 writes them; tests/frameworks holds it to the real one."""

    @staticmethod
    def arrays(arrays: Mapping[str, Any] | Sequence[Any]) -> bytes:
        """An NDArray file: a dictionary, or a list without names."""
        types = {"float32": 0, "float64": 1, "float16": 2, "uint8": 3, "int32": 4, "int64": 6}
        names = list(arrays) if isinstance(arrays, Mapping) else []
        values = [arrays[name] for name in names] if isinstance(arrays, Mapping) else arrays
        content = struct.pack("<QQQ", 0x112, 0, len(values))
        for value in map(np.ascontiguousarray, values):
            content += struct.pack("<IiI", 0xF993FAC9, 0, value.ndim)
            content += struct.pack(f"<{value.ndim}q", *value.shape)
            content += struct.pack("<iii", 1, 0, types[str(value.dtype)]) + value.tobytes()
        content += struct.pack("<Q", len(names))
        for name in names:
            content += struct.pack("<Q", len(name)) + name.encode()
        return content

    @staticmethod
    def symbol(*nodes: tuple[str, str, Sequence[str], Mapping[str, str]]) -> bytes:
        """A graph of (operator, name, names of inputs, attributes); the last is its head.

        An input is `name`, or `name:1` for an operator's second output.
        """
        numbers = {name: number for number, (_, name, _, _) in enumerate(nodes)}
        sources = [[each.partition(":") for each in inputs] for _, _, inputs, _ in nodes]
        document = {
            "nodes": [
                {
                    "op": operator,
                    "name": name,
                    "inputs": [[numbers[each], int(output or 0), 0] for each, _, output in inputs],
                    **({"attrs": dict(attributes)} if attributes else {}),
                }
                for (operator, name, _, attributes), inputs in zip(nodes, sources, strict=True)
            ],
            "arg_nodes": [number for number, node in enumerate(nodes) if node[0] == "null"],
            "node_row_ptr": list(range(len(nodes) + 1)),
            "heads": [[len(nodes) - 1, 0, 0]],
            "attrs": {"mxnet_version": ["int", 10901]},
        }
        return json.dumps(document, indent=2).encode()

    @classmethod
    def linear_learner(
        cls,
        weight: Any,  # noqa: ANN401 - whatever numpy takes
        bias: Any,  # noqa: ANN401
        output: str = "LinearRegressionOutput",
        **parameters: object,
    ) -> bytes:
        """A Linear Learner's model_algo-1: a module and its parameters in a zip, stored."""
        symbol = cls.symbol(
            ("null", "data", (), {}),
            ("null", "fc0_weight", (), {}),
            ("dot", "dot0", ("data", "fc0_weight"), {}),
            ("null", "fc0_bias", (), {}),
            ("broadcast_add", "broadcast_add0", ("dot0", "fc0_bias"), {}),
            ("null", "out_label", (), {}),
            (output, "out", ("broadcast_add0", "out_label"), {}),
        )
        manifest = {"additional-params.json": "json", "mx-mod": "mxnet_module", "version": 1}
        arrays = {"arg:fc0_weight": np.float32(weight), "arg:fc0_bias": np.float32([bias])}
        members = {
            "mx-mod-0000.params": cls.arrays(arrays),
            "mx-mod-symbol.json": symbol,
            "manifest.json": json.dumps(manifest).encode(),
            "additional-params.json": json.dumps(parameters).encode(),
        }
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return buffer.getvalue()


@pytest.fixture(scope="session")
def mxnet_files() -> type[MXNetFiles]:
    """Writes what MXNet wrote."""
    return MXNetFiles


@dataclass
class Inside:
    """A container's application in this process."""

    application: Application

    def ask(
        self, body: bytes, content_type: str | None = "text/csv", accept: str | None = None
    ) -> Response:
        """POST /invocations."""
        headers = {"content-type": content_type, "accept": accept}
        given = {name: value for name, value in headers.items() if value}
        return self.application.invoke(Request("POST", "/invocations", given, body))


@pytest.fixture
def inside(tmp_path: Path) -> Callable[..., Inside]:
    """Load a model as a container's process would: `application`, files, variables."""

    def load(
        application: Callable[[Settings], Application], files: Files, **variables: str
    ) -> Inside:
        settings = Settings(tmp_path, variables)
        for name, content in files.items():
            path = settings.model_folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        serving = application(settings)
        serving.load()
        return Inside(serving)

    return load


@pytest.fixture(scope="session")
def images() -> Path:
    """The cache of environments; git ignores it, and test runs share it."""
    return REPOSITORY / ".slipway" / "images"


@pytest.fixture
def dock(tmp_path: Path, images: Path) -> Iterator[Dock]:
    """Containers of this test."""
    images.mkdir(parents=True, exist_ok=True)
    (tmp_path / "images").symlink_to(images)
    dock = Dock(tmp_path, images)
    yield dock
    for server in dock.servers:
        server.stop()


@pytest.fixture(scope="session")
def make(
    images: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], dict[str, bytes]]:
    """Run a program in an image's environment; the files that it leaves in its folder."""

    def run(image: str, program: str) -> dict[str, bytes]:
        folder = tmp_path_factory.mktemp("made")
        family = family_of(image)
        packages = family.packages
        python = Environments(images).provide(packages).python
        subprocess.run([python, "-I", "-c", program], cwd=folder, check=True)  # noqa: S603
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    return run


@pytest.fixture(scope="session")
def straight_line(make: Callable[[str, str], dict[str, bytes]]) -> bytes:
    """A scikit-learn 1.2.1 model.joblib that answers x0 + 2 x1."""
    program = """
import joblib, numpy
from sklearn.linear_model import LinearRegression
x = numpy.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [3.0, 5.0]])
joblib.dump(LinearRegression().fit(x, x @ [1.0, 2.0]), "model.joblib")
"""
    return make(SCIKIT_LEARN, program)["model.joblib"]
