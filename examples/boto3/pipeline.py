"""An inference pipeline: what the first container answers is what the second is asked. Plain boto3,
as it runs on AWS; `AWS_ENDPOINT_URL` points it at an embedded cloud.

python pipeline.py BUCKET ROLE_ARN FIRST_IMAGE first.tar.gz SECOND_IMAGE second.tar.gz request.csv
"""

import sys
from pathlib import Path

import boto3

NAME = "chapter-pipeline"
WAIT = {"Delay": 5, "MaxAttempts": 720}  # seconds, looks

sagemaker, runtime, s3 = (boto3.client(name) for name in ("sagemaker", "sagemaker-runtime", "s3"))


def main(bucket: str, role: str, stages: list[tuple[str, str]], request: bytes) -> None:
    """The whole life of the endpoint."""
    containers = []
    for place, (image, archive) in enumerate(stages):
        key = f"chapter/stage-{place}/model.tar.gz"
        s3.upload_file(archive, bucket, key)
        containers.append(
            {
                "ContainerHostname": f"stage-{place}",
                "Image": image,
                "ModelDataUrl": f"s3://{bucket}/{key}",
                # What a container answers where nobody asks it for a type of its own.
                "Environment": {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"},
            }
        )
    sagemaker.create_model(ModelName=NAME, Containers=containers, ExecutionRoleArn=role)
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": NAME,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    sagemaker.create_endpoint_config(EndpointConfigName=NAME, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=NAME, EndpointConfigName=NAME)
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=NAME, WaiterConfig=WAIT)
    reply = runtime.invoke_endpoint(
        EndpointName=NAME, Body=request, ContentType="text/csv", Accept="text/csv"
    )
    print(reply["Body"].read().decode().strip())
    clean_up()


def clean_up() -> None:
    """The endpoint first, then what it was made of."""
    sagemaker.delete_endpoint(EndpointName=NAME)
    sagemaker.get_waiter("endpoint_deleted").wait(EndpointName=NAME, WaiterConfig=WAIT)
    sagemaker.delete_endpoint_config(EndpointConfigName=NAME)
    sagemaker.delete_model(ModelName=NAME)


if __name__ == "__main__":
    first, one, second, other, rows = sys.argv[3:]
    main(*sys.argv[1:3], [(first, one), (second, other)], Path(rows).read_bytes())
