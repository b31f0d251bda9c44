"""The first nine stages of the demo. It is a client of the product like any other: S3, Step
Functions, SageMaker's runtime through boto3, and what the commands are made of."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from slipway_cli import screen
from slipway_cli.demo import hostile, models
from slipway_cli.demo.chapter import Chapter
from slipway_cli.demo.models import Trained
from slipway_cli.demo.scene import PATIENCE, Scene, expect, none_failed
from slipway_cli.demo.stage import INDENT, Stage, stage
from slipway_cli.demo.watching import Watching, bad
from slipway_cli.failures import Exit, Problem
from slipway_cli.follow import End, TimeLine, follow, shown_on
from slipway_cli.history import show
from slipway_cli.sync import ended

HOUSING, LINEAR = "housing", "housing-linear"


@dataclass(frozen=True, slots=True)
class Story(Scene):
    """The scene, and where the report of the watch goes."""

    report: Path

    def tell(self) -> None:
        """All of it. Raises Problem where the product does not do what it promises."""
        linear, trees, built_in = self.train()
        self.first(linear)
        self.invoke()
        self.update(trees)
        self.refuse(trees)
        self.by_hand()
        self.built_in(built_in)
        self.watch()
        self.look_back()
        Chapter(self.console, self.stack, self.example, self.work, self.images).tell()

    def train(self) -> tuple[Path, Path, Path]:
        """Three real archives: without an inference script, with a script of its own, and a
        built-in algorithm's, which needs none."""
        with stage(self.console, "1/14  Train three models on the Boston housing data") as now:
            with now.step("fetch the data out of the wheel of ISLP"):
                pins = self.example / "requirements.txt"
                data = models.boston(pins, self.work)
            linear = self._train(now, models.SKLEARN, "sklearn", data, "model.joblib")
            trees = self._train(now, models.XGBOOST, "xgboost", data, "xgboost-model")
            learner = self._train(now, models.SKLEARN, "linear_learner", data, "model_algo-1")
            archives = self._pack(linear, trees, learner)
            now.say(f"packed {archives[0].name}: model.joblib, and no inference script")
            now.say(f"packed {archives[1].name}: xgboost-model with its own code/inference.py")
            now.say(f"packed {archives[2].name}: model_algo-1, as Linear Learner leaves it")
        return archives

    def first(self, archive: Path) -> None:
        """The first release of a deployment that does not exist yet."""
        with stage(self.console, "2/14  Upload the first model: that is all it takes") as now:
            end = self._push(now, archive, self.example / "slipway.yaml")
            expect(end, "Released")

    def invoke(self) -> None:
        """A prediction, with nothing but boto3."""
        with stage(self.console, "3/14  Ask the endpoint, with plain boto3") as now:
            price = float(self.asked(HOUSING, "text/csv"))
            now.say(f"{self.request.decode().strip()}")
            now.say(f"is worth {price:.2f} thousand dollars, says the linear regression", "green")

    def update(self, archive: Path) -> None:
        """Another framework, in place, while clients go on asking."""
        with stage(self.console, "4/14  Upload the second model while clients keep asking") as now:
            with self.traffic(HOUSING) as traffic:
                _wait_for(lambda: len(traffic.answers) >= 100)
                before = traffic.answers[-1].body
                expect(self._push(now, archive), "Released")
                _wait_for(lambda: traffic.answers[-1].body != before)
                after = traffic.answers[-1].body
            now.say(f"the answer went from {before.strip()} to {after.strip()}")
            none_failed(now, traffic)

    def refuse(self, trees: Path) -> None:
        """Three uploads that must not be served, and the good one again."""
        title = "5/14  Upload what must never be served: the endpoint does not notice"
        with stage(self.console, title) as now:
            with self.traffic(HOUSING) as traffic:
                self._refuse_all(now)
                text = (
                    "the good model once more: what serves is what is wanted, nothing is rolled out"
                )
                now.say(text, "bold")
                expect(self._push(now, trees), "Released")
            none_failed(now, traffic)

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
        with stage(self.console, f"6/14  Start a release by hand: {asked}") as now:
            line = TimeLine(self.stack.ports, HOUSING)
            execution = self.stack.start(HOUSING, {})
            end = follow(
                line,
                lambda: ended(self.stack, HOUSING, execution),
                shown_on(self.console, INDENT),
                PATIENCE,
            )
            expect(end, "Released")
            now.say(f"nothing to do: {end.reason}", "green")

    def built_in(self, archive: Path) -> None:
        """Another deployment, of another kind: known by its bytes like the others."""
        title = "7/14  Upload what a built-in algorithm left: Linear Learner, as another deployment"
        with stage(self.console, title) as now:
            manifest = self.example / "linear-learner.yaml"
            expect(self._push(now, archive, manifest, deployment=LINEAR), "Released")
            now.say(f"it answers {self.asked(LINEAR, 'application/json')}", "green")

    def watch(self) -> None:
        """Requests that drift from what is normal: seen, told, drawn."""
        title = "8/14  Watch what the endpoint is asked"
        with stage(self.console, title) as now:
            watching = Watching(self.stack, HOUSING)
            with now.step("what it answers to the suburbs it was trained on is its baseline"):
                baseline = watching.baseline(self.work, self.suburbs)
            manifest = self.example / "watched.yaml"
            expect(self._push(now, None, manifest, baseline), "Released")
            now.say("every third suburb, as an hour's ordinary requests", "bold")
            self._window(now, watching, self.suburbs[::3], "no drift")
            now.say("then the book's two bad samples: crim x 10,000, and lstat below zero", "bold")
            self._window(now, watching, bad(self.suburbs[1::3]), "violations")
            for line in watching.told().splitlines():
                now.say(line, "green")
            watching.save_report(self.report)
            now.say(f"the report: {self.report}")

    def _window(self, now: Stage, watching: Watching, rows: list[str], expected: str) -> None:
        with now.step(f"{len(rows)} requests, and what was captured of them to arrive"):
            watching.ask(rows)
        with now.step("start a check of this hour, as its schedule will"):
            verdict = watching.check(PATIENCE)
        now.say(f"{verdict.state}: {verdict.violations} violations")
        if verdict.state != expected:
            raise Problem(f"{expected} was expected, {verdict.state} it is")

    def look_back(self) -> None:
        """Every release, out of the ledger."""
        with stage(self.console, "9/14  What the ledger remembers"):
            ledger = self.stack.ports.ledger
            show(self.console, ledger.history(HOUSING), ledger.load(HOUSING).releases)

    def _train(self, now: Stage, image: str, name: str, data: Path, file: str) -> Trained:
        with now.step(f"the environment of the image {image}") as progress:
            python = models.environment(self.images, image, progress)
        folder = self.work / f"{name}-model"
        folder.mkdir()
        saved = folder / file
        with now.step(f"examples/housing/train_{name}.py"):
            trained = models.train(python, self.example / f"train_{name}.py", data, saved)
        now.say(
            f"{trained.library}: {trained.rows} rows, off by {trained.error:.1f} thousand dollars "
            "(root mean square, 10-fold)"
        )
        return trained

    def _pack(self, linear: Trained, trees: Trained, learner: Trained) -> tuple[Path, Path, Path]:
        script = self.example / "code" / "inference.py"
        return (
            models.pack(self.work / "linear.tar.gz", {"model.joblib": linear.file}),
            models.pack(
                self.work / "trees.tar.gz",
                {"xgboost-model": trees.file, "code/inference.py": script},
            ),
            models.pack(self.work / "learner.tar.gz", {"model_algo-1": learner.file}),
        )

    def _push(
        self,
        now: Stage,
        archive: Path | None,
        manifest: Path | None = None,
        baseline: Path | None = None,
        deployment: str = HOUSING,
    ) -> End:
        began = time.monotonic()
        end = self.release(now, deployment, archive, manifest, baseline)
        now.say(f"{end.verdict} {screen.seconds(time.monotonic() - began)} after the upload")
        return end

    def _refused(self, now: Stage, archive: Path) -> None:
        expect(self.release(now, HOUSING, archive), "Held")


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE.seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Problem("the endpoint's answers did not change in time", code=Exit.LATE)
        time.sleep(PATIENCE.pause)
