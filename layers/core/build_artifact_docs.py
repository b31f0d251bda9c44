"""Write the parts of docs/artifacts.md that the code knows best.

python layers/core/build_artifact_docs.py
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.artifacts.archives.refusal import RULES
from slipway.artifacts.images import images_of, source
from slipway.artifacts.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slipway.artifacts.images import Image

PAGE = Path(__file__).parents[2] / "docs" / "artifacts.md"
SCRIPTS = {"": "not needed", "default": "supplied", "required": "required"}


def kinds_table() -> str:
    """Every kind: its clues, where its version stands, its images, its script."""
    rows = ["| kind | is | told by | version from | images | script |", "|---|---|---|---|---|---|"]
    for kind in KINDS:
        images = images_of(kind.family) if kind.family else ()
        ours = "scikit-learn's" if kind.script else "none"
        served = _images(images) if images else ours
        script = SCRIPTS[kind.script] if images or kind.script else "none"
        cells = (f"`{kind.name}`", kind.title, kind.clues, kind.version, served, script)
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _images(images: Sequence[Image]) -> str:
    """The present repository and the versions it spans, oldest to newest."""
    first, last = images[0].version, images[-1].version
    repository = next(image.repository for image in reversed(images) if "arm64" not in image.tags)
    return f"`{repository}` {first}" + (f" … {last}" if last != first else "")


def rules_table() -> str:
    """Every rule of the archive reader."""
    rows = ["| rule | says | remedy |", "|---|---|---|"]
    rows += [f"| {rule} | {says} | {remedy} |" for rule, (says, remedy) in RULES.items()]
    return "\n".join(rows)


def rewrite(page: str) -> str:
    """The page with its generated parts made anew."""
    for name, body in (("catalogue", kinds_table()), ("rules", rules_table())):
        start = page.index(mark := f"<!-- {name} -->\n") + len(mark)
        page = page[:start] + body + "\n" + page[page.index("<!-- end -->", start) :]
    return re.sub(r"(?<=<!-- images -->)[^\n]*", f" {source()}.", page)


if __name__ == "__main__":
    PAGE.write_text(rewrite(PAGE.read_text("utf-8")), "utf-8")
