"""The exact list of globals that a pickle may ask for, and what it may do with each.

Three roles: a *made* class comes to life without its constructor (NEWOBJ, copyreg) and receives
state; a *called* global is called with arguments that the rule beside it allows; a *named* one is
only pointed to. What the frameworks' own sources define is listed by build_allowed_globals.py;
here stands what they do not tell. Nothing that reads files, imports by name, evaluates text or
returns a callable belongs on this list.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.pickles import plain
from slipway.artifacts.pickles.values import Blob, Global, Instance, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable

_NUMPY_CORES: Final = ("numpy.core", "numpy._core")
_RANDOM: Final = "numpy.random._pickle."


def _words(text: str) -> list[str]:
    return text.split()


_FACTORIES: Final = _words(
    "builtins.bool builtins.dict builtins.float builtins.int builtins.list builtins.set "
    "builtins.str builtins.tuple collections.OrderedDict"
)


def values(args: list[Any]) -> bool:
    """Nothing that could be called in its turn: whoever is given a function may call it."""
    return not any(map(_is_callable, args))


def _is_callable(value: object) -> bool:
    if isinstance(value, Sequence):
        return any(map(_is_callable, value.items))
    return isinstance(value, Global) and str(value) in CALLED


def bit_generator(args: list[Any]) -> bool:
    """`__bit_generator_ctor(name or class)`, which calls the class: one of numpy's own."""
    return not args or (len(args) == 1 and _is_generator(args[0]))


def generator(args: list[Any]) -> bool:
    """`__generator_ctor(bit generator, or its name, and what makes one of a name)`, which calls
    the second: numpy's own maker only."""
    if len(args) > 1 and str(args[1]) != f"{_RANDOM}__bit_generator_ctor":
        return False
    return not args or (len(args) < 3 and (_is_generator(args[0]) or _is_made(args[0])))


def _is_generator(value: object) -> bool:
    name = str(value).rpartition(".")[2]
    known = {generator.rpartition(".")[2] for generator in _GENERATORS}
    return name in known and (isinstance(value, str) or str(value) in NAMED)


def _is_made(value: object) -> bool:
    return isinstance(value, Instance) and str(value.cls) == f"{_RANDOM}__bit_generator_ctor"


def latin_text(args: list[Any]) -> bool:
    """`_codecs.encode(text, "latin1")`, as protocols below 3 write bytes."""
    return len(args) == 2 and args[1] in ("latin1", "latin-1")


def plain_bytes(args: list[Any]) -> bool:
    """`bytearray(bytes)` or `bytearray(text, "latin-1")`: no size that would take memory."""
    if not args:
        return True
    if len(args) == 1:
        return isinstance(args[0], Blob) or _is_encoded(args[0])
    return latin_text(args)


def _is_encoded(value: object) -> bool:
    return isinstance(value, Instance) and str(value.cls) == "_codecs.encode"


def made_class(args: list[Any]) -> bool:
    """`copyreg._reconstructor(cls, base, state)` and numpy's `_reconstruct(cls, shape, code)`."""
    return (
        bool(args) and isinstance(args[0], Global) and (may_make(args[0]) or _is_foreign(args[0]))
    )


def _is_foreign(found: Global) -> bool:
    """Whether it is on no list, so that asking for it has been noted already."""
    return not may_name(found)


def fresh_factory(args: list[Any]) -> bool:
    """`defaultdict(factory)`: a plain container or number."""
    if not args or args[0] is None or str(args[0]) in _FACTORIES:
        return True
    return isinstance(args[0], Global) and _is_foreign(args[0])


def short_range(args: list[Any]) -> bool:
    """Numbers only."""
    return all(isinstance(arg, int) or arg is None for arg in args)


def numpy_function(args: list[Any]) -> bool:
    """`_ufunc_reconstruct(module, name)`, which imports: numpy's and scipy.special's own only."""
    return len(args) == 2 and args[0] in ("numpy", "scipy.special")


def inner_pickle(args: list[Any]) -> bool:
    """`torch.storage._load_from_bytes(data)`, which unpickles: data that passed itself."""
    if len(args) != 1 or not isinstance(args[0], Blob):
        return False
    return args[0].nested is not None and args[0].nested.safe


