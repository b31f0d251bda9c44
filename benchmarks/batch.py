"""Batch runs on the embedded cloud: rows a second beside a plain Python loop over the same model in
the same environment, and what a run costs the control plane for 1, 100 and 1,000 objects.

The seconds of a job are those from its TransformStartTime to its TransformEndTime; a loop's are
those after its imports. What does not grow with the objects are transitions and calls: but for the
rows, which are counted with two requests for an object.
"""

import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from slipway.domain.batch import Run
from slipway_cli import stack
from slipway_cli.demo.models import SKLEARN, environment, pack
from slipway_cli.deploying import Deployment
from slipway_cli.follow import Patience, TimeLine, follow, outcome
from slipway_cli.push import upload
from slipway_cli.stack import Stack
from slipway_cli.target import Target
from slipway_cli.target import environment as pointed_at
from slipway_local import cloud

from benchmarks.release import IMAGES, REPOSITORY, audited, transitions

NAME = "nightly"
MANIFEST = b"target: {type: batch}\nbatch: {every: 24h}\n"
ROWS, SINGLE_ROWS = 100_000, 2_000
OBJECTS = (1, 100, 1_000)
READING = "s3:GetObject"
# Diabetes patients, as scikit-learn brings them: an id, which the model does not see, and ten
# measurements.
TRAINING = """
import joblib
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor
data, target = load_diabetes(return_X_y=True)
joblib.dump(GradientBoostingRegressor(random_state=0).fit(data, target), "model.joblib")
for name, count in {counts}.items():
    with open(name, "w") as file:
        for number in range(count):
            row = ",".join(map(repr, data[number % len(data)].tolist()))
            file.write(f"{{number}},{{row}}\\n" if name == "named.csv" else f"{{row}}\\n")
"""
LOOP = """
import sys, time, joblib, numpy
model, (how, name) = joblib.load("model.joblib"), sys.argv[1:]
began = time.perf_counter()
with open(name) as file, open("answers", "w") as answers:
    if how == "SingleRecord":
        for line in file:
            print(model.predict([[float(value) for value in line.split(",")]])[0], file=answers)
    else:
        lines = file.read().splitlines()
        rows = numpy.array([line.split(",") for line in lines], float)
        if how == "joined":
            found = model.predict(rows[:, 1:])
            answers.writelines(
                f"{line.partition(',')[0]},{answer}\\n" for line, answer in zip(lines, found)
            )
        else:
            answers.writelines(f"{answer}\\n" for answer in model.predict(rows))
print(time.perf_counter() - began)
"""
JOINED = {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}
CASES: Mapping[str, tuple[str, int, Mapping[str, Any]]] = {
    "MultiRecord": ("rows.csv", ROWS, {"BatchStrategy": "MultiRecord"}),
    "SingleRecord": ("few.csv", SINGLE_ROWS, {"BatchStrategy": "SingleRecord"}),
    "joined": ("named.csv", ROWS, {"BatchStrategy": "MultiRecord", "DataProcessing": JOINED}),
}


def main() -> None:
    """Print a row a way of asking, then a row a number of objects."""
    with TemporaryDirectory() as folder, deployed(Path(folder)) as found:
        python = trained(Path(folder))
        release(found, Path(folder))
        speeds = {case: speed(found, Path(folder), python, case) for case in CASES}
        run(found, 1)  # warms the functions
        costs = {count: cost(found, count) for count in OBJECTS}
    print(f"{'rows a second':16}{'rows':>9}{'job':>10}{'plain loop':>12}{'ratio':>8}")
    for case, (job, loop) in speeds.items():
        print(f"{case:16}{CASES[case][1]:9,}{job:10,.0f}{loop:12,.0f}{job / loop:8.2f}")
    print(f"\n{'objects':>7}{'transitions':>13}{'API calls':>11}{'reading':>9}", end="")
    print(f"{'seconds':>9}{'of the job':>12}")
    for count, (entered, calls, seconds, jobs) in costs.items():
        told = calls.total() - calls[READING]
        print(f"{count:7,}{entered:13}{told:11}{calls[READING]:9,}{seconds:9.2f}{jobs:12.2f}")


