"""Gluon CV's networks that SageMaker's Semantic Segmentation trains: FCN, PSP and DeepLab v3.

The artifact holds their parameters under Gluon's names (`layer1.0.conv1.weight`) and no symbol, so
the network is built here, from what its parameters show: which head it has, how many blocks each
stage of its ResNet, which stem. The papers are arXiv 1411.4038, 1612.01105 and 1706.05587.

    picture ─► stem ─► layer1 ─► layer2 ─► layer3 ─► layer4 ─► head ─► classes at 1/8 ─► resized
               1/4                1/8      dilated   dilated
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .convolutions import convolve, largest, normalise
from .operators import Array

_EPSILON = 1e-5  # Gluon's BatchNorm
_STAGES = ((1, 1), (2, 1), (1, 2), (1, 4))  # stride, dilation
_RATES = (12, 24, 36)  # of DeepLab's dilated convolutions
_BINS = (1, 2, 3, 6)  # of PSP's pyramid
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
_CLASSES = "head.block.4.weight"


@dataclass(frozen=True, slots=True)
class SegmentationNetwork:
    """Raises ValueError where the weights are those of no such network."""

    weights: Mapping[str, Array]

    def __post_init__(self) -> None:
        missing = {_CLASSES, "layer1.0.conv3.weight", "layer4.0.conv3.weight"} - self.weights.keys()
        if missing:
            raise ValueError(f"it is no FCN, PSP or DeepLab on a ResNet: it lacks {min(missing)}")

    @property
    def classes(self) -> int:
        """How many kinds of things it tells apart."""
        return len(self.weights[_CLASSES])

    def evaluate(self, picture: Array) -> Array:
        """Each class's score at each pixel, of a batch of shape (1, 3, height, width)."""
        features = self._stem(picture)
        for stage, (stride, dilation) in enumerate(_STAGES, start=1):
            features = self._stage(f"layer{stage}", features, stride, dilation)
        scores = self._head(features)
        return enlarge(scores, picture.shape[2], picture.shape[3])

    def _stem(self, picture: Array) -> Array:
        """One convolution of 7 x 7, or three of 3 x 3."""
        if "conv1.weight" in self.weights:
            features = self._convolve("conv1", picture, stride=2, pad=3)
        else:
            features = self._unit("conv1.0", "conv1.1", picture, stride=2, pad=1)
            features = self._unit("conv1.3", "conv1.4", features, pad=1)
            features = self._convolve("conv1.6", features, pad=1)
        return largest(self._relu(self._norm("bn1", features)), (3, 3), (2, 2), [(1, 1), (1, 1)])

    def _stage(self, name: str, features: Array, stride: int, dilation: int) -> Array:
        """Bottlenecks; the first takes half the dilation, for its input is not dilated yet."""
        number = 0
        while f"{name}.{number}.conv1.weight" in self.weights:
            first = number == 0
            spread = max(1, dilation // 2) if first else dilation
            features = self._block(f"{name}.{number}", features, stride if first else 1, spread)
            number += 1
        return features

    def _block(self, name: str, features: Array, stride: int, dilation: int) -> Array:
        made = self._unit(f"{name}.conv1", f"{name}.bn1", features)
        made = self._unit(f"{name}.conv2", f"{name}.bn2", made, stride, dilation, dilation)
        made = self._norm(f"{name}.bn3", self._convolve(f"{name}.conv3", made))
        if f"{name}.downsample.0.weight" in self.weights:
            reduced = self._convolve(f"{name}.downsample.0", features, stride)
            features = self._norm(f"{name}.downsample.1", reduced)
        return self._relu(made + features)

    def _head(self, features: Array) -> Array:
        if "head.psp.conv1.0.weight" in self.weights:
            features = self._pyramid(features)
        elif "head.aspp.project.0.weight" in self.weights:
            features = self._dilated(features)
        features = self._unit("head.block.0", "head.block.1", features, pad=1)
        return self._convolve("head.block.4", features)

    def _pyramid(self, features: Array) -> Array:
        """PSP: the features beside what they are in the mean of 1, 4, 9 and 36 parts."""
        height, width = features.shape[2:]
        parts = [features]
        for number, bins in enumerate(_BINS, start=1):
            name = f"head.psp.conv{number}"
            part = self._unit(f"{name}.0", f"{name}.1", averages(features, bins))
            parts.append(enlarge(part, height, width))
        return np.concatenate(parts, axis=1)

    def _dilated(self, features: Array) -> Array:
        """DeepLab: convolutions of several reaches, and the mean of all, side by side."""
        name = "head.aspp.concurent"
        parts = [self._unit(f"{name}.0.0", f"{name}.0.1", features)]
        for number, rate in enumerate(_RATES, start=1):
            branch = f"{name}.{number}"
            parts.append(
                self._unit(f"{branch}.0", f"{branch}.1", features, pad=rate, dilation=rate)
            )
        mean = self._unit(f"{name}.4.gap.1", f"{name}.4.gap.2", averages(features, 1))
        parts.append(enlarge(mean, *features.shape[2:]))
        joined = np.concatenate(parts, axis=1)
        return self._unit("head.aspp.project.0", "head.aspp.project.1", joined)

    def _unit(
        self, name: str, norm: str, data: Array, stride: int = 1, pad: int = 0, dilation: int = 1
    ) -> Array:
        """A convolution, its normalisation and what is positive of it."""
        return self._relu(self._norm(norm, self._convolve(name, data, stride, pad, dilation)))

    def _convolve(
        self, name: str, data: Array, stride: int = 1, pad: int = 0, dilation: int = 1
    ) -> Array:
        weight, bias = self._weight(f"{name}.weight"), self.weights.get(f"{name}.bias")
        pairs = {"stride": (stride, stride), "pad": (pad, pad), "dilate": (dilation, dilation)}
        return convolve(data, weight, bias, **pairs)

    def _norm(self, name: str, data: Array) -> Array:
        parts = ("gamma", "beta", "running_mean", "running_var")
        gamma, beta, mean, variance = (self._weight(f"{name}.{part}") for part in parts)
        return normalise(data, gamma, beta, mean, variance, _EPSILON)

    def _weight(self, name: str) -> Array:
        if name not in self.weights:
            raise ValueError(f"the network needs {name}, which its parameters have not")
        return self.weights[name]

    @staticmethod
    def _relu(data: Array) -> Array:
        return np.asarray(np.maximum(data, 0))


def prepared(pixels: Array) -> Array:
    """Pixels of shape (height, width, 3) as the network wants them: (1, 3, height, width)."""
    scaled = (pixels.astype(np.float32) / 255 - _MEAN) / _DEVIATION
    return np.asarray(scaled.transpose(2, 0, 1)[None], np.float32)


def averages(data: Array, bins: int) -> Array:
    """MXNet's AdaptiveAvgPooling2D: the means of bins x bins parts, which may overlap."""
    rows, columns = (_parts(side, bins) for side in data.shape[2:])
    means = [[data[:, :, y, x].mean(axis=(2, 3)) for x in columns] for y in rows]
    return np.asarray(means, data.dtype).transpose(2, 3, 0, 1)


def _parts(side: int, bins: int) -> list[slice]:
    return [slice(i * side // bins, -(-(i + 1) * side // bins)) for i in range(bins)]


def enlarge(data: Array, height: int, width: int) -> Array:
    """MXNet's BilinearResize2D: bilinear, corners on corners."""
    top, bottom, down = _between(data.shape[2], height)
    left, right, across = _between(data.shape[3], width)
    rows = data[:, :, top] * (1 - down)[:, None] + data[:, :, bottom] * down[:, None]
    return np.asarray(rows[..., left] * (1 - across) + rows[..., right] * across)


def _between(side: int, wanted: int) -> tuple[Array, Array, Array]:
    """For each new place the two old ones it lies between, and how far from the first."""
    step = (side - 1) / (wanted - 1) if wanted > 1 else 0.0
    places = np.arange(wanted, dtype=np.float32) * np.float32(step)
    first = np.minimum(places.astype(int), side - 1)
    return first, np.minimum(first + 1, side - 1), places - first.astype(np.float32)
