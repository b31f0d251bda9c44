"""The demo's stage of files: a schedule that runs, and a record that cannot be answered."""

from collections.abc import Callable
from dataclasses import dataclass

from slipway.domain.batch import JobStatus, Run
from slipway.domain.naming import batch_prefix

from slipway_cli.demo.scene import PATIENCE, Scene, expect
from slipway_cli.demo.stage import Stage, stage
from slipway_cli.failures import Exit, Problem
from slipway_cli.follow import wait_for

FILES = "housing-files"
BAD = 4  # the line that has a word where a number is


@dataclass(frozen=True, slots=True)
class Files(Scene):
    """The scene, with two packed models in its work folder."""

    def tell(self) -> None:
        """All of it. Raises Problem where the product does not do what it promises."""
        with stage(self.console, "13/14  Files instead of requests, by a schedule") as now:
            self._put("in/suburbs.csv", "\n".join((*self.suburbs, "")))
            archive, manifest = self.work / "linear.tar.gz", self.example / "batch.yaml"
            expect(self.release(now, FILES, archive, manifest), "Released")
            with now.step("its schedule is due each minute, as this cloud's minutes go"):
                run = self._told(lambda found: found.number == 1)
            self._show(now, run, JobStatus.COMPLETED)
            now.say(f"{len(self.suburbs)} suburbs in, {run.rows_out} answers out", "green")
            now.say("a file with a word where a number is, by hand", "bold")
            uri = self._put("asked/bad.csv", "\n".join((*self._spoilt(), "")))
            self.stack.start(FILES, {"wish": {"type": "run", "input": uri}})
            self._show(now, self._told(lambda found: found.due.input == uri), JobStatus.FAILED)

    def _spoilt(self) -> list[str]:
        rows = self.suburbs[:10]
        rows[BAD - 1] = f"a lot{rows[BAD - 1][rows[BAD - 1].index(',') :]}"
        return rows

    def _put(self, name: str, text: str) -> str:
        key = f"{batch_prefix(FILES)}{name}"
        self.stack.session.client("s3").put_object(
            Bucket=self.stack.bucket, Key=key, Body=text.encode()
        )
        return f"s3://{self.stack.bucket}/{key}"

    def _told(self, which: Callable[[Run], bool]) -> Run:
        """The run, once people know of it."""

        def look() -> Run | None:
            runs = self.stack.ports.ledger.load(FILES).runs.last
            return next((run for run in runs if run.told and which(run)), None)

        return wait_for(look, PATIENCE)

    def _show(self, now: Stage, run: Run, status: JobStatus) -> None:
        if run.status != status:
            raise Problem(f"{status} was expected: {run.words}", code=Exit.REFUSED)
        now.say(f"run {run.number}, for {run.due.why}: {run.words}", "green")
