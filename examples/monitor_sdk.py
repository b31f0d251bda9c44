"""SageMaker Model Monitor, by the SageMaker Python SDK, on the laptop.

    slipway up --time-scale 0.01           # an hour of a schedule lasts 36 seconds
    eval "$(slipway env)"
    pip install 'sagemaker<3'              # in an environment of its own
    python examples/monitor_sdk.py

Nothing here knows that there is no AWS.
"""
# ruff: noqa: S311, T201 - houses by chance, and what is seen is printed

import io
import json
import random
import tarfile
import time
from pathlib import Path
from tempfile import mkdtemp

import boto3
import sagemaker
from sagemaker.model import Model
from sagemaker.model_monitor import CronExpressionGenerator, DataCaptureConfig, DefaultModelMonitor
from sagemaker.model_monitor.dataset_format import DatasetFormat
from sagemaker.predictor import Predictor
from sagemaker.serializers import CSVSerializer

# The model: a price by rooms and age, in the script of a scikit-learn container.
SCRIPT = b"""
def model_fn(folder):
    return None

def transform_fn(model, body, content_type, accept):
    rooms, age = map(float, body.split(","))
    return str(50.0 * rooms - 0.5 * age + 10.25), "text/csv"
"""
NAME = f"prices-{int(time.time())}"


def houses(count: int, rooms: tuple[float, float]) -> list[tuple[float, float]]:
    return [(random.uniform(*rooms), random.uniform(1, 99)) for _ in range(count)]


def train_csv() -> str:
    """A model's output comes first, then its inputs: so does Model Monitor set captured rows."""
    path = Path(mkdtemp()) / "train.csv"
    rows = [f"{50 * rooms - 0.5 * age + 10.25},{rooms},{age}" for rooms, age in houses(500, (2, 8))]
    path.write_text("\n".join(["price,rooms,age", *rows, ""]))
    return str(path)


def new_role() -> str:
    """A role that SageMaker may assume, as SageMaker itself checks."""
    allowed = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}}
    statement = {**allowed, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = boto3.client("iam").create_role(RoleName=NAME, AssumeRolePolicyDocument=trust)
    return str(made["Role"]["Arn"])


def model_archive(session: sagemaker.Session) -> str:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo("code/inference.py")
        entry.size = len(SCRIPT)
        archive.addfile(entry, io.BytesIO(SCRIPT))
    bucket, key = session.default_bucket(), f"{NAME}/model.tar.gz"
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=packed.getvalue())
    return f"s3://{bucket}/{key}"


def deploy(session: sagemaker.Session, role: str) -> Predictor:
    model = Model(
        sagemaker.image_uris.retrieve("sklearn", session.boto_region_name, "1.2-1"),
        model_data=model_archive(session),
        role=role,
        env={
            "SAGEMAKER_PROGRAM": "inference.py",
            "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
        },
        predictor_cls=Predictor,
        sagemaker_session=session,
    )
    return model.deploy(
        1,
        "ml.m5.large",
        endpoint_name=NAME,
        serializer=CSVSerializer(),
        data_capture_config=DataCaptureConfig(
            enable_capture=True,
            sampling_percentage=100,
            destination_s3_uri=f"s3://{session.default_bucket()}/captured",
            csv_content_types=["text/csv"],
        ),
    )


def main() -> None:
    # With a bucket of one's own: to name one, the SDK would ask STS, and at AWS's own address.
    session = sagemaker.Session(default_bucket=f"monitored-{NAME}")
    role = new_role()
    monitor = DefaultModelMonitor(role, max_runtime_in_seconds=1800, sagemaker_session=session)

    print("1. suggest a baseline")
    monitor.suggest_baseline(train_csv(), DatasetFormat.csv(header=True), logs=False)
    for constraint in monitor.suggested_constraints().body_dict["features"]:
        print("  ", constraint)

    print("2. serve, watched hourly")
    predictor = deploy(session, role)
    monitor.create_monitoring_schedule(
        monitor_schedule_name=NAME,
        endpoint_input=NAME,
        statistics=monitor.baseline_statistics(),
        constraints=monitor.suggested_constraints(),
        schedule_cron_expression=CronExpressionGenerator.hourly(),
    )

    print("3. ask for houses that are larger than those of the baseline")
    for rooms, age in houses(200, (9, 15)):
        predictor.predict(f"{rooms},{age:.0f}")

    print("4. wait for the hour")
    while not (done := [e for e in monitor.list_executions() if ended(e)]):
        time.sleep(2)
    execution = done[-1].describe()
    print("  ", execution["ProcessingJobName"], execution["ExitMessage"])
    print("  ", done[-1].output.destination)
    for violation in monitor.latest_monitoring_constraint_violations().body_dict["violations"]:
        print("  ", violation)

    print("5. clean up")
    monitor.delete_monitoring_schedule()
    predictor.delete_endpoint()


def ended(execution: sagemaker.model_monitor.MonitoringExecution) -> bool:
    return execution.describe()["ProcessingJobStatus"] in ("Completed", "Failed", "Stopped")


if __name__ == "__main__":
    main()
