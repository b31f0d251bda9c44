"""The SageMaker SDK v2, unchanged, as its guides use it: what each endpoint and each transform job
answers, as JSON.

Run by test_sagemaker_sdk.py in an environment of its own, in a folder of its own.
"""

import io
import json
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import sagemaker
from sagemaker.async_inference import AsyncInferenceConfig, WaiterConfig
from sagemaker.deserializers import JSONDeserializer
from sagemaker.multidatamodel import MultiDataModel
from sagemaker.pipeline import PipelineModel
from sagemaker.predictor import Predictor
from sagemaker.serializers import CSVSerializer
from sagemaker.serverless import ServerlessInferenceConfig
from sagemaker.sklearn import SKLearnModel
from sagemaker.xgboost import XGBoostModel

BUCKET = "serving"
ROLE = "arn:aws:iam::000000000000:role/serving"
ON = {"initial_instance_count": 1, "instance_type": "ml.m5.large"}
SOON = WaiterConfig(max_attempts=60, delay=1)
SKLEARN = """
import numpy
def model_fn(folder):
    return float(open(folder + "/factor").read())
def predict_fn(data, model):
    return numpy.atleast_2d(data) * model
"""
XGBOOST = """
import os, xgboost
def model_fn(folder):
    booster = xgboost.Booster()
    booster.load_model(os.path.join(folder, "xgboost-model"))
    return booster
"""

# With a bucket it need not ask STS, at an address of its own making, which account this is.
session = sagemaker.Session(default_bucket=BUCKET)


def put(name: str, files: Mapping[str, bytes]) -> str:
    """The URL of an archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, content in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    boto3.client("s3").put_object(Bucket=BUCKET, Key=f"in/{name}", Body=buffer.getvalue())
    return f"s3://{BUCKET}/in/{name}"


def script(name: str, text: str) -> str:
    Path(name).write_text(text)
    return name


def kinds() -> dict[str, Any]:
    return {"serializer": CSVSerializer(), "deserializer": JSONDeserializer()}


def times(factor: int, name: str = "inference.py") -> SKLearnModel:
    """A model with an entry point, which the SDK packs into the archive."""
    return SKLearnModel(
        model_data=put(f"{factor}.tar.gz", {"factor": str(factor).encode()}),
        role=ROLE,
        entry_point=script(name, SKLEARN),
        framework_version="1.2-1",
        sagemaker_session=session,
    )


def sklearn() -> object:
    return times(2).deploy(**ON, **kinds()).predict([[1, 2], [3, 4]])


def serverless() -> object:
    sizes = ServerlessInferenceConfig(memory_size_in_mb=2048, max_concurrency=5)
    return times(3).deploy(serverless_inference_config=sizes, **kinds()).predict([[1, 2]])


def asynchronous() -> object:
    places = AsyncInferenceConfig(output_path=f"s3://{BUCKET}/answers")
    predictor = times(4).deploy(**ON, async_inference_config=places, **kinds())
    later = predictor.predict_async([[3, 4]])
    return [predictor.predict([[1, 2]], waiter_config=SOON), later.get_result(SOON)]


def pipeline() -> object:
    chain = PipelineModel(
        name="chain",
        models=[times(2, "scale.py"), times(5)],
        role=ROLE,
        sagemaker_session=session,
        predictor_cls=lambda name, session: Predictor(name, session, **kinds()),
    )
    return chain.deploy(**ON).predict([[1, 2]])


def several() -> object:
    """The endpoint is there before its first model, as the SDK's own guide has it."""
    many = MultiDataModel(
        "several", f"s3://{BUCKET}/several/", model=times(7), sagemaker_session=session
    )
    predictor = many.deploy(**ON, **kinds())
    for factor in (2, 3):
        files = {"factor": str(factor).encode(), "code/inference.py": SKLEARN.encode()}
        many.add_model(put(f"m{factor}.tar.gz", files), f"m{factor}.tar.gz")
    names = sorted(many.list_models())
    return [names, *(predictor.predict([[1, 2]], target_model=name) for name in names)]


def xgboost() -> object:
    model = XGBoostModel(
        model_data=put("boosted.tar.gz", {"xgboost-model": Path(sys.argv[1]).read_bytes()}),
        role=ROLE,
        entry_point=script("boost.py", XGBOOST),
        framework_version="1.7-1",
        sagemaker_session=session,
    )
    (row,) = model.deploy(**ON, serializer=CSVSerializer()).predict([[1.0, 2.0]])
    return [float(value) for value in row]


def transformed(model: SKLearnModel | PipelineModel, name: str, **asked: str) -> str:
    """What a job over three rows, each with an id, leaves in S3."""
    place = {"Bucket": BUCKET, "Key": f"{name}/rows.csv"}
    boto3.client("s3").put_object(**place, Body=b"a,1,2\nb,3,4\nc,5,6\n")
    transformer = model.transformer(
        instance_count=1,
        instance_type="ml.m5.large",
        strategy="MultiRecord",
        assemble_with="Line",
        accept="text/csv",
        output_path=f"s3://{BUCKET}/{name}-out",
        max_concurrent_transforms=2,
        max_payload=1,
    )
    transformer.transform(
        f"s3://{BUCKET}/{name}",
        content_type="text/csv",
        split_type="Line",
        input_filter="$[1:]",
        **asked,
        logs=True,
    )
    found = boto3.client("s3").get_object(Bucket=BUCKET, Key=f"{name}-out/rows.csv.out")
    return found["Body"].read().decode()


def transform() -> object:
    return transformed(times(2), "transform", join_source="Input", output_filter="$[0,-1]")


def pipeline_transform() -> object:
    chain = PipelineModel(
        models=[times(2, "scale.py"), times(5)], role=ROLE, sagemaker_session=session
    )
    return transformed(chain, "chain")


JUDGED = (
    *(sklearn, serverless, asynchronous, pipeline, several, xgboost),
    *(transform, pipeline_transform),
)
Path("answers.json").write_text(json.dumps({each.__name__: each() for each in JUDGED}))
