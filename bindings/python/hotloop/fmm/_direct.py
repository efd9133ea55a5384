"""The direct sum over all pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np

from .._library import library
from .._arrays import FLOAT64
from .._progress import run
from ._options import DirectOptions, screening_of
from ._points import charges as charges_of
from ._points import points, precision_of, results

Array = np.ndarray
Kernel = Literal["laplace", "yukawa"]


def direct(
    sources: Array,
    charges: Array,
    targets: Array | None = None,
    *,
    kernel: Kernel = "laplace",
    screening: float | None = None,
    gradient: bool = False,
    out: Mapping[str, Array] | tuple[Array | None, Array | None] | None = None,
    progress: Callable[[int, int], Any] | bool | None = None,
) -> Any:
    """Potentials of charges at points, and their gradients, one pair after another.

    Parameters
    ----------
    sources : ndarray of float64 or float32, shape (n_source, 3)
    charges : ndarray of the same dtype, shape (n_source,) or (n_charge_vectors, n_source)
        Several vectors share distances and take less time than one by one.
    targets : ndarray of the same dtype, shape (n_target, 3), optional
        Where to evaluate; None: at the sources, none of which sees itself.
    kernel : {"laplace", "yukawa"}
        1 / (4 pi r), or exp(-screening r) / (4 pi r).
    screening : float, optional
        An inverse length: "yukawa" needs it, "laplace" has none.
    gradient : bool
        Whether gradients are wanted too. The force on a charge q is -q times the gradient.
    out : mapping or tuple of ndarrays, optional
        Arrays to write, by the names "potentials" and "gradients", or in this order; None for what is not wanted. With
        any strides, and no element in common with an input.
    progress : function(done, total) or True, optional
        Called a few times a second; something true as answer cancels. True draws a bar with tqdm.

    Returns
    -------
    potentials : ndarray, shape (n_target,) or (n_charge_vectors, n_target)
    gradients : ndarray, shape (n_target, 3) or (n_charge_vectors, n_target, 3)
        With ``gradient`` or ``out`` the result is the pair (potentials, gradients), else the potentials alone.

    Raises
    ------
    TypeError
        An array is not of the sources' dtype, or an option is of the wrong type.
    ValueError
        Shapes do not fit, a number is not finite, arrays overlap, an option is invalid. Outputs are untouched.

    Notes
    -----
    The error of a sum is at most 1e-12 (1e-6 in float32) of the sum of the magnitudes of its terms. Points closer than
    2**-63 (2**-40) of the largest coordinate count as one.

    Examples
    --------
    >>> points = np.random.default_rng(0).random((1000, 3))
    >>> potentials, gradients = hotloop.fmm.direct(points, np.ones(1000), gradient=True)
    """
    dtype = precision_of(sources)
    y = points("sources", sources, dtype)
    x = y if targets is None else points("targets", targets, dtype)
    q = charges_of(charges, y.count, dtype)
    options = DirectOptions()
    options.set(kernel=kernel, screening=screening_of(kernel, screening))
    arrays, places = results(out, gradient, q, x.count, dtype)
    place = (None, None) if targets is None else x.argument
    function = library.hl_direct if dtype is FLOAT64 else library.hl_direct_f32
    arguments = (y.count, x.count, q.count, *y.argument, *place, *q.argument, *places)
    run(function, arguments, options, progress, y.count * x.count * q.count, "part")
    return tuple(arrays) if gradient or out is not None else arrays[0]
