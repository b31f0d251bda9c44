"""What a global that is on no list can only be: a way to a process, a file, the network, to code.

The list of what is allowed (allowed.py) decides what is clean; here stands what no rung of the
ladder (ladder.py) may open, whoever vouches for it: the standard library, which anybody's pickle
reaches, tools that exist to run or fetch things, and what their names say that they load or run.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from slipway.artifacts.pickles.values import Global


def _words(text: str) -> list[str]:
    return text.split()


_GONE: Final = frozenset(  # of the standard libraries of 2.7 to 3.12, and of other systems'
    _words(
        "__builtin__ _winapi aifc asynchat asyncore audioop cgi cgitb chunk commands cPickle "
        "cStringIO crypt distutils exceptions execfile imghdr imp java lib2to3 mailcap msilib "
        "msvcrt nis nntplib nt ossaudiodev pipes platform popen2 smtpd sndhdr spwd StringIO "
        "sunau telnetlib test uu winreg xdrlib"
    )
)
_TOOLS: Final = frozenset(  # what runs, fetches or unpickles by trade
    _words(
        "IPython Pyro4 _pytest aiohttp asteval boto3 botocore celery cloudpickle dask "
        "datasets dill distributed django docker execnet fabric fastapi flask gevent gradio "
        "gunicorn httpx huggingface_hub invoke ipykernel jinja2 jupyter mako mlflow mms "
        "multi_model_server notebook numexpr paramiko pexpect pip pkg_resources plumbum "
        "psutil ptyprocess py pytest ray requests rpyc ruamel s3fs s3transfer sagemaker "
        "sagemaker_containers sagemaker_inference sagemaker_training setuptools sh simpleeval "
        "tornado ts twisted urllib3 uvicorn werkzeug wheel yaml zmq"
    )
)
IMAGES: Final = frozenset(  # what SageMaker's images hold besides; a file in code/ is behind it
    _words(
        "PIL accelerate catboost cv2 dateutil diffusers google gluoncv gluonnlp h5py joblib "
        "keras lightgbm matplotlib mxnet numba numpy onnx onnxruntime optimum pandas peft "
        "pyarrow pytz sagemaker_mxnet_container sagemaker_pytorch_container "
        "sagemaker_sklearn_container sagemaker_xgboost_container safetensors scipy "
        "sentence_transformers six sklearn tensorflow tf_keras threadpoolctl timm tokenizers "
        "torch torchaudio torchtext torchvision transformers tzdata xgboost"
    )
)
_BY_VALUE: Final = frozenset(  # functions that carry their code along: a person's to judge
    {
        *(
            f"cloudpickle.cloudpickle.{name}"
            for name in _words(
                "_builtin_type _class_setstate _function_setstate _lookup_class_or_track "
                "_make_cell _make_dict_items _make_dict_keys _make_dict_values _make_empty_cell "
                "_make_function _make_skel_func _make_skeleton_class _make_skeleton_enum "
                "_make_typevar _fill_function _rehydrate_skeleton_class _gen_ellipsis "
                "_gen_not_implemented _get_cell_contents _make_labeled_cell subimport"
            )
        ),
        *(
            f"cloudpickle.cloudpickle_fast.{name}"
            for name in _words("_function_setstate _class_setstate _make_function")
        ),
    }
)
_CARRIED: Final = frozenset(  # what the classes and functions that are carried are made with
    _words(
        "abc.ABCMeta builtins.classmethod builtins.property builtins.staticmethod "
        "builtins.type cloudpickle.cloudpickle._get_dataclass_field_type_sentinel "
        "dataclasses.Field dataclasses._DataclassParams dataclasses._MISSING_TYPE enum.Enum "
        "enum.Enum.__new__ enum.EnumMeta enum.EnumType"
    )
)
_VERB: Final = re.compile(
    r"_*(system|p?open\w*|spawn\w*|fork\w*|exec\w*|eval\w*|run\w*|call|check_\w+|compile\w*|"
    r"loads?|load_\w+|loads_\w+|unpickle|read|read_\w+|from_?file|fromfile|tofile|"
    r"import_\w+|download\w*|fetch\w*|url\w+|get_file|write\w*|unlink|rmtree|remove|"
    r"getattr\w*|setattr\w*|get_attr\w*|apply|partial|delayed|attrgetter|methodcaller)",
    re.IGNORECASE,
)
_OF_ARRAYS: Final = re.compile(
    r"numpy(\.(_?core|lib|linalg|fft|ma)(\.\w+)*)?|scipy\.(special|spatial|linalg)(\.\w+)*|"
    r"scipy\.stats\._\w+|"
    r"sklearn\.(metrics|feature_selection|preprocessing)(\.\w+)*|torch(\.nn\.functional)?"
)
_NAME: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)


def root_of(module: str) -> str:
    """The package that a module is of."""
    return module.partition(".")[0]


def is_standard(root: str) -> bool:
    """Whether a package is of the standard library, of this Python's or another's."""
    return root in sys.stdlib_module_names or root in _GONE


def is_taken(root: str) -> bool:
    """Whether a name is the standard library's or an image's, so that a file in code/ that is
    named alike is not what is loaded."""
    return is_standard(root) or root in IMAGES or root in _TOOLS


def carries_code(found: Global) -> bool:
    """Whether it makes functions or classes of code that the pickle carries."""
    return str(found) in _BY_VALUE


def is_carried(found: Global) -> bool:
    """Whether it is what such functions and classes are made with."""
    return str(found) in _CARRIED


def only_attacks(found: Global) -> bool:
    """Whether asking for a global, which is on no list, can have no honest reason."""
    root, parts = root_of(found.module), found.name.split(".")
    if carries_code(found):
        return False
    if root == "__main__":
        return len(parts) > 1
    if not (_NAME.fullmatch(found.module) and _NAME.fullmatch(found.name)):
        return True
    if is_standard(root) or root in _TOOLS:
        return True
    inner = len(parts) > 1 and not all(part[0].isupper() for part in parts[:-1])
    return inner or (root in IMAGES and not _may_be_named(found))


def _may_be_named(found: Global) -> bool:
    """Whether a class, or a function of arrays, of an image's packages may be pointed to."""
    name = found.name.rpartition(".")[2]
    is_class = name.lstrip("_")[:1].isupper()
    return not loads_or_runs(name) and (is_class or _OF_ARRAYS.fullmatch(found.module) is not None)


def loads_or_runs(name: str) -> bool:
    """Whether a function says of itself that it loads, fetches or runs what it is given."""
    return _VERB.fullmatch(name.rpartition(".")[2]) is not None


def may_be_called(found: Global) -> bool:
    """Whether a call of it, of a global on no list, can be honest: what an image's packages call
    when they load is on the list."""
    root, wraps = root_of(found.module), ("classmethod", "property", "staticmethod")
    return root not in IMAGES and (not is_standard(root) or found.name in wraps)
