"""The SageMaker SDK v3's resources, unchanged: what each endpoint answers, as JSON.

Left out is what its own layer does not get past botocore with: a serverless variant (it writes
MemorySizeInMb) and response streams (it takes the stream for a structure).
"""

import json
from pathlib import Path
from typing import Any

import boto3
from sagemaker.core import shapes
from sagemaker.core.resources import Endpoint, EndpointConfig, Model

ROLE = "arn:aws:iam::000000000000:role/serving"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
SCRIPTED = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}
ASKED = {"content_type": "text/csv", "accept": "application/json"}
ROWS = b"1,2\n3,4"


def container(url: str, **members: str) -> shapes.ContainerDefinition:
    return shapes.ContainerDefinition(
        image=IMAGE, model_data_url=url, environment=SCRIPTED, **members
    )


def deploy(name: str, model: str, **members: object) -> Endpoint:
    """The endpoint, once the SDK's own waiter says that it serves."""
    variant = shapes.ProductionVariant(
        variant_name="v",
        model_name=model,
        initial_variant_weight=1.0,
        instance_type="ml.m5.large",
        initial_instance_count=1,
    )
    EndpointConfig.create(endpoint_config_name=name, production_variants=[variant], **members)
    endpoint = Endpoint.create(endpoint_name=name, endpoint_config_name=name)
    endpoint.wait_for_status("InService", poll=1, timeout=60)
    return endpoint


def answer(endpoint: Endpoint, **members: str) -> Any:  # noqa: ANN401 - the model's JSON
    return json.loads(endpoint.invoke(body=ROWS, **ASKED, **members).body.read())


TWO = "s3://serving/models/two.tar.gz"


def one() -> object:
    Model.create(model_name="v3-one", execution_role_arn=ROLE, primary_container=container(TWO))
    return answer(deploy("v3-one", "v3-one"))


def pipeline() -> object:
    chain = [container(TWO), container(TWO)]
    Model.create(model_name="v3-chain", execution_role_arn=ROLE, containers=chain)
    return answer(deploy("v3-chain", "v3-chain"))


def several() -> object:
    many = container("s3://serving/models/", mode="MultiModel")
    Model.create(model_name="v3-many", execution_role_arn=ROLE, primary_container=many)
    return answer(deploy("v3-many", "v3-many"), target_model="two.tar.gz")


def asynchronous() -> object:
    output = shapes.AsyncInferenceOutputConfig(s3_output_path="s3://serving/answers")
    config = shapes.AsyncInferenceConfig(output_config=output)
    endpoint = deploy("v3-later", "v3-one", async_inference_config=config)
    s3 = boto3.client("s3")
    s3.put_object(Bucket="serving", Key="asked.csv", Body=ROWS, ContentType="text/csv")
    told = endpoint.invoke_async(input_location="s3://serving/asked.csv", accept="application/json")
    place = {"Bucket": "serving", "Key": told.output_location.removeprefix("s3://serving/")}
    soon = {"Delay": 1, "MaxAttempts": 60}
    s3.get_waiter("object_exists").wait(**place, WaiterConfig=soon)
    return json.loads(s3.get_object(**place)["Body"].read())


JUDGED = (one, pipeline, several, asynchronous)
Path("answers.json").write_text(json.dumps({each.__name__: each() for each in JUDGED}))
