"""Two models behind one endpoint, nine requests of ten to one: asked by weight and by name, weighed
anew, and one of them dropped. Plain boto3, as it runs on AWS; `AWS_ENDPOINT_URL` points it at an
embedded cloud.

python variants.py BUCKET ROLE_ARN IMAGE champion.tar.gz challenger.tar.gz request.csv
"""

import sys
from collections import Counter
from pathlib import Path

import boto3

NAME = "chapter-variants"
WAIT = {"Delay": 5, "MaxAttempts": 720}  # seconds, looks
VARIANTS = {"champion": 9.0, "challenger": 1.0}

sagemaker, runtime, s3 = (boto3.client(name) for name in ("sagemaker", "sagemaker-runtime", "s3"))


def main(bucket: str, role: str, image: str, archives: dict[str, str], request: bytes) -> None:
    """The whole life of the endpoint."""
    for variant, archive in archives.items():
        key = f"chapter/{variant}/model.tar.gz"
        s3.upload_file(archive, bucket, key)
        container = {"Image": image, "ModelDataUrl": f"s3://{bucket}/{key}"}
        sagemaker.create_model(
            ModelName=f"{NAME}-{variant}", PrimaryContainer=container, ExecutionRoleArn=role
        )
    config(f"{NAME}-both", VARIANTS)
    sagemaker.create_endpoint(EndpointName=NAME, EndpointConfigName=f"{NAME}-both")
    settled()
    for variant in VARIANTS:
        print(variant, asked(request, TargetVariant=variant)[1])
    print(Counter(asked(request)[0] for _ in range(100)))

    sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=NAME,
        DesiredWeightsAndCapacities=[
            {"VariantName": variant, "DesiredWeight": 1.0} for variant in VARIANTS
        ],
    )
    settled()
    print(Counter(asked(request)[0] for _ in range(100)))

    config(f"{NAME}-one", {"challenger": 1.0})
    sagemaker.update_endpoint(EndpointName=NAME, EndpointConfigName=f"{NAME}-one")
    settled()
    print(Counter(asked(request)[0] for _ in range(100)))
    clean_up()


def config(name: str, weights: dict[str, float]) -> None:
    """An endpoint config with a variant for each weight."""
    sagemaker.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[
            {
                "VariantName": variant,
                "ModelName": f"{NAME}-{variant}",
                "InstanceType": "ml.m5.large",
                "InitialInstanceCount": 1,
                "InitialVariantWeight": weight,
            }
            for variant, weight in weights.items()
        ],
    )


def settled() -> None:
    """Wait until the endpoint is in service."""
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=NAME, WaiterConfig=WAIT)


def asked(request: bytes, **whom: str) -> tuple[str, str]:
    """Who answered, and what."""
    reply = runtime.invoke_endpoint(
        EndpointName=NAME, Body=request, ContentType="text/csv", Accept="text/csv", **whom
    )
    return reply["InvokedProductionVariant"], reply["Body"].read().decode().strip()


def clean_up() -> None:
    """The endpoint first, then what it was made of."""
    sagemaker.delete_endpoint(EndpointName=NAME)
    sagemaker.get_waiter("endpoint_deleted").wait(EndpointName=NAME, WaiterConfig=WAIT)
    for suffix in ("both", "one"):
        sagemaker.delete_endpoint_config(EndpointConfigName=f"{NAME}-{suffix}")
    for variant in VARIANTS:
        sagemaker.delete_model(ModelName=f"{NAME}-{variant}")


if __name__ == "__main__":
    champion, challenger, rows = sys.argv[4:]
    both = {"champion": champion, "challenger": challenger}
    main(*sys.argv[1:4], both, Path(rows).read_bytes())
