"""Deployments of several parts: variants of one endpoint, and inference pipelines."""

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from slipway_cli.follow import AWAITS_APPROVAL, AWAITS_PARTS

TWO = "variants: {{champion: {{weight: {}}}, challenger: {{weight: {}}}}}\n"
SCALER = """
import joblib, numpy
from sklearn.preprocessing import StandardScaler
joblib.dump(StandardScaler().fit(numpy.array([[0.0, 0.0], [10.0, 20.0]])), "model.joblib")
"""
TRANSFORM = b"""
import joblib

def model_fn(model_dir):
    return joblib.load(model_dir + "/model.joblib")

def predict_fn(rows, model):
    return model.transform(rows.reshape(-1, 2))
"""


def ask(deployment: str, row: str) -> str:
    """What `slipway invoke` prints."""
    command = Path(sys.executable).with_name("slipway")
    asked = subprocess.run(
        [command, "--aws", "invoke", deployment], input=row, capture_output=True, text=True
    )
    assert asked.returncode == 0, asked.stderr
    return asked.stdout


def verdicts(slipway: Any) -> set[str]:
    """What became of the endpoint of many models, and of each of those."""
    ledger = slipway.stack.ports.ledger
    settled = (ledger.load(name).settled for name in ("many", "many.a", "many.b", "many.c"))
    return {each.announce.verdict if each and each.told else "" for each in settled}


def weights(slipway: Any, deployment: str) -> dict[str, float]:
    variants = slipway.describe(deployment)["ProductionVariants"]
    return {each["VariantName"]: each["CurrentWeight"] for each in variants}


def test_two_variants_share_the_traffic_are_named_weighed_anew_and_dropped(
    slipway: Any, models: Any
) -> None:
    end = slipway.release("shared", models.line(), TWO.format(9, 1), part="champion")
    assert (end.verdict, end.good) == (AWAITS_PARTS, True)
    end = slipway.release("shared", models.line(100), part="challenger")
    assert end.verdict == "Released", end.reason
    assert "champion version 1 with challenger version 2" in end.reason
    assert "champion: a row of 2 zeros was answered; challenger: a row" in end.reason
    assert weights(slipway, "shared") == {"champion": 9, "challenger": 1}
    assert slipway.predict("shared", TargetVariant="champion") == pytest.approx(5)
    assert slipway.predict("shared", TargetVariant="challenger") == pytest.approx(105)
    shares = Counter(round(slipway.predict("shared")) for _ in range(200))
    assert 0.8 < shares[5] / 200 < 0.98

    config = slipway.describe("shared")["EndpointConfigName"]
    with slipway.traffic("shared") as traffic:
        end = slipway.manage("shared", TWO.format(1, 3))
    assert end.verdict == "Released", end.reason
    assert traffic.failures == []
    assert weights(slipway, "shared") == {"champion": 1, "challenger": 3}
    assert slipway.describe("shared")["EndpointConfigName"] == config

    with slipway.traffic("shared") as traffic:
        end = slipway.manage("shared", "variants: {challenger: {}}\n")
    assert end.verdict == "Released", end.reason
    assert traffic.failures == []
    assert list(weights(slipway, "shared")) == ["challenger"]
    assert slipway.predict("shared") == pytest.approx(105)


def test_a_change_of_one_part_reads_no_other(slipway: Any, models: Any) -> None:
    slipway.release("apart", models.line(), TWO.format(1, 1), part="champion")
    assert slipway.release("apart", models.line(100), part="challenger").verdict == "Released"
    before = len(slipway.history("apart"))
    end = slipway.release("apart", models.line(200), part="challenger")
    assert end.verdict == "Released", end.reason
    assert "champion version 1 with challenger version 3" in end.reason
    read = [m.why for m in slipway.history("apart")[before:] if m.what == "InspectArtifact"]
    assert len(read) == 1
    assert "models/apart/challenger/" in read[0]
    assert slipway.predict("apart", TargetVariant="champion") == pytest.approx(5)
    assert slipway.predict("apart", TargetVariant="challenger") == pytest.approx(205)