_LOSSES: Final = (
    "CyAbsoluteError CyExponentialLoss CyHalfBinomialLoss CyHalfGammaLoss CyHalfMultinomialLoss "
    "CyHalfPoissonLoss CyHalfSquaredError CyHalfTweedieLoss CyHalfTweedieLossIdentity CyHuberLoss "
    "CyPinballLoss"
)
_SGD_LOSSES: Final = (
    "EpsilonInsensitive Hinge Huber Log ModifiedHuber SquaredEpsilonInsensitive SquaredHinge "
    "SquaredLoss"
)
_METRICS: Final = (
    "BrayCurtis Canberra Chebyshev Dice Euclidean Hamming Haversine Jaccard Kulsinski Mahalanobis "
    "Manhattan Matching Minkowski Pyfunc RogersTanimoto RussellRao SEuclidean SokalMichener "
    "SokalSneath WMinkowski"
)
_DISTANCES: Final = " ".join(
    f"{metric}Distance{bits}"
    for metric in _METRICS.split()
    for bits in ("", "32", "64")
    if metric != "Pyfunc"  # it calls a function of the user's
)
_CYTHON_MODULES: Final = {
    "_loss": _LOSSES,  # what the builds of 1.5 to 1.8 call their own module
    "sklearn._loss._loss": _LOSSES,
    "sklearn.linear_model._sgd_fast": _SGD_LOSSES,
    "sklearn.linear_model.sgd_fast": _SGD_LOSSES,
    "sklearn.metrics._dist_metrics": _DISTANCES,
    "sklearn.neighbors._ball_tree": "BallTree BallTree32 BallTree64 BinaryTree",
    "sklearn.neighbors._dist_metrics": _DISTANCES,
    "sklearn.neighbors._kd_tree": "KDTree KDTree32 KDTree64 BinaryTree",
    "sklearn.neighbors._quad_tree": "_QuadTree",
    "sklearn.neighbors.ball_tree": "BallTree BinaryTree",
    "sklearn.neighbors.dist_metrics": _DISTANCES,
    "sklearn.neighbors.kd_tree": "KDTree BinaryTree",
    "sklearn.neighbors.quad_tree": "_QuadTree",
    "sklearn.tree._tree": "Tree",
}
_CYTHON: Final = frozenset(
    f"{module}.{name}" for module, names in _CYTHON_MODULES.items() for name in names.split()
)
_GENERATORS: Final = _words("mt19937.MT19937 pcg64.PCG64 pcg64.PCG64DXSM philox.Philox sfc64.SFC64")
_SPARSE: Final = _words("bsr coo csc csr dia dok lil")

_TORCH_REBUILDERS: Final = _words(
    "_rebuild_device_tensor_from_numpy _rebuild_meta_tensor_no_storage _rebuild_parameter "
    "_rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor _rebuild_tensor "
    "_rebuild_tensor_v2 _rebuild_tensor_v3"
)
_TORCHSCRIPT: Final = _words(
    "build_boollist build_doublelist build_intlist build_tensor_from_id build_tensorlist "
    "restore_type_tag"
)
_TRAINING_ENUMS: Final = _words(
    "accelerate.utils.dataclasses.DistributedType transformers.trainer_utils.HubStrategy "
    "transformers.trainer_utils.IntervalStrategy transformers.trainer_utils.SaveStrategy "
    "transformers.trainer_utils.SchedulerType transformers.training_args.OptimizerNames"
)
_TORCH_NAMES: Final = [
    *(
        f"{name}Storage"
        for name in _words(
            "BFloat16 Bool Byte Char ComplexDouble ComplexFloat Double Float Half Int Long QInt32 "
            "QInt8 QUInt8 QUInt4x2 Short"
        )
    ),
    *_words(
        "bfloat16 bool complex128 complex64 float16 float32 float64 float8_e4m3fn float8_e5m2 "
        "int16 int32 int64 int8 per_channel_affine per_tensor_affine qint32 qint8 quint8 "
        "sparse_coo sparse_csr strided uint16 uint32 uint64 uint8 relu sigmoid tanh "
        "storage.TypedStorage storage.UntypedStorage _C._nn.gelu _C._nn.silu _C._nn.relu6 "
        "nn.functional.relu nn.functional.gelu"
    ),
]

