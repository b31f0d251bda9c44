"""Headers of requests and answers."""

import pytest
from slipway_local.images.slipway_container.messages import Request, media_type, with_charset


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text/csv", ("text/csv", {})),
        (
            "Text/CSV; Label_Size=1 ;charset=UTF-8",
            ("text/csv", {"label_size": "1", "charset": "utf-8"}),
        ),
        ('text/libsvm ;charset="utf8"', ("text/libsvm", {"charset": "utf8"})),
        ("", ("", {})),
    ],
)
def test_media_types(header: str, expected: tuple[str, dict[str, str]]) -> None:
    assert media_type(header) == expected


@pytest.mark.parametrize(
    ("mimetype", "sent"),
    [
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/csv; charset=utf-8", "text/csv; charset=utf-8"),
        ("application/json", "application/json"),
    ],
)
def test_text_is_sent_with_its_charset_as_flask_does(mimetype: str, sent: str) -> None:
    assert with_charset(mimetype) == sent


@pytest.mark.parametrize(
    ("headers", "accept"),
    [({}, None), ({"accept": "*/*"}, None), ({"accept": ""}, None), ({"accept": "a/b"}, "a/b")],
)
def test_a_caller_may_take_anything(headers: dict[str, str], accept: str | None) -> None:
    assert Request("POST", "/invocations", headers, b"").accept == accept
