"""What the instance types hold: enough to say how many models fit in one, and how full it is.

Source: "Amazon EC2 instance types": a type's size gives its vCPUs, its family the memory of each.
"""

GIB = 1024**3
_OTHER = 4.0
_VCPUS = {"medium": 1, "large": 2, "xlarge": 4}
_GIB_A_VCPU = {"c": 2.0, "m": 4.0, "r": 8.0, "g": 4.0, "p": 8.0, "t": 4.0}
_ODD = {"ml.t2.medium": 4.0, "ml.t2.large": 8.0, "ml.t2.xlarge": 16.0, "ml.t2.2xlarge": 32.0}


def vcpus(instance_type: str) -> int:
    """`ml.m5.4xlarge` has 16."""
    size = instance_type.rsplit(".", 1)[-1]
    return _VCPUS.get(size) or int(size.removesuffix("xlarge") or 1) * _VCPUS["xlarge"]


def memory(instance_type: str) -> int:
    """Bytes; of accelerated types roughly."""
    family = instance_type.removeprefix("ml.")[:1]
    odd = _ODD.get(instance_type)
    return int((odd or vcpus(instance_type) * _GIB_A_VCPU.get(family, _OTHER)) * GIB)
