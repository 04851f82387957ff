"""The training curve of the autoencoder, live during a build."""

from __future__ import annotations

import time
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

from .....data.collection.runs import RunError, RunStore
from ....figures.svg.svg_spectra import picture

__all__ = ["training_curve", "training_html"]

_STILL_MIN = 3  # an epoch of the paper's network on a large collection takes less


def training_curve(collection_path: Path) -> tuple[pd.DataFrame, bool] | None:
    """Epochs of the newest training, and whether it is finished; None if there is none.

    A training that a build is at, or that was broken off, comes before the finished one.
    """
    store = RunStore(collection_path)
    try:
        for path in _under_way(collection_path):
            return pd.read_parquet(path), False
        run = store.find("vae")
        return None if run is None else (run.table("training"), True)
    except (OSError, ValueError, RunError):
        return None  # moved into its place this moment: the next look finds it


def _under_way(collection_path: Path) -> list[Path]:
    return [*RunStore(collection_path).path.glob(".vae-*.partial/training.parquet")]


def _state(collection_path: Path) -> str:
    """Note that a build is running, or since when it has not advanced."""
    try:
        last = max((path.stat().st_mtime for path in _under_way(collection_path)), default=0.0)
    except OSError:
        last = 0.0  # finished this moment
    still_min = (time.time() - last) / 60
    if not last or still_min < _STILL_MIN:
        return '<span class="busy">a build is training it</span>'
    return (
        f"no new epoch for {still_min:.0f} min: if the build was stopped, run it again, "
        "it continues from there"
    )


def training_html(collection_path: Path) -> str:
    """The curve as a small picture with its figures; "" if nothing was trained."""
    curve = training_curve(collection_path)
    if curve is None or curve[0].empty:
        return ""
    table, finished = curve
    bins = table["sn_bin"].unique() if "sn_bin" in table else [0]
    parts = [table.loc[table["sn_bin"] == n] if "sn_bin" in table else table for n in bins]
    low = np.log(table[["loss", "validation_loss"]].to_numpy().min())
    high = np.log(table[["loss", "validation_loss"]].to_numpy().max())
    lines = [
        f'<polyline class="thin" {style} points="{_points(part, column, (low, high))}"/>'
        for part in parts
        for column, style in (
            ("loss", 'style="stroke:var(--muted)"'),
            ("validation_loss", 'style="stroke:var(--accent);stroke-width:1.6"'),
        )
    ]
    best, last = table["validation_loss"].min(), int(table["epoch"].iloc[-1])
    text = _loss_words(collection_path) if finished else ""
    head = _headline(collection_path) if finished else "Training of the autoencoder"
    state = "" if finished else f"{_state(collection_path)} · "
    return (
        '<div style="flex:none;width:320px">'
        f'<div class="muted small">{head}</div>'
        f'<div style="width:230px">{picture(lines, label="loss by epoch")}'
        f'<div class="ends"><span>epoch {table["epoch"].to_numpy().min()}</span>'
        f"<span>loss {np.exp(low):,.5g}–{np.exp(high):,.5g}, log</span>"
        f"<span>{table['epoch'].to_numpy().max()}</span></div></div>"
        f'<div class="small">{state}epoch {last}: loss '
        f"{table['loss'].iloc[-1]:.4g} (grey), on validation spectra "
        f"{table['validation_loss'].iloc[-1]:.4g} (blue), at best {best:.4g}; "
        f"learning rate {table['learning_rate'].iloc[-1]:.0e}{text}</div>"
        f"{_notes(collection_path) if finished else ''}</div>"
    )


def _headline(collection_path: Path) -> str:
    """Size of the training sample; and a note if it was reduced."""
    run = RunStore(collection_path).find("vae")
    metrics = {} if run is None else run.metrics
    text = "Training of the autoencoder"
    if "learn_from" in metrics:
        called = "galaxies" if metrics["learn_from"] == "galaxies" else "spectra"
        text += f" on {metrics['n_trained_on'] + metrics['n_validation']:,} {called}"
    return text + (f", cut short at epoch {metrics['epochs']}" if metrics.get("cut_short") else "")


def _notes(collection_path: Path) -> str:
    """Training sample, and whether and why it was reduced."""
    run = RunStore(collection_path).find("vae")
    metrics = {} if run is None else run.metrics
    kinds = ("sample_note", "training_note", "growth_note")
    notes = [metrics[name] for name in kinds if metrics.get(name)]
    text = " ".join(escape(f"{note[0].upper()}{note[1:]}.") for note in notes)
    return f'<div class="small">{text}</div>' if text else ""


def _loss_words(collection_path: Path) -> str:
    """The weights of the loss that was trained, and how many pairs were tried before."""
    run = RunStore(collection_path).find("vae")
    if run is None or "vae" not in run.params:
        return ""
    of, found = run.params["vae"], run.metrics
    tried = len(run.params.get("search", ()))
    how = f", the best of {tried} tried" if tried else ""
    # Runs from before there was a choice have that of the older code.
    kernel = f"kernel of the paper’s {of.get('mmd', 'older code')}"
    return (
        f"; α {found.get('alpha', of['alpha']):g}, λ {found.get('lam', of['lam']):g}{how}; {kernel}"
    )


def _points(part: pd.DataFrame, column: str, span: tuple[float, float]) -> str:
    x = np.linspace(0, 100, max(len(part), 2))[: len(part)]
    share = (np.log(part[column].to_numpy()) - span[0]) / max(span[1] - span[0], 1e-9)
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, 38 - 36 * share, strict=True))