def test_a_pipeline_is_asked_one_container_after_the_other(slipway: Any, models: Any) -> None:
    scaler = {"model.joblib": models.made_by(SCALER), "code/inference.py": TRANSFORM}
    manifest = "containers: [scale, predict]\n"
    assert slipway.release("piped", scaler, manifest, part="scale").verdict == AWAITS_PARTS
    end = slipway.release("piped", models.line(), part="predict")
    assert end.verdict == "Released", end.reason
    # Scaled to (x - 5) / 5 and (x - 10) / 10, then x0 + 2 x1.
    assert slipway.predict("piped", "10,20") == pytest.approx(3)
    assert slipway.predict("piped", "5,10") == pytest.approx(0)
    sagemaker = slipway.client("sagemaker")
    (package,) = sagemaker.list_model_packages(ModelPackageGroupName="slipway-piped")[
        "ModelPackageSummaryList"
    ]
    found = sagemaker.describe_model_package(ModelPackageName=package["ModelPackageArn"])
    containers = found["InferenceSpecification"]["Containers"]
    assert [each["ContainerHostname"] for each in containers] == ["scale", "predict"]


MANY = "models: many\n"


def test_many_models_behind_one_endpoint_are_released_and_named_each_by_itself(
    slipway: Any, models: Any, eventually: Any
) -> None:
    for number, name in enumerate("abc"):
        manifest = MANY if name == "a" else ""
        end = slipway.release(f"many.{name}", models.line(100 * number), manifest)
        assert end.verdict == "Released", end.reason
        assert end.reason.startswith("version 1 serves; a row of 2 zeros was answered")
    live = slipway.describe("many")
    assert live["EndpointStatus"] == "InService"
    for number, name in enumerate("abc"):
        answer = slipway.predict("many", TargetModel=f"{name}.tar.gz")
        assert answer == pytest.approx(5 + 100 * number)

    line, wish = slipway.push("many.b", models.line(1000), f"{MANY}approval: manual\n")
    assert slipway.ended("many.b", line, wish).verdict == AWAITS_APPROVAL
    assert float(ask("many.b", "1,2").strip("[]\n")) == pytest.approx(105)
    approve = [Path(sys.executable).with_name("slipway"), "--aws", "approve", "many.b"]
    subprocess.run(approve, check=True, capture_output=True)
    end = slipway.ended_after_approval("many.b", wish)
    assert end.verdict == "Released", end.reason
    slipway.manage("many", MANY)
    command = ask("many.b", "1,2")
    assert float(command.strip("[]\n")) == pytest.approx(1005)
    scripted = {"model.joblib": models.line()["model.joblib"], "code/inference.py": TRANSFORM}
    end = slipway.release("many.c", scripted)
    assert end.verdict == "Held", end.reason
    assert "served with another script or other settings" in end.reason
    assert "version 1 serves on" in end.reason
    end = slipway.release("many.c", models.wide())
    assert end.verdict == "Held", end.reason
    assert "probe failed" in end.reason
    assert float(ask("many.c", "1,2").strip("[]\n")) == pytest.approx(205)
    assert slipway.describe("many")["EndpointConfigName"] == live["EndpointConfigName"]
    assert slipway.describe("many")["LastModifiedTime"] == live["LastModifiedTime"]

    run = Path(sys.executable).with_name("slipway")
    gone = subprocess.run([run, "--aws", "delete", "many", "--yes"], capture_output=True, text=True)
    assert gone.returncode == 0, gone.stderr
    eventually(lambda: verdicts(slipway) == {"Deleted"})
    bucket, s3 = slipway.stack.bucket, slipway.client("s3")
    kept = s3.list_objects_v2(Bucket=bucket, Prefix="artifacts/many/").get("Contents", [])
    assert not [each["Key"] for each in kept if "@" in each["Key"] or "/current/" in each["Key"]]


