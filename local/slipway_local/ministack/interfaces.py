"""The network interfaces of tasks, where EC2's API finds them: the way to a task's address."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import ec2

_PUBLIC = "slipway-public-address"


def plugger(account: str, region: str) -> Callable[[str, str, Mapping[str, Any]], None]:
    """A function that makes an interface of that id and address, as an awsvpcConfiguration asks."""

    def plug(interface: str, address: str, asked: Mapping[str, Any]) -> None:
        with request_scope(account, region):
            subnet = ec2._subnets.get(asked["subnets"][0], {})
            ec2._network_interfaces[interface] = {
                "NetworkInterfaceId": interface,
                "SubnetId": asked["subnets"][0],
                "VpcId": subnet.get("VpcId", ec2._DEFAULT_VPC_ID),
                "AvailabilityZone": subnet.get("AvailabilityZone", f"{region}a"),
                "Description": "",
                "OwnerId": account,
                "Status": "in-use",
                "PrivateIpAddress": address,
                "MacAddress": "0a:00:00:00:00:01",
                "Groups": _groups(asked.get("securityGroups", ())),
                "Attachment": None,
                _PUBLIC: asked.get("assignPublicIp") == "ENABLED",
            }

    return plug


def unplugger(account: str, region: str) -> Callable[[str], None]:
    """A function that removes an interface."""

    def unplug(interface: str) -> None:
        with request_scope(account, region):
            ec2._network_interfaces.pop(interface, None)

    return unplug


def tell_public_addresses() -> None:
    """Have EC2 describe the public address of an interface that has one: here it is the private
    one."""
    fields = ec2._eni_fields_xml

    def fields_and_association(interface: Mapping[str, Any], tag: str = "item") -> str:
        text: str = fields(interface, tag)
        if not interface.get(_PUBLIC):
            return text
        address = interface["PrivateIpAddress"]
        told = f"<association><publicIp>{address}</publicIp></association>"
        return text.replace("<groupSet>", f"{told}<groupSet>", 1)

    ec2._eni_fields_xml = fields_and_association


def _groups(ids: Sequence[str]) -> list[dict[str, str]]:
    known = ec2._security_groups
    return [{"GroupId": id_, "GroupName": known.get(id_, {}).get("GroupName", id_)} for id_ in ids]
