"""A release on the embedded cloud with instant instances: seconds from the upload to the verdict,
state transitions, and the API calls that the functions make.

The bounds are 5 s and 40 transitions once the functions are warm.
"""

import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event

from slipway_cli import stack
from slipway_cli.demo.models import SKLEARN, environment, pack
from slipway_cli.deploying import Deployment
from slipway_cli.follow import Patience, TimeLine, follow, outcome
from slipway_cli.push import upload
from slipway_cli.stack import Stack
from slipway_cli.target import Target
from slipway_cli.target import environment as pointed_at
from slipway_local import cloud

REPOSITORY = Path(__file__).parents[1]
IMAGES = REPOSITORY / ".slipway" / "images"
RELEASES = 6
LINE = """
import joblib
from sklearn.linear_model import LinearRegression
joblib.dump(LinearRegression().fit([[0.0], [1.0]], [0.0, {slope}.0]), "model.joblib")
"""


def main() -> None:
    """Print a row a release: the first is cold."""
    with TemporaryDirectory() as folder:
        running = cloud.start(Path(folder) / "cloud", models=IMAGES.parent)
        try:
            deployment = Deployment(REPOSITORY, running, "slipway")
            deployment.build(lambda _line: None)
            deployment.deploy(lambda _line: None)
            with pointed_at(running.environment):
                found = stack.connect(Target("slipway", running.settings.state, running))
                rows = [release(found, Path(folder), slope) for slope in range(RELEASES)]
                with audited(found) as calls:
                    release(found, Path(folder), RELEASES)
        finally:
            cloud.stop(running.settings.state)
    print(f"{'release':12}{'seconds':>9}{'transitions':>13}")
    for number, (seconds, transitions) in enumerate(rows):
        print(f"{'warm' if number else 'cold, first':12}{seconds:9.2f}{transitions:13}")
    print(f"{'warm, median':12}{median(seconds for seconds, _ in rows[1:]):9.2f}")
    print(f"\n{'API calls of a warm release':50}{calls.total():5}")
    for name, times in calls.most_common():
        print(f"  {name:48}{times:5}")


def release(found: Stack, folder: Path, slope: int) -> tuple[float, int]:
    """Upload a new model and wait for its verdict; seconds, and states entered."""
    archive = trained(folder, slope)
    line = TimeLine(found.ports, "line")
    began = time.monotonic()
    wish = upload(found, "line", archive, None, lambda _said: None)
    patience = Patience(seconds=180, pause=0.02)
    end = follow(line, lambda: outcome(found.ports, "line", wish), lambda _moment: None, patience)
    seconds = time.monotonic() - began
    assert end.verdict == "Released", end.reason
    return seconds, transitions(found)


@contextmanager
def audited(found: Stack) -> Iterator[Counter[str]]:
    """The calls that functions make in the block, by service and operation, once it has ended.

    The audit log answers with its last 50 events and no more, so it is asked again and again.
    """
    client = found.session.client("cloudtrail")
    began, ended = time.time(), Event()
    events: dict[str, str] = {}

    def listen() -> None:
        while not ended.wait(0.03):
            for event in client.lookup_events()["Events"]:
                ours = event["AccessKeyId"] == os.environ["AWS_ACCESS_KEY_ID"]
                if not ours and event["EventTime"].timestamp() >= began:
                    service = event["EventSource"].removesuffix(".amazonaws.com")
                    events[event["EventId"]] = f"{service}:{event['EventName']}"

    calls = Counter[str]()
    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(listen)
        try:
            yield calls
        finally:
            ended.set()
        listening.result()
    calls.update(events.values())


def trained(folder: Path, slope: int) -> Path:
    """An archive that holds one scikit-learn model and nothing else."""
    python = environment(IMAGES, SKLEARN, lambda _line: None)
    program = LINE.format(slope=slope)
    subprocess.run([python, "-I", "-c", program], cwd=folder, check=True)
    return pack(folder / "model.tar.gz", {"model.joblib": folder / "model.joblib"})


def transitions(found: Stack) -> int:
    """The states that the last execution entered, its start counted."""
    client = found.session.client("stepfunctions")
    listed = client.list_executions(stateMachineArn=found.state_machine)["executions"]
    last = max(listed, key=lambda execution: execution["startDate"])["executionArn"]
    while client.describe_execution(executionArn=last)["status"] == "RUNNING":
        time.sleep(0.05)
    pages = client.get_paginator("get_execution_history").paginate(executionArn=last)
    events = [event for page in pages for event in page["events"]]
    return 1 + sum("stateEnteredEventDetails" in event for event in events)


if __name__ == "__main__":
    main()