def test_a_serverless_endpoint_is_released_and_updated_and_gets_no_instances_back(
    slipway: Any, models: Any
) -> None:
    serverless = "target: {type: serverless, memory_size_in_mb: 1024, max_concurrency: 5}\n"
    end = slipway.release("scarce", models.line(), serverless)
    assert end.verdict == "Released", end.reason
    assert slipway.predict("scarce") == pytest.approx(5)
    (variant,) = slipway.describe("scarce")["ProductionVariants"]
    config = variant["CurrentServerlessConfig"]
    assert (config["MemorySizeInMB"], config["MaxConcurrency"]) == (1024, 5)
    with slipway.traffic("scarce") as traffic:
        end = slipway.release("scarce", models.line(100))
    assert end.verdict == "Released", end.reason
    assert traffic.failures == []
    with slipway.traffic("scarce") as traffic:
        end = slipway.manage("scarce", "target: {instance_type: ml.m5.large}\n")
    assert end.verdict == "Released", end.reason
    assert traffic.failures == []
    end = slipway.manage("scarce", serverless)
    assert end.verdict == "Held", end.reason
    assert "SageMaker makes no serverless endpoint of it" in end.reason
    assert slipway.predict("scarce") == pytest.approx(105)


def test_an_asynchronous_endpoint_is_probed_in_line_asked_by_file_and_stays_asynchronous(
    slipway: Any, models: Any
) -> None:
    line = "target: {type: async, output: scores, failure: refused}\n"
    end = slipway.release("later", models.line(), line)
    assert end.verdict == "Released", end.reason
    assert "a row of 2 zeros was answered" in end.reason
    assert float(ask("later", "1,2").strip("[]\n")) == pytest.approx(5)
    end = slipway.release("later", models.line(100))
    assert end.verdict == "Released", end.reason
    assert float(ask("later", "1,2").strip("[]\n")) == pytest.approx(105)
    end = slipway.release("later", models.wide())
    assert end.verdict == "Held", end.reason
    assert "probe failed: a row of 2 zeros: status 500" in end.reason
    command = Path(sys.executable).with_name("slipway")
    asked = subprocess.run(
        [command, "--aws", "invoke", "later"], input="1,2,3", capture_output=True, text=True
    )
    assert asked.returncode == 1
    assert "it failed: " in asked.stderr
    end = slipway.manage("later", "target: {instance_type: ml.m5.large}\n")
    assert end.verdict == "Held", end.reason
    assert "SageMaker lets no endpoint be anything else again" in end.reason


def test_a_shadow_sees_the_traffic_and_answers_nobody(
    slipway: Any, models: Any, eventually: Any
) -> None:
    manifest = "variants: {champion: {}, candidate: {shadow: 100}}\n"
    end = slipway.release("shaded", models.line(), manifest, part="champion")
    assert end.verdict == AWAITS_PARTS
    end = slipway.release("shaded", models.line(100), part="candidate")
    assert end.verdict == "Released", end.reason
    assert "champion version 1 with the shadow candidate version 2" in end.reason
    assert {round(slipway.predict("shaded")) for _ in range(20)} == {5}
    (shadow,) = slipway.describe("shaded")["ShadowProductionVariants"]
    assert shadow["VariantName"] == "candidate"
    endpoint = slipway.stack.endpoint("shaded")
    eventually(lambda: invocations(slipway, endpoint, "candidate"))
    end = slipway.manage("shaded", "variants: {candidate: {}}\n")
    assert end.verdict == "Released", end.reason
    assert slipway.predict("shaded") == pytest.approx(105)


def invocations(slipway: Any, endpoint: str, variant: str) -> bool:
    """Whether a metric tells that the variant was asked."""
    found = slipway.client("cloudwatch").list_metrics(
        Namespace="AWS/SageMaker",
        MetricName="Invocations",
        Dimensions=[
            {"Name": "EndpointName", "Value": endpoint},
            {"Name": "VariantName", "Value": variant},
        ],
    )
    return bool(found["Metrics"])
