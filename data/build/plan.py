"""The plan of a build: keys of all runs, known before anything is computed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..collection import Collection, Run, RunStore, run_key
from .before import Before
from .scheduler import Task
from .settings import BuildSettings
from .stage import Stage

__all__ = ["plan"]

# Among the inputs of a run that continues an earlier one: the key of that run.
_BEFORE = "before"


def plan(
    stages: Iterable[Stage],
    collection: Collection,
    settings: BuildSettings,
    given: Mapping[str, Run],
    *,
    anew: bool = False,
) -> list[Task]:
    """Keys of all runs; they follow from settings and inputs before anything is computed.

    A run of the last build is continued if spectra were added and nothing else changed: the version
    of its stage, its settings, the given runs, and its inputs, which may be continued themselves.
    The result has another key than a run on all spectra at once, from which it differs.

    Parameters
    ----------
    stages
        Ordered so that each follows those it needs.
    collection, settings, given
        As for :func:`build`.
    anew
        Continue no earlier run.
    """
    tasks: dict[str, Task] = {}
    earlier: dict[str, set[str]] = {}
    store = RunStore(collection.path)
    for stage in stages:
        inputs = {"collection": collection.key}
        inputs |= {name: tasks[name].key for name in stage.needs}
        taken = {f"given-{name}": given[name].key for name in stage.takes if name in given}
        of_size = stage.of_size(settings, collection.n_spectra)
        params = stage.params(settings) | of_size
        if taken:
            params = {name: params[name] for name in stage.keeps if name in params}
        inputs |= taken
        inputs |= {f"given-{name}": given[name].key for name in stage.beside if name in given}
        last = None if anew or not stage.grows else store.find(stage.name)
        task = None
        if last is not None and _alike(last.params, params, of_size):
            task = _gone_on_from(stage, last, inputs, earlier, collection)
        if task is None:
            key = run_key(stage.name, stage.version, params, inputs)
            task = Task(stage, key, params, inputs)
        tasks[stage.name] = task
        earlier[stage.name] = _line_of(store, stage.name, task.inputs.get(_BEFORE))
    return list(tasks.values())


def _gone_on_from(
    stage: Stage,
    last: Run,
    inputs: Mapping[str, str],
    earlier: Mapping[str, set[str]],
    collection: Collection,
) -> Task | None:
    """The task that continues a run; None if none can.

    Parameters
    ----------
    stage, last
        A stage, and its run in the last build.
    inputs
        Keys of the inputs of the task.
    earlier
        Stage → keys of the runs that its task continues, directly or indirectly.
    collection
        The collection in its present state.
    """
    done = _BEFORE in last.inputs and last.inputs["collection"] == collection.key
    grown = {**inputs, _BEFORE: last.inputs[_BEFORE] if done else last.key}
    key = run_key(stage.name, stage.version, last.params, grown)
    if done:
        return Task(stage, key, last.params, grown) if key == last.key else None
    given = {name for name in {*inputs, *last.inputs} if name.startswith("given-")}
    alike = (
        last.inputs["collection"] in collection.earlier
        and all(last.inputs.get(name) in earlier[name] for name in stage.needs)
        and all(last.inputs.get(name) == inputs.get(name) for name in given)
        # of this version
        and run_key(stage.name, stage.version, last.params, last.inputs) == last.key
    )
    n = collection.earlier.get(last.inputs["collection"], 0)
    return Task(stage, key, last.params, grown, Before(last, n)) if alike else None


def _line_of(store: RunStore, stage: str, key: str | None) -> set[str]:
    """The keys of a run and of the runs that it continues; empty for None."""
    keys: set[str] = set()
    while key is not None:
        keys.add(key)
        run = store.get(stage, key)
        key = None if run is None else run.inputs.get(_BEFORE)
    return keys


def _alike(then: Mapping[str, Any], now: Mapping[str, Any], of_size: Mapping[str, Any]) -> bool:
    """Whether settings are equal, except for those that only larger collections have."""
    stored: dict[str, Any] = json.loads(json.dumps(now))
    fixed = {*stored} - {*of_size}
    return fixed <= {*then} <= {*stored} and all(stored[name] == then[name] for name in then)
