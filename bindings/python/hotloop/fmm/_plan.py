"""Plans of the fast multipole method."""

from __future__ import annotations

import ctypes
import os
import weakref
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np

from .. import _abi, _progress
from .._arrays import FLOAT64, argument, as_input, check_shape, precision
from .._errors import ArgumentError, check
from .._library import library
from ._options import PlanOptions, screening_of, whole
from ._points import charges as charges_of
from ._points import points, precision_of, results

Array = np.ndarray
Progress = Callable[[int, int], Any]

# Elementary steps that a point takes, about: a microsecond or two.
_STEPS_OF_A_POINT = 2_000


class Plan:
    """Sums over pairs of points in time proportional to their number, for any number of sets of charges.

    Parameters
    ----------
    sources : ndarray of float64 or float32, shape (n_source, 3)
    targets : ndarray of the same dtype, shape (n_target, 3), optional
        Where potentials are wanted; None: at the sources, none of which sees itself.
    eps : float
        Relative error of potentials, as a norm over all targets, for charges of random signs. The least that can be kept is 6e-12, with a
        period 1.3e-11; 9e-7 where expansions are float32 (``precision``), with a period 4e-6, so that float32 points with a period need a larger
        eps than the default, or precision="double". Gradients are about ten times less accurate, more where charges of both signs cancel (docs/fmm.md).
    order : int, optional
        Instead of eps: points along an edge of the surfaces that expansions live on, 2 to 14.
    kernel : {"laplace", "yukawa"}
        1 / (4 pi r), or exp(-screening r) / (4 pi r).
    screening : float, optional
        An inverse length: "yukawa" needs it, "laplace" has none.
    precision : {"auto", "double", "mixed"}
        Of expansions: float64, or float32 (auto: as the points). Near pairs of "mixed": docs/fmm.md, Accuracy.
    leaf_size : int, optional
        A box of the tree with more sources or more targets is refined; None: what makes evaluations fastest.
    max_level : int
        No box is refined beyond this level.
    balance : bool
        Boxes are refined further until leaves that touch differ by one level at most, which bounds the lists of any leaf (2:1 balance).
    translations : {"auto", "fft", "blas", "dense"}
        How multipoles are carried between boxes of a level: by Fourier transforms, by compressed matrices, by whole matrices (slow: a
        reference), or the faster of the first two.
    period : float, optional
        Side of a cubic cell in which all points repeat; None: open space. Points may lie in any cell; two that are meant to be
        one (a target at a source, an atom at both faces) need the same coordinates, or rounding leaves 1e-16 between them. Potentials are then those of all images, for
        Laplace's kernel with a uniform background that neutralises the charges and a mean over the cell of 0 (docs/fmm.md).
    progress : function(done, total) or True, optional
        Called a few times a second; something true as answer cancels. True draws a bar with tqdm.

    Raises
    ------
    TypeError
        An array is not of float64 or float32, or an option is of the wrong type.
    ValueError
        Shapes do not fit, a coordinate is not finite, an option is invalid or eps cannot be kept.

    Notes
    -----
    Points are not kept: what a plan holds is its own. Any number of threads may evaluate one plan at once. A plan cannot be copied or pickled.

    Examples
    --------
    >>> points = np.random.default_rng(0).random((100_000, 3))
    >>> plan = hotloop.fmm.Plan(points, eps=1e-6)
    >>> potentials, gradients = plan.evaluate(np.ones(100_000), gradient=True)
    """

    def __init__(
        self,
        sources: Array,
        targets: Array | None = None,
        *,
        eps: float = 1e-6,
        order: int | None = None,
        kernel: Literal["laplace", "yukawa"] = "laplace",
        screening: float | None = None,
        precision: Literal["auto", "double", "mixed"] = "auto",
        leaf_size: int | None = None,
        max_level: int = 20,
        balance: bool = False,
        translations: Literal["auto", "fft", "blas", "dense"] = "auto",
        period: float | None = None,
        progress: Progress | bool | None = None,
    ) -> None:
        options = PlanOptions()
        options.set(
            eps=eps, order=0 if order is None else order, kernel=kernel, screening=screening_of(kernel, screening), precision=precision,
            leaf_size=0 if leaf_size is None else leaf_size, max_level=max_level, balance=balance, translations=translations,
            period=0.0 if period is None else period,
        )  # fmt: skip
        plan = ctypes.c_void_p()
        function, arguments, counts = _points_of(sources, targets, "hl_fmm_plan_create")
        arguments = (ctypes.byref(plan), *arguments)
        _progress.run(function, arguments, options, progress, sum(counts) * _STEPS_OF_A_POINT, "point")
        self._plan = plan
        self._finalizer = weakref.finalize(self, library.hl_fmm_plan_destroy, plan)
        self.n_source, self.n_target = counts

    def __repr__(self) -> str:
        return f"Plan(n_source={self.n_source}, n_target={self.n_target}, order={self.stats['order']})"

    def __reduce__(self) -> Any:
        raise TypeError("a plan cannot be copied or pickled; make another one")

    def set_points(self, sources: Array, targets: Array | None = None, *, progress: Progress | bool | None = None) -> None:
        """Gives the plan new points; its options stay, and operators of Laplace's kernel are kept. After an error the plan is as it was."""
        function, arguments, counts = _points_of(sources, targets, "hl_fmm_set_points")
        _progress.run(function, (self._plan, *arguments), PlanOptions(), progress, sum(counts) * _STEPS_OF_A_POINT, "point")
        self.n_source, self.n_target = counts

    def evaluate(
        self,
        charges: Array,
        *,
        gradient: bool = False,
        out: Mapping[str, Array] | tuple[Array | None, Array | None] | None = None,
        progress: Progress | bool | None = None,
    ) -> Any:
        """Potentials of charges at the sources, and their gradients, at the targets.

        Parameters
        ----------
        charges : ndarray of float64 or float32, shape (n_source,) or (n_charge_vectors, n_source)
        gradient : bool
            Whether gradients are wanted too. The force on a charge q is -q times the gradient.
        out : mapping or tuple of ndarrays, optional
            Arrays to write, by the names "potentials" and "gradients", or in this order; None for what is not wanted. Of the charges'
            dtype, with any strides, and no element in common with the charges.
        progress : function(done, total) or True, optional
            Called a few times a second; something true as answer cancels. True draws a bar with tqdm.

        Returns
        -------
        potentials : ndarray, shape (n_target,) or (n_charge_vectors, n_target)
        gradients : ndarray, shape (n_target, 3) or (n_charge_vectors, n_target, 3)
            With ``gradient`` or ``out`` the result is the pair (potentials, gradients), else the potentials alone.
        """
        dtype = precision_of_charges(charges)
        q = charges_of(charges, self.n_source, dtype)
        arrays, places = results(out, gradient, q, self.n_target, dtype)
        function = library.hl_fmm_evaluate if dtype is FLOAT64 else library.hl_fmm_evaluate_f32
        arguments = (self._plan, self.n_source, self.n_target, q.count, *q.argument, *places)
        steps = q.count * (self.n_source + self.n_target) * _STEPS_OF_A_POINT
        _progress.run(function, arguments, PlanOptions(), progress, steps, "target")
        return tuple(arrays) if gradient or out is not None else arrays[0]

    def estimate_error(
        self, charges: Array, potentials: Array, *, sample: int = 1000, seed: int = 0, progress: Progress | bool | None = None
    ) -> float:
        """Relative error of potentials of one set of charges, as a norm: sums over all pairs are made in double precision for ``sample`` targets.

        Parameters
        ----------
        charges : ndarray of float64 or float32, shape (n_source,)
        potentials : ndarray of the same dtype, shape (n_target,)
            What `evaluate` gave for them.
        sample : int
            Targets to look at, spread evenly over their order; 1000 are good for two digits of the error.
        seed : int
            Which ones.
        """
        dtype = precision_of_charges(charges)
        q, *q_place = as_input("charges", charges, 1, dtype)
        phi, *phi_place = as_input("potentials", potentials, 1, dtype)
        check_shape("charges", q, (self.n_source,), "one for each source")
        check_shape("potentials", phi, (self.n_target,), "one for each target")
        error = ctypes.c_double()
        function = library.hl_fmm_estimate_error if dtype is FLOAT64 else library.hl_fmm_estimate_error_f32
        arguments = (
            self._plan, self.n_source, self.n_target, *q_place, *phi_place, whole("sample", sample),
            whole("seed", seed) % 2**64, ctypes.addressof(error),
        )  # fmt: skip
        _progress.run(function, arguments, PlanOptions(), progress, 10 * self.n_source * min(sample, self.n_target), "target")
        return error.value

    @property
    def timings(self) -> dict[str, float]:
        """Seconds of each operator (P2M, M2M, M2L, L2L, L2P, P2L, M2P, P2P) in all evaluations since the plan got its points, those of all threads added up."""
        seconds = np.empty(len(_abi.FMM_OPERATORS))
        check(library.hl_fmm_timings(self._plan, *argument(seconds)))
        return dict(zip(_abi.FMM_OPERATORS, seconds.tolist()))

    @property
    def stats(self) -> dict[str, Any]:
        """Sizes of the tree and its lists, bytes that are held, and what setting up took; see hl_fmm_plan_stats in hotloop.h."""
        stats = _abi.FmmPlanStats(struct_size=ctypes.sizeof(_abi.FmmPlanStats))
        check(library.hl_fmm_stats(self._plan, ctypes.byref(stats)))
        return {name: getattr(stats, name) for name, *_ in stats._fields_ if name != "struct_size"}

    def save_operators(self, path: str | os.PathLike[str]) -> None:
        """Writes the plan's operators to a file for `load_operators`: those of small eps take a while to make.

        Raises OSError if that fails; a file of that name is replaced when the new one is complete.
        """
        check(library.hl_fmm_save_operators(self._plan, _name_of(path)))


