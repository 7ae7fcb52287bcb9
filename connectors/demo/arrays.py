"""Array types of the generator, and one sum that numpy's own types do not describe."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]
Texts = npt.NDArray[np.object_]


def sum_into(out: Floats | Ints, at: tuple[Any, ...], values: npt.ArrayLike) -> None:
    """Add `values` to `out` at the index `at`, repeated places included."""
    np.add.at(out, at, values)
