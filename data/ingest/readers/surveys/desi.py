"""DESI: many targets a file, each in an image row per camera arm, and Redrock's redshifts.

Source: the DESI data model, https://desidatamodel.readthedocs.io, for coadd and redrock files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .....core.spectra.coaddition import coadd_arms
from .....core.spectra.redshift_warning import warning_words
from .....core.spectra.spectrum import SPECTRAL_CLASSES, Spectrum
from .....core.spectra.units.unit_spellings import SURVEY_FLUX, flux_factor, wavelengths_aa
from ..fits_files.fits import Hdu, ReadError, read_hdus
from ..vocabulary.other_facts import facts_of

__all__ = ["is_coadd", "is_redshifts", "is_stack", "load_coadd", "load_redshifts"]

_REDSHIFTS = ("REDSHIFTS", "ZBEST")
_WAVES = ("WAVELENGTH", "WAVE")
_VALUES = ("FLUX", "IVAR", "MASK")
_DESIS = ("FIBERMAP", "SPECTYPE")
_PIXELS = (*_WAVES, *_VALUES)
_OF_ROWS = 2  # NAXIS of an image with a spectrum a row
_ALL = 10_000  # HDUs; a file has some twenty


def is_coadd(hdus: Sequence[Hdu]) -> bool:
    """Whether the first HDUs' names are those of a coadd with arms of many targets."""
    names = {hdu.name for hdu in hdus}
    arms = any(name == "EXP_FIBERMAP" or name.endswith("_WAVELENGTH") for name in names)
    return "FIBERMAP" in names and arms and not is_redshifts(hdus)


def is_stack(hdus: Sequence[Hdu]) -> bool:
    """Whether arms are already joined, by the names of all HDUs; also of users' own stacks."""
    names = {hdu.name for hdu in hdus}
    if not ({"FLUX", "IVAR"} < names and names & {*_WAVES} and names & {*_DESIS}):
        return False
    return all(hdu.value("NAXIS") == _OF_ROWS for hdu in hdus if hdu.name == "FLUX")


def is_redshifts(hdus: Sequence[Hdu]) -> bool:
    """Whether this is Redrock's table of redshifts, which accompanies a coadd."""
    return any(hdu.name in _REDSHIFTS and "TARGETID" in hdu.columns for hdu in hdus)


def load_redshifts(hdus: Sequence[Hdu], path: Path) -> Iterator[Spectrum]:
    """The coadd in a file that begins with a table of redshifts.

    Raises
    ------
    ReadError
        There are no spectra in it, or as `load_coadd`.
    """
    if not any(_split(hdu.name)[1] in _WAVES for hdu in read_hdus(path, _ALL)):
        raise ReadError("no spectrum", f"{path.name} has redshifts, which are read with its coadd")
    return load_coadd(hdus, path)


