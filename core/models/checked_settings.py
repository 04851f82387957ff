"""Validation shared by the settings of trainings and builds."""

from __future__ import annotations

from typing import Any

__all__ = ["check_choices", "check_counts"]


def check_choices(settings: object, **choices: tuple[Any, ...]) -> None:
    """Raise ValueError if a field named here is not one of its choices."""
    for name, known in choices.items():
        if getattr(settings, name) not in known:
            raise ValueError(f"{name} must be one of {known}, got {getattr(settings, name)!r}")


def check_counts(settings: object, *names: str) -> None:
    """ValueError if one of these fields is below 1."""
    for name in names:
        if getattr(settings, name) < 1:
            raise ValueError(f"{name}={getattr(settings, name)} must be 1 or more")