CALLED: dict[str, Callable[[list[Any]], bool]] = {
    "_codecs.encode": latin_text,
    "builtins.bytearray": plain_bytes,
    "builtins.bytes": lambda args: not args,
    "builtins.complex": values,
    "builtins.frozenset": values,
    "builtins.list": values,
    "builtins.object": lambda args: not args,
    "builtins.range": short_range,
    "builtins.set": values,
    "builtins.slice": short_range,
    "builtins.tuple": values,
    "collections.Counter": values,
    "collections.OrderedDict": values,
    "collections.defaultdict": fresh_factory,
    "collections.deque": values,
    "copyreg._reconstructor": made_class,
    "datetime.date": values,
    "datetime.datetime": values,
    "datetime.timedelta": values,
    "decimal.Decimal": values,
    "numpy.dtype": values,
    "numpy.ma.core._mareconstruct": made_class,
    "numpy.random.bit_generator.__pyx_unpickle_SeedSequence": made_class,
    "numpy.random.__RandomState_ctor": lambda args: not args,  # before 1.17
    f"{_RANDOM}__bit_generator_ctor": bit_generator,
    f"{_RANDOM}__generator_ctor": generator,
    f"{_RANDOM}__randomstate_ctor": generator,
    "torch.device": values,
    "torch.Size": values,
    "torch.nn.parameter.Parameter": values,
    "torch.serialization._get_layout": values,
    "torch.storage._load_from_bytes": inner_pickle,
    "uuid.UUID": lambda args: not args,
    "xgboost.core.Booster": lambda args: not args,
} | {
    f"{core}.{name}": rule
    for core in _NUMPY_CORES
    for name, rule in {
        "multiarray._reconstruct": made_class,
        "multiarray.scalar": values,
        "numeric._frombuffer": values,
        "_ufunc_reconstruct": numpy_function,
    }.items()
}
CALLED |= dict.fromkeys(_CYTHON, values)
CALLED |= dict.fromkeys(plain.OF_VALUES, values)
CALLED |= dict.fromkeys(plain.MAKERS, made_class)
CALLED |= dict.fromkeys(_TRAINING_ENUMS, values)
CALLED |= {f"torch._utils.{name}": values for name in _TORCH_REBUILDERS}
CALLED |= {f"torch.jit._pickle.{name}": values for name in _TORCHSCRIPT}
CALLED |= {
    f"{module}.{name}": made_class
    for module, names in _CYTHON_MODULES.items()
    for name in ("newObj", *(f"__pyx_unpickle_{cls}" for cls in names.split()))
}


_NUMPY_TYPES: Final = _words(
    "bool bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 "
    "complex64 complex128 str_ bytes_ object_ datetime64 timedelta64 intc longlong ndarray "
    "matrix memmap"
)
_NUMPY_FUNCTIONS: Final = _words(
    "abs absolute cbrt cos exp exp2 expm1 log log10 log1p log2 maximum mean median minimum "
    "nanmean nanmedian negative reciprocal rint sign sin sqrt square sum tan tanh"
)
NAMED: Final = (
    plain.NAMED
    | {f"builtins.{name}" for name in ("bool", "dict", "float", "int", "object", "str")}
    | {f"numpy.{name}" for name in _NUMPY_TYPES + _NUMPY_FUNCTIONS}
    | {f"torch.{name}" for name in _TORCH_NAMES}
    | {"scipy._lib.array_api_compat.numpy._aliases.asarray"}  # in a BSpline
    | {f"numpy.random._{name}" for name in _GENERATORS}
    | {f"{core}._multiarray_umath.{name}" for core in _NUMPY_CORES for name in _NUMPY_FUNCTIONS}
)
MADE: Final = (
    plain.MADE
    | frozenset(
        {
            "builtins.object",
            "collections.OrderedDict",
            "collections.defaultdict",
            "collections.deque",
            "joblib.numpy_pickle.NumpyArrayWrapper",
            "numpy.ma.MaskedArray",
            "numpy.ma.core.MaskedArray",
            "numpy.random.bit_generator.SeedSequence",
            "numpy.matrix",
            "numpy.memmap",
            "numpy.ndarray",
            "scipy.interpolate._bsplines.BSpline",
            "sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper",
            "accelerate.state.PartialState",
            "transformers.trainer_pt_utils.AcceleratorConfig",
            "transformers.training_args.TrainingArguments",
            "xgboost.compat.XGBoostLabelEncoder",
        }
    )
    | frozenset(
        f"scipy.sparse.{dash}{form}.{form}_{kind}"
        for form in _SPARSE
        for dash in ("", "_")
        for kind in ("matrix", "array")
    )
)


@cache
def _listed(role: str) -> frozenset[str]:
    """What the frameworks' own sources define in that role."""
    roles = json.loads((Path(__file__).parent / "allowed_globals.json").read_bytes())
    return frozenset(f"{module}.{name}" for module in roles[role] for name in roles[role][module])


def may_name(found: Global) -> bool:
    """Whether a pickle may ask for this global at all."""
    name = str(found)
    return name in CALLED or name in NAMED or name in _listed("named") or may_make(found)


def may_make(found: Global) -> bool:
    """Whether a pickle may bring this class to life without its constructor."""
    name = str(found)
    return name in MADE or name in _CYTHON or name in _listed("made")


def may_call(found: Global, args: Sequence) -> bool:
    """Whether a pickle may call this global with these arguments."""
    rule = CALLED.get(str(found))
    return rule is not None and len(args.items) == args.count and rule(args.items)
