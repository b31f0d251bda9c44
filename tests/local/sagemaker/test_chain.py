"""What passes from one container of a pipeline to the next."""

from slipway_local.sagemaker.chain import after, told
from slipway_local.sagemaker.serving import Reply

ASKED = {"Content-Type": "text/csv", "Accept": "application/json", "X-Own": "1"}


def test_only_the_last_container_hears_what_is_accepted() -> None:
    assert told(ASKED, last=True) == ASKED
    assert told(ASKED, last=False) == {"Content-Type": "text/csv", "X-Own": "1"}


def test_a_container_hears_the_content_type_of_the_answer_before() -> None:
    heard = after(ASKED, Reply(200, {"content-type": "application/x-npy", "X-Own": "2"}, b""))
    assert heard == {**ASKED, "Content-Type": "application/x-npy"}
    assert after(ASKED, Reply(200, {}, b"")) == ASKED
