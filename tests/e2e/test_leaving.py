"""Deployments that are asked to go, over the wire and with IAM enforced."""

from typing import Any

from slipway.domain.naming import group_name
from slipway_cli.sync import run


def left(slipway: Any, deployment: str) -> dict[str, list[str]]:
    """What SageMaker has of a deployment, by kind."""
    client, name = slipway.client("sagemaker"), slipway.stack.endpoint(deployment)
    found = {
        "endpoints": client.list_endpoints(NameContains=name)["Endpoints"],
        "configs": client.list_endpoint_configs(NameContains=name)["EndpointConfigs"],
        "models": client.list_models(NameContains=name)["Models"],
    }
    return {kind: [str(each) for each in names] for kind, names in found.items()}


def test_a_deployment_goes_and_comes_back(slipway: Any, models: Any) -> None:
    assert slipway.release("goes", models.line()).verdict == "Released"
    assert run(slipway.stack, "goes", {"wish": {"type": "delete"}}, 60.0).verdict == "Deleted"
    assert left(slipway, "goes") == {"endpoints": [], "configs": [], "models": []}
    assert slipway.release("goes", models.line(1.0)).verdict == "Released"
    assert slipway.predict("goes") == 6.0


def test_a_deployment_goes_with_everything(slipway: Any, models: Any) -> None:
    assert slipway.release("purged", models.line()).verdict == "Released"
    end = run(slipway.stack, "purged", {"wish": {"type": "delete", "purge": True}}, 60.0)
    assert end.verdict == "Deleted"
    assert left(slipway, "purged") == {"endpoints": [], "configs": [], "models": []}
    groups = slipway.client("sagemaker").list_model_package_groups()["ModelPackageGroupSummaryList"]
    gone = group_name(slipway.stack.ports.site, "purged")
    assert gone not in [group["ModelPackageGroupName"] for group in groups]
    s3, bucket = slipway.client("s3"), slipway.stack.bucket
    for prefix in ("models/purged/", "artifacts/purged/", "capture/slipway-purged/"):
        assert s3.list_object_versions(Bucket=bucket, Prefix=prefix).get("Versions", []) == []
    assert slipway.history("purged") == []
    assert slipway.stack.ports.ledger.load("purged").desired is None


def test_only_what_may_be_gone_back_to_is_kept(slipway: Any, models: Any) -> None:
    for offset in range(4):
        assert slipway.release("often", models.line(float(offset))).verdict == "Released"
    assert slipway.predict("often") == 8.0
    assert [len(names) for names in left(slipway, "often").values()] == [1, 2, 2]


def test_a_release_is_rolled_back_to_until_something_newer_comes(slipway: Any, models: Any) -> None:
    for offset in (0.0, 1.0):
        assert slipway.release("back", models.line(offset)).verdict == "Released"
    end = run(slipway.stack, "back", {"wish": {"type": "rollback"}}, 60.0)
    assert (end.verdict, "as release 1 did" in end.reason) == ("Released", True)
    assert slipway.predict("back") == 5.0
    record = slipway.stack.ports.ledger.load("back")
    assert [(r.number, r.of, r.withdrawn) for r in record.releases.last] == [
        (3, 1, False),
        (2, None, True),
        (1, None, False),
    ]
    assert slipway.manage("back", "on_change: hold\n").verdict == "Released"
    assert slipway.predict("back") == 5.0
    assert slipway.release("back", models.line(2.0)).verdict == "Released"
    assert slipway.predict("back") == 7.0
