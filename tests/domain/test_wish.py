"""What is said is a wish, or none."""

import pytest
from slipway.domain.errors import InvalidInput
from slipway.domain.wish import Delete, Passing, Rollback, TaskNow, Wish, wish_of


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ({"type": "delete"}, Delete()),
        ({"type": "delete", "purge": True}, Delete(purge=True)),
        ({"type": "rollback"}, Rollback()),
        ({"type": "task"}, TaskNow()),
        ({"type": "task", "command": ["python", "-V"]}, TaskNow(("python", "-V"))),
        ({"type": "rollback", "to": 12, "now": True}, Rollback(12, now=True)),
        ({"type": "rollback", "rerun": True}, Rollback(rerun=True)),
    ],
    ids=["delete", "purge", "rollback", "task", "task with a command", "rollback to", "rerun"],
)
def test_a_wish(said: object, wish: Wish | Passing) -> None:
    assert wish_of(said) == wish


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("delete", "'delete' is none"),
        ({"type": "delete", "purge": "yes"}, "is none"),
        ({"type": "rollback", "to": "12"}, "to: '12' is no number of a release"),
        ({"type": "rollback", "to": True}, "to: True is no number"),
        ({"type": "rollback", "to": 0}, "to: 0 is no number"),
        ({"type": "rollback", "now": 1}, "now: 1 is neither true nor false"),
        ({"type": "rollback", "rerun": "yes"}, "rerun: 'yes' is neither true nor false"),
        ({"type": "rollback", "from": 1}, "is none"),
        ({"type": "task", "command": "python -V"}, "command: 'python -V' is no command"),
        ({"type": "task", "command": [1]}, "command: .1. is no command"),
        ({"type": "task", "command": ["x"] * 101}, "at most 100 texts"),
        ({"type": "task", "command": ["x" * 2001]}, "of 2000 characters together"),
        ({"type": "task", "image": "mine:1"}, "is none"),
    ],
    ids=[
        "text",
        "purge",
        "text number",
        "truth",
        "zero",
        "now",
        "rerun",
        "unknown key",
        "words",
        "numbers",
        "many",
        "long",
        "image",
    ],
)
def test_no_wish(said: object, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        wish_of(said)
