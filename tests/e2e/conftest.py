"""Slipway in an embedded cloud, deployed by the real SAM with IAM enforced: once for all tests."""

import json
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from slipway.ports import Moment
from slipway_cli import stack
from slipway_cli.demo.models import SKLEARN, XGBOOST, environment
from slipway_cli.demo.traffic import Traffic
from slipway_cli.deploying import Deployment
from slipway_cli.follow import AWAITS_APPROVAL, End, Patience, TimeLine, Wish, follow, outcome
from slipway_cli.push import upload
from slipway_cli.stack import Stack
from slipway_cli.target import Target
from slipway_cli.target import environment as pointed_at
from slipway_local import cloud
from slipway_local.cloud import Cloud

REPOSITORY = Path(__file__).parents[2]
IMAGES = REPOSITORY / ".slipway" / "images"
# A sweep comes every 15 minutes of the cloud's time: every 18 seconds of ours.
TIME_SCALE = 0.02
PATIENCE = Patience(seconds=60.0, pause=0.05)

LINE = """
import joblib, numpy
from sklearn.linear_model import LinearRegression
x = numpy.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [3.0, 5.0]])
joblib.dump(LinearRegression().fit(x, x @ [1.0, 2.0] + {offset}), "model.joblib")
"""
WIDE = """
import joblib, numpy
from sklearn.linear_model import LinearRegression
joblib.dump(LinearRegression().fit(numpy.eye(3), [1.0, 2.0, 3.0]), "model.joblib")
"""
TREES = """
import numpy, xgboost
x = numpy.random.default_rng(0).normal(size=(200, 2))
settings = {"max_depth": 2, "nthread": 1, "seed": 0}
model = xgboost.train(settings, xgboost.DMatrix(x, label=x @ [1.0, 2.0] + 300), 5)
model.save_model("model.json")
"""

# A task's image with what these tests run on.
OWN_IMAGES = {"scoring:1": {"command": ["python", "-V"], "python": sys.executable}}

Files = Mapping[str, bytes]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these look at one cloud, so one worker runs them."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("e2e"))


@dataclass
class Models:
    """Model files, trained inside the environments of the images that serve them, once each."""

    folder: Path
    made: dict[str, bytes] = field(default_factory=dict)

    def line(self, offset: float = 0.0) -> Files:
        """A scikit-learn model that answers x0 + 2 x1 + offset."""
        return {"model.joblib": self._run(SKLEARN, LINE.format(offset=offset), "model.joblib")}

    def wide(self) -> Files:
        """A scikit-learn model of three features."""
        return {"model.joblib": self._run(SKLEARN, WIDE, "model.joblib")}

    def trees(self) -> Files:
        """An XGBoost model that answers about 300."""
        return {"xgboost-model": self._run(XGBOOST, TREES, "model.json")}

    def made_by(self, program: str) -> bytes:
        """The model.joblib that a program leaves in scikit-learn's environment."""
        return self._run(SKLEARN, program, "model.joblib")

    def folder_of(self, image: str, program: str) -> Path:
        """A folder with all that a program leaves in an image's environment."""
        python = environment(IMAGES, image, lambda _line: None)
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        subprocess.run([python, "-I", "-c", program], cwd=folder, check=True)
        return folder

    def _run(self, image: str, program: str, left: str) -> bytes:
        if program not in self.made:
            self.made[program] = (self.folder_of(image, program) / left).read_bytes()
        return self.made[program]


