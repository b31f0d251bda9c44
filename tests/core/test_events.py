import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway.domain.desired import Artifact
from slipway.domain.errors import InvalidInput, Throttled
from slipway.domain.naming import Site
from slipway.events import Hint, changed, deliver, reported, uploaded

SITE = Site("slipway", "bucket", "eu-west-1", "")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
)


def upload(key: object) -> dict[str, Any]:
    return {"detail": {"object": {"key": key}}}


def batch(*bodies: str) -> dict[str, Any]:
    records = [{"messageId": str(n), "body": body} for n, body in enumerate(bodies)]
    return {"Records": [{**record, "eventSource": "aws:sqs"} for record in records]}


@pytest.mark.parametrize(
    ("key", "deployment"),
    [
        ("models/housing/model.tar.gz", "housing"),
        ("models/churn-eu/2026/03/a model%2B+é.tar.gz", "churn-eu"),
        ("models/housing/slipway.yaml", "housing"),
        ("models/housing/baseline.csv", "housing"),
        ("models/housing/baseline.parquet", "housing"),
    ],
)
def test_an_upload_hints_at_the_deployment_of_its_folder(key: str, deployment: str) -> None:
    assert uploaded(upload(key)) == Hint(deployment, f"{key} was uploaded")


def finished(key: str, time: str = "2026-03-02T09:14:07Z") -> dict[str, Any]:
    found = {"key": key, "version-id": "v1", "size": 10}
    return {"time": time, "detail": {"bucket": {"name": "bucket"}, "object": found}}


def test_an_upload_was_finished_when_its_event_says() -> None:
    hint = uploaded(finished("models/housing/model.tar.gz"))
    assert hint is not None
    assert hint.arrived is not None
    assert hint.arrived == Artifact("bucket", "models/housing/model.tar.gz", "v1", 0, 10)
    assert hint.arrived.uploaded_at == datetime(2026, 3, 2, 9, 14, 7, tzinfo=UTC).timestamp()


def test_an_upload_at_no_moment_is_refused() -> None:
    with pytest.raises(InvalidInput, match="time: 'soon'"):
        uploaded(finished("models/housing/model.tar.gz", "soon"))


@pytest.mark.parametrize(
    "key",
    [
        "models/housing/readme.txt",
        "models/housing/baseline.xlsx",
        "models/housing/2026/baseline.csv",
        "artifacts/x/model.tar.gz",
        "x",
    ],
)
def test_other_keys_hint_at_nothing(key: str) -> None:
    assert uploaded(upload(key)) is None


def test_a_key_is_taken_as_it_is_written() -> None:
    with pytest.raises(InvalidInput, match="deployment: 'my%2Dmodel'"):
        uploaded(upload("models/my%2Dmodel/model.tar.gz"))


@pytest.mark.parametrize("event", [{}, {"detail": None}, {"detail": []}, upload(None), upload(7)])
def test_an_upload_without_a_key_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=r"detail\.object\.key"):
        uploaded(event)


@pytest.mark.parametrize(
    ("detail", "hint"),
    [
        (
            {"EndpointName": "slipway-housing", "EndpointStatus": "IN_SERVICE"},
            Hint("housing", "endpoint slipway-housing is IN_SERVICE"),
        ),
        (
            {"ModelPackageGroupName": "slipway-churn-eu", "ModelApprovalStatus": "Rejected"},
            Hint("churn-eu", "model package slipway-churn-eu is Rejected"),
        ),
        (
            {"EndpointName": "slipway-housing"},
            Hint("housing", "endpoint slipway-housing is changed"),
        ),
        ({"EndpointName": "housing", "EndpointStatus": "IN_SERVICE"}, None),
        ({"EndpointName": "slipway-"}, None),
        ({"EndpointName": "slipway-Housing"}, None),
        ({"ModelPackageGroupName": "somebody-elses"}, None),
        (
            {"taskArn": "a-task", "group": "family:slipway-housing", "lastStatus": "STOPPED"},
            Hint("housing", "task a-task is STOPPED"),
        ),
        ({"taskArn": "a-task", "group": "service:slipway", "lastStatus": "STOPPED"}, None),
    ],
)
def test_a_change_hints_at_the_deployment_of_its_resource(
    detail: dict[str, str], hint: Hint | None
) -> None:
    # The list as source and the times in milliseconds are as AWS documents them.
    event = {"source": ["aws.sagemaker"], "time": "1583831889050", "detail": detail}
    assert changed(event, SITE) == hint


@pytest.mark.parametrize("event", [{}, {"detail": "x"}, {"detail": {}}])
def test_a_change_of_nothing_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="detail"):
        changed(event, SITE)


WINDOW = "monitoring/reports/slipway-housing/slipway-housing/2026/11/22/10/"


@pytest.mark.parametrize(
    ("key", "deployment"),
    [
        (f"{WINDOW}slipway_drift.json", "housing"),
        (f"{WINDOW}constraint_violations.json", "housing"),
        # A schedule that somebody made by hand has a name of its own.
        ("monitoring/reports/slipway-churn-eu/by-hand/2026/11/22/10/x.json", "churn-eu"),
        ("monitoring/reports/housing/slipway-housing/2026/11/22/10/x.json", None),
        ("monitoring/reports/slipway-housing/2026/11/22/10/x.json", None),
        ("monitoring/reports/slipway-housing/slipway-housing/2026/11/22/x.json", None),
        ("capture/slipway-housing/AllTraffic/2026/11/22/10/x.jsonl", None),
        ("copy/" + WINDOW, None),
    ],
)
def test_a_report_s_key_says_which_window_of_which_deployment_it_is(
    key: str, deployment: str | None
) -> None:
    found = reported(upload(key), SITE)
    assert (found.deployment if found else None) == deployment
    assert found is None or (found.hour, key.startswith(found.folder)) == ("2026/11/22/10", True)


@given(detail=JSON)
def test_no_event_does_worse_than_being_refused(detail: object) -> None:
    for read in (
        uploaded,
        lambda event: changed(event, SITE),
        lambda event: reported(event, SITE),
    ):
        try:
            found = read({"detail": detail})
        except InvalidInput:
            continue
        assert found is None or found.deployment


def test_only_the_messages_that_failed_are_delivered_again() -> None:
    nudged = []

    def nudge(hint: Hint) -> str:
        if hint.deployment == "busy":
            raise Throttled("later")
        nudged.append(hint)
        return "Started"

    keys = ["models/a/m.tar.gz", "models/busy/m.tar.gz", "models/No/m.tar.gz", "other"]
    bodies = [json.dumps(upload(key)) for key in keys]
    answer = deliver(batch(*bodies, "not JSON"), uploaded, nudge)
    assert [f["itemIdentifier"] for f in answer["batchItemFailures"]] == ["1", "2", "4"]
    assert nudged == [Hint("a", "models/a/m.tar.gz was uploaded")]
