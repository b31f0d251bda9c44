"""Where ports and volumes are, and how a task's words say so."""

import socket
import sys
from pathlib import Path

import pytest
from slipway_local.ecs.running import Binding
from slipway_local.images.places import LOOPBACK, Places, bound, fresh_address

PLACES = Places({8501: Binding(8501, "127.9.9.9", 4001)}, {"/models": Path("/here/models")})


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (
            "curl -f http://localhost:8501/v1 || exit 1",
            "curl -f http://127.9.9.9:4001/v1 || exit 1",
        ),
        ("127.0.0.1:8501 0.0.0.0:8501", "127.9.9.9:4001 127.9.9.9:4001"),
        ("localhost:5432", "localhost:5432"),
        ("/models", "/here/models"),
        ("--base=/models/housing", "--base=/here/models/housing"),
        ("ls /models; true", "ls /here/models; true"),
        ("/opt/models /models.old /models2", "/opt/models /models.old /models2"),
    ],
)
def test_words_mean_what_is_here(words: str, meant: str) -> None:
    assert PLACES.told(words) == meant


def test_a_port_that_is_taken_is_another_one() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        found = bound(LOOPBACK, [port])[port]
    assert (found.port, found.host) == (port, LOOPBACK)
    assert found.host_port != port


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is one address")
def test_tasks_have_addresses_of_their_own() -> None:
    first, second = fresh_address(), fresh_address()
    assert first != second
    assert bound(first, [18080])[18080] == Binding(18080, first, 18080)
