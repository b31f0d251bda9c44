"""Tensors by name, and those that claim more than their storages hold."""

import pytest
from slipway.artifacts.pickles.values import Global, Instance, Mapping, Persistent, Sequence
from slipway_export.model import ExportRefused
from slipway_export.to_native.safetensors_files import Tensor
from slipway_export.to_native.torch_files import Strided, TorchFile, strided
from slipway_export.to_native.torch_tensors import gathered, named

FILE = TorchFile(None, {"0": bytes(range(24))})


def tensor(*sides: int, storage: str = "FloatStorage") -> Instance:
    """What the machine makes of a tensor."""
    pid = Sequence("tuple", ["storage", Global("torch", storage), "0", "cpu", 6], 5)
    whole = Sequence("tuple", list(sides), len(sides))
    args = Sequence("tuple", [Persistent(pid), 0, whole, whole], 4)
    return Instance(Global("torch._utils", "_rebuild_tensor_v2"), args)


def mapping(**items: object) -> Mapping:
    return Mapping(dict(items), len(items))


def test_rows_and_columns_are_walked_by_their_strides() -> None:
    turned = Strided("F32", "0", 0, (3, 2), (1, 3))
    found = gathered({"a": turned}, FILE)["a"]
    row = [bytes(range(4 * n, 4 * n + 4)) for n in (0, 3, 1, 4, 2, 5)]
    assert found == Tensor("F32", (3, 2), b"".join(row))


@pytest.mark.parametrize(
    "place",
    [
        Strided("F32", "0", 0, (7,), (1,)),
        Strided("F32", "0", 6, (1,), (1,)),
        Strided("F32", "0", 0, (2, 2), (4, 2)),
        Strided("F64", "0", 0, (4,), (1,)),
        Strided("F32", "1", 0, (1,), (1,)),
        Strided("F32", "0", 0, (2,), (1 << 62,)),
    ],
)
def test_a_tensor_beyond_its_storage_is_refused(place: Strided) -> None:
    with pytest.raises(ExportRefused, match="beyond its storage"):
        gathered({"a": place}, FILE)


def test_a_tensor_repeated_without_end_is_refused() -> None:
    with pytest.raises(ExportRefused, match="more than its storages"):
        gathered({"a": Strided("F32", "0", 0, (1 << 40,), (0,))}, FILE)


def test_a_tensor_without_elements_needs_no_storage() -> None:
    assert gathered({"a": Strided("F32", "9", 5, (0, 3), (3, 1))}, FILE)["a"].content == b""


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(ExportRefused, match="type"):
        strided(tensor(2, storage="QInt8Storage"))


def test_names_of_a_state_dict_and_what_is_beside_them() -> None:
    found, beside = named(mapping(weight=tensor(2), epoch=3))
    assert (sorted(found), beside) == (["weight"], 1)


@pytest.mark.parametrize(
    ("inner", "chosen"),
    [(("model", "optimizer"), "model"), (("anything",), "anything")],
)
def test_the_state_dict_of_a_checkpoint(inner: tuple[str, ...], chosen: str) -> None:
    checkpoint = mapping(**{name: mapping(**{f"{name}.weight": tensor(2)}) for name in inner})
    assert list(named(checkpoint)[0]) == [f"{chosen}.weight"]


def test_several_state_dicts_of_no_usual_name_are_refused() -> None:
    both = mapping(generator=mapping(a=tensor(1)), critic=mapping(b=tensor(1)))
    with pytest.raises(ExportRefused, match="critic, generator"):
        named(both)


def test_no_tensors_at_all_are_refused() -> None:
    with pytest.raises(ExportRefused, match="state_dict"):
        named(mapping(epoch=3))


def test_a_module_within_itself_ends() -> None:
    module = Instance(Global("torch.nn.modules.container", "Sequential"))
    children = mapping(a=module, b=module)
    module.state = mapping(_modules=children, _parameters=mapping(weight=tensor(2)))
    with pytest.raises(ExportRefused, match="parts"):
        named(module)
