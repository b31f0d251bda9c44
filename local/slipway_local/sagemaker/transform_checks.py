"""What CreateTransformJob refuses."""

from collections.abc import Mapping
from typing import Any

from slipway_local.sagemaker import models, packages, quotas
from slipway_local.sagemaker.account import Account, Resource
from slipway_local.sagemaker.batch.joining import CSV, FORMATS, Processing, processing
from slipway_local.sagemaker.batch.paths import PathRefused
from slipway_local.sagemaker.errors import Refusal, invalid, not_assumed
from slipway_local.sagemaker.operations import Params

_MOST_MB = 100
_TYPES = ("S3Prefix", "ManifestFile")


def check(account: Account, params: Params) -> None:
    """Raises Refusal for what SageMaker refuses, and for what is not modelled here."""
    model = models.find(account, params["ModelName"])
    _check_model(account, model)
    _check_sizes(params)
    _check_processing(params)
    _check_source(account, params, model.body.get("ExecutionRoleArn"))
    _check_quota(account, params["TransformResources"])


def _check_model(account: Account, model: Resource) -> None:
    role = model.body.get("ExecutionRoleArn")
    if role is not None and not account.has_role(role):
        raise not_assumed(role)
    described = model.body.get("Containers") or [model.body["PrimaryContainer"]]
    for definition in described:
        for each in packages.unfold(account, definition):
            if each.get("Mode") == "MultiModel":
                raise invalid("Batch transform does not run a container of the Mode MultiModel.")
            if "ModelDataSource" in each:
                raise invalid(
                    "ModelDataSource is not supported with batch transform: give the model its "
                    "ModelDataUrl."
                )


def _check_sizes(params: Params) -> None:
    payload = params.get("MaxPayloadInMB")
    if payload is None:
        return
    if payload > _MOST_MB:
        raise invalid(f"MaxPayloadInMB is {payload}: it cannot be greater than {_MOST_MB}.")
    concurrent = params.get("MaxConcurrentTransforms", 0)
    if concurrent * payload > _MOST_MB:
        raise invalid(
            f"MaxConcurrentTransforms * MaxPayloadInMB is {concurrent * payload}: it cannot exceed "
            f"{_MOST_MB} MB."
        )


def _check_processing(params: Params) -> None:
    """Of a request whose DataProcessing does something."""
    try:
        asked = processing(params)
    except PathRefused as error:
        raise invalid(f"DataProcessing holds a JSONPath that is not supported: {error}.") from error
    if not asked.idle:
        _check_formats(asked)
        _check_delimiters(asked, params)
        _check_paths(asked, params["DataProcessing"])


def _check_formats(asked: Processing) -> None:
    for name, kind in (("ContentType", asked.taken), ("Accept", asked.given)):
        if kind not in FORMATS:
            raise invalid(f"DataProcessing needs the {name} to be one of {', '.join(FORMATS)}.")
    if asked.joined and (asked.taken == CSV) != (asked.given == CSV):
        raise invalid("JoinSource needs the ContentType and the Accept to be of one format.")


def _check_delimiters(asked: Processing, params: Params) -> None:
    split = params["TransformInput"].get("SplitType", "None")
    assembly = params["TransformOutput"].get("AssembleWith", "None")
    if asked.taken == CSV and split != "Line":
        raise invalid("DataProcessing of text/csv needs the SplitType to be Line.")
    if split not in ("Line", "None"):
        raise invalid(f"DataProcessing needs the SplitType to be Line or None, not {split}.")
    if asked.joined and split != assembly:
        raise invalid(
            f"JoinSource needs the SplitType, which is {split}, and the AssembleWith, which is "
            f"{assembly}, to be the same."
        )


def _check_paths(asked: Processing, given: Mapping[str, Any]) -> None:
    """A row of CSV is an array."""
    for name, kind, path in (
        ("InputFilter", asked.taken, asked.input_path),
        ("OutputFilter", asked.given, asked.output_path),
    ):
        if path is not None and kind == CSV and not path.indexed:
            raise invalid(f"{name} is {given[name]}: of text/csv it can only take indices.")


def _check_source(account: Account, params: Params, role: str | None) -> None:
    source = params["TransformInput"]["DataSource"]["S3DataSource"]
    kind, url = source["S3DataType"], source["S3Uri"]
    output = params["TransformOutput"]["S3OutputPath"]
    if kind not in _TYPES:
        raise invalid(f"S3DataType is {kind}: batch transform takes {' or '.join(_TYPES)}.")
    for name, value in (("S3Uri", url), ("S3OutputPath", output)):
        if not value.startswith("s3://"):
            raise invalid(f"{name} is {value}: the embedded SageMaker takes s3:// URLs only.")
    if all(each.endswith("/") for each in account.find_objects(url)):
        raise _nothing_there(url, account.region, role)


def _nothing_there(url: str, region: str, role: str | None) -> Refusal:
    bucket = url.removeprefix("s3://").partition("/")[0]
    return invalid(
        f'No S3 objects found under S3 URL "{url}" given in input data source. Please ensure that '
        f"the bucket exists in the selected region ({region}), that objects exist under that S3 "
        f'prefix, and that the role "{role}" has "s3:ListBucket" permissions on bucket "{bucket}".'
    )


def _check_quota(account: Account, resources: Params) -> None:
    kind = resources["InstanceType"]
    used = sum(
        job.body["TransformResources"]["InstanceCount"]
        for job in account.transforms.values()
        if job.ended is None and job.body["TransformResources"]["InstanceType"] == kind
    )
    quotas.allow(account, f"{kind} for transform job usage", used, resources["InstanceCount"])
