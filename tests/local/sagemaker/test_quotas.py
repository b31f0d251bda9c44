"""Instance quotas."""

from collections.abc import Callable

from slipway_local.sagemaker.account import Durations
from slipway_local.sagemaker.rehearsal import Rehearsal

Deploy = Callable[..., str]
Refused = Callable[[Callable[[], object]], tuple[str, str]]

QUOTA = "ml.m5.large for endpoint usage"


def exceeded(limit: int, used: int, delta: int) -> tuple[str, str]:
    return "ResourceLimitExceeded", (
        f"The account-level service limit '{QUOTA}' is {limit} Instances, with current "
        f"utilization of {used} Instances and a request delta of {delta} Instances. Please use "
        "AWS Service Quotas to request an increase for this quota. If AWS Service Quotas is not "
        "available, contact AWS support to request an increase for this quota."
    )


def test_an_endpoint_beyond_the_quota_is_refused_and_leaves_nothing(
    configure: Deploy, refused: Refused
) -> None:
    cloud = Rehearsal(quotas={QUOTA: 1})
    configure(cloud, "one", InitialInstanceCount=2)
    create = cloud.control.create_endpoint
    answer = refused(lambda: create(EndpointName="live", EndpointConfigName="one"))
    assert answer == exceeded(1, 0, 2)
    assert cloud.launcher.launched == []
    assert cloud.control.list_endpoints()["Endpoints"] == []


def test_an_update_needs_room_for_both_fleets(
    serve: Deploy, configure: Deploy, refused: Refused
) -> None:
    cloud = Rehearsal(quotas={QUOTA: 3}, durations=Durations(updating=10))
    serve(cloud, "live", InitialInstanceCount=2)
    configure(cloud, "two", InitialInstanceCount=2)
    configure(cloud, "small")
    update = cloud.control.update_endpoint
    answer = refused(lambda: update(EndpointName="live", EndpointConfigName="two"))
    assert answer == exceeded(3, 2, 2)
    update(EndpointName="live", EndpointConfigName="small")
    cloud.pass_time(11)
    update(EndpointName="live", EndpointConfigName="two")


def test_scaling_out_counts_only_what_is_added(serve: Deploy, refused: Refused) -> None:
    cloud = Rehearsal(quotas={QUOTA: 3})
    serve(cloud, "live")

    def scale(count: int) -> object:
        return cloud.control.update_endpoint_weights_and_capacities(
            EndpointName="live",
            DesiredWeightsAndCapacities=[
                {"VariantName": "AllTraffic", "DesiredInstanceCount": count}
            ],
        )

    assert refused(lambda: scale(4)) == exceeded(3, 1, 3)
    scale(3)
