"""Objects of S3, listed and read without an SDK."""

from __future__ import annotations

import http.server
import threading
import urllib.parse
from typing import TYPE_CHECKING

import pytest
from slipway_local.images.slipway_container.s3 import download

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGES = {
    "": "<Contents><Key>m/1/a b</Key></Contents><NextContinuationToken>t</NextContinuationToken>",
    "t": "<Contents><Key>m/1/</Key></Contents><Contents><Key>{last}</Key></Contents>",
}
ASKED: list[tuple[str, dict[str, str]]] = []


class S3(http.server.BaseHTTPRequestHandler):
    """Answers as S3 does, in two pages; the last key is the server's."""

    def do_GET(self) -> None:
        ASKED.append((self.path, dict(self.headers)))
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        body = f"bytes of {urllib.parse.unquote(url.path)}"
        if query:
            page = PAGES[query.get("continuation-token", "")]
            text = page.format(last=self.server.last)  # type: ignore[attr-defined]
            space = "http://s3.amazonaws.com/doc/2006-03-01/"
            body = f'<ListBucketResult xmlns="{space}">{text}</ListBucketResult>'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[http.server.HTTPServer]:
    ASKED.clear()
    made = http.server.HTTPServer(("127.0.0.1", 0), S3)
    made.last = "m/2"  # type: ignore[attr-defined]
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def variables(server: http.server.HTTPServer, **credentials: str) -> dict[str, str]:
    return {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}", **credentials}


def test_all_objects_below_a_prefix_are_laid_out(
    server: http.server.HTTPServer, tmp_path: Path
) -> None:
    download("s3://bucket/m", tmp_path, variables(server))
    assert (tmp_path / "1" / "a b").read_text() == "bytes of /bucket/m/1/a b"
    assert (tmp_path / "2").read_text() == "bytes of /bucket/m/2"
    assert not any("Authorization" in headers for _, headers in ASKED)


def test_requests_are_signed_where_there_are_credentials(
    server: http.server.HTTPServer, tmp_path: Path
) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c"}
    download("s3://bucket/m/", tmp_path, variables(server, **keys))
    for _, headers in ASKED:
        told = {name.lower(): value for name, value in headers.items()}
        assert told["authorization"].startswith("AWS4-HMAC-SHA256 Credential=a/")
        assert told["x-amz-security-token"] == "c"


def test_nothing_leads_out_of_the_folder(server: http.server.HTTPServer, tmp_path: Path) -> None:
    server.last = "m/../../out"  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="leads out"):
        download("s3://bucket/m", tmp_path / "in", variables(server))
