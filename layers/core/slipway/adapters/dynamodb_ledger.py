"""The ledger as one DynamoDB table: an item a deployment, and an item a moment of its history."""

from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from slipway.adapters.faults import code_of, translated, unless
from slipway.domain.earlier import upgraded
from slipway.domain.errors import Conflict
from slipway.domain.record import Record
from slipway.ports import Moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef
    from pydantic import TypeAdapter

RECORD = "record"
REFUSED = "ConditionalCheckFailedException"
HISTORY = "history#"
RECORDS = "records"
KEPT_SECONDS = 400 * 24 * 3600
FORGOTTEN_SECONDS = 7 * 24 * 3600  # longer than an execution that slept through it may last


class DynamoDBLedger:
    """Implements ports.Ledger."""

    def __init__(self, session: boto3.Session, table: str) -> None:
        self._session = session
        self._table = table

    @cached_property
    def _client(self) -> "DynamoDBClient":
        return self._session.client("dynamodb")

    @cached_property
    def _documents(self) -> "TypeAdapter[Record]":
        # It takes an eighth of a function's import, and not every one reads records.
        from pydantic import TypeAdapter

        return TypeAdapter(Record)

    def deployments(self) -> list[str]:
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table, IndexName=RECORDS, ProjectionExpression="deployment"
        )
        with translated():
            return sorted(item["deployment"]["S"] for page in pages for item in page["Items"])

    def load(self, deployment: str) -> Record:
        with translated():
            answer = self._client.get_item(
                TableName=self._table,
                Key=_key_of_record(deployment),
                ConsistentRead=True,
            )
        if "Item" not in answer:
            return Record(deployment)
        return self._documents.validate_json(upgraded(answer["Item"]["document"]["S"]))

    def save(self, record: Record) -> Record:
        """Write the record one version on.

        reader A: load v7 ---------------- save v8: written
        reader B:   load v7 ---- save v8: refused, v8 is not 7 + 1 of what is stored
        """
        saved = record.next_version()
        with translated():
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item={
                        **_key_of_record(saved.deployment),
                        "version": {"N": str(saved.version)},
                        "document": {"S": self._documents.dump_json(saved).decode()},
                    },
                    ConditionExpression="attribute_not_exists(deployment) OR version = :read",
                    ExpressionAttributeValues={":read": {"N": str(record.version)}},
                )
            except ClientError as error:
                if code_of(error) != REFUSED:
                    raise
                raise Conflict(f"{record.deployment}: written by somebody else") from error
        return saved

    def forget(self, record: Record, at: float) -> None:
        with translated():
            for moment in self._moments(record.deployment):
                self._client.delete_item(TableName=self._table, Key=_key(moment))
            with unless(REFUSED):
                self._client.update_item(
                    TableName=self._table,
                    Key=_key_of_record(record.deployment),
                    UpdateExpression="SET expires = :later",
                    ConditionExpression="version = :read",
                    ExpressionAttributeValues={
                        ":read": {"N": str(record.version)},
                        ":later": {"N": str(int(at) + FORGOTTEN_SECONDS)},
                    },
                )

    def note(self, deployment: str, moment: Moment) -> None:
        with translated():
            self._client.put_item(
                TableName=self._table,
                Item={
                    "deployment": {"S": deployment},
                    "item": {"S": f"{HISTORY}{moment.at:017.6f}#{moment.what}"},
                    "at": {"N": f"{moment.at:.6f}"},
                    "release": {"S": moment.release},
                    "what": {"S": moment.what},
                    "why": {"S": moment.why},
                    "number": {"N": str(moment.number)},
                    "expires": {"N": str(int(moment.at) + KEPT_SECONDS)},
                },
            )

    def history(self, deployment: str) -> list[Moment]:
        with translated():
            return [_moment(item) for item in self._moments(deployment)]

    def _moments(self, deployment: str) -> "Iterator[dict[str, AttributeValueTypeDef]]":
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="deployment = :deployment AND begins_with(#item, :history)",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues={
                ":deployment": {"S": deployment},
                ":history": {"S": HISTORY},
            },
        )
        for page in pages:
            yield from page["Items"]


def _moment(item: "Mapping[str, AttributeValueTypeDef]") -> Moment:
    number = int(item.get("number", {"N": "0"})["N"])  # older lines have none
    release, what, why = (item[name]["S"] for name in ("release", "what", "why"))
    return Moment(float(item["at"]["N"]), release, what, why, number)


def _key_of_record(deployment: str) -> "dict[str, AttributeValueTypeDef]":
    return {"deployment": {"S": deployment}, "item": {"S": RECORD}}


def _key(item: "Mapping[str, AttributeValueTypeDef]") -> "dict[str, AttributeValueTypeDef]":
    return {name: item[name] for name in ("deployment", "item")}
