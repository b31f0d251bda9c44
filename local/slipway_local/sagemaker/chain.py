"""A model's containers, one after the other: what each is told of the answer before."""

from collections.abc import Mapping

from slipway_local.sagemaker.serving import Reply


def told(headers: Mapping[str, str], *, last: bool) -> Mapping[str, str]:
    """Accept is for the last container: the others of a pipeline answer with what they default to,
    as a real pipeline of scikit-learn and XGBoost shows."""
    return headers if last else {name: headers[name] for name in headers if name != "Accept"}


def after(headers: Mapping[str, str], reply: Reply) -> Mapping[str, str]:
    """What the next container hears: the content type of this one's answer."""
    kinds = [value for name, value in reply.headers.items() if name.lower() == "content-type"]
    return {**headers, "Content-Type": kinds[0]} if kinds else headers
