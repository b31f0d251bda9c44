"""What all stages of the demo share: where they speak, the deployed stack, and how they use it."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from slipway_cli.demo.stage import INDENT, Stage
from slipway_cli.demo.traffic import Traffic
from slipway_cli.failures import Exit, Problem
from slipway_cli.follow import End, Patience, TimeLine, follow, outcome, shown_on
from slipway_cli.push import upload
from slipway_cli.stack import Stack

PATIENCE = Patience(seconds=180.0, pause=0.1)


@dataclass(frozen=True, slots=True)
class Scene:
    """The console, the stack, the example, a work folder, and the images' environments."""

    console: Console
    stack: Stack
    example: Path
    work: Path
    images: Path

    @property
    def request(self) -> bytes:
        """One suburb of Boston."""
        return (self.example / "request.csv").read_bytes()

    @property
    def suburbs(self) -> list[str]:
        """Every suburb of Boston as a request: a row without its price."""
        rows = (self.work / "Boston.csv").read_text().splitlines()[1:]
        return [row.rpartition(",")[0] for row in rows]

    def asked(self, deployment: str, accept: str = "text/csv", **whom: str) -> str:
        """What an endpoint, or whom of it InvokeEndpoint can name, answers to the suburb, with
        nothing but boto3."""
        reply = self.stack.session.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=self.stack.endpoint(deployment),
            ContentType="text/csv",
            Accept=accept,
            Body=self.request,
            **whom,
        )
        answer: str = reply["Body"].read().decode()
        return answer

    def release(
        self,
        now: Stage,
        deployment: str,
        archive: Path | None,
        manifest: Path | None = None,
        baseline: Path | None = None,
        part: str = "",
    ) -> End:
        """Upload what is given, and follow how its release ends."""
        line = TimeLine(self.stack.ports, deployment)
        wish = upload(self.stack, deployment, archive, manifest, now.say, baseline, part=part)
        return follow(
            line,
            lambda: outcome(self.stack.ports, deployment, wish),
            shown_on(self.console, INDENT),
            PATIENCE,
        )

    def traffic(self, deployment: str) -> Traffic:
        """Clients that ask it for the suburb all the time."""
        return Traffic(self.stack, self.stack.endpoint(deployment), self.request)


def expect(end: End, verdict: str) -> None:
    """Raises Problem where a release ended otherwise."""
    if end.verdict != verdict:
        raise Problem(f"{verdict} was expected, {end.verdict} it is: {end.reason}")


def none_failed(now: Stage, traffic: Traffic) -> None:
    """Say how clients were answered. Raises Problem where one was not."""
    now.say(traffic.summary(), "green" if not traffic.failures else "bold red")
    if traffic.failures:
        raise Problem(f"a request failed: {traffic.failures[0].failure}", code=Exit.REFUSED)
