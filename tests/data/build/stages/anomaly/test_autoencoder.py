"""Where spectra are many the autoencoder reads them a window at a time, and its key says so."""

from __future__ import annotations

import dataclasses

from spexplain.data.build.all_stages import build
from spexplain.data.collection.runs import RunStore


def test_a_large_collection_trains_by_windows_under_a_key_of_its_own(copied, quick):
    usual = RunStore(copied.path).find("vae")
    by_window = dataclasses.replace(quick, vae_window=32)
    assert copied.n_spectra > by_window.vae_window
    report = build(copied, only=["vae"], settings=by_window)
    run = RunStore(copied.path).find("vae")
    assert report.built == ("vae",)
    assert run.metrics["window"] == 32
    assert (run.params["window"], usual.params.get("window")) == (32, None)
    assert run.metrics["validation_loss"] < 2 * usual.metrics["validation_loss"]
    sample = run.table("sample")
    assert len(sample) == run.metrics["n_trained_on"] + run.metrics["n_validation"]


def test_a_collection_that_fits_in_a_window_keeps_its_key(copied, quick):
    wider = dataclasses.replace(quick, vae_window=copied.n_spectra)
    assert build(copied, only=["vae"], settings=wider).built == ()
