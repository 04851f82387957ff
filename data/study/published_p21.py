"""Values published by Peruzzi et al. 2021 (P21), printed beside ours."""

from __future__ import annotations

__all__ = [
    "BEST",
    "BY_CLASS",
    "CONFUSED",
    "NOISE_F",
    "SAMPLE",
    "TEST",
    "TRAINING_SECONDS",
]

SAMPLE = {"type 1": 680, "type 2": 2145, "intermediate": 521}

# Task, kernel → C, gamma, F on validation.
BEST: dict[str, dict[str, tuple[float, float | None, float]]] = {
    "three": {
        "linear": (0.07, None, 0.920),
        "rbf": (34.0, 0.003, 0.912),
        "poly2": (5e-4, 0.5, 0.916),
        "poly3": (5e-4, 0.05, 0.918),
    },
    "two": {
        "linear": (0.4, None, 1.000),
        "rbf": (45.0, 0.005, 1.000),
        "poly2": (5e-5, 0.6, 1.000),
        "poly3": (5e-4, 0.05, 0.997),
    },
}

# Three types, test: macro precision, recall, F.
TEST = {
    "linear": (0.948, 0.936, 0.942),
    "rbf": (0.945, 0.927, 0.935),
    "poly2": (0.925, 0.928, 0.927),
    "poly3": (0.935, 0.932, 0.933),
}

# Three types, test, linear kernel: precision, recall, F.
BY_CLASS = {
    "type 1": (1.00, 1.00, 1.00),
    "type 2": (0.96, 0.97, 0.96),
    "intermediate": (0.89, 0.83, 0.86),
}

# Three types, test, linear kernel: (true, called) → count, of so many; the others are not given.
CONFUSED = {("intermediate", "type 2"): (19, 115), ("type 2", "intermediate"): (12, 423)}

# Mean of ten trainings on 2676 spectra, s (i7-6700HQ).
TRAINING_SECONDS = {"linear": 15.13, "rbf": 13.34, "poly2": 12.94, "poly3": 12.96}

# Sigma in units of the flux at 5100 Å → F, the mean of all types and each; 0.3 is not given.
NOISE_F: dict[str, dict[float, float]] = {
    "mean": {0.1: 0.92, 0.2: 0.89, 0.4: 0.82, 1: 0.74, 2: 0.68, 3: 0.57, 4: 0.56},
    "type 1": {0.1: 1.0, 0.2: 1.0, 0.4: 1.0, 1: 0.99, 2: 0.83, 3: 0.64, 4: 0.62},
    "type 2": {0.1: 0.95, 0.2: 0.92, 0.4: 0.86, 1: 0.76, 2: 0.68, 3: 0.59, 4: 0.60},
    "intermediate": {0.1: 0.82, 0.2: 0.74, 0.4: 0.63, 1: 0.48, 2: 0.38, 3: 0.33, 4: 0.27},
}
