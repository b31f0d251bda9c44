"""The rules let through what a function can read, and nothing that only looks like it."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway.domain.errors import InvalidInput
from slipway.domain.naming import Site, deployment_of_key
from slipway.events import changed, reported, uploaded

Document = Mapping[str, Any]
Matches = Callable[[Document, Document], bool]
SITE = Site("slipway", "slipway-123456789012-eu-west-1", "eu-west-1", "")
DOCUMENTED = {
    "sagemaker.SageMaker_Transform_Job_State_Change.3.json": (
        "TransformJobName",
        "slipway-housing-3f6b0f8d92ec",
    ),
    "sagemaker.SageMaker_Endpoint_State_Change.4.json": ("EndpointName", "slipway-housing"),
    "sagemaker.SageMaker_Model_Package_State_Change.6.json": (
        "ModelPackageGroupName",
        "slipway-housing",
    ),
}


@pytest.fixture(scope="session")
def patterns(resources: Callable[[str], dict[str, Document]]) -> dict[str, Document]:
    """The patterns of the rules, for the bucket and the prefix of SITE."""
    rules = resources("AWS::Events::Rule")
    return {name: _filled(r["EventPattern"]) for name, r in rules.items() if "EventPattern" in r}


def _filled(value: Any) -> Any:  # noqa: ANN401 - JSON
    match value:
        case {"Ref": "Bucket"}:
            return SITE.bucket
        case {"Sub": str(text)}:
            return text.replace("${Prefix}", SITE.prefix)
        case Mapping():
            return {name: _filled(part) for name, part in value.items()}
        case list():
            return [_filled(part) for part in value]
    return value


@pytest.fixture(scope="session")
def events(repository: Path) -> dict[str, Document]:
    """The example events, by file name; each begins with the rule that lets it through."""
    return {path.name: json.loads(path.read_text()) for path in repository.glob("events/*.json")}


def altered(event: Document, **detail: object) -> Document:
    copy = dict(deepcopy(event))
    copy["detail"] = {**copy["detail"], **detail}
    return copy


def test_every_rule_has_an_event_and_every_event_its_rule(
    resources: Callable[[str], dict[str, Document]], events: dict[str, Document]
) -> None:
    assert {name.split(".")[0] for name in events} == set(resources("AWS::Events::Rule"))


def test_every_event_passes_its_own_rule_alone(
    patterns: dict[str, Document], events: dict[str, Document], matches: Matches
) -> None:
    for name, event in events.items():
        passed = {rule for rule, pattern in patterns.items() if matches(pattern, event)}
        assert passed == {name.split(".")[0]} & set(patterns), name


def test_every_event_that_passes_names_its_deployment(events: dict[str, Document]) -> None:
    for name, event in events.items():
        rule = name.split(".")[0]
        if rule != "SweepRule":
            read = {"UploadRule": uploaded, "ViolationsRule": partial(reported, site=SITE)}
            found = read.get(rule, partial(changed, site=SITE))(event)
            assert found is not None, name
            assert found.deployment == "housing"


@pytest.mark.parametrize(
    "key",
    [
        "artifacts/housing/sha256/ab/model.tar.gz",
        "capture/slipway-housing/AllTraffic/2026/03/02/09/x.jsonl",
        "models/housing/readme.txt",
        "models/housing/model.tar.gz.part",
        "models/housing/slipway.yml",
        "models/model.tar.gz",
        "other/models/housing/model.tar.gz",
        "Models/housing/model.tar.gz",
        "batches/housing/out/1/rows.csv.out",
        "batches/housing/runs/1/seen.json",
        "batches/housing/asked/ab/rows.csv",
    ],
)
def test_other_objects_wake_nobody(
    key: str, patterns: dict[str, Document], events: dict[str, Document], matches: Matches
) -> None:
    event = altered(events["UploadRule.artifact.json"], object={"key": key})
    assert not matches(patterns["UploadRule"], event)


def test_deletions_and_other_buckets_wake_nobody(
    patterns: dict[str, Document], events: dict[str, Document], matches: Matches
) -> None:
    upload = events["UploadRule.artifact.json"]
    deletion = {**upload, "detail-type": "Object Deleted"}
    assert not matches(patterns["UploadRule"], deletion)
    elsewhere = altered(upload, bucket={"name": "somebody-elses"})
    assert not matches(patterns["UploadRule"], elsewhere)


@pytest.mark.parametrize("name", ["slipwayhousing", "other-slipway-housing", "slipway2-housing"])
def test_endpoints_of_others_wake_nobody(
    name: str, patterns: dict[str, Document], events: dict[str, Document], matches: Matches
) -> None:
    event = altered(events["ChangeRule.endpoint.json"], EndpointName=name)
    assert not matches(patterns["ChangeRule"], event)
    assert changed(event, SITE) is None


def test_other_changes_of_sagemaker_wake_nobody(
    patterns: dict[str, Document], events: dict[str, Document], matches: Matches
) -> None:
    job = {
        **events["ChangeRule.endpoint.json"],
        "detail-type": "SageMaker Training Job State Change",
    }
    assert not matches(patterns["ChangeRule"], job)


PART = st.text(st.sampled_from("az09/.-_ +%é"), max_size=8)
ENDING = st.sampled_from(["", ".tar.gz", "/slipway.yaml", "/m.tar.gz"])


@given(key=st.builds("models/{}/{}{}".format, PART, PART, ENDING))
def test_no_key_that_the_core_knows_is_held_back(
    key: str, patterns: dict[str, Document], events: dict[str, Document], matches: Matches
) -> None:
    try:
        known = deployment_of_key(key) is not None
    except InvalidInput:
        known = True  # it has to reach the queue, where a person finds it
    event = altered(events["UploadRule.artifact.json"], object={"key": key})
    assert not known or matches(patterns["UploadRule"], event)


@pytest.mark.parametrize(
    ("name", "field", "ours"), [(name, *of) for name, of in DOCUMENTED.items()]
)
def test_the_events_that_aws_documents_pass_under_our_names(
    name: str,
    field: str,
    ours: str,
    repository: Path,
    patterns: dict[str, Document],
    matches: Matches,
) -> None:
    path = repository.parent / "shared/data/events" / name
    if not path.exists():
        pytest.skip("the collection of documented events is not here")
    event = json.loads(path.read_text())
    assert not matches(patterns["ChangeRule"], event)
    named = altered(event, **{field: ours})
    assert matches(patterns["ChangeRule"], named)
    hint = changed(named, SITE)
    assert hint is not None
    assert hint.deployment == "housing"
