"""A small network on the Boston housing data, saved as PyTorch's users save models.

python train.py Boston.csv model.pth
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

FOLDS, STEPS, RATE = 5, 400, 0.02


def network() -> nn.Sequential:
    """Twelve features, sixteen hidden units, a price."""
    torch.manual_seed(0)
    return nn.Sequential(nn.BatchNorm1d(12), nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 1))


def fit(rows: torch.Tensor, prices: torch.Tensor) -> nn.Sequential:
    """A network that was shown all rows at once, some hundred times."""
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), RATE)
    for _ in range(STEPS):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(rows)[:, 0], prices).backward()
        optimizer.step()
    return model.eval()


def main(data: Path, saved: Path) -> None:
    """Train on `data`, save to `saved`, and print what came of it."""
    table = np.loadtxt(data, delimiter=",", skiprows=1, dtype=np.float32)
    np.random.default_rng(0).shuffle(table)
    rows, prices = torch.tensor(table[:, :-1]), torch.tensor(table[:, -1])
    errors = []
    for fold in range(FOLDS):
        kept = torch.arange(len(rows)) % FOLDS != fold
        answers = fit(rows[kept], prices[kept])(rows[~kept])[:, 0]
        errors.append(nn.functional.mse_loss(answers, prices[~kept]).item() ** 0.5)
    torch.save(fit(rows, prices).state_dict(), saved)
    told = {"library": f"PyTorch {torch.__version__}", "rows": len(table)}
    sys.stdout.write(json.dumps({**told, "error": sum(errors) / FOLDS}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
