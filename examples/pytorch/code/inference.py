"""A state dictionary is numbers without a network: the script brings the network."""

from pathlib import Path

import numpy as np
import torch
from torch import nn


def model_fn(model_dir: str) -> nn.Sequential:
    """The network with what it learned; `weights_only` lets the file bring nothing but numbers."""
    model = nn.Sequential(nn.BatchNorm1d(12), nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 1))
    model.load_state_dict(torch.load(Path(model_dir) / "model.pth", weights_only=True))
    return model.eval()


def input_fn(body: bytes | str, _content_type: str) -> torch.Tensor:
    """Rows of CSV: the container's own decoder refuses whole numbers beside fractions."""
    text = body.decode() if isinstance(body, bytes) else body
    return torch.tensor(np.loadtxt(text.splitlines(), delimiter=",", ndmin=2, dtype=np.float32))


def predict_fn(rows: torch.Tensor, model: nn.Sequential) -> torch.Tensor:
    """A price for each row."""
    with torch.no_grad():
        return model(rows)
