"""The seven stages of the demo. It is a client of the product like any other: S3, Step Functions,
SageMaker's runtime through boto3, and what the commands are made of."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from slipway_cli import screen
from slipway_cli.demo import hostile, models
from slipway_cli.demo.models import Trained
from slipway_cli.demo.stage import INDENT, Stage, stage
from slipway_cli.demo.traffic import Traffic
from slipway_cli.failures import Exit, Problem
from slipway_cli.follow import End, Patience, TimeLine, Wish, follow, outcome, shown_on
from slipway_cli.history import show
from slipway_cli.push import upload
from slipway_cli.release import ended
from slipway_cli.stack import Stack

HOUSING = "housing"
PATIENCE = Patience(seconds=180.0, pause=0.1)


@dataclass(frozen=True, slots=True)
class Story:
    """What the stages share: where they speak, the deployed stack, the example, a work folder."""

    console: Console
    stack: Stack
    example: Path
    work: Path
    images: Path

    @property
    def request(self) -> bytes:
        """One suburb of Boston."""
        return (self.example / "request.csv").read_bytes()

    def tell(self) -> None:
        """All of it. Raises Problem where the product does not do what it promises."""
        linear, trees = self.train()
        self.release(linear)
        self.invoke()
        self.update(trees)
        self.refuse(trees)
        self.by_hand()
        self.look_back()

    def train(self) -> tuple[Path, Path]:
        """Two real archives: one without an inference script, one with a script of its own."""
        with stage(self.console, "1/7  Train two models on the Boston housing data") as now:
            with now.step("fetch the data out of the wheel of ISLP"):
                pins = self.example / "requirements.txt"
                data = models.boston(pins, self.work)
            linear = self._train(now, models.SKLEARN, "sklearn", data)
            trees = self._train(now, models.XGBOOST, "xgboost", data)
            archives = self._pack(linear, trees)
            now.say(f"packed {archives[0].name}: model.joblib, and no inference script")
            now.say(f"packed {archives[1].name}: xgboost-model with its own code/inference.py")
        return archives

    def release(self, archive: Path) -> None:
        """The first release of a deployment that does not exist yet."""
        with stage(self.console, "2/7  Upload the first model: that is all it takes") as now:
            end = self._push(now, archive, self.example / "slipway.yaml")
            _expect(end, "Released")

    def invoke(self) -> None:
        """A prediction, with nothing but boto3."""
        with stage(self.console, "3/7  Ask the endpoint, with plain boto3") as now:
            runtime = self.stack.session.client("sagemaker-runtime")
            reply = runtime.invoke_endpoint(
                EndpointName=self.stack.endpoint(HOUSING),
                ContentType="text/csv",
                Accept="text/csv",
                Body=self.request,
            )
            price = float(reply["Body"].read())
            now.say(f"{self.request.decode().strip()}")
            now.say(f"is worth {price:.2f} thousand dollars, says the linear regression", "green")

    def update(self, archive: Path) -> None:
        """Another framework, in place, while clients go on asking."""
        with stage(self.console, "4/7  Upload the second model while clients keep asking") as now:
            with self._traffic() as traffic:
                _wait_for(lambda: len(traffic.answers) >= 100)
                before = traffic.answers[-1].body
                _expect(self._push(now, archive), "Released")
                _wait_for(lambda: traffic.answers[-1].body != before)
                after = traffic.answers[-1].body
            now.say(f"the answer went from {before.strip()} to {after.strip()}")
            _none_failed(now, traffic)

    def refuse(self, trees: Path) -> None:
        """Three uploads that must not be served, and the good one again."""
        title = "5/7  Upload what must never be served: the endpoint does not notice"
        with stage(self.console, title) as now:
            with self._traffic() as traffic:
                self._refuse_all(now)
                text = (
                    "the good model once more: what serves is what is wanted, nothing is rolled out"
                )
                now.say(text, "bold")
                _expect(self._push(now, trees), "Released")
            _none_failed(now, traffic)

    def _refuse_all(self, now: Stage) -> None:
        marker, model = self.work / "owned", self.work / "sklearn-model" / "model.joblib"
        now.say("an archive that writes outside of its folder", "bold")
        self._refused(now, hostile.traversal(self.work / "traversal.tar.gz"))
        now.say("a pickle that runs a command", "bold")
        self._refused(now, hostile.command(self.work / "command.tar.gz", marker))
        if marker.exists():
            raise Problem(f"{marker} exists: the pickle was run", code=Exit.REFUSED)
        now.say("the command never ran", "green")
        now.say("a script that needs what its image does not have", "bold")
        self._refused(now, hostile.unloadable(self.work / "unloadable.tar.gz", model))

    def by_hand(self) -> None:
        """A release that nobody needs."""
        asked = json.dumps({"deployment": HOUSING})
        with stage(self.console, f"6/7  Start a release by hand: {asked}") as now:
            machine, line = self.stack.state_machine, TimeLine(self.stack.ports, HOUSING)
            client = self.stack.session.client("stepfunctions")
            execution = client.start_execution(stateMachineArn=machine, input=asked)["executionArn"]
            end = follow(
                line,
                lambda: ended(self.stack, HOUSING, execution),
                shown_on(self.console, INDENT),
                PATIENCE,
            )
            _expect(end, "Released")
            now.say(f"nothing to do: {end.reason}", "green")

    def look_back(self) -> None:
        """Every release, out of the ledger."""
        with stage(self.console, "7/7  What the ledger remembers"):
            show(self.console, self.stack.ports.ledger.history(HOUSING))

    def _train(self, now: Stage, image: str, name: str, data: Path) -> Trained:
        with now.step(f"the environment of the image {image}") as progress:
            python = models.environment(self.images, image, progress)
        folder = self.work / f"{name}-model"
        folder.mkdir()
        saved = folder / ("model.joblib" if name == "sklearn" else "xgboost-model")
        with now.step(f"examples/housing/train_{name}.py"):
            trained = models.train(python, self.example / f"train_{name}.py", data, saved)
        now.say(
            f"{trained.library}: {trained.rows} rows, off by {trained.error:.1f} thousand dollars "
            "(root mean square, 10-fold)"
        )
        return trained

    def _pack(self, linear: Trained, trees: Trained) -> tuple[Path, Path]:
        script = self.example / "code" / "inference.py"
        return (
            models.pack(self.work / "linear.tar.gz", {"model.joblib": linear.file}),
            models.pack(
                self.work / "trees.tar.gz",
                {"xgboost-model": trees.file, "code/inference.py": script},
            ),
        )

    def _push(self, now: Stage, archive: Path, manifest: Path | None = None) -> End:
        line = TimeLine(self.stack.ports, HOUSING)
        began = time.monotonic()
        wish = upload(self.stack, HOUSING, archive, manifest, now.say)
        end = self._follow(line, wish)
        now.say(f"{end.verdict} {screen.seconds(time.monotonic() - began)} after the upload")
        return end

    def _refused(self, now: Stage, archive: Path) -> None:
        line = TimeLine(self.stack.ports, HOUSING)
        _expect(self._follow(line, upload(self.stack, HOUSING, archive, None, now.say)), "Held")

    def _follow(self, line: TimeLine, wish: Wish) -> End:
        return follow(
            line,
            lambda: outcome(self.stack.ports, HOUSING, wish),
            shown_on(self.console, INDENT),
            PATIENCE,
        )

    def _traffic(self) -> Traffic:
        return Traffic(self.stack, self.stack.endpoint(HOUSING), self.request)


def _expect(end: End, verdict: str) -> None:
    if end.verdict != verdict:
        raise Problem(f"{verdict} was expected, {end.verdict} it is: {end.reason}")


def _none_failed(now: Stage, traffic: Traffic) -> None:
    now.say(traffic.summary(), "green" if not traffic.failures else "bold red")
    if traffic.failures:
        raise Problem(f"a request failed: {traffic.failures[0].failure}", code=Exit.REFUSED)


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE.seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Problem("the endpoint's answers did not change in time", code=Exit.LATE)
        time.sleep(PATIENCE.pause)
