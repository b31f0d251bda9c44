"""TensorFlow Serving on Fargate, from the task definition to a prediction. Plain boto3, as it runs
on AWS; `AWS_ENDPOINT_URL` points it at an embedded cloud.

The archive's SavedModel goes to the bucket, where the container reads it; its task role must be
allowed to, and its execution role to write the log.

python ecs_task.py BUCKET TASK_ROLE_ARN EXECUTION_ROLE_ARN IMAGE SAVED_MODEL_FOLDER request.json
"""

import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3

NAME = "chapter-task"
PORT = 8501
WAIT = {"Delay": 2, "MaxAttempts": 600}  # seconds, looks
LOOKS = 1200  # at a model that is loading, a second between them

ecs, ec2, logs, s3 = (boto3.client(name) for name in ("ecs", "ec2", "logs", "s3"))


def main(bucket: str, roles: list[str], image: str, model: Path, request: bytes) -> None:
    """The whole life of the task."""
    for file in model.rglob("*"):
        if file.is_file():
            s3.upload_file(str(file), bucket, f"{NAME}/models/{NAME}/{file.relative_to(model)}")
    logs.create_log_group(logGroupName=f"/ecs/{NAME}")
    ecs.create_cluster(clusterName=NAME)
    register(bucket, roles, image)
    subnet, group = network()
    task = run(subnet, group)
    address, port = where(task)
    print(predicted(f"http://{address}:{port}/v1/models/{NAME}:predict", request))

    ecs.stop_task(cluster=NAME, task=task, reason="predicted")
    ecs.get_waiter("tasks_stopped").wait(cluster=NAME, tasks=[task], WaiterConfig=WAIT)
    stopped = ecs.describe_tasks(cluster=NAME, tasks=[task])["tasks"][0]
    print(stopped["lastStatus"], stopped["stopCode"], stopped["stoppedReason"])
    clean_up(group)


def register(bucket: str, roles: list[str], image: str) -> None:
    """One container: the model's place by its environment, its log in CloudWatch."""
    region = ecs.meta.region_name
    told = {"MODEL_NAME": NAME, "MODEL_BASE_PATH": f"s3://{bucket}/{NAME}/models"}
    options = {
        "awslogs-group": f"/ecs/{NAME}",
        "awslogs-region": region,
        "awslogs-stream-prefix": "ecs",
    }
    container = {
        "name": "serving",
        "image": image,
        "portMappings": [{"containerPort": PORT, "protocol": "tcp"}],
        "environment": [{"name": name, "value": value} for name, value in told.items()],
        "logConfiguration": {"logDriver": "awslogs", "options": options},
    }
    task_role, execution_role = roles
    ecs.register_task_definition(
        family=NAME,
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="1024",
        memory="2048",
        taskRoleArn=task_role,
        executionRoleArn=execution_role,
        containerDefinitions=[container],
    )


def network() -> tuple[str, str]:
    """A subnet of the default VPC, and a security group that lets the port in."""
    vpcs = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    vpc = vpcs[0]["VpcId"]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    group = ec2.create_security_group(GroupName=NAME, Description=NAME, VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group, IpProtocol="tcp", FromPort=PORT, ToPort=PORT, CidrIp="0.0.0.0/0"
    )
    return subnets[0]["SubnetId"], group


def run(subnet: str, group: str) -> str:
    """Run the task; its ARN once it is running."""
    configuration = {"subnets": [subnet], "securityGroups": [group], "assignPublicIp": "ENABLED"}
    started = ecs.run_task(
        cluster=NAME,
        taskDefinition=NAME,
        launchType="FARGATE",
        count=1,
        networkConfiguration={"awsvpcConfiguration": configuration},
    )
    task = started["tasks"][0]["taskArn"]
    ecs.get_waiter("tasks_running").wait(cluster=NAME, tasks=[task], WaiterConfig=WAIT)
    return task


def where(task: str) -> tuple[str, int]:
    """The public address of the task's network interface, and the port: the container's own, but
    for a laptop, which may have another one for it."""
    found = ecs.describe_tasks(cluster=NAME, tasks=[task])["tasks"][0]
    details = {each["name"]: each["value"] for each in found["attachments"][0]["details"]}
    (interface,) = ec2.describe_network_interfaces(
        NetworkInterfaceIds=[details["networkInterfaceId"]]
    )["NetworkInterfaces"]
    bindings = found["containers"][0]["networkBindings"]
    port = bindings[0]["hostPort"] if bindings else PORT
    return interface["Association"]["PublicIp"], port


def predicted(url: str, request: bytes) -> str:
    """What the model answers, once it is loaded."""
    for _ in range(LOOKS):
        try:
            with urllib.request.urlopen(url, request) as answer:  # noqa: S310 - http, as given
                return answer.read().decode()
        except urllib.error.URLError:
            time.sleep(1)
    raise TimeoutError(url)


def clean_up(group: str) -> None:
    """What was made, but for the objects and the revision's record."""
    ecs.deregister_task_definition(taskDefinition=f"{NAME}:1")
    ecs.delete_cluster(cluster=NAME)
    ec2.delete_security_group(GroupId=group)
    logs.delete_log_group(logGroupName=f"/ecs/{NAME}")


if __name__ == "__main__":
    bucket, task_role, execution_role, image, folder, rows = sys.argv[1:]
    main(bucket, [task_role, execution_role], image, Path(folder), Path(rows).read_bytes())
