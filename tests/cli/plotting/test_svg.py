"""The picture as a document: whole, safe, told to those who cannot see it."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from slipway.artifacts.graphs.graph import Graph, Layer
from slipway_cli.plotting.layout import LayoutFailed
from slipway_cli.plotting.svg import COLOURS, MOST, draw
from slipway_cli.plotting.words import FAMILIES, OTHER

SVG = "{http://www.w3.org/2000/svg}"


def network(*names: str) -> Graph:
    layers = [Layer("data", "Input", shape=(1, 3, 8, 8))]
    layers += [
        Layer(name, "Convolution", (n,), {"kernel": "(3, 3)"}) for n, name in enumerate(names)
    ]
    return Graph(tuple(layers), 1500)


def parsed(*given: Any) -> ET.Element:
    return ET.fromstring(draw(*given))  # noqa: S314 - our own


def texts(picture: ET.Element) -> list[str]:
    return [each.text or "" for each in picture.iter(f"{SVG}text")]


def test_it_says_what_it_shows() -> None:
    picture = parsed(network("first", "second"), "model.tar.gz", "mxnet 1.9.1")
    assert picture.get("role") == "img"
    assert picture.findtext(f"{SVG}title") == "model.tar.gz"
    about = picture.findtext(f"{SVG}desc") or ""
    assert [part.strip() for part in about.split("·")] == [
        "mxnet 1.9.1",
        "1.5 k weights",
        "3 operators",
    ]
    assert "first" in texts(picture)
    titles = [each.text or "" for each in picture.iter(f"{SVG}title")]
    assert "second: Convolution\nkernel = (3, 3)" in titles
    assert len([each for each in picture.iter(f"{SVG}path") if each.get("marker-end")]) == 2


def test_it_stays_inside_its_own_size() -> None:
    picture = parsed(network(*(f"layer{n}" for n in range(30))), "t", "a")
    _, _, width, height = map(float, (picture.get("viewBox") or "").split())
    for each in picture.iter(f"{SVG}rect"):
        assert float(each.get("width") or 0) <= width
        assert float(each.get("height") or 0) <= height


@pytest.mark.parametrize(
    "name",
    [
        '</text><script>alert("x")</script>',
        '" onload="alert(1)',
        "]]><!--",
        "\x00\x1b[31m\r\n\u202e\ud800\uffff",
        "n" * 100_000,
        "&amp;&lt;",
    ],
)
def test_names_are_text_and_nothing_else(name: str) -> None:
    plain = parsed(network("name"), "title", "about")
    picture = parsed(
        Graph((Layer(name, name, (), {name: name}), Layer("b", name, (0,)))), name, name
    )
    allowed = {each.tag for each in plain.iter()}
    assert {each.tag for each in picture.iter()} <= allowed
    assert not any(key.startswith("on") for each in picture.iter() for key in each.attrib)
    assert len(draw(network(name), "t", "a").encode()) < 400_000


def test_too_many_boxes_are_refused() -> None:
    with pytest.raises(LayoutFailed, match=f"at most {MOST} are drawn"):
        draw(network(*("x",) * MOST), "t", "a")


def test_too_many_lines_are_refused() -> None:
    layers = [Layer(str(n), "Concat", tuple(range(n))) for n in range(200)]
    with pytest.raises(LayoutFailed, match="19900 lines to draw"):
        draw(Graph(tuple(layers)), "t", "a")


def luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(p * w for p, w in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def test_every_family_has_a_colour_on_which_white_can_be_read() -> None:
    assert COLOURS.keys() == {family.name for family in (*FAMILIES, OTHER)}
    for name, colour in COLOURS.items():
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5, name
