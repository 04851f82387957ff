"""A user's model on wavelengths, ready to be explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from html import escape
from typing import Any

import numpy as np

from ....core.explain import explain
from ....core.explain.many_gradients import gradients_of_many
from ....core.settings import ExplainSettings
from ....core.spectra import Spectrum
from ....core.targets import Target
from ....core.targets.any_model import AnyModel, Of, Outputs
from ....core.targets.read_model import read_model
from ....data.explanations import Origin
from ....data.ingest.readers import ReadError
from ....data.lenses import LensError
from ..explained import Explained
from ..explained_many import ExplainedMany, NotExplained
from ..one_spectrum import OneSpectrum, read
from ..prepared_wave import PreparedWave, onto
from .model_wave import model_wave
from .own_segments import OwnSegments
from .repeatable import repeatable_answers
from .several_spectra import label_of_each, spectra_one_by_one

__all__ = ["Model", "model"]

_SETTINGS = {field.name for field in fields(ExplainSettings)}


class Model:
    """A model together with the wavelengths of its input.

    Attributes
    ----------
    known
        The model, from which targets are made.
    wave
        (D,) vacuum Å at rest.
    """

    def __init__(self, known: AnyModel, wave: np.ndarray) -> None:
        self.known, self.wave = known, wave

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of its classes; empty if it returns one number."""
        return self.known.classes

    def explain(
        self,
        spectra: Any,
        label: str | int | None = None,
        *,
        of: Of | None = None,
        method: str = "lime",
        segments: Any = None,
        baseline: Any = None,
        errors: str = "raise",
        **settings: Any,
    ) -> Any:
        """Explain the model's output for one spectrum or many.

        Parameters
        ----------
        spectra
            (D,) prepared flux, or (n, D) for many; NaN and masked pixels are refused. Or one
            spectrum from a collection, :func:`read` or specutils, which is prepared first;
            ``explained.done`` says how. Or a list of either.
        label
            Class, by name or index; by default the predicted one. For many spectra also a class
            for each, (n,).
        of
            ``"log-odds"``, ``"log p"`` or ``"probability"`` for classifiers with probabilities,
            ``"decision"`` for others.
        method
            ``"lime"``, ``"occlusion"``, ``"shapley"``, ``"saliency"``, or ``"gradient"``: analytic
            derivatives if the model has them (torch modules; many spectra in one pass), else
            differences.
        segments
            Your own segments: (D,) integers, or names of lines such as ``["hbeta", "oiii5007"]``,
            which give a segment within 1500 km/s of each and one for each stretch between.
        baseline
            (D,) or one number, the replacement for a segment; without it segments are scaled.
        errors
            For many spectra: ``"raise"``, or ``"keep"`` failures in place with their reason.
        **settings
            Fields of ``ExplainSettings``: n_segments, n_samples, factor, seed …

        Returns
        -------
        Explained, or ExplainedMany for (n, D)

        Raises
        ------
        ValueError
            A value is invalid; the message names the spectrum, the pixels or the setting.
        """
        if errors not in ("raise", "keep"):
            raise ValueError(f"errors must be 'raise' or 'keep', got {errors!r}")
        method = method.lower() if isinstance(method, str) else method
        chosen = _settings(method, self.known, settings)
        own = OwnSegments(segments, baseline).beside(settings)
        each = spectra_one_by_one(spectra)
        if each is None:
            flux, origin, filled = self._one(spectra)
            return self._explained(flux, label, of, chosen, own, origin, filled)
        labels = label_of_each(label, len(each))
        if method == "gradient" and self.known.gradients is not None and not own.given:
            return self._gradients(each, labels, of, chosen, errors)
        explanations: list[Any] = []
        for number, (source, asked) in enumerate(zip(each, labels, strict=True)):
            try:
                flux, origin, filled = self._one(source)
                made = self._explained(flux, asked, of, chosen, own, origin, filled)
                explanations.append(made)
            except (ValueError, ReadError) as error:
                explanations.append(_failed(number, error, errors))
        return ExplainedMany(explanations)

    def answers(self, flux: np.ndarray) -> list[dict[str, float]]:
        """Outputs for spectra (n, D), by class, or by the model's name without classes."""
        names = self.classes or (self.known.name,)
        values = self.known.by_class(flux).tolist()
        return [dict(zip(names, each, strict=True)) for each in values]

    said = answers
    """Its earlier name."""

    def target(self, label: str | int | None = None, of: Of | None = None) -> Target:
        """The target of one class, for :func:`spexplain.explain` and the rest of the library."""
        return self.known.target(label, of)

    def __repr__(self) -> str:
        what = f"classes {self.classes}" if self.classes else "one number"
        return (
            f"<model {self.known.name}: {what}, on {len(self.wave):,} pixels, "
            f"{self.wave[0]:.0f}–{self.wave[-1]:.0f} Å at rest>"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self)[1:-1])}</p>"

    def _one(self, source: Any) -> tuple[np.ndarray, Origin, np.ndarray | None]:
        """Prepared flux, its name, preparation and redshift warning, and what was filled in."""
        known = isinstance(source, OneSpectrum | Spectrum) or hasattr(source, "spectral_axis")
        if not known and not isinstance(source, str):
            return self._flux(source), Origin(), None
        spectrum = read(source)
        try:
            wave = self.wave
            flux, done, filled = (
                wave.prepare(spectrum)
                if isinstance(wave, PreparedWave)
                else (*onto(wave, spectrum), None)
            )
        except LensError as error:
            raise ValueError(str(error)) from error
        z_warning = spectrum.spectrum.z_warning
        return flux, Origin(spectrum.id, note=done, z_warning=z_warning), filled

    def _flux(self, source: Any) -> np.ndarray:
        if getattr(source, "unit", None) not in (None, ""):
            raise ValueError(
                f"flux has the unit {source.unit}: the model takes prepared flux without one; hand "
                "over the whole spectrum (specutils.Spectrum) and it is prepared"
            )
        if np.iscomplexobj(source):
            raise ValueError("flux is complex: hand over its real part or absolute value")
        masked = np.ma.getmaskarray(source) if np.ma.isMaskedArray(source) else None
        flux = np.ma.getdata(source) if masked is not None else np.asarray(source)
        flux = flux if flux.dtype == np.float32 else flux.astype(np.float64)
        if flux.shape != self.wave.shape:
            raise ValueError(f"the model takes {self.wave.shape} pixels, got {flux.shape}")
        bad = ~np.isfinite(flux) if masked is None else masked | ~np.isfinite(flux)
        if bad.any():
            at = self.wave[np.flatnonzero(bad)]
            what = "not finite" if masked is None else "masked or not finite"
            raise ValueError(
                f"{bad.sum():,} of {bad.size:,} pixels are {what}, between {at[0]:.0f} and "
                f"{at[-1]:.0f} Å: fill them first, or hand over the whole spectrum"
            )
        return flux

    def _explained(
        self,
        flux: np.ndarray,
        label: str | int | None,
        of: Of | None,
        chosen: ExplainSettings,
        own: OwnSegments,
        origin: Origin,
        filled: np.ndarray | None = None,
    ) -> Explained:
        if label is None and self.classes:
            label = self.classes[self.known.predicted(flux[None])[0]]
        target = self.known.target(label, of)
        # One that is no number is told of before samples are drawn.
        (answer,) = repeatable_answers(self.answers, flux[None], self.known.name)
        if own.given:
            explanation, pieces = own.explain(flux, target, chosen, self.wave)
        else:
            explanation, pieces = explain(flux, target, chosen), None
        return Explained(
            explanation, self.wave, flux, target,
            answers=answer, origin=origin, pieces=pieces, filled=filled,
        )  # fmt: skip

    def _gradients(
        self, spectra: Any, asked: list[Any], of: Of | None, chosen: ExplainSettings, errors: str
    ) -> ExplainedMany:
        explanations: list[Any] = [None] * len(spectra)
        good: list[tuple[int, Origin, np.ndarray | None]] = []
        prepared: list[np.ndarray] = []
        for number, source in enumerate(spectra):
            try:
                values, origin, filled = self._one(source)
                good.append((number, origin, filled))
                prepared.append(values)
            except (ValueError, ReadError) as error:
                explanations[number] = _failed(number, error, errors)
        if not good:
            return ExplainedMany(explanations)
        flux = np.stack(prepared)
        answers = repeatable_answers(self.answers, flux, self.known.name)
        labels = [asked[number] for number, *_ in good]
        if self.classes:
            likeliest = [max(each, key=each.__getitem__) for each in answers]
            labels = [p if own is None else own for own, p in zip(labels, likeliest, strict=True)]
        for label in dict.fromkeys(labels):
            at = [i for i, other in enumerate(labels) if other == label]
            target = self.known.target(label, of)
            for i, made in zip(at, gradients_of_many(flux[at], target, chosen), strict=True):
                number, origin, filled = good[i]
                explanations[number] = Explained(
                    made,
                    self.wave,
                    flux[i],
                    target,
                    answers=answers[i],
                    origin=origin,
                    filled=filled,
                )
        return ExplainedMany(explanations)