def load_coadd(hdus: Sequence[Hdu], path: Path) -> Iterator[Spectrum]:
    """Each target's spectrum, its arms and exposures joined by inverse variance.

    Wavelengths are heliocentric and in vacuum; flux is in 1e-17 erg/s/cm²/Å, unless BUNIT says
    otherwise (frames are in electrons); a pixel with any bit of MASK has no data. The identifier is
    TARGETID. Redshift and class are Redrock's, from a table REDSHIFTS or ZBEST in the file or in
    ``redrock-…`` or ``zbest-…`` beside ``coadd-…`` or ``spectra-…``, with what ZWARN warns of in
    words; that of a fibre on no target (OBJTYPE not TGT) is unknown.

    Raises
    ------
    ReadError
        An arm lacks flux or ivar, shapes do not fit, or a file is damaged.
    """
    hdus = read_hdus(path, _ALL, images=lambda name: _split(name)[1] in _PIXELS)
    by_name = {hdu.name: hdu for hdu in hdus}
    arms = [_arm(name, by_name) for name in by_name if _split(name)[1] in _WAVES]
    if not arms:
        raise ReadError("unreadable", f"{path.name} names no wavelengths: {', '.join(by_name)}")
    targets = _targets(by_name, path, len(arms[0].flux))
    redshifts = _redshifts(by_name) or _redshifts_beside(path)
    rows: dict[str, list[int]] = {}  # several rows of a target are exposures, as in spectra-*.fits
    for row, target in enumerate(targets):
        rows.setdefault(target.id, []).append(row)
    for exposures in rows.values():
        row = exposures[0]
        target = targets[row]
        best = redshifts.get(target.id, _UNMEASURED)
        z_note = target.no_object or best.none
        try:
            wave, flux, ivar = coadd_arms([arm.row(number) for number in exposures for arm in arms])
            yield Spectrum(
                id=target.id,
                wave_obs_aa=wave,
                flux=flux,
                ivar=ivar,
                z=float("nan") if z_note else best.z,
                ra=target.ra,
                dec=target.dec,
                survey="DESI",
                flux_unit=arms[0].unit,
                spectral_class="" if z_note else best.spectral_class,
                subclass=target.kind if z_note else best.subclass,
                file=str(path),
                z_note=z_note,
                z_warning="" if z_note else best.warning,
                medium="vacuum",
                facts=target.facts | best.facts,
            )
        except (ValueError, IndexError) as error:
            raise ReadError(
                "unreadable", f"{target.id}, row {row} of {len(targets)}: {error}"
            ) from error


