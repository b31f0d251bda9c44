import boto3
from slipway.adapters.cloudwatch_logs import CloudWatchLogs


def test_what_an_endpoint_printed_goes_and_what_another_did_stays(aws: boto3.Session) -> None:
    client = aws.client("logs")
    for name in ("slipway-h", "slipway-h-2"):
        client.create_log_group(logGroupName=f"/aws/sagemaker/Endpoints/{name}")
    logs = CloudWatchLogs(aws)
    for _ in range(2):  # once it is gone, there is nothing to do
        logs.delete("slipway-h")
    (kept,) = client.describe_log_groups()["logGroups"]
    assert kept["logGroupName"] == "/aws/sagemaker/Endpoints/slipway-h-2"
