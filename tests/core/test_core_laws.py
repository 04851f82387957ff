"""Every public function of core keeps the laws it declares; one that declares none fails here."""

from __future__ import annotations

import copy
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import Laws, NoArrays, close, numbers, same_bytes
from laws.declared import DECLARED
from spexplain import core
from spexplain.core.compute.workers import Workers

ROOMS = [
    module.name
    for module in pkgutil.walk_packages(core.__path__, "spexplain.core.")
    if module.ispkg
]


def public_functions() -> dict[str, Callable[..., Any]]:
    """``room.name`` → function, of all that the rooms hand on."""
    found = {}
    for room in ROOMS:
        names = getattr(importlib.import_module(room), "__all__", ())
        for name in names:
            value = getattr(importlib.import_module(room), name)
            if inspect.isfunction(value):
                found[f"{room.removeprefix('spexplain.core.')}.{name}"] = value
    return found


FUNCTIONS = public_functions()
WITH_ARRAYS = {name: laws for name, laws in DECLARED.items() if isinstance(laws, Laws)}
ASPECTS = ("scale", "shift", "order", "nan")
HELD = [
    (name, aspect)
    for name, laws in WITH_ARRAYS.items()
    for aspect in ASPECTS
    if not isinstance(getattr(laws, aspect), str)
]
SHARING = [
    name for name in WITH_ARRAYS if "workers" in inspect.signature(FUNCTIONS[name]).parameters
]
SEEDS = st.integers(0, 2**32 - 1)


@pytest.fixture(autouse=True)
def torch_warns_of_arrays_it_could_write() -> Iterator[None]:
    """Otherwise it says so once a process, to whichever test is first."""
    before = torch.is_warn_always_enabled()
    torch.set_warn_always(True)
    yield
    torch.set_warn_always(before)


def answering(name: str) -> Callable[..., list[np.ndarray]]:
    """The function, giving the numbers of its answer that count."""
    laws = WITH_ARRAYS[name]

    def answer(**arguments: Any) -> list[np.ndarray]:
        # Generators among the arguments are drawn from: each call has its own.
        lists = {n: copy.deepcopy(v) for n, v in arguments.items() if isinstance(v, list)}
        found = numbers(laws.given(FUNCTIONS[name](**arguments | lists)))
        assert found, "a law of nothing"
        return found

    return answer


def test_every_public_function_of_core_declares_what_holds_of_it() -> None:
    assert sorted(DECLARED) == sorted(FUNCTIONS)


def test_who_has_no_law_says_why() -> None:
    for name, laws in DECLARED.items():
        said = (
            [laws.why]
            if isinstance(laws, NoArrays)
            else [getattr(laws, a) for a in (*ASPECTS, "single")]
        )
        for words in said:
            assert not isinstance(words, str) or len(words) > 10, name


@pytest.mark.parametrize(("name", "aspect"), HELD)
def test_the_law_it_declares_holds(name: str, aspect: str) -> None:
    laws = WITH_ARRAYS[name]

    @settings(max_examples=laws.examples)
    @given(SEEDS)
    def holds(seed: int) -> None:
        rng = np.random.default_rng(seed)
        arguments = laws.make(rng)
        getattr(laws, aspect)(answering(name), arguments, answering(name)(**arguments), rng)

    holds()


@pytest.mark.parametrize("name", WITH_ARRAYS)
def test_arrays_are_only_read_and_the_answer_is_the_same_again(name: str) -> None:
    laws = WITH_ARRAYS[name]

    @settings(max_examples=min(3, laws.examples))
    @given(SEEDS)
    def holds(seed: int) -> None:
        arguments = laws.make(np.random.default_rng(seed))
        wanted = answering(name)(**arguments)
        arrays = {n: v for n, v in arguments.items() if isinstance(v, np.ndarray)}
        before = {n: v.tobytes() for n, v in arrays.items()}
        for array in arrays.values():
            array.setflags(write=False)
        same_bytes(answering(name)(**arguments), wanted)
        assert {n: v.tobytes() for n, v in arrays.items()} == before

    holds()


@pytest.mark.parametrize(
    "name", [n for n, laws in WITH_ARRAYS.items() if not isinstance(laws.single, str)]
)
def test_single_precision_and_another_layout_give_the_answer_of_double(name: str) -> None:
    laws = WITH_ARRAYS[name]
    assert not isinstance(laws.single, str)

    @settings(max_examples=min(4, laws.examples))
    @given(SEEDS)
    def holds(seed: int) -> None:
        arguments = laws.make(np.random.default_rng(seed))
        single = {
            n: v.astype(np.float32) if isinstance(v, np.ndarray) and v.dtype.kind == "f" else v
            for n, v in arguments.items()
        }
        double = {
            n: np.asfortranarray(v.astype(np.float64))
            if isinstance(v, np.ndarray) and v.dtype.kind == "f"
            else v
            for n, v in single.items()
        }
        found, wanted = answering(name)(**single), answering(name)(**double)
        close([f.astype(w.dtype) for f, w in zip(found, wanted, strict=True)], wanted, laws.single)

    holds()


@pytest.mark.parametrize("name", SHARING)
def test_one_two_and_four_threads_give_the_same_bytes(name: str) -> None:
    arguments = WITH_ARRAYS[name].make(np.random.default_rng(0))
    found = []
    for threads in (1, 2, 4):
        with Workers(threads) as workers:
            found.append(answering(name)(**arguments, workers=workers))
    same_bytes(found[1], found[0])
    same_bytes(found[2], found[0])