def model(
    source: Any,
    wave: Any,
    *,
    classes: Sequence[str] | None = None,
    outputs: Outputs | None = None,
    name: str | None = None,
) -> Model:
    """Wrap a model of your own so that it can be explained.

    Parameters
    ----------
    source
        A fitted scikit-learn estimator or pipeline (of outlier detectors and densities the
        negative ``score_samples``: higher is stranger), a torch module, any function
        (n, D) → (n,) or (n, C), or an ONNX session or file.
    wave
        (D,) rest wavelengths of its pixels, vacuum Å, increasing, or with a unit. With ``c.wave``
        of a collection spectra are prepared as there; onto a plain array they are resampled.
    classes
        Names of its outputs, if the model has none itself.
    outputs
        ``probabilities``, ``log p``, ``logits`` (of torch modules with classes by default),
        ``decisions`` or ``value``.
    name
        Shown.

    Raises
    ------
    TypeError, ValueError
        If it is not a model, not fitted, or the wavelengths do not increase.
    """
    wave = model_wave(wave)  # what is wrong with it is said before the model is read
    return Model(read_model(source, classes=classes, outputs=outputs, name=name), wave)


def _settings(method: str, known: AnyModel, knobs: dict[str, Any]) -> ExplainSettings:
    unknown = sorted(set(knobs) - _SETTINGS)
    if unknown:
        raise TypeError(f"unknown settings {unknown}; known are {sorted(_SETTINGS)}")
    if method == "gradient":
        gradient = "difference" if known.gradients is None else "analytic"
        return ExplainSettings(method="saliency", **{"gradient": gradient, **knobs})
    return ExplainSettings(method=method, **knobs)  # type: ignore[arg-type]


def _failed(number: int, error: Exception, errors: str) -> NotExplained:
    if errors == "raise":
        raise ValueError(f"spectrum {number}: {error}") from error
    return NotExplained(number, str(error))
