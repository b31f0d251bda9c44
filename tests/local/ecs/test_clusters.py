"""Clusters."""

from collections.abc import Callable

from tests.local.ecs.conftest import Cloud

Refused = Callable[..., tuple[str, str]]


def test_a_cluster_is_made_once(cloud: Cloud) -> None:
    first = cloud.client.create_cluster(clusterName="c", tags=[{"key": "a", "value": "b"}])
    assert cloud.client.create_cluster(clusterName="c")["cluster"] == first["cluster"]
    (found,) = cloud.client.describe_clusters(clusters=["c"], include=["TAGS"])["clusters"]
    assert (found["status"], found["tags"]) == ("ACTIVE", [{"key": "a", "value": "b"}])
    assert cloud.client.list_clusters()["clusterArns"] == [found["clusterArn"]]


def test_the_default_cluster_needs_not_be_made(cloud: Cloud) -> None:
    cloud.define({})
    assert cloud.run().startswith("arn:aws:ecs:us-east-1:000000000000:task/default/")


def test_a_cluster_counts_its_tasks_and_is_not_deleted_before(
    cloud: Cloud, refused: Refused
) -> None:
    cloud.define({})
    arn = cloud.run()
    cloud.tick(2)
    (found,) = cloud.client.describe_clusters()["clusters"]
    assert (found["runningTasksCount"], found["pendingTasksCount"]) == (1, 0)
    code, _ = refused(lambda: cloud.client.delete_cluster(cluster="default"))
    assert code == "ClusterContainsTasksException"
    cloud.client.stop_task(task=arn)
    cloud.tick(3)
    assert cloud.client.delete_cluster(cluster="default")["cluster"]["status"] == "INACTIVE"
    assert refused(lambda: cloud.client.list_tasks())[0] == "ClusterNotFoundException"


def test_other_capacity_providers_are_refused(cloud: Cloud, refused: Refused) -> None:
    code, message = refused(
        lambda: cloud.client.create_cluster(clusterName="c", capacityProviders=["mine"])
    )
    assert (code, "mine" in message) == ("InvalidParameterException", True)


def test_what_is_not_there_is_missing(cloud: Cloud) -> None:
    (failure,) = cloud.client.describe_clusters(clusters=["none"])["failures"]
    assert failure["reason"] == "MISSING"


def test_what_is_not_executed_is_refused(cloud: Cloud, refused: Refused) -> None:
    code, message = refused(lambda: cloud.client.list_account_settings())
    assert (code, "ListAccountSettings" in message) == ("UnsupportedOperation", True)
