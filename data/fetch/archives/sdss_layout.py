"""Paths of spectra on the Science Archive Server of SDSS, by data release.

From the sources of sdss/tree, sdss/sdss_access and astroquery.sdss, untested: `docs/fetch.md`.
"""

from __future__ import annotations

__all__ = ["RELEASES", "fiber_paths", "field_paths", "release_number"]

RELEASES = range(8, 21)

# Reductions of SDSS-I and II: the survey, SEGUE-2, and a few plates of clusters of stars.
_LEGACY = ("26", "104", "103")
_FIRST_BOSS_PLATE = 3510
_BOSS = {
    9: ("v5_4_45",), 10: ("v5_5_12",), 11: ("v5_6_5",), 12: ("v5_7_0", "v5_7_2"), 13: ("v5_9_0",),
    14: ("v5_10_0",), 15: ("v5_10_0",), 16: ("v5_13_0",), 17: ("v5_13_2",), 18: ("v5_13_2",),
    19: ("v5_13_2",), 20: ("v5_13_2",),
}  # fmt: skip
_SDSS_V = {18: "v6_0_4", 19: "v6_1_3", 20: "v6_2_1"}
_WITHOUT_LITE = (8, 9)


def release_number(text: str) -> int:
    """Number of a data release, written as ``dr17``, ``DR 17`` or ``17``.

    Raises
    ------
    ValueError
        There is no such release with files of single spectra.
    """
    digits = text.strip().lower().removeprefix("dr").strip()
    if not digits.isdigit() or int(digits) not in RELEASES:
        raise ValueError(
            f"“{text}” is not an SDSS data release with files of single spectra; "
            f"choose dr{RELEASES[0]} to dr{RELEASES[-1]}"
        )
    return int(digits)


def fiber_paths(
    plate: int, mjd: int, fiber: int, release: int, *, lite: bool = True, run2d: str = ""
) -> list[str]:
    """Paths below ``/sas`` at which the spectrum of a fiber may be, the likeliest first.

    Parameters
    ----------
    plate, mjd, fiber, release
        Which spectrum.
    lite
        The file without single exposures, if the release has one.
    run2d
        The reduction, if known.

    Raises
    ------
    ValueError
        The release has no spectrum of such a plate.
    """
    boss = plate >= _FIRST_BOSS_PLATE
    if boss and release not in _BOSS:
        raise ValueError(f"dr{release} has no plate {plate}: those of BOSS begin with dr9")
    reductions = list(_BOSS[release] if boss else _LEGACY)
    if run2d and (run2d in _LEGACY) != boss:
        reductions = [run2d, *(one for one in reductions if one != run2d)]
    name = f"{plate:04}/spec-{plate:04}-{mjd}-{fiber:04}.fits"
    paths: list[str] = []
    for one in reductions:
        folder = "spectra/full" if one not in _LEGACY and release > 15 else "spectra"
        if lite and release not in _WITHOUT_LITE:
            folder = "spectra/lite"
        paths += [f"dr{release}/{root}/{one}/{folder}/{name}" for root in _roots(release, one)]
    return paths


def field_paths(
    field: int, mjd: int, catalogid: int, release: int, *, lite: bool = True, run2d: str = ""
) -> list[str]:
    """Like `fiber_paths`, for a target of SDSS-V: daily coadds first, then those of an epoch.

    Raises
    ------
    ValueError
        The release is before SDSS-V.
    """
    if release not in _SDSS_V:
        raise ValueError(f"dr{release} is before SDSS-V, whose ids these are: --release dr19")
    reduction, kind = run2d or _SDSS_V[release], "lite" if lite else "full"
    root = f"dr{release}/spectro/boss/redux/{reduction}"
    if release == 18:
        name = f"spec-{field}-{mjd}-{catalogid:011}.fits"
        below = f"{reduction}/spectra/{kind}/{field}p/{mjd}/{name}"
        return [f"dr18/spectro/{one}/redux/{below}" for one in ("boss", "sdss")]
    below = f"{field:06}/{mjd}/spec-{field:06}-{mjd}-{catalogid}.fits"
    if release == 19:
        return [f"{root}/spectra/{kind}/{below}", f"{root}/epoch/spectra/{kind}/{below}"]
    group = f"{field // 1000:03}XXX"
    return [f"{root}/spectra/{coadd}/{kind}/{group}/{below}" for coadd in ("daily", "epoch")]


def _roots(release: int, run2d: str) -> list[str]:
    if release >= 18:
        return ["spectro/sdss/redux"]
    if run2d in _LEGACY:
        return ["sdss/spectro/redux"]
    return ["boss/spectro/redux" if release < 13 else "eboss/spectro/redux", "sdss/spectro/redux"]
