"""Job definitions of data and model quality: what a monitoring schedule runs.

A schedule of data quality may also bring its definition along, in a shape of its own; `unfold`
makes one of all.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from slipway_local.sagemaker import listing
from slipway_local.sagemaker.account import Account, Resource
from slipway_local.sagemaker.errors import in_use, invalid, missing
from slipway_local.sagemaker.operations import Operations, Params, given

DATA, MODEL = "DataQuality", "ModelQuality"
_RESOURCES = {DATA: "data-quality-job-definition", MODEL: "model-quality-job-definition"}


def _create(kind: str, account: Account, params: Params) -> Params:
    name = params["JobDefinitionName"]
    arn = account.arn(_RESOURCES[kind], name)
    if arn in account.definitions:
        raise in_use(f"Job definition {arn} already exists.")
    check(_renamed(kind, params))
    account.definitions[arn] = Resource(name, arn, account.clock(), given(params))
    account.tag(arn, params.get("Tags", []))
    return {"JobDefinitionArn": arn}


def _describe(kind: str, account: Account, params: Params) -> Params:
    definition = _find(account, kind, params["JobDefinitionName"])
    identity = {"JobDefinitionArn": definition.arn, "CreationTime": definition.created}
    return {**definition.body, **identity}


def _list(kind: str, account: Account, params: Params) -> Params:
    wanted = params.get("EndpointName")
    rows = [
        {
            "MonitoringJobDefinitionName": definition.name,
            "MonitoringJobDefinitionArn": definition.arn,
            "CreationTime": definition.created,
            "EndpointName": endpoint,
        }
        for definition in account.definitions.values()
        if definition.arn == account.arn(_RESOURCES[kind], definition.name)
        and wanted in (None, endpoint := endpoint_of(_renamed(kind, definition.body)))
    ]
    name = "MonitoringJobDefinitionName"
    return listing.page("JobDefinitionSummaries", rows, params, name=name)


def _delete(kind: str, account: Account, params: Params) -> Params:
    definition = _find(account, kind, params["JobDefinitionName"])
    users = [
        schedule.name
        for schedule in account.schedules.values()
        if (schedule.kind, schedule.config.get("MonitoringJobDefinitionName"))
        == (kind, definition.name)
    ]
    if users:
        raise invalid(
            f"Job definition {definition.arn} cannot be deleted while it is used by the monitoring "
            f"schedules: {', '.join(users)}."
        )
    del account.definitions[definition.arn]
    del account.tags[definition.arn]
    return {}


def kind_of(config: Mapping[str, Any]) -> str:
    """A schedule's MonitoringType."""
    kind: str = config.get("MonitoringType", DATA)
    return kind


def unfold(account: Account, config: Mapping[str, Any]) -> Params:
    """What a schedule's configuration runs, as a MonitoringJobDefinition. Raises Refusal."""
    name, inline = config.get("MonitoringJobDefinitionName"), config.get("MonitoringJobDefinition")
    if (name is None) == (inline is None):
        raise invalid(
            "You must provide either MonitoringJobDefinitionName or MonitoringJobDefinition, and "
            "not both."
        )
    kind = kind_of(config)
    if kind not in _RESOURCES:
        raise invalid(f"MonitoringType {kind} is not modelled here: {DATA} and {MODEL} are.")
    if inline is None:
        return _renamed(kind, _find(account, kind, str(name)).body)
    if kind != DATA:
        raise invalid(f"MonitoringType {kind} needs a MonitoringJobDefinitionName.")
    return dict(inline)


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
    if ("GroundTruthS3Input" in given_input) != ("ProblemType" in definition):
        raise invalid("ModelQualityAppSpecification needs a ProblemType.")
    if "S3Uri" not in given_input.get("GroundTruthS3Input", {"S3Uri": ""}):
        raise invalid("GroundTruthS3Input needs an S3Uri.")


def _find(account: Account, kind: str, name: str) -> Resource:
    """Raises Refusal: ResourceNotFound."""
    arn = account.arn(_RESOURCES[kind], name)
    if arn not in account.definitions:
        raise missing("job definition", arn)
    return account.definitions[arn]


def _renamed(kind: str, body: Mapping[str, Any]) -> Params:
    """A definition with the names of a MonitoringJobDefinition, and what model quality adds."""
    specification = dict(body[f"{kind}AppSpecification"])
    definition: Params = {
        "Environment": specification.pop("Environment", {}),
        "MonitoringInputs": [body[f"{kind}JobInput"]],
        "MonitoringOutputConfig": body[f"{kind}JobOutputConfig"],
        "MonitoringResources": body["JobResources"],
        "RoleArn": body["RoleArn"],
    }
    if "ProblemType" in specification:
        definition["ProblemType"] = specification.pop("ProblemType")
    if f"{kind}BaselineConfig" in body:
        definition["BaselineConfig"] = body[f"{kind}BaselineConfig"]
    kept = ("NetworkConfig", "StoppingCondition")
    definition |= {name: body[name] for name in kept if name in body}
    return {**definition, "MonitoringAppSpecification": specification}


OPERATIONS: Operations = {
    f"{verb}{kind}JobDefinition{plural}": partial(run, kind)
    for kind in _RESOURCES
    for verb, run, plural in (
        ("Create", _create, ""),
        ("Describe", _describe, ""),
        ("List", _list, "s"),
        ("Delete", _delete, ""),
    )
}
