"""The bounds of a process, set in a process of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from slipway_local.images.slipway_container import confinement

PROGRAM = """
import json, os, resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from slipway_container import confinement
root = Path(sys.argv[2])
confinement.confine(confinement.Bounds(2**31, 20, 50, 2**20), root)
names = ("AS", "NOFILE", "FSIZE", "CORE")
limits = {name: resource.getrlimit(getattr(resource, "RLIMIT_" + name))[1] for name in names}
print(json.dumps({"limits": limits, "uid": os.geteuid(), "pid": os.getpid(),
                  "owner": (root / "file").stat().st_uid, "groups": os.getgroups()}))
"""


@pytest.fixture
def confined(tmp_path: Path) -> dict[str, object]:
    """What a process finds after it confined itself."""
    (tmp_path / "file").touch()
    package = str(Path(confinement.__file__).parents[1])
    command = [sys.executable, "-I", "-c", PROGRAM, package, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - the program above
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_limits_cannot_be_raised_again(confined: dict[str, object]) -> None:
    assert confined["limits"] == {"AS": 2**31, "NOFILE": 50, "FSIZE": 2**20, "CORE": 0}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give it a user of its own")
def test_root_becomes_a_user_of_its_own(confined: dict[str, object]) -> None:
    process = confined["pid"]
    assert isinstance(process, int)
    user = confinement.own_user(process)
    assert (confined["uid"], confined["owner"], confined["groups"]) == (user, user, [])


def test_no_two_processes_share_a_user() -> None:
    assert confinement.own_user(1) != confinement.own_user(2)
    assert confinement.own_user(1) > 65536
