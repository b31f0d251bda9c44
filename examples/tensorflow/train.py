"""A small network on the Boston housing data, saved as TensorFlow's users save models.

python train.py Boston.csv 1
"""

import json
import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

FOLDS, STEPS, RATE, HIDDEN = 5, 400, 0.05, 16


class Network(tf.Module):
    """Twelve features, sixteen hidden units, a price."""

    def __init__(self, rows: np.ndarray) -> None:
        super().__init__()
        random = np.random.default_rng(0)
        self.mean = tf.constant(rows.mean(0))
        self.scale = tf.constant(rows.std(0))
        self.first = tf.Variable(random.normal(0, 0.3, (12, HIDDEN)).astype("float32"))
        self.bias = tf.Variable(tf.zeros(HIDDEN))
        self.second = tf.Variable(random.normal(0, 0.3, (HIDDEN, 1)).astype("float32"))
        self.price = tf.Variable([20.0])

    @tf.function(input_signature=[tf.TensorSpec([None, 12], tf.float32)])
    def __call__(self, rows: tf.Tensor) -> tf.Tensor:
        """A price for each row."""
        hidden = tf.nn.relu((rows - self.mean) / self.scale @ self.first + self.bias)
        return hidden @ self.second + self.price


def fit(rows: np.ndarray, prices: np.ndarray) -> Network:
    """A network that was shown all rows at once, some hundred times: Adam, written out."""
    model = Network(rows)
    means = [tf.Variable(tf.zeros_like(each)) for each in model.trainable_variables]
    squares = [tf.Variable(tf.zeros_like(each)) for each in model.trainable_variables]
    for step in range(1, STEPS + 1):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(rows)[:, 0] - prices) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        for each, slope, mean, square in zip(
            model.trainable_variables, gradients, means, squares, strict=True
        ):
            mean.assign(0.9 * mean + 0.1 * slope)
            square.assign(0.999 * square + 0.001 * slope**2)
            root = tf.sqrt(square / (1 - 0.999**step)) + 1e-8
            each.assign_sub(RATE * mean / (1 - 0.9**step) / root)
    return model


def main(data: Path, saved: Path) -> None:
    """Train on `data`, save to `saved`, and print what came of it."""
    table = np.loadtxt(data, delimiter=",", skiprows=1, dtype=np.float32)
    np.random.default_rng(0).shuffle(table)
    rows, prices = table[:, :-1], table[:, -1]
    errors = []
    for fold in range(FOLDS):
        kept = np.arange(len(rows)) % FOLDS != fold
        answers = fit(rows[kept], prices[kept])(rows[~kept])[:, 0].numpy()
        errors.append(float(np.sqrt(np.mean((answers - prices[~kept]) ** 2))))
    model = fit(rows, prices)
    tf.saved_model.save(model, str(saved), signatures=model.__call__.get_concrete_function())
    told = {"library": f"TensorFlow {tf.__version__}", "rows": len(table)}
    sys.stdout.write(json.dumps({**told, "error": sum(errors) / FOLDS}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
