"""The demo's watch: a baseline out of the endpoint's own answers, windows, and what people hear."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slipway.domain.watch import CAPTURES
from slipway.engine import REPORT

from slipway_cli.follow import Patience, wait_for
from slipway_cli.monitor import Verdict, check_window, scheduled
from slipway_cli.stack import Stack

HEADER = "prediction,crim,zn,indus,chas,nox,rm,age,dis,rad,tax,ptratio,lstat"
CRIM, LSTAT = 0, 11
HOUR = 3600
PATIENCE = Patience(seconds=60.0, pause=0.2)


def bad(suburbs: Sequence[str]) -> list[str]:
    """The suburbs, every fourth with the book's first bad value, every fifth with its second."""
    rows = [row.split(",") for row in suburbs]
    for number, row in enumerate(rows):
        if number % 4 == 0:
            row[CRIM] = f"{float(row[CRIM]) * 10_000:g}"
        if number % 5 == 0:
            row[LSTAT] = f"-{row[LSTAT]}"
    return [",".join(row) for row in rows]


@dataclass
class Watching:
    """A client of a watched endpoint."""

    stack: Stack
    deployment: str
    message: str = ""
    shown: list[Verdict] = field(default_factory=list)

    def baseline(self, folder: Path, suburbs: Iterable[str]) -> Path:
        """What the endpoint answers to each suburb, before the suburb: as captures are read."""
        answers = [f"{self._answer(row)},{row}" for row in suburbs]
        file = folder / "baseline.csv"
        file.write_text("\n".join((HEADER, *answers, "")))
        return file

    def ask(self, suburbs: Sequence[str]) -> None:
        """Ask for each suburb, and wait until all was captured."""
        before = len(list(self._records()))
        for row in suburbs:
            self._answer(row)
        wait_for(lambda: len(list(self._records())) >= before + len(suburbs) or None, PATIENCE)

    def check(self, patience: Patience) -> Verdict:
        """Check the hour that runs; what it shows."""
        schedule = scheduled(self.stack, self.deployment)
        with self._listening() as heard:
            verdict = check_window(self.stack, schedule, self.stack.ports.clock() + HOUR, patience)
            if verdict.violations:
                self.message = wait_for(heard, patience)
        self.shown.append(verdict)
        return verdict

    def told(self) -> str:
        """What people who subscribe to the topic were told of the last window."""
        return self.message.strip()

    def save_report(self, file: Path) -> None:
        """Keep the last window's report."""
        reported = self.shown[-1].reported
        file.write_bytes(self.stack.ports.monitored.read(reported.folder, (REPORT,))[REPORT])

    def _answer(self, row: str) -> str:
        reply = self.stack.session.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=self.stack.endpoint(self.deployment),
            ContentType="text/csv",
            Accept="text/csv",
            Body=row,
        )
        answer: str = reply["Body"].read().decode().strip()
        return answer

    def _records(self) -> Iterator[str]:
        """Every captured request of the endpoint."""
        client: Any = self.stack.session.client("s3")
        prefix = f"{CAPTURES}{self.stack.endpoint(self.deployment)}/"
        pages = client.get_paginator("list_objects_v2").paginate(
            Bucket=self.stack.bucket, Prefix=prefix
        )
        for page in pages:
            for found in page.get("Contents", []):
                body = client.get_object(Bucket=self.stack.bucket, Key=found["Key"])["Body"]
                yield from body.read().decode().splitlines()

    @contextmanager
    def _listening(self) -> Iterator[Callable[[], str | None]]:
        """A queue that subscribes to the topic meanwhile: what it heard of drift, if it did."""
        sqs: Any = self.stack.session.client("sqs")
        sns: Any = self.stack.session.client("sns")
        url = sqs.create_queue(QueueName="demo-listener")["QueueUrl"]
        named = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        topic, queue = self.stack.values["TopicArn"], named["QueueArn"]
        policy = json.dumps(_takes(queue, topic))
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        subscription = sns.subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=queue,
            Attributes={"FilterPolicy": json.dumps({"verdict": ["Drift"]})},
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        try:
            yield lambda: _heard(sqs.receive_message(QueueUrl=url).get("Messages", []))
        finally:
            sns.unsubscribe(SubscriptionArn=subscription)
            sqs.delete_queue(QueueUrl=url)


def _takes(queue: str, topic: str) -> dict[str, object]:
    """The policy of a queue that takes a topic's messages."""
    return {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        },
    }


def _heard(messages: Sequence[Any]) -> str | None:
    return str(json.loads(messages[0]["Body"])["Message"]) if messages else None
