"""A multi-model endpoint: each archive below a prefix is a model, loaded when it is first invoked
by its name. Plain boto3, as it runs on AWS; `AWS_ENDPOINT_URL` points it at an embedded cloud.

python many.py BUCKET ROLE_ARN IMAGE request.csv one.tar.gz two.tar.gz …
"""

import sys
from pathlib import Path

import boto3

NAME = "chapter-many"
WAIT = {"Delay": 5, "MaxAttempts": 720}  # seconds, looks

sagemaker, runtime, s3 = (boto3.client(name) for name in ("sagemaker", "sagemaker-runtime", "s3"))


def main(bucket: str, role: str, image: str, request: bytes, archives: list[Path]) -> None:
    """The whole life of the endpoint; the last archive is added while it serves the others."""
    *before, late = archives
    for archive in before:
        s3.upload_file(str(archive), bucket, f"chapter/many/{archive.name}")
    container = {
        "Image": image,
        "Mode": "MultiModel",
        "ModelDataUrl": f"s3://{bucket}/chapter/many/",
    }
    sagemaker.create_model(ModelName=NAME, PrimaryContainer=container, ExecutionRoleArn=role)
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": NAME,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    sagemaker.create_endpoint_config(EndpointConfigName=NAME, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=NAME, EndpointConfigName=NAME)
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=NAME, WaiterConfig=WAIT)
    s3.upload_file(str(late), bucket, f"chapter/many/{late.name}")
    for archive in archives:
        print(archive.name, asked(request, archive.name))
    clean_up()


def asked(request: bytes, model: str) -> str:
    """What one of the models answers."""
    reply = runtime.invoke_endpoint(
        EndpointName=NAME,
        TargetModel=model,
        Body=request,
        ContentType="text/csv",
        Accept="text/csv",
    )
    answer: str = reply["Body"].read().decode()
    return answer.strip()


def clean_up() -> None:
    """The endpoint first, then what it was made of."""
    sagemaker.delete_endpoint(EndpointName=NAME)
    sagemaker.get_waiter("endpoint_deleted").wait(EndpointName=NAME, WaiterConfig=WAIT)
    sagemaker.delete_endpoint_config(EndpointConfigName=NAME)
    sagemaker.delete_model(ModelName=NAME)


if __name__ == "__main__":
    rows, *models = map(Path, sys.argv[4:])
    main(*sys.argv[1:4], rows.read_bytes(), models)
