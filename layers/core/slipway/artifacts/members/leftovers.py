"""Files that tools leave behind and no container looks at."""

from __future__ import annotations

import re
from typing import Final

_LEFTOVER: Final = re.compile(
    r"(^|/)(\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini|[^/]*\.pyc"
    r"|(__MACOSX|__pycache__|\.ipynb_checkpoints|\.git|PaxHeaders?(\.\d+)?)/.*)$"
)


def is_leftover(name: str) -> bool:
    """Whether a name is of macOS, Windows, Python, Jupyter, git or tar, and says nothing.

    Such a file's name is not believed, so that `._model.joblib` is no pickle; its bytes are.
    """
    return _LEFTOVER.search(name) is not None
