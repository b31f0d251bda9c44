"""Principal components of the Boston housing data, and least squares on them, saved as SageMaker's
PCA and Linear Learner save theirs: two containers of one inference pipeline.

python train_pipeline.py Boston.csv pca/model_algo-1

The Linear Learner's model_algo-1 goes into the folder learner/ beside the other's.
"""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from train_linear_learner import error, parameters, save

COMPONENTS = 8


def main(data: Path, saved: Path) -> None:
    """Train on `data`, save both models, and print what came of it."""
    table = np.loadtxt(data, delimiter=",", skiprows=1)
    features, price = table[:, :-1], table[:, -1]
    mean = features.mean(axis=0)
    _, sizes, components = np.linalg.svd(features - mean, full_matrices=False)
    # PCA keeps the largest component last.
    kept = components[:COMPONENTS][::-1].T
    arrays = {"mean": mean[None], "s": sizes[:COMPONENTS][::-1], "v": kept}
    saved.parent.mkdir(parents=True, exist_ok=True)
    saved.write_bytes(parameters(arrays))
    projected = np.insert((features - mean) @ kept, 0, 1, axis=1)
    weights = np.linalg.lstsq(projected, price, rcond=None)[0]
    learner = saved.parent.parent / "learner"
    learner.mkdir(exist_ok=True)
    save(learner / "model_algo-1", weights[1:, None], weights[None, :1])
    folds = np.random.default_rng(0).permutation(len(table)) % 10
    errors = [error(projected, price, folds == fold) for fold in range(10)]
    told = {"library": f"numpy {np.__version__}, {COMPONENTS} components", "rows": len(table)}
    sys.stdout.write(json.dumps({**told, "error": float(np.mean(errors))}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
