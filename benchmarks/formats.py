"""What becomes of every file of a folder: taken or not and why, and what the demo's models say.

With a reference, how far each spectrum lies from it as the model sees it, in units of its error.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from spexplain.core.spectra.grid import COLLECTION_GRID, resample
from spexplain.core.spectra.prepare.recipes import recipe_from_dict
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.data.collection.catalog_facts import SET_ASIDE, WHY_SET_ASIDE
from spexplain.data.collection.collection import Collection
from spexplain.data.files.folders import demo_path
from spexplain.data.ingest.catalogues.labels import Labels, read_labels
from spexplain.data.ingest.one_file import Intake, Rejected
from spexplain.data.ingest.readers import ReadError, read, read_all
from spexplain.data.lenses.built_lens import LensError
from spexplain.data.lenses.lenses import open_lenses
from spexplain.data.lenses.one_spectrum.outside_spectrum import OutsideLens

Z_MAX = 0.8  # as spexplain ingest has it


class Judge:
    """The demo's models, and one spectrum that others are held against.

    Parameters
    ----------
    demo
        Folder of a built collection.
    reference
        A file, or None.
    labels
        Redshifts that files lack.
    """

    def __init__(self, demo: Path, reference: Path | None, labels: Labels) -> None:
        self._collection = Collection.open(demo)
        self._reference, self._labels = reference, labels
        self._intake = Intake(COLLECTION_GRID, Z_MAX, labels)

    @cached_property
    def _lenses(self) -> dict[str, OutsideLens]:
        opened = open_lenses(self._collection)
        return {name: OutsideLens(self._collection, lens) for name, lens in opened.items()}

    @cached_property
    def _held_against(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Flux and its error (D,), prepared."""
        if self._reference is None:
            return None
        spectrum = read(self._reference)
        flux, reason = self._lenses["agn"].prepared(spectrum)
        if reason:
            raise SystemExit(f"{self._reference}: {reason}")
        return flux, flux * self._noise_over_flux(spectrum)

    def of_file(self, file: Path, name: str) -> Iterator[dict[str, Any]]:
        """A row for each spectrum in it, or one for the file.

        Parameters
        ----------
        file, name
            The file, and what to call it.
        """
        outcomes = self._intake(file)
        taken = set()
        for one in outcomes:
            if isinstance(one, Rejected):
                yield row(name, one.id, reason=f"{one.reason}: {one.detail}")
            elif one.row[SET_ASIDE]:  # kept, to be looked at, but no model is given it
                why = f"{one.row[SET_ASIDE]}: {one.row[WHY_SET_ASIDE]}"
                yield row(name, str(one.row["id"]), reason=why)
            else:
                taken.add(str(one.row["id"]))
        if taken:
            try:
                for spectrum in read_all(file):
                    if spectrum.id in taken:
                        yield row(name, spectrum.id, **self._said(spectrum))
            except ReadError as error:  # of what follows in the file; listed above
                print(f"{file}: {error}", file=sys.stderr)

    def _said(self, spectrum: Spectrum) -> dict[str, Any]:
        z = self._labels.redshifts.get(self._labels.name_of(spectrum.id, spectrum.file))
        if z is not None:
            object.__setattr__(spectrum, "z", z)
        said: dict[str, Any] = {"taken": True, "reason": ""}
        for name, lens in self._lenses.items():
            try:
                found = lens.look(spectrum)
            except LensError as error:
                said["reason"] += f"{name}: {error} "
                continue
            if found.verdict is None:
                said["reason"] += f"{name}: {found.reason} "
            elif found.verdict.kind == "type":
                predicted = found.verdict.predicted
                said |= {"type": predicted, "p": found.verdict.probabilities[predicted]}
                said["flux_distance"] = self._distance(found.flux)
            else:
                said["score_rank"] = found.verdict.rank
        said["reason"] = said["reason"].strip()
        return said

    def _distance(self, flux: np.ndarray) -> float | None:
        """Largest |Δ|/σ from the reference as prepared; None without one."""
        if self._held_against is None:
            return None
        known, error = self._held_against
        good = np.isfinite(error) & (error > 0)
        return float(np.max(np.abs(flux - known)[good] / error[good]))

    def _noise_over_flux(self, spectrum: Spectrum) -> np.ndarray:
        """(D,) error over flux on the lens's wavelengths, as the collection would store it."""
        wave = self._collection.wave_rest_aa
        rest = spectrum.wave_obs_aa / (1 + spectrum.z)
        flux, ivar = resample(rest, spectrum.flux, spectrum.ivar, wave)
        lens = self._lenses["agn"].lens
        recipe = recipe_from_dict(lens.preparation.facts("recipe"))
        kept = lens.preparation.read_array("kept").astype(bool)
        on_grid, _ = recipe.to_grid(wave, flux[None], ivar[None], np.array([spectrum.z]))
        with np.errstate(divide="ignore"):
            error = 1 / np.sqrt(ivar)
        return np.interp(lens.wave_rest_aa, wave, error) / on_grid[0, kept]


def row(file: str, id: str, **known: Any) -> dict[str, Any]:
    """A line of the answer; what is not known is null."""
    empty = {"taken": False, "reason": "", "id": id, "type": None, "p": None}
    return {"file": file} | empty | {"score_rank": None, "flux_distance": None} | known


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of files; those in its folders too")
    parser.add_argument("--reference", type=Path, help="the file that others are held against")
    parser.add_argument("--labels", type=Path, help="CSV with redshifts of files that have none")
    parser.add_argument("--demo", type=Path, help="the demo's folder; by default the built one")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    asked = parser.parse_args()
    labels = Labels({}, "") if asked.labels is None else read_labels(asked.labels)
    judge = Judge(asked.demo or demo_path(), asked.reference, labels)
    files = sorted(file for file in asked.folder.rglob("*") if file.is_file())
    found = [one for f in files for one in judge.of_file(f, str(f.relative_to(asked.folder)))]
    if asked.json:
        print(json.dumps({"files": found}, indent=1))
        return
    for one in found:
        said = one["reason"]
        if one["type"] is not None:
            rank, far = one["score_rank"], one["flux_distance"]
            distance = "" if far is None else f", {far:.3g} σ from the reference"
            said = f"{one['type']} (p {one['p']:.3f}), rank {rank}{distance} {said}"
        print(f"{'taken' if one['taken'] else '-':6}{one['file']} [{one['id']}]  {said}")


if __name__ == "__main__":
    main()