@dataclass(frozen=True, slots=True, eq=False)
class _Arm:
    """One camera arm: wavelengths (D,), flux, ivar and mask (n, D), and the flux's unit."""

    unit: str
    wave: np.ndarray
    flux: np.ndarray
    ivar: np.ndarray
    mask: np.ndarray | None

    def row(self, row: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        ivar = self.ivar[row]
        return self.wave, self.flux[row], ivar if self.mask is None else ivar * ~self.mask[row]


@dataclass(frozen=True, slots=True)
class _Target:
    """A row of the fibermap; `no_object` tells what the fibre observed if not a target."""

    id: str
    ra: float = float("nan")
    dec: float = float("nan")
    kind: str = ""
    no_object: str = ""
    facts: dict[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Best:
    """Redrock's best redshift and its warning; `none` tells why there is no redshift."""

    z: float
    spectral_class: str
    subclass: str
    warning: str = ""
    none: str = ""
    facts: dict[str, str | float] = field(default_factory=dict)


_UNMEASURED = _Best(
    float("nan"), "", "", none="no table of redshifts names it; a column z of --labels can"
)
# Columns of the fibermap and of Redrock's table that go into the catalog.
_OF_TARGET = ("SURVEY", "PROGRAM", "HEALPIX", "TILEID", "EBV", "MORPHTYPE", "FLUX_G", "FLUX_R")
_OF_TARGET += ("FLUX_Z", "DESI_TARGET", "COADD_FIBERSTATUS", "COADD_NUMEXP", "COADD_EXPTIME")
_OF_FIT = ("ZERR", "ZWARN", "CHI2", "DELTACHI2")


def _split(name: str) -> tuple[str, str]:
    """``B_FLUX`` → ("B", "FLUX"), ``FLUX`` → ("", "FLUX")."""
    arm, _, kind = name.rpartition("_")
    return arm, kind


def _arm(name: str, by_name: Mapping[str, Hdu]) -> _Arm:
    prefix = name.removesuffix(_split(name)[1])
    wave, flux, ivar, mask = (
        None if hdu is None else hdu.data
        for hdu in (by_name.get(key) for key in (name, *(prefix + kind for kind in _VALUES)))
    )
    if ivar is None:
        raise ReadError("no errors", f"there is no HDU {prefix}IVAR, so the noise is unknown")
    shapes = [None if part is None else part.shape for part in (wave, flux, ivar, mask)]
    if wave is None or flux is None or not flux.ndim == 2 or len({*shapes[1:]} - {None}) > 1:
        raise ReadError("unreadable", f"{name}, flux, ivar and mask have the shapes {shapes}")
    try:
        wave = wavelengths_aa(wave, _bunit(by_name[name]) or "Angstrom")
        factor, unit = flux_factor(_bunit(by_name[f"{prefix}FLUX"]) or SURVEY_FLUX, wave)
    except ValueError as error:
        raise ReadError("unreadable", f"{prefix}FLUX and {name}: {error}") from error
    if not np.allclose(factor, 1, rtol=1e-9):
        flux, ivar = flux * factor, ivar / factor**2
    return _Arm(unit, wave, flux, ivar, None if mask is None else mask != 0)


def _bunit(hdu: Hdu) -> str:
    return str(hdu.value("BUNIT") or "").strip()


def _targets(by_name: Mapping[str, Hdu], path: Path, n_rows: int) -> list[_Target]:
    """Target of each row; without a fibermap, identified by file name and row number."""
    fibers = by_name.get("FIBERMAP")
    if fibers is None or "TARGETID" not in fibers.columns:
        types = by_name.get("SPECTYPE")
        kinds = [""] * n_rows if types is None else types.texts("SPECTYPE")
        stem = path.name.split(".")[0]
        return [_Target(f"{stem}-{row}", kind=kind) for row, kind in enumerate(kinds)]
    ids = fibers.numbers("TARGETID").tolist()
    n = len(ids)
    ra, dec = (
        fibers.numbers(name).tolist() if name in fibers.columns else [float("nan")] * n
        for name in ("TARGET_RA", "TARGET_DEC")
    )
    kinds = fibers.texts("OBJTYPE") if "OBJTYPE" in fibers.columns else ["TGT"] * n
    return [
        _Target(
            str(id),
            *at,
            no_object="" if kind == "TGT" else f"no target: OBJTYPE {kind!r}",
            facts=facts,
        )
        for id, at, kind, facts in zip(
            ids, zip(ra, dec, strict=True), kinds, _facts(fibers, _OF_TARGET), strict=True
        )
    ]


def _facts(table: Hdu, names: Sequence[str]) -> list[dict[str, str | float]]:
    """Of each row."""
    assert table.data is not None
    there = [name for name in names if name in table.columns and not table.data.dtype[name].shape]
    columns = {
        name: table.texts(name) if table.data.dtype[name].kind == "S" else table.numbers(name)
        for name in there
    }
    listed = {name: values if isinstance(values, list) else values.tolist()
              for name, values in columns.items()}  # fmt: skip
    return [
        facts_of((name, values[row]) for name, values in listed.items())
        for row in range(len(table.data))
    ]


def _redshifts(by_name: Mapping[str, Hdu]) -> dict[str, _Best]:
    """TARGETID → redshift; the first of several, which Redrock sorts by quality."""
    table = next((by_name[name] for name in _REDSHIFTS if name in by_name), None)
    if table is None:
        return {}
    n = len(table.numbers("TARGETID"))
    kinds, subtypes = (
        table.texts(name) if name in table.columns else [""] * n for name in ("SPECTYPE", "SUBTYPE")
    )
    warnings = table.numbers("ZWARN").tolist() if "ZWARN" in table.columns else [0] * n
    rows = zip(
        table.numbers("TARGETID").tolist(), table.numbers("Z").tolist(), warnings, kinds, subtypes,
        _facts(table, _OF_FIT), strict=True,
    )  # fmt: skip
    best_of_target: dict[str, _Best] = {}
    for target, z, warning, kind, subtype, facts in rows:
        words = warning_words(max(int(warning), 0))
        best = _Best(z, kind if kind in SPECTRAL_CLASSES else "", subtype, words, facts=facts)
        best_of_target.setdefault(str(target), best)
    return best_of_target


def _redshifts_beside(path: Path) -> dict[str, _Best]:
    kind, _, rest = path.name.partition("-")
    if kind not in ("coadd", "spectra") or not rest:
        return {}
    beside = [path.with_name(prefix + rest) for prefix in ("redrock-", "zbest-")]
    beside += [file.with_suffix("") for file in beside if file.suffix == ".gz"]
    table = next((file for file in beside if file.exists()), None)
    return {} if table is None else _redshifts({hdu.name: hdu for hdu in read_hdus(table, 3)})
