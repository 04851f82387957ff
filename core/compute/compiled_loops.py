"""numba functions cached on disk until a source file they depend on changes.

To see whether what it kept still holds, numba looks at a function's own file and at no other: one
that calls a function of another module, or has a constant from there, would go on with those of
before a change. So what is kept of a module lies in a folder named by the contents of that module
and of all modules of ours that it imports.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Literal, TypeVar, cast

from numba import njit
from platformdirs import user_cache_path

__all__ = ["compiled", "contents_key"]

_Function = TypeVar("_Function", bound=Callable)

_RELATIVE_IMPORT = re.compile(r"^from (\.+)([\w.]+) import", re.MULTILINE)
_CHOOSING_FOLDER = Lock()


def compiled(
    *fastmath: str, error_model: Literal["python", "numpy"] = "python"
) -> Callable[[_Function], _Function]:
    """Compile a function at its first call; other threads may run beside it.

    What is kept lies where NUMBA_CACHE_DIR says, else beside the module, else in the user's cache.

    Parameters
    ----------
    fastmath
        What arithmetic may do beyond the standard, as LLVM's flags.
    error_model
        numba's: ``python`` raises at a division by zero, ``numpy`` does not.
    """
    flags = set(fastmath) or False
    compile_later = njit(cache=True, nogil=True, fastmath=flags, error_model=error_model)

    def decorate(function: _Function) -> _Function:
        file = Path(function.__code__.co_filename)
        with _kept_in(lambda usual: _folder(file, usual) / f"compiled-{contents_key(file)}"):
            return cast(_Function, compile_later(function))

    return decorate


@cache
def contents_key(module: Path) -> str:
    """A key (16 letters) of what is in a module's file and in those it imports by relative name."""
    files, waiting = dict[Path, bytes](), [module]
    while waiting:
        file = waiting.pop()
        if file not in files:
            files[file] = file.read_bytes()
            waiting += _imported(file, files[file].decode())
    together = b"".join(hashlib.sha256(files[file]).digest() for file in sorted(files))
    return hashlib.sha256(together).hexdigest()[:16]


def _imported(file: Path, source: str) -> Iterator[Path]:
    for dots, name in _RELATIVE_IMPORT.findall(source):
        module = file.parents[len(dots) - 1].joinpath(*name.split("."))
        for candidate in (module.with_suffix(".py"), module / "__init__.py"):
            if candidate.exists():
                yield candidate


@contextmanager
def _kept_in(folder: Callable[[str], Path]) -> Iterator[None]:
    """While within, numba chooses this folder; given is what its user chose, or nothing."""
    # Attributes of the module are made from the environment when it is loaded.
    settings = vars(import_module("numba.core.config"))
    with _CHOOSING_FOLDER:
        usual = settings["CACHE_DIR"]
        settings["CACHE_DIR"] = str(folder(usual))
        try:
            yield
        finally:
            settings["CACHE_DIR"] = usual


def _folder(file: Path, usual: str) -> Path:
    if usual:
        return Path(usual)
    if os.access(file.parent, os.W_OK):
        return file.parent / "__pycache__"
    return user_cache_path("spexplain", appauthor=False, opinion=False)
