"""What MiniStack's Lambda lacks: isolation, error names, durable events, metrics of every call."""

import hashlib
import importlib.util
import json
import shutil
import sys
import venv
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import cloudwatch, eventbridge, lambda_svc

# What the managed Python runtime brings along beside the standard library.
_LAYER = "layer_"
_RUNTIME_PACKAGES = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")


def isolate_workers(runtime: Path) -> None:
    """Run functions in an environment that holds what the managed runtime holds, and no more.

    MiniStack runs them with its own interpreter, where a package that a layer forgot is found
    all the same.
    """
    python = _make_environment(runtime)
    detect = lambda_runtime._detect_runtime_binary

    def detect_isolated(name: str) -> tuple[str, str]:
        binary, script = detect(name)
        return (str(python) if binary == sys.executable else binary), script

    lambda_runtime._detect_runtime_binary = detect_isolated


def share_layers(folder: Path) -> None:
    """Unpack each layer once, into `folder`, for all the workers that have it.

    MiniStack unpacks it anew for every worker: for the drift layer that is 170 MB each time. A
    layer is read-only on AWS, so nobody misses a copy of one's own.
    """
    lock = Lock()

    class SharedZip(zipfile.ZipFile):
        def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
            target = Path(path)
            if not target.name.startswith(_LAYER):
                super().extractall(path, members, pwd)
                return
            with lock:
                unpacked = (
                    folder / hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
                )
                if not unpacked.exists():
                    aside = folder / f"making-{unpacked.name}"
                    super().extractall(aside)
                    aside.rename(unpacked)
            target.rmdir()
            target.symlink_to(unpacked, target_is_directory=True)

    lambda_runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": SharedZip})


def name_errors() -> None:
    """Tell a function's exception by its class, as AWS does, for Retry and Catch to match on.

    MiniStack answers `Runtime.HandlerError` for every exception, but logs the traceback.
    """
    execute = lambda_svc._execute_function_warm

    def execute_named(func: Any, event: Any, request_id: str) -> Any:
        result = execute(func, event, request_id)
        body = result.get("body")
        if result.get("error") and body.get("errorType") == "Runtime.HandlerError":
            body["errorType"] = error_type(result["log"], body["errorMessage"])
        return result

    lambda_svc._execute_function_warm = execute_named


def error_type(log: str, message: str) -> str:
    """The class name in a log that ends in a traceback whose exception says `message`."""
    last = log.rstrip().removesuffix(message.rstrip()).rstrip().splitlines()
    name = last[-1].rstrip(":").rsplit(".")[-1] if last else ""
    return name if name.isidentifier() else "Runtime.HandlerError"


def retry_events() -> None:
    """Deliver events to functions asynchronously: retried, then sent to their OnFailure target.

    MiniStack calls the function of a rule once and drops the event when it fails.
    """

    def dispatch(arn: str, payload: str) -> None:
        function, config, _ = lambda_svc._get_func_record_for_ref(arn)
        if function and config:
            record = lambda_svc._execution_record_for_config(function, config)
            lambda_svc.invoke_async_with_retry(record, json.loads(payload))

    eventbridge._dispatch_to_lambda = dispatch


def measure_invocations() -> None:
    """Count every invocation in AWS/Lambda, and keep the metrics that functions write to logs.

    MiniStack counts only those that came over HTTP, and does not read the embedded metric
    format. The log writer is the one place that every invocation passes.
    """
    write = lambda_svc._emit_lambda_logs
    count = lambda_svc._emit_lambda_metrics

    def write_and_count(
        func: Any, request_id: str, log: str, failed: Any, duration_ms: int, **rest: Any
    ) -> None:
        write(func, request_id, log, failed, duration_ms, **rest)
        name = (func.get("config") or func)["FunctionName"]
        count(name, duration_ms=duration_ms, error=failed, throttle=False)
        for namespace, name, value, unit, dimensions in embedded_metrics(log):
            cloudwatch.record_metric(namespace, name, value, unit, dimensions)

    def count_throttles(name: str, *, duration_ms: float, error: bool, throttle: bool) -> None:
        if throttle:
            count(name, duration_ms=duration_ms, error=error, throttle=throttle)

    lambda_svc._emit_lambda_logs = write_and_count
    lambda_svc._emit_lambda_metrics = count_throttles


def embedded_metrics(log: str) -> Iterator[tuple[str, str, float, str, Mapping[str, str]]]:
    """(namespace, name, value, unit, dimensions) of each metric in a log's lines.

    Source: "Specification: Embedded metric format", CloudWatch user guide.
    """
    for line in log.splitlines():
        if '"_aws"' not in line:
            continue
        try:
            document = json.loads(line)
            yield from _metrics_of(document)
        except (KeyError, TypeError, ValueError):
            continue  # CloudWatch, too, keeps such a line as text


def _metrics_of(document: Mapping[str, Any]) -> Iterator[Any]:
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for dimensions in directive["Dimensions"]:
            chosen = {name: str(document[name]) for name in dimensions}
            for metric in directive["Metrics"]:
                name, unit = metric["Name"], metric.get("Unit", "None")
                values = document[name] if isinstance(document[name], list) else [document[name]]
                for value in values:
                    yield directive["Namespace"], name, float(value), unit, chosen


def _make_environment(home: Path) -> Path:
    shutil.rmtree(home, ignore_errors=True)
    venv.create(home, with_pip=False)
    packages = next(home.glob("lib/python*/site-packages"))
    for name in _RUNTIME_PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            origin = Path(spec.origin)
            source = origin.parent if origin.name == "__init__.py" else origin
            (packages / source.name).symlink_to(source)
    return home / "bin" / "python"
