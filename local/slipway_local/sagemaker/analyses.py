"""What a monitoring execution analyses, and the processing job that does it.

A window is told by the names of capture files, …/{variant}/yyyy/mm/dd/hh/mm-ss-SSS-….jsonl. Where
the clock's hours are shorter, several windows share a folder of S3: each takes its own files, and
writes to a folder of its own below the hour's.

Source: "Container Contract Inputs" of Model Monitor, and real executions. Nobody outside AWS has
shown how it names a job's inputs.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from slipway_local.sagemaker import processing
from slipway_local.sagemaker.account import Account, Execution, Schedule
from slipway_local.sagemaker.events import iso
from slipway_local.sagemaker.operations import Params, present

_HOUR = 3600.0
_FILE = re.compile(r"([^/]+/(\d{4}/\d\d/\d\d/\d\d))/(?:(\d\d)-(\d\d)-(\d{3})-)?[^/]+")
_FORMAT = '{"sagemakerCaptureJson":{"captureIndexNames":["endpointInput","endpointOutput"]}}'
_BASELINE = "/opt/ml/processing/baseline"
_CODE = "/opt/ml/processing/code"
_SCRIPTS = (
    ("record_preprocessor_script", "RecordPreprocessorSourceUri"),
    ("post_analytics_processor_script", "PostAnalyticsProcessorSourceUri"),
)


@dataclass(frozen=True, slots=True)
class Captured:
    """A variant's capture files of one hour: the input that they are, its folder, their URLs.

    `path` is the folder from the endpoint's name on.
    """

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


def captured(account: Account, execution: Execution) -> Sequence[Captured]:
    """What was captured in the execution's window."""
    base, endpoint = destination(account, execution.schedule.endpoint), execution.schedule.endpoint
    if base is None:
        return ()
    place = f"{base}/{endpoint}/"
    found: dict[str, Captured] = {}
    for url in sorted(account.find_objects(place)):
        named = _FILE.fullmatch(url.removeprefix(place))
        if named and execution.start <= _begun(*named.groups()[1:]) < execution.end:
            folder, name = named[1], f"endpoint_input_{len(found) + 1}"
            held = found.setdefault(folder, Captured(name, place + folder, f"{endpoint}/{folder}"))
            held.urls.append(url)
    return tuple(found.values())


def job(
    account: Account,
    execution: Execution,
    definition: Mapping[str, Any],
    inputs: Sequence[Captured],
) -> Params:
    """The processing job, as CreateProcessingJob takes it. Raises Refusal."""
    specification = definition["MonitoringAppSpecification"]
    source = definition["MonitoringInputs"][0]["EndpointInput"]
    files = [*_baseline(account, definition.get("BaselineConfig", {})), *_scripts(specification)]
    scheduled = datetime.fromtimestamp(execution.scheduled, UTC)
    number = f"{account.random.getrandbits(96):024x}"
    kept = ("NetworkConfig", "StoppingCondition", "RoleArn")
    return {
        "ProcessingJobName": f"data-quality-monitoring-{scheduled:%Y%m%d%H%M}-{number}",
        "ProcessingInputs": [
            *(_input(each.variable, each.url, each.folder) for each in files),
            *(_input(e.name, e.folder, f"{source['LocalPath']}/{e.path}") for e in inputs),
        ],
        "ProcessingOutputConfig": _output(account, execution.schedule, definition, scheduled),
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


def _begun(hour: str, *parts: str | None) -> float:
    """When a capture file was begun; of a file with a name of its own, its hour."""
    minutes, seconds, milliseconds = (int(part or 0) for part in parts)
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


def _output(
    account: Account, schedule: Schedule, definition: Mapping[str, Any], scheduled: datetime
) -> Params:
    config = definition["MonitoringOutputConfig"]
    target = config["MonitoringOutputs"][0]["S3Output"]
    base = f"{target['S3Uri'].rstrip('/')}/{schedule.endpoint}/{schedule.name}"
    place = f"{base}/{scheduled:%Y/%m/%d/%H}"
    if account.durations.hour < _HOUR:
        place = f"{place}/{scheduled:%M-%S}"
    sent = {
        "S3Uri": place,
        "LocalPath": target["LocalPath"],
        "S3UploadMode": target.get("S3UploadMode", "Continuous"),
    }
    result = {"OutputName": "result", "S3Output": sent, "AppManaged": False}
    return {"Outputs": [result], **present(KmsKeyId=config.get("KmsKeyId"))}
