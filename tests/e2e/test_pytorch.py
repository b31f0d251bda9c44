"""PyTorch and Hugging Face, end to end: a script's model, and a tiny classifier made here."""

import json
from typing import Any

import pytest
from slipway_local.images.installing import EnvironmentFailed

PYTORCH = "pytorch-inference:2.6.0"
HUGGING_FACE = "huggingface-pytorch-inference:2.6.0-transformers4.51.3"
JSON = "application/json"
PROBE = """
probes:
  - body: '{body}'
    content_type: application/json
    accept: application/json
"""

LAYER = """
import torch
layer = torch.nn.Linear(2, 1)
layer.weight.data, layer.bias.data = torch.tensor([[1.0, 2.0]]), torch.tensor([0.5])
torch.save(layer.state_dict(), "model.pth")
"""
SCRIPT = b"""
import os, torch

def model_fn(model_dir):
    layer = torch.nn.Linear(2, 1)
    layer.load_state_dict(torch.load(os.path.join(model_dir, "model.pth"), weights_only=True))
    return layer
"""
CLASSIFIER = """
import json, torch
from transformers import DistilBertConfig, DistilBertForSequenceClassification
from transformers import DistilBertTokenizerFast
words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "a", "very", "film"]
open("vocab.txt", "w").write("\\n".join(words))
tokenizer = DistilBertTokenizerFast("vocab.txt")
tokenizer.save_pretrained(".")
torch.manual_seed(3)
config = DistilBertConfig(vocab_size=len(words), dim=16, hidden_dim=32, n_layers=1, n_heads=2,
                          max_position_embeddings=32, id2label={0: "NEGATIVE", 1: "POSITIVE"},
                          label2id={"NEGATIVE": 0, "POSITIVE": 1})
model = DistilBertForSequenceClassification(config).eval()
model.save_pretrained(".")
with torch.no_grad():
    answer = model(**tokenizer(["a very good film"], return_tensors="pt")).logits.softmax(-1)
open("expected", "w").write(json.dumps(dict(zip(["NEGATIVE", "POSITIVE"], answer[0].tolist()))))
"""


def test_a_pytorch_model_is_served_by_its_script(slipway: Any, torch_files: Any) -> None:
    files = {**torch_files(PYTORCH, LAYER), "code/inference.py": SCRIPT}
    end = slipway.release("layer", files, PROBE.format(body="[[1, 2]]"))
    assert end.verdict == "Released", end
    assert ask(slipway, "layer", "[[1, 2], [3, 4]]") == [[5.5], [11.5]]


def test_a_hugging_face_classifier_needs_no_script(slipway: Any, torch_files: Any) -> None:
    files = dict(torch_files(HUGGING_FACE, CLASSIFIER))
    expected = json.loads(files.pop("expected"))
    end = slipway.release("classifier", files, PROBE.format(body='{"inputs": "a good film"}'))
    assert end.verdict == "Released", end
    body = {"inputs": "a very good film", "parameters": {"top_k": 2}}
    scores = {each["label"]: each["score"] for each in ask(slipway, "classifier", json.dumps(body))}
    assert scores == pytest.approx(expected, abs=1e-6)


def ask(slipway: Any, deployment: str, body: str) -> Any:
    answer = slipway.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=slipway.stack.endpoint(deployment), Body=body, ContentType=JSON, Accept=JSON
    )
    return json.loads(answer["Body"].read())


@pytest.fixture
def torch_files(models: Any) -> Any:
    """`torch_files(image, program)`: what a program leaves that runs in an image's environment.

    Skips where no PyTorch can be had.
    """

    def make(image: str, program: str) -> dict[str, bytes]:
        try:
            folder = models.folder_of(image, program)
        except EnvironmentFailed as failure:
            pytest.skip(f"this machine cannot have PyTorch: {failure}")
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    return make
