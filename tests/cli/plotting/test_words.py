"""How layers are called."""

import pytest
from slipway.artifacts.graphs.graph import Layer
from slipway_cli.plotting.words import counted, family_of, heading, shaped, told


@pytest.mark.parametrize(
    ("layer", "said", "family"),
    [
        (
            Layer(
                "c",
                "Convolution",
                (0,),
                {"kernel": "(7, 7)", "num_filter": "64", "stride": "(2, 2)", "pad": "(3, 3)"},
            ),
            "Convolution 7x7, 64, /2",
            "convolution",
        ),
        (Layer("r", "Activation", (0,), {"act_type": "relu"}), "relu", "activation"),
        (
            Layer("p", "Pooling", (0,), {"global_pool": "True", "pool_type": "avg"}),
            "Pooling global, avg",
            "pooling",
        ),
        (
            Layer("c", "Conv2D", (0,), {"strides": "(1, 2, 2, 1)"}, ((3, 3, 16, 32),)),
            "Conv2D 3x3, 32, /2",
            "convolution",
        ),
        (
            Layer("c", "Conv", (0,), {"kernel_shape": "(3, 3)"}, ((32, 16, 3, 3),)),
            "Conv 3x3, 32",
            "convolution",
        ),
        (
            Layer("d", "Dense", (0,), {"units": "10", "activation": "softmax"}),
            "Dense 10, softmax",
            "dense",
        ),
        (Layer("m", "MatMul", (0,), {}, ((4, 10),)), "MatMul 10", "dense"),
        (Layer("a", "elemwise_add", (0, 1)), "elemwise_add", "combining"),
        (Layer("a", "AddV2", (0,), {}, ((8,),)), "AddV2", "arithmetic"),
        (Layer("s", "_mul_scalar", (0,), {"scalar": "0.1"}), "mul_scalar 0.1", "arithmetic"),
        (Layer("b", "BatchNorm", (0,), {"axis": "1"}), "BatchNorm", "normalisation"),
        (Layer("m", "_contrib_MultiBoxPrior", (0,)), "MultiBoxPrior", "detection"),
        (Layer("x", "Frobnicate", (0,)), "Frobnicate", "other"),
        (Layer("x", "Input"), "Input", "input"),
    ],
)
def test_headings(layer: Layer, said: str, family: str) -> None:
    assert heading(layer).replace("\N{MULTIPLICATION SIGN}", "x") == said
    assert family_of(layer).name == family


def test_numbers() -> None:
    assert [counted(each) for each in (7, 1500, 25_557_032, 3 * 10**9)] == [
        "7",
        "1.5 k",
        "25.6 M",
        "3 G",
    ]
    assert shaped((None, 3)).split() == ["?", "\N{MULTIPLICATION SIGN}", "3"]
    assert shaped(None) == shaped(()) == ""


def test_all_that_is_known_is_told() -> None:
    layer = Layer("fc", "Dense", (0,), {"units": "2"}, ((3, 2),), (None, 2))
    lines = told(layer).splitlines()
    assert lines[:2] == ["fc: Dense", "units = 2"]
    assert [line.split()[0] for line in lines[2:]] == ["weights", "gives"]
    assert len(told(Layer("n" * 200, "o", (), {str(n): "v" * 200 for n in range(24)}))) == 1000
