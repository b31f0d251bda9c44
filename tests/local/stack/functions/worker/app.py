"""A function that does what its event says, so that a test can look at the world from inside."""

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import boto3
import shared  # type: ignore[import-not-found] # it is in the layer

Event = dict[str, Any]


def handler(event: Event, _context: object) -> object:
    """Do `event["do"]`; a batch of messages fails those that say "poison"."""
    if "Records" in event:
        poison = [record for record in event["Records"] if record["body"] == "poison"]
        return {"batchItemFailures": [{"itemIdentifier": each["messageId"]} for each in poison]}
    sys.stdout.write(json.dumps(event) + "\n")
    return ACTIONS[event.get("do", "echo")](event)


def echo(event: Event) -> Event:
    return event


def look(_: Event) -> Event:
    return {"interpreter": sys.executable, "version": sys.version_info[:2], "path": sys.path}


def find(event: Event) -> str | None:
    try:
        return importlib.import_module(event["module"]).__file__
    except ImportError:
        return None


def sleep(event: Event) -> list[float]:
    began = time.time()
    time.sleep(event["seconds"])
    return [began, time.time()]


def fail(_: Event) -> None:
    raise shared.Throttled("slow down\nin two lines")


def call(event: Event) -> str:
    client = boto3.client(event["service"])
    try:
        getattr(client, event["operation"])(**event["arguments"])
    except client.exceptions.ClientError as error:
        return str(error.response["Error"]["Code"])
    return "allowed"


def park(event: Event) -> None:
    """Keep a task token where the test, or another function, finds it."""
    item = {"pk": {"S": event["execution"]}, "token": {"S": event["token"]}}
    boto3.client("dynamodb").put_item(TableName=os.environ["TABLE"], Item=item)


def resume(event: Event) -> None:
    output = json.dumps({"resumed": True})
    boto3.client("stepfunctions").send_task_success(taskToken=event["token"], output=output)


def measure(_: Event) -> None:
    """Write a metric in the embedded format."""
    metrics = {
        "Namespace": "Slipway",
        "Dimensions": [["Deployment"]],
        "Metrics": [{"Name": "Drift", "Unit": "Count"}],
    }
    embedded = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [metrics]}
    line = json.dumps({"_aws": embedded, "Deployment": "churn", "Drift": 3})
    sys.stdout.write(line + "\n")


def tell(event: Event) -> None:
    """Note on the queue that a schedule was here."""
    message = json.dumps(event)
    boto3.client("sqs").send_message(QueueUrl=os.environ["TOLD"], MessageBody=message)


ACTIONS: dict[str, Callable[[Event], object]] = {
    action.__name__: action
    for action in (echo, look, find, sleep, fail, call, park, resume, measure, tell)
}
