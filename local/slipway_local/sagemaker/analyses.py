"""What a monitoring execution analyses, and the processing job that does it.

A window is told by the names of capture files, …/{variant}/yyyy/mm/dd/hh/mm-ss-SSS-….jsonl. Where
the clock's hours are shorter, several windows share a folder of captures: each takes its own files.
Reports have a folder for each hour all the same: hours count on from the one in which the schedule
was made.

Source: "Container Contract Inputs" of Model Monitor, and real executions. Nobody outside AWS has
shown how it names a job's inputs.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from slipway_local.sagemaker import processing
from slipway_local.sagemaker.account import Account, Execution
from slipway_local.sagemaker.events import iso
from slipway_local.sagemaker.operations import Params, present

_HOUR = 3600.0
_FILE = re.compile(r"([^/]+/(\d{4}/\d\d/\d\d/\d\d))/(?:(\d\d)-(\d\d)-(\d{3})-)?[^/]+")
_TRUTH = re.compile(r"(\d{4}/\d\d/\d\d/\d\d)/")
_FORMAT = '{"sagemakerCaptureJson":{"captureIndexNames":["endpointInput","endpointOutput"]}}'
_BASELINE = "/opt/ml/processing/baseline"
_GROUND_TRUTH = "/opt/ml/processing/groundtruth"
_CODE = "/opt/ml/processing/code"
_SCRIPTS = (
    ("record_preprocessor_script", "RecordPreprocessorSourceUri"),
    ("post_analytics_processor_script", "PostAnalyticsProcessorSourceUri"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """Files of one folder: the input that they are, where they are, where they go, their URLs."""

    name: str
    folder: str
    path: str
    urls: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Given:
    """A file that the container is told of by a variable: where it is, and where it goes."""

    variable: str
    url: str
    folder: str

    def path(self) -> str:
        return f"{self.folder}/{self.url.rsplit('/', 1)[-1]}"


def destination(account: Account, endpoint_name: str) -> str | None:
    """Where an endpoint captures to; None where it does not."""
    endpoint = account.endpoints.get(account.arn("endpoint", endpoint_name))
    for fleet in endpoint.fleets() if endpoint else ():
        if fleet.capture is not None:
            place: str = fleet.capture["DestinationS3Uri"]
            return place.rstrip("/")
    return None


def found(
    account: Account, execution: Execution, definition: Mapping[str, Any]
) -> Sequence[Sequence[Found]]:
    """What the execution's window holds: what was captured and, where it is asked for, the truth.

    The truth is told by ids, so that what comes late counts too: all since the window's start.
    """
    source = definition["MonitoringInputs"][0]
    captured = _captured(account, execution, source["EndpointInput"]["LocalPath"])
    if "GroundTruthS3Input" not in source:
        return (captured,)
    place = f"{source['GroundTruthS3Input']['S3Uri'].rstrip('/')}/"
    since = execution.start - _HOUR
    urls = [
        url
        for url in account.find_objects(place)
        if (named := _TRUTH.match(url.removeprefix(place))) and _begun(named[1]) > since
    ]
    return captured, [Found("groundtruth_input_1", place, _GROUND_TRUTH, urls)] if urls else []


def job(
    account: Account,
    execution: Execution,
    definition: Mapping[str, Any],
    inputs: Sequence[Found],
) -> Params:
    """The processing job, as CreateProcessingJob takes it. Raises Refusal."""
    specification = definition["MonitoringAppSpecification"]
    files = [*_baseline(account, definition.get("BaselineConfig", {})), *_scripts(specification)]
    scheduled = datetime.fromtimestamp(execution.scheduled, UTC)
    prefix = "model-quality" if "ProblemType" in definition else "data-quality"
    number = f"{account.random.getrandbits(96):024x}"
    kept = ("NetworkConfig", "StoppingCondition", "RoleArn")
    return {
        "ProcessingJobName": f"{prefix}-monitoring-{scheduled:%Y%m%d%H%M}-{number}",
        "ProcessingInputs": [
            *(_input(each.variable, each.url, each.folder) for each in files),
            *(_input(each.name, each.folder, each.path) for each in inputs),
        ],
        "ProcessingOutputConfig": _output(account, execution, definition),
        "ProcessingResources": definition["MonitoringResources"],
        "AppSpecification": {
            name: value for name, value in specification.items() if not name.endswith("SourceUri")
        },
        "Environment": {
            "publish_cloudwatch_metrics": "Enabled",
            **definition.get("Environment", {}),
            **{each.variable: each.path() for each in files},
            **_environment(execution, definition),
        },
        **{name: definition[name] for name in kept if name in definition},
    }


def _captured(account: Account, execution: Execution, local_path: str) -> Sequence[Found]:
    endpoint = execution.schedule.endpoint
    base = destination(account, endpoint)
    if base is None:
        return ()
    place = f"{base}/{endpoint}/"
    held: dict[str, Found] = {}
    for url in sorted(account.find_objects(place)):
        named = _FILE.fullmatch(url.removeprefix(place))
        if named and execution.start <= _begun(*named.groups()[1:]) < execution.end:
            folder, name = named[1], f"endpoint_input_{len(held) + 1}"
            path = f"{local_path}/{endpoint}/{folder}"
            held.setdefault(folder, Found(name, place + folder, path)).urls.append(url)
    return tuple(held.values())


def _begun(hour: str, *parts: str | None) -> float:
    """When a capture file was begun; of a file with a name of its own, its hour."""
    minutes, seconds, milliseconds = (int(part or 0) for part in parts or ("0",) * 3)
    begun = datetime.strptime(hour, "%Y/%m/%d/%H").replace(tzinfo=UTC).timestamp()
    return begun + minutes * 60 + seconds + milliseconds / 1000


def _environment(execution: Execution, definition: Mapping[str, Any]) -> Mapping[str, str]:
    source = definition["MonitoringInputs"][0]["EndpointInput"]
    target = definition["MonitoringOutputConfig"]["MonitoringOutputs"][0]["S3Output"]
    return {
        "dataset_format": _FORMAT,
        "dataset_source": source["LocalPath"],
        "output_path": target["LocalPath"],
        "start_time": iso(execution.start),
        "end_time": iso(execution.end),
        "monitoring_input_type": "ENDPOINT_INPUT",
        "sagemaker_endpoint_name": execution.schedule.endpoint,
        "sagemaker_monitoring_schedule_name": execution.schedule.name,
        **(_quality(definition) if "ProblemType" in definition else {}),
    }


def _quality(definition: Mapping[str, Any]) -> Mapping[str, str]:
    """What an analysis of model quality is told beside. On AWS a job of its own merges the ground
    truth with what was captured; here the analyzer does, so that it is told of both."""
    source = definition["MonitoringInputs"][0]["EndpointInput"]
    attributes = {
        "inference_attribute": "InferenceAttribute",
        "probability_attribute": "ProbabilityAttribute",
        "probability_threshold_attribute": "ProbabilityThresholdAttribute",
    }
    return {
        "analysis_type": "MODEL_QUALITY",
        "problem_type": definition["ProblemType"],
        "ground_truth_source": _GROUND_TRUTH,
        **{name: str(source[member]) for name, member in attributes.items() if member in source},
    }


def _baseline(account: Account, config: Mapping[str, Any]) -> Sequence[_Given]:
    """The baseline's files: as given, or else of the job that made them."""
    found = {}
    if "BaseliningJobName" in config:
        made = processing.find(account, config["BaseliningJobName"])
        base = made.body["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"].rstrip("/")
        found = {"Constraints": f"{base}/constraints.json", "Statistics": f"{base}/statistics.json"}
    for kind in ("Constraints", "Statistics"):
        if "S3Uri" in config.get(f"{kind}Resource", {}):
            found[kind] = config[f"{kind}Resource"]["S3Uri"]
    folders = {"Constraints": f"{_BASELINE}/constraints", "Statistics": f"{_BASELINE}/stats"}
    return [_Given(f"baseline_{kind.lower()}", url, folders[kind]) for kind, url in found.items()]