@contextmanager
def deployed(folder: Path) -> Iterator[Stack]:
    """Slipway in a cloud of its own, with instant instances."""
    running = cloud.start(folder / "cloud", models=IMAGES.parent)
    try:
        deployment = Deployment(REPOSITORY, running, "slipway")
        deployment.build(lambda _line: None)
        deployment.deploy(lambda _line: None)
        with pointed_at(running.environment):
            yield stack.connect(Target("slipway", running.settings.state, running))
    finally:
        cloud.stop(running.settings.state)


def trained(folder: Path) -> Path:
    """The Python of scikit-learn's image, once the model and the files of rows are made with it."""
    python = environment(IMAGES, SKLEARN, lambda _line: None)
    program = TRAINING.format(counts={name: count for name, count, _ in CASES.values()})
    subprocess.run([python, "-I", "-c", program], cwd=folder, check=True)
    return python


def release(found: Stack, folder: Path) -> None:
    """The model as a batch deployment that runs when it is asked."""
    manifest, request = folder / "slipway.yaml", folder / "request.csv"
    manifest.write_bytes(MANIFEST)
    request.write_text((folder / "few.csv").read_text().partition("\n")[0])
    archive = pack(folder / "model.tar.gz", {"model.joblib": folder / "model.joblib"})
    line = TimeLine(found.ports, NAME)
    wish = upload(found, NAME, archive, manifest, lambda _said: None, request=request)
    patience = Patience(seconds=180, pause=0.05)
    end = follow(line, lambda: outcome(found.ports, NAME, wish), lambda _moment: None, patience)
    assert end.verdict == "Released", end.reason


def speed(found: Stack, folder: Path, python: Path, case: str) -> tuple[float, float]:
    """Rows a second of a transform job, and of a loop over the same file."""
    name, rows, asked = CASES[case]
    found.session.client("s3").upload_file(str(folder / name), found.bucket, f"speed/{name}")
    job = transformed(found, case, name, asked)
    command = [python, "-I", "-c", LOOP, case, name]
    loop = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    return rows / job, rows / float(loop)


def transformed(found: Stack, case: str, name: str, asked: Mapping[str, Any]) -> float:
    """Seconds of a transform job over an object."""
    client, uri = found.session.client("sagemaker"), f"s3://{found.bucket}/speed"
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{uri}/{name}"}}
    client.create_transform_job(
        TransformJobName=case,
        ModelName=client.list_models()["Models"][0]["ModelName"],
        TransformInput={"DataSource": source, "ContentType": "text/csv", "SplitType": "Line"},
        TransformOutput={
            "S3OutputPath": f"{uri}/{case}", "Accept": "text/csv", "AssembleWith": "Line"
        },
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
        **asked,
    )  # fmt: skip
    while (told := client.describe_transform_job(TransformJobName=case)) and (
        told["TransformJobStatus"] == "InProgress"
    ):
        time.sleep(0.02)
    assert told["TransformJobStatus"] == "Completed", told["FailureReason"]
    return float((told["TransformEndTime"] - told["TransformStartTime"]).total_seconds())


def cost(found: Stack, count: int) -> tuple[int, Counter[str], float, float]:
    """States entered, calls, and seconds until a run over so many objects was told; the job's."""
    with audited(found) as calls:
        seconds, ended = run(found, count)
        entered = transitions(found)
    told = found.session.client("sagemaker").describe_transform_job(TransformJobName=ended.job)
    job = told["TransformEndTime"] - told["CreationTime"]
    assert (ended.objects, ended.status) == (count, "Completed"), ended.reason
    return entered, calls, seconds, job.total_seconds()


def run(found: Stack, count: int) -> tuple[float, Run]:
    """Ask for a run over so many objects, and wait until it was told; in how many seconds."""
    client, folder = found.session.client("s3"), f"batches/{NAME}/asked/{count}/"
    row = client.get_object(Bucket=found.bucket, Key=f"models/{NAME}/request.csv")["Body"].read()
    for number in range(count):
        client.put_object(Bucket=found.bucket, Key=f"{folder}{number}.csv", Body=row + b"\n")
    began = time.monotonic()
    wish = {"type": "run", "input": f"s3://{found.bucket}/{folder}"}
    execution = found.session.client("stepfunctions").start_execution(
        stateMachineArn=found.state_machine, input=json.dumps({"deployment": NAME, "wish": wish})
    )["executionArn"]
    while True:
        runs = found.ports.ledger.load(NAME).runs.last
        told = next((each for each in runs if each.due.id == execution and each.told), None)
        if told:
            return time.monotonic() - began, told
        time.sleep(0.05)


if __name__ == "__main__":
    main()
