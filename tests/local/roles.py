"""Roles that a cloud's services may assume."""

import json

from slipway_local.cloud import Cloud


def assumable(running: Cloud, name: str) -> str:
    """The ARN of a new role that trusts SageMaker."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sagemaker.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = running.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=policy)
    return str(role["Role"]["Arn"])
