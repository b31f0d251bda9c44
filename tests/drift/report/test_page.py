"""The report says the verdict first, and needs nothing but itself."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from slipway_drift.checks.beyond import judge
from slipway_drift.checks.check import check
from slipway_drift.checks.limits import Limits
from slipway_drift.checks.suggest import suggest
from slipway_drift.diagnosis.diagnosis import Explanation
from slipway_drift.jackson import write
from slipway_drift.report.page import MOST_CARDS, report
from slipway_drift.rows.csv_rows import read_csv
from slipway_drift.statistics.profile import profile
from slipway_drift.statistics.statistics_document import read_statistics, statistics
from slipway_drift.summary.reading import read_summary
from slipway_drift.summary.writing import summary

if TYPE_CHECKING:
    from collections.abc import Mapping

EVIL = "<script>alert('x')</script>\x00"
BASELINE = "price,kind,flag\n" + "".join(
    f"{i * 1.5},{'ab'[i % 2]},{int(i % 10 == 0)}\n" for i in range(300)
)
WORSE = "price,kind,flag\n" + "".join(
    f"{-i * 900.5 if i % 9 else 'n/a'},{'ab'[i % 2] if i % 5 else EVIL},{int(i % 10 != 0)}\n"
    for i in range(300)
)


def summed(baseline: str, current: str, window: str = "2026-01-01 08:00 UTC") -> dict[str, Any]:
    known, held = (profile(read_csv(io.BytesIO(text.encode()))) for text in (baseline, current))
    asked = suggest(known)
    checked = check(held, asked, read_statistics(statistics(known)))
    judgement = judge(checked, held, asked, Limits())
    document = summary("house <prices>", window, held, checked, judgement, Explanation())
    return dict(read_summary(json.loads(write(document))))


class Page(HTMLParser):
    """What a reader meets: tags in order, ids, links, and the text in view."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, Mapping[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "line", "path", "circle"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)


def test_causes_come_before_what_they_explain() -> None:
    cause = {
        "cause": EVIL, "columns": [EVIL], "since": "noon", "evidence": EVIL, "explains": 3,
    }  # fmt: skip
    subject = summed(BASELINE, WORSE) | {"diagnosis": {"findings": 4, "causes": [cause]}}
    page = Page(report(subject))
    words = " ".join(page.words)
    assert page.open == []
    assert words.index("What explains it") < words.index("What changed")
    assert "One cause explains 3 of 4 findings" in words
    assert "It explains 3 of 4 findings." in words
    assert "script" not in [tag for tag, _ in page.tags]


def test_what_moves_slowly_has_a_place_of_its_own() -> None:
    def window(hour: int) -> dict[str, Any]:
        held = summed(BASELINE, BASELINE, f"{hour:02}:00")
        held["features"][0]["numbers"]["current"]["mean"] = 224.25 + hour * 4
        return held

    past = [window(hour) for hour in range(20)]
    page = report(past[-1], past[:-1]).decode()
    assert "What moves slowly" in page
    assert "Slowly rising. The mean went from 224.2 to 300.2 in 20 windows" in page
    assert "What moves slowly" not in report(past[0]).decode()


@pytest.fixture(scope="module")
def page() -> Page:
    history = [summed(BASELINE, BASELINE, "2026-01-01 07:00 UTC")]
    return Page(report(summed(BASELINE, WORSE), history))


def test_every_tag_is_closed_and_every_link_leads_somewhere(page: Page) -> None:
    assert page.open == []
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert links
    assert all(link and link.startswith("#") and link[1:] in ids for link in links)


def test_it_asks_nothing_of_the_world(page: Page) -> None:
    assert not {tag for tag, _ in page.tags} & {"script", "img", "link", "iframe", "object", "form"}
    assert all(
        "src" not in a and not (a.get("href") or "#").startswith("http") for _, a in page.tags
    )
    policies = [a["content"] for _, a in page.tags if a.get("http-equiv")]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_the_verdict_comes_first_and_what_changed_next(page: Page) -> None:
    headings = [tag for tag, _ in page.tags if tag in ("h1", "h2", "h3")]
    assert headings[:2] == ["h1", "h2"]
    words = " ".join(page.words)
    assert words.index("3 of 3 features have changed") < words.index("What changed")
    assert "The last 2 windows" in words


def test_what_the_data_holds_is_shown_and_never_run(page: Page) -> None:
    words = "".join(page.words)
    assert "<script>alert('x')</script>\\x00" in words
    assert "house <prices>" in words
    assert "n/a" in words


def test_every_drawing_is_said_in_words(page: Page) -> None:
    for tag, attributes in page.tags:
        if tag == "svg":
            assert (
                attributes.get("aria-hidden") == "true" or len(attributes["aria-label"] or "") > 20
            )
    assert sum(tag == "table" for tag, _ in page.tags) >= 3


@pytest.mark.parametrize(
    ("current", "headline"),
    [
        ("price,kind,flag\n", "No data in this window"),
        ("price,kind,flag\n1.5,a,0\n", "Too little data to judge"),
        (BASELINE, "No drift"),
        (
            BASELINE.replace("\n", ",9\n").replace("flag,9", "flag,more"),
            "The data's shape has changed",
        ),
    ],
)
def test_each_state_has_its_headline(current: str, headline: str) -> None:
    page = Page(report(summed(BASELINE, current)))
    assert headline.replace("'", "'") in " ".join(page.words)


def test_a_streak_of_violations_says_since_when() -> None:
    windows = [summed(BASELINE, WORSE, f"2026-01-01 0{hour}:00 UTC") for hour in (5, 6, 7)]
    text = report(windows[-1], windows[:-1]).decode()
    assert "in 3 windows in a row, since 2026-01-01 05:00 UTC" in text


def test_each_feature_says_how_often_it_was_violated_and_folds_away_what_is_well() -> None:
    windows = [summed(BASELINE, text) for text in (BASELINE, WORSE, WORSE)]
    text = report(windows[-1], windows[:-1]).decode()
    assert 'aria-label="price: violations in 2 of the last 3 windows"' in text
    assert "<details>" not in text
    good = report(windows[0]).decode()
    assert "Figures of price" in good
    assert "violations in" not in good


def test_what_only_our_own_checks_find_is_said_to_be() -> None:
    found = {"constraint_check_type": "range_check", "description": "d", "feature_name": "price"}
    subject = {**summed(BASELINE, WORSE), "violations": [], "slipway_violations": [found]}
    assert "checks alone would not have found it." in report(subject).decode()
    assert "would not have found" not in report(summed(BASELINE, WORSE)).decode()


def test_ten_thousand_columns_make_a_page_one_can_open() -> None:
    one = summed(BASELINE, WORSE)
    many = {**one, "features": [{**one["features"][0], "name": f"f{i}"} for i in range(10_000)]}
    text = report(many)
    assert len(text) < 3_000_000
    assert len(re.findall(rb"<article", text)) == MOST_CARDS
    assert b"9,800 features with fewer findings" in text
