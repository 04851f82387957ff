"""Are planted anomalies found, and do explanations point at what was planted?

    python benchmarks/faithfulness.py [COLLECTION] [--json] [--top-percent 5] [--samples 5000]
    python benchmarks/faithfulness.py --seed 7 [--vae-seed 7] [--json]

COLLECTION is a built simulated collection, the demo by default. With --seed a survey of the demo's
sizes is simulated from another seed, and an autoencoder trained on it from another seed, in a
temporary folder: nothing there was seen while the program was written. Detection is the share of
planted anomalies within the top 5 % of a score; "best" counts those any score puts there.
Attribution is, over the anomalies detected, the share whose planted window holds one of the three
segments of largest |weight|. A segment is in a window if they share half of the narrower of the
two; for saliency a segment is one pixel. Methods explain the mean squared error with default
settings; "lime, own score" explains each anomaly by the score that ranks it highest. "chance" is
what three segments drawn at random would reach. Noise alone puts faint spectra high in every
score, so O25 ranks within bins of signal to noise: "detection_in_sn_bins" takes the top 5 % of
each of four. "overlap" is the share of a score's top 100 (1000) that is in another's, "leaders"
what the top 100 of each score consist of (kinds) and which part of the spectrum makes their score
(made_of: mean share; led_by: of how many the largest). "clusters" has the adjusted Rand index
between KMeans clusters of the explanations of all planted anomalies and their kinds, over ten seeds
of KMeans, and the share of pairs of a clipped [O III] and an extreme emission-line spectrum that
are in two clusters: explained and clustered as a build does, then with segments at the median
flux, and without signs. "reviewers" are infidelity and its kin, class by class and kind by kind
beside the planted truth, with the settings of ``truth_faithfulness.py``."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import truth_faithfulness
from planted import Planted, clustered, detection, hits_in_window, rank_all, shares
from spexplain.core.explain.clusters import normalise_weights
from spexplain.core.explain.entry import ExplainSettings, explain_many
from spexplain.core.models.anomaly.rankings import top_overlap
from spexplain.core.settings import WeightSign
from spexplain.core.spectra.grid import COLLECTION_GRID
from spexplain.data.build.all_stages import BuildSettings, build
from spexplain.data.collection import Collection, CollectionError, CollectionWriter
from spexplain.data.demo.demo import demo_settings
from spexplain.data.demo.simulate import PopulationSizes, population
from spexplain.data.files.folders import demo_path
from spexplain.data.lenses.leaders import score_leaders
from spexplain.data.lenses.lenses import AnomalyLens, open_lenses
from threadpoolctl import threadpool_limits
from truth_case import Case

GOAL = 0.95


def overlap(planted: Planted) -> dict[str, dict[str, object]]:
    """Per top: names in order, matrix of shared shares, and the share in all tops."""
    result = {}
    for top in (100, 1000):
        shared, common = top_overlap(planted.scores, top)
        matrix = [[round(float(value), 3) for value in line] for line in shared]
        result[str(top)] = {
            "scores": list(planted.scores), "shared": matrix, "in_all": round(common, 4)
        }  # fmt: skip
    return result


def clusters(planted: Planted, samples: int, told: Callable[[str], None]) -> dict[str, object]:
    """How well clusters of the explanations bring the planted kinds back."""
    told("explaining every planted anomaly")
    lens, kinds = planted.lens, planted.table["kind"].to_numpy(str)
    target, usual = planted.targets["mse"], BuildSettings()
    detected = (planted.table["mse"] <= 0.05).to_numpy()
    result: dict[str, object] = {"n": len(kinds)}
    ways: dict[str, object] = {}
    flat = dataclasses.replace(usual.explain, perturbation="flat", factor=1.0)
    for chosen in (usual.explain, flat):
        settings = dataclasses.replace(chosen, n_samples=samples)
        spectra = (lens.prepared(int(row)) for row in planted.table["row"])
        explained = list(explain_many(spectra, target, settings))
        weights = [found.weights for found in explained]
        for sign in get_args(WeightSign):
            found = clustered(normalise_weights(np.array(weights), sign=sign), kinds, detected)
            if chosen is usual.explain and sign == usual.weight_sign:
                result |= found  # as the build does it
            found["median_r2"] = round(float(np.median([one.r2 for one in explained])), 4)
            name = f"{chosen.perturbation} {chosen.factor:g}, signs {sign}"
            ways[name] = {key: value for key, value in found.items() if key != "table"}
    return result | {"ways": ways}


def fresh(folder: Path, seed: int, vae_seed: int, told: Callable[[str], None]) -> Path:
    """A survey like the demo, simulated and scored from other seeds."""
    path, sizes = folder / "survey", PopulationSizes()
    told(f"simulating {sizes.total} spectra from seed {seed}")
    with CollectionWriter.create(path, COLLECTION_GRID, {"made_by": "simulation"}) as writer:
        for batch in population(grid=COLLECTION_GRID, seed=seed, sizes=sizes, batch=256):
            writer.append(batch.catalog, batch.flux, batch.ivar)
    told(f"training on them from seed {vae_seed}")
    usual = demo_settings()
    settings = dataclasses.replace(usual, vae=dataclasses.replace(usual.vae, seed=vae_seed))
    build(path, settings=settings, only=["score"], jobs=2)
    return path


def attribution(
    planted: Planted, top: float, samples: int, told: Callable[[str], None]
) -> dict[str, dict[str, float]]:
    lens, names = planted.lens, list(planted.targets)
    usual = ExplainSettings(n_samples=samples)
    methods = {
        "lime": usual,
        "lime, slic": ExplainSettings(n_samples=samples, segmentation="slic"),
        "lime, mean": ExplainSettings(n_samples=samples, perturbation="mean", factor=1.0),
        "occlusion": ExplainSettings(method="occlusion"),
        "saliency": ExplainSettings(method="saliency"),
    }
    by_mse = planted.table[planted.table["mse"] <= top]
    result, chance = {}, None
    for method, settings in methods.items():
        told(method)
        hits, random = hits_in_window(lens, by_mse, lambda _: planted.targets["mse"], settings)
        result[method] = shares(hits, by_mse["kind"])
        chance = shares(random, by_mse["kind"]) if chance is None else chance
    told("lime, own score")
    by_any = planted.table[planted.table[names].min(axis=1) <= top]
    own = by_any[names].idxmin(axis=1)
    hits, _ = hits_in_window(lens, by_any, lambda at: planted.targets[own.loc[at]], usual)
    result["lime, own score"] = shares(hits, by_any["kind"])
    return result | {"chance": chance or {}}


def print_table(title: str, table: dict[str, dict[str, float]]) -> None:
    kinds = list(next(iter(table.values())))
    width = max(len(name) for name in table) + 2
    print(title)
    for at, kind in enumerate(kinds):
        print(" " * (width + 5 * at), kind)
    for name, row in table.items():
        cells = [f"{row[kind]:5.0%}" if kind in row else "    –" for kind in kinds]
        print(f"{name:{width}}", "".join(cells))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("collection", type=Path, nargs="?", default=demo_path())
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--top-percent", type=float, default=5.0, help="what counts as detected")
    parser.add_argument("--samples", type=int, default=5000, help="of LIME")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, help="simulate another survey from this seed")
    parser.add_argument("--vae-seed", type=int, help="of its autoencoder; --seed by default")
    options = parser.parse_args()

    def told(step: str) -> None:
        print(f"… {step}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        path = options.collection
        if options.seed is not None:
            vae_seed = options.seed if options.vae_seed is None else options.vae_seed
            path = fresh(Path(folder), options.seed, vae_seed, told)
        try:
            collection = Collection.open(path)
            lens = open_lenses(collection).get("anomaly")
        except CollectionError as error:
            parser.error(str(error))
        if not isinstance(lens, AnomalyLens) or "planted_kind" not in collection.catalog:
            parser.error(f"{path} has no scored spectra with planted anomalies")
        result = measure(collection, lens, options, told)
    report(result, options)
    return 0


def measure(
    collection: Collection,
    lens: AnomalyLens,
    options: argparse.Namespace,
    told: Callable[[str], None],
) -> dict[str, dict[str, Any]]:
    with threadpool_limits(options.threads):
        planted = rank_all(collection, lens)
        leaders = score_leaders(collection.catalog, lens)
        top = options.top_percent / 100
        return {
            "detection": detection(planted.table, planted.targets, top),
            "detection_in_sn_bins": detection(planted.table, planted.targets, top, of=" in bin"),
            "attribution": attribution(planted, top, options.samples, told),
            "overlap": overlap(planted),
            "leaders": leaders.to_dict(),
            "clusters": clusters(planted, options.samples, told),
            "reviewers": reviewers(collection, told),
        }


def reviewers(collection: Collection, told: Callable[[str], None]) -> dict[str, Any]:
    """As ``truth_faithfulness.py``; nothing where the collection has no lens on types."""
    if "agn" not in open_lenses(collection):
        return {}
    told("asking what reviewers ask")
    return dict(truth_faithfulness.measure(Case(collection.path, None)))


def report(result: dict[str, dict[str, Any]], options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps(result, indent=1, ensure_ascii=False))
        return
    print_table(f"detection: share in the top {options.top_percent:g} %", result["detection"])
    print_table("\nthe same within four bins of S/N", result["detection_in_sn_bins"])
    print_table(
        f"\nattribution over those detected (goal {GOAL:.0%} for lime)", result["attribution"]
    )
    for top, found in result["overlap"].items():
        print(f"\nshared of the top {top}; {found['in_all']:.1%} are in all eight")
        for name, line in zip(found["scores"], found["shared"], strict=True):
            print(f"{name:22}", " ".join(f"{share:4.0%}" for share in line))
    leaders = result["leaders"]
    print_table("\nwhat the scores of the top 100 are made of", leaders["made_of"])
    for name, kinds in leaders["kinds"].items():
        print(f"{name:22}", ", ".join(f"{n} {kind}" for kind, n in [*kinds.items()][:5]))
    for name, one in result["clusters"]["ways"].items():
        rand, apart = one["adjusted_rand"], one["clipped_apart_from_extreme_lines"]
        print(f"\nclusters, {name}: adjusted Rand {rand}, clipped apart {apart}")
    for target, groups in result["reviewers"].items():
        if target == "of":
            print(f"\n{groups}")
            continue
        for group, methods in groups.items():
            for method, figures in methods.items():
                print(f"{target}, {group}, {method}: {figures}")


if __name__ == "__main__":
    sys.exit(main())
