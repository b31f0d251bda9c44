"""Data-quality job definitions: what a monitoring schedule runs. Create, describe, list, delete.

A schedule may also bring its definition along, in a shape of its own; `unfold` makes one of both.
"""

from collections.abc import Mapping
from typing import Any

from slipway_local.sagemaker import listing
from slipway_local.sagemaker.account import Account, Resource
from slipway_local.sagemaker.errors import in_use, invalid, missing
from slipway_local.sagemaker.operations import Operations, Params, given

_KIND = "data-quality-job-definition"
_PREFIX = "DataQuality"


def create_data_quality_job_definition(account: Account, params: Params) -> Params:
    name = params["JobDefinitionName"]
    arn = account.arn(_KIND, name)
    if arn in account.definitions:
        raise in_use(f"Job definition {arn} already exists.")
    check(_renamed(params))
    account.definitions[arn] = Resource(name, arn, account.clock(), given(params))
    account.tag(arn, params.get("Tags", []))
    return {"JobDefinitionArn": arn}


def describe_data_quality_job_definition(account: Account, params: Params) -> Params:
    definition = find(account, params["JobDefinitionName"])
    identity = {"JobDefinitionArn": definition.arn, "CreationTime": definition.created}
    return {**definition.body, **identity}


def list_data_quality_job_definitions(account: Account, params: Params) -> Params:
    wanted = params.get("EndpointName")
    rows = [
        {
            "MonitoringJobDefinitionName": definition.name,
            "MonitoringJobDefinitionArn": definition.arn,
            "CreationTime": definition.created,
            "EndpointName": endpoint,
        }
        for definition in account.definitions.values()
        if wanted in (None, endpoint := endpoint_of(_renamed(definition.body)))
    ]
    name = "MonitoringJobDefinitionName"
    return listing.page("JobDefinitionSummaries", rows, params, name=name)


def delete_data_quality_job_definition(account: Account, params: Params) -> Params:
    definition = find(account, params["JobDefinitionName"])
    users = [
        schedule.name
        for schedule in account.schedules.values()
        if schedule.config.get("MonitoringJobDefinitionName") == definition.name
    ]
    if users:
        raise invalid(
            f"Job definition {definition.arn} cannot be deleted while it is used by the monitoring "
            f"schedules: {', '.join(users)}."
        )
    del account.definitions[definition.arn]
    del account.tags[definition.arn]
    return {}


def find(account: Account, name: str) -> Resource:
    """Raises Refusal: ResourceNotFound."""
    definition = account.definitions.get(account.arn(_KIND, name))
    if definition is None:
        raise missing(f"Job definition {account.arn(_KIND, name)}")
    return definition


def unfold(account: Account, config: Mapping[str, Any]) -> Params:
    """What a schedule's configuration runs, as a MonitoringJobDefinition. Raises Refusal."""
    name, inline = config.get("MonitoringJobDefinitionName"), config.get("MonitoringJobDefinition")
    if (name is None) == (inline is None):
        raise invalid(
            "You must provide either MonitoringJobDefinitionName or MonitoringJobDefinition, and "
            "not both."
        )
    return dict(inline) if inline is not None else _renamed(find(account, str(name)).body)


def endpoint_of(definition: Mapping[str, Any]) -> str:
    """The name of the endpoint that is monitored."""
    name: str = definition["MonitoringInputs"][0]["EndpointInput"]["EndpointName"]
    return name


def check(definition: Mapping[str, Any]) -> None:
    """Raises Refusal for what is not modelled here."""
    given_input = definition["MonitoringInputs"][0]
    if "EndpointInput" not in given_input:
        raise invalid("Only an EndpointInput is monitored here, and no BatchTransformInput.")
    if given_input["EndpointInput"].get("S3InputMode", "File") != "File":
        raise invalid("EndpointInput: only the S3InputMode File is served here.")


def _renamed(body: Mapping[str, Any]) -> Params:
    """A data-quality job definition with the names of a MonitoringJobDefinition."""
    specification = dict(body[f"{_PREFIX}AppSpecification"])
    definition: Params = {
        "Environment": specification.pop("Environment", {}),
        "MonitoringAppSpecification": specification,
        "MonitoringInputs": [body[f"{_PREFIX}JobInput"]],
        "MonitoringOutputConfig": body[f"{_PREFIX}JobOutputConfig"],
        "MonitoringResources": body["JobResources"],
        "RoleArn": body["RoleArn"],
    }
    if f"{_PREFIX}BaselineConfig" in body:
        definition["BaselineConfig"] = body[f"{_PREFIX}BaselineConfig"]
    kept = ("NetworkConfig", "StoppingCondition")
    return definition | {name: body[name] for name in kept if name in body}


OPERATIONS: Operations = {
    "CreateDataQualityJobDefinition": create_data_quality_job_definition,
    "DescribeDataQualityJobDefinition": describe_data_quality_job_definition,
    "ListDataQualityJobDefinitions": list_data_quality_job_definitions,
    "DeleteDataQualityJobDefinition": delete_data_quality_job_definition,
}
