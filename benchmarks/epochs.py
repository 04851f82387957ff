"""Do more epochs of training find more of the planted anomalies?

    python benchmarks/epochs.py [COLLECTION] [--epochs 12 24 60 120] [--seeds 0 1 2] [--json]

COLLECTION is a built simulated collection, the demo by default. Its autoencoder is trained anew,
on what a build would train it on, from each seed, and looked at after so many epochs: the best
validation loss so far, and with those weights the share of planted anomalies within the top 5 % of
the mean squared error and of any of the eight scores ("best"), of all scored spectra and of their
bin of S/N; by kind for the best.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from planted import detection, ranks
from spexplain.core.models.anomaly.residuals import eight_scores
from spexplain.core.models.anomaly.scores import kept_pixels
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.models.autoencoder.training import VaeTrainer
from spexplain.data.build.samples.learnt_from import training_sample
from spexplain.data.collection.collection import Collection, CollectionError
from spexplain.data.demo.demo import demo_settings
from spexplain.data.files.folders import demo_path
from spexplain.data.lenses.lenses import AnomalyLens, open_lenses

BLOCK = 1024


@dataclasses.dataclass(frozen=True, eq=False)
class Survey:
    """Scored spectra of a collection, prepared."""

    collection: Collection
    lens: AnomalyLens
    spectra: np.ndarray

    @property
    def learnt(self) -> np.ndarray:
        """(n, D) of which class is learnt from."""
        return self.spectra[training_sample(self.collection.catalog, self.lens.rows).inside]


def read(path: Path) -> Survey:
    collection = Collection.open(path)
    lens = open_lenses(collection).get("anomaly")
    if not isinstance(lens, AnomalyLens) or "planted_kind" not in collection.catalog:
        raise CollectionError(f"{path} has no scored spectra with planted anomalies")
    return Survey(collection, lens, np.stack([lens.prepared(int(at)) for at in lens.rows]))


def judged(survey: Survey, vae: Vae, top: float) -> dict[str, Any]:
    """Detection by a network."""
    kept, found = kept_pixels(survey.lens.wave_rest_aa), []
    for at in range(0, len(survey.spectra), BLOCK):
        x = survey.spectra[at : at + BLOCK]
        found.append(eight_scores(x, vae.reconstruct(x), kept))
    scores = {name: np.concatenate([part[name] for part in found]) for name in found[0]}
    table = ranks(survey.collection.catalog.loc[survey.lens.rows], scores)
    of_all = detection(table, scores, top)
    in_bins = detection(table, scores, top, of=" in bin")
    return {
        "mse": of_all["mse"]["all"],
        "best": of_all["best"]["all"],
        "best_in_sn_bins": in_bins["best"]["all"],
        "by_kind": of_all["best"],
    }


def curve(survey: Survey, epochs: list[int], seed: int, top: float) -> Iterator[dict[str, Any]]:
    """A row after each of the numbers of epochs, of one training."""
    settings = dataclasses.replace(demo_settings().vae, epochs=max(epochs), seed=seed)
    trainer = VaeTrainer(survey.learnt, settings)
    while not trainer.finished:
        epoch = trainer.run_epoch()
        if epoch.epoch in epochs or trainer.finished:
            best = trainer.history[trainer.best_epoch - 1]
            yield {
                "seed": seed,
                "epochs": epoch.epoch,
                "best_epoch": best.epoch,
                "validation_loss": round(best.validation_loss, 2),
            } | judged(survey, trainer.best(), top)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("collection", type=Path, nargs="?", default=demo_path())
    parser.add_argument("--epochs", type=int, nargs="+", default=[12, 24, 60, 120])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--top-percent", type=float, default=5.0, help="what counts as found")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    try:
        survey = read(options.collection)
    except CollectionError as error:
        parser.error(str(error))
    torch.set_num_threads(1)
    rows = []
    for seed in options.seeds:
        for row in curve(survey, options.epochs, seed, options.top_percent / 100):
            rows.append(row)
            if not options.json:
                least = {kind: share for kind, share in row["by_kind"].items() if share < 1}
                print({name: v for name, v in row.items() if name != "by_kind"}, least, flush=True)
    if options.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