@dataclass(frozen=True)
class Slipway:
    """The deployed product, as its users reach it."""

    cloud: Cloud
    stack: Stack
    folder: Path
    module: str = ""  # the file of the test that runs
    owners: dict[str, str] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        return self.stack.session.client(service)

    def push(
        self, deployment: str, files: Files, manifest: str = "", part: str = ""
    ) -> tuple[TimeLine, Wish]:
        """Upload an archive of the files, and the manifest before it."""
        line = TimeLine(self.stack.ports, deployment)
        archive = self.archive(self.folder / "model.tar.gz", files)
        return line, self._upload(deployment, archive, manifest, part)

    def release(self, deployment: str, files: Files, manifest: str = "", part: str = "") -> End:
        """Push, and wait for how the release ends."""
        return self.ended(deployment, *self.push(deployment, files, manifest, part))

    def manage(self, deployment: str, manifest: str) -> End:
        """Upload a manifest alone, and wait for how its release ends."""
        line = TimeLine(self.stack.ports, deployment)
        return self.ended(deployment, line, self._upload(deployment, None, manifest))

    def push_request(self, deployment: str, request: Path) -> tuple[TimeLine, Wish]:
        """Upload a golden request alone."""
        line = TimeLine(self.stack.ports, deployment)
        return line, upload(self.stack, deployment, None, None, lambda _: None, request=request)

    def release_file(self, deployment: str, archive: Path) -> End:
        """Upload an archive as it is, and wait for how the release ends."""
        line = TimeLine(self.stack.ports, deployment)
        return self.ended(deployment, line, self._upload(deployment, archive, ""))

    def ended(
        self, deployment: str, line: TimeLine, wish: Wish, patience: Patience = PATIENCE
    ) -> End:
        """How the release of an upload ends."""
        ports = self.stack.ports
        return follow(line, lambda: outcome(ports, deployment, wish), lambda _: None, patience)

    def ended_after_approval(self, deployment: str, wish: Wish) -> End:
        """How the release ends once a person has decided."""
        ports, line = self.stack.ports, TimeLine(self.stack.ports, deployment)

        def ended() -> End | None:
            end = outcome(ports, deployment, wish)
            return end if end and end.verdict != AWAITS_APPROVAL else None

        return follow(line, ended, lambda _: None, PATIENCE)

    def history(self, deployment: str) -> list[Moment]:
        return self.stack.ports.ledger.history(deployment)

    def describe(self, deployment: str) -> Any:
        """The endpoint of a deployment, as SageMaker describes it."""
        return self.client("sagemaker").describe_endpoint(
            EndpointName=self.stack.endpoint(deployment)
        )

    def predict(self, deployment: str, row: str = "1,2", **whom: str) -> float:
        """What the endpoint, or whom of it InvokeEndpoint can name, answers to a row of CSV."""
        answer = self.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=self.stack.endpoint(deployment),
            Body=row.encode(),
            ContentType="text/csv",
            Accept="text/csv",
            **whom,
        )
        return float(answer["Body"].read().decode().strip("[]\n"))

    def traffic(self, deployment: str) -> Traffic:
        return Traffic(self.stack, self.stack.endpoint(deployment), b"1,2")

    def run(self, deployment: str) -> str:
        """Start a release by hand; its execution's ARN."""
        return self.stack.start(deployment, {})

    def states(self, execution: str) -> list[str]:
        """The states that an execution entered, once it has ended."""
        client = self.client("stepfunctions")
        eventually(lambda: client.describe_execution(executionArn=execution)["status"] != "RUNNING")
        events = client.get_execution_history(executionArn=execution)["events"]
        entered = (event.get("stateEnteredEventDetails") for event in events)
        return [details["name"] for details in entered if details]

    def resource(self, logical: str) -> str:
        """The physical name of one of the stack's resources."""
        described = self.client("cloudformation").describe_stack_resource(
            StackName="slipway", LogicalResourceId=logical
        )
        return str(described["StackResourceDetail"]["PhysicalResourceId"])

    def archive(self, file: Path, files: Files) -> Path:
        """A model.tar.gz of the files."""
        with tarfile.open(file, "w:gz") as archive:
            for name, content in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, BytesIO(content))
        return file

    def _upload(self, deployment: str, archive: Path | None, manifest: str, part: str = "") -> Wish:
        owner = self.owners.setdefault(deployment, self.module)
        assert owner == self.module, f"{deployment} is a deployment of {owner}: take another name"
        yaml = self.folder / "slipway.yaml"
        yaml.write_text(manifest)
        given = yaml if manifest else None
        return upload(self.stack, deployment, archive, given, lambda _: None, part=part)


def eventually(look: Callable[[], Any], seconds: float = 60.0) -> Any:
    """What `look` sees, as soon as it sees something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "It did not come."
        time.sleep(0.05)
    return found


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slipway]:
    folder = tmp_path_factory.mktemp("slipway")
    state = folder / "cloud"
    IMAGES.mkdir(parents=True, exist_ok=True)
    state.mkdir()
    (state / "images").symlink_to(IMAGES)
    project = folder / "project"
    project.mkdir()
    (project / "slipway.images.yaml").write_text(json.dumps(OWN_IMAGES))
    running = cloud.start(state, time_scale=TIME_SCALE, project=project)
    try:
        deployment = Deployment(REPOSITORY, running, "slipway")
        deployment.build(lambda _: None)
        deployment.deploy(lambda _: None)
        with pointed_at(running.environment):
            found = stack.connect(Target("slipway", state, running))
        yield Slipway(running, found, folder)
    finally:
        cloud.stop(state)


@pytest.fixture
def slipway(deployed: Slipway, request: pytest.FixtureRequest) -> Iterator[Slipway]:
    """The deployed product; while a test runs, the environment points at it."""
    with pointed_at(deployed.cloud.environment):
        yield replace(deployed, module=request.module.__name__)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    return Models(tmp_path_factory.mktemp("models"))


@pytest.fixture(name="eventually")
def eventually_fixture() -> Callable[..., Any]:
    """`eventually(look)`: what `look` sees, as soon as it sees something."""
    return eventually