def load_operators(path: str | os.PathLike[str]) -> None:
    """Keeps the operators of a file that `Plan.save_operators` wrote for later plans, whose results have the same bits as without.

    Raises OSError for a file that cannot be read, is damaged, or comes from another version of the library or another SIMD level.
    """
    check(library.hl_fmm_load_operators(_name_of(path)))


def _name_of(path: str | os.PathLike[str]) -> bytes:
    name = os.fsencode(path)
    if b"\0" in name:
        raise ArgumentError("path: has a character of code 0 in it; no file has such a name")
    return name


def forget_operators() -> None:
    """Frees operators that are kept for later plans; those of existing plans stay with them."""
    check(library.hl_fmm_forget_operators())


def _points_of(sources: Any, targets: Any, name: str) -> tuple[Any, tuple[Any, ...], tuple[int, int]]:
    """The function of the points' precision, its arguments, and how many sources and targets there are."""
    dtype = precision_of(sources)
    y = points("sources", sources, dtype)
    x = y if targets is None else points("targets", targets, dtype)
    place = (None, None) if targets is None else x.argument
    function = getattr(library, name if dtype is FLOAT64 else f"{name}_f32")
    return function, (y.count, x.count, *y.argument, *place), (y.count, x.count)


def precision_of_charges(charges: Any) -> np.dtype:
    """float64 or float32, whichever the charges are."""
    return precision("charges", charges)