def _scripts(specification: Mapping[str, Any]) -> Sequence[_Given]:
    """The user's scripts."""
    return [
        _Given(variable, specification[member], f"{_CODE}/{variable}")
        for variable, member in _SCRIPTS
        if member in specification
    ]


def _input(name: str, url: str, path: str) -> Params:
    source = {
        "S3Uri": url,
        "LocalPath": path,
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
        "S3DataDistributionType": "FullyReplicated",
        "S3CompressionType": "None",
    }
    return {"InputName": name, "AppManaged": False, "S3Input": source}


def _hour(account: Account, execution: Execution) -> datetime:
    """The hour that a report is filed under: the scheduled one."""
    made = execution.schedule.created
    passed = account.hour_of(execution.scheduled) - account.hour_of(made)
    return datetime.fromtimestamp(made // _HOUR * _HOUR + passed * _HOUR, UTC)


def _output(account: Account, execution: Execution, definition: Mapping[str, Any]) -> Params:
    schedule = execution.schedule
    config = definition["MonitoringOutputConfig"]
    target = config["MonitoringOutputs"][0]["S3Output"]
    base = f"{target['S3Uri'].rstrip('/')}/{schedule.endpoint}/{schedule.name}"
    sent = {
        "S3Uri": f"{base}/{_hour(account, execution):%Y/%m/%d/%H}",
        "LocalPath": target["LocalPath"],
        "S3UploadMode": target.get("S3UploadMode", "Continuous"),
    }
    result = {"OutputName": "result", "S3Output": sent, "AppManaged": False}
    return {"Outputs": [result], **present(KmsKeyId=config.get("KmsKeyId"))}
