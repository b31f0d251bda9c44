from typing import TYPE_CHECKING

from tests.functions.conftest import BUCKET

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, World

DELETE = {"type": "delete"}
PURGE = {"type": "delete", "purge": True}


def released(world: "World", call: "Call", advance: "Advance", execution: str = "one") -> None:
    """A monitored deployment, released."""
    world.upload_monitored()
    call("announce", advance("Announce", execution))


def test_what_is_asked_to_go_goes_and_its_versions_stay(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    released(world, call, advance)
    logs = world.aws.client("logs")
    logs.create_log_group(logGroupName="/aws/sagemaker/Endpoints/slipway-housing")
    call("clean_up", advance("CleanUp", "two", wish=DELETE))
    assert logs.describe_log_groups()["logGroups"] == []
    assert call("announce", advance("Announce", "two")) == "Deleted"
    account = world.sagemaker.service.account
    assert not account.endpoints
    assert not account.configs
    assert not account.models
    assert len(account.packages) == 1
    assert world.files("models/housing/")


def test_what_is_asked_to_go_with_everything_leaves_nothing(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    released(world, call, advance)
    world.capture()
    world.sagemaker.pass_time(1e9)  # uploads are stamped by another clock than releases go by
    told = call("clean_up", advance("CleanUp", "two", wish=PURGE))
    assert told.endswith("versions and data")
    assert call("announce", advance("Announce", "two")) == "Deleted"
    account = world.sagemaker.service.account
    assert not account.packages
    assert not account.groups
    found = world.aws.client("s3").list_object_versions(Bucket=BUCKET)
    assert [each["Key"] for each in found.get("Versions", [])] == []
    assert world.ports.ledger.history("housing") == []
    assert world.ports.ledger.load("housing").desired is None


def test_nothing_is_deleted_that_is_not_owed(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    released(world, call, advance)
    assert call("clean_up", advance("Announce", "two")) == "not needed any more; now Announce"
    assert world.sagemaker.service.account.configs
