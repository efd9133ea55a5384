"""Descriptors: hyperparameters, and what is computed with them."""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from .. import _abi, _progress
from .._arrays import argument, as_input, as_output, check_shape, new_output
from .._errors import ArgumentError, OptionError, ShapeError, check
from .._library import library
from .._options import flag, number
from ._frames import INT32, Frames, as_frames
from ._metatensor import expansion_map, spectrum_map
from ._options import AnisoapOptions, whole
from ._pairs import set_pairs

Array = np.ndarray
Progress = Callable[[int, int], Any]

# Neighbours of an atom that a call reckons with when it asks whether somebody may miss Ctrl-C. Each costs some multiply-adds a coefficient.
_NEIGHBOURS = 100


@dataclass(frozen=True, eq=False)
class Gradients:
    """Derivatives of a function F of the features.

    Attributes
    ----------
    positions : ndarray, shape (n_atoms, 3)
        dF / d positions; a force is its negative.
    strains : ndarray, shape (n_frames, 3, 3)
        dF / d e at e = 0 where positions and cells r become r_a + sum_b e_ab r_b; bodies keep shape and orientation.
    rotations : ndarray, shape (n_atoms, 3)
        dF / d omega, the body turned by the small vector omega in the axes of positions.
    quaternions : ndarray, shape (n_atoms, 4), or None without quaternions
        dF / d quaternions as they were given.
    """

    positions: Array
    strains: Array
    rotations: Array
    quaternions: Array | None


class Descriptor:
    """AniSOAP with one set of hyperparameters.

    Parameters
    ----------
    max_angular : int
        The largest l, 0 to 20.
    radial_basis_name : {"gto", "monomial"}
    cutoff_radius : float
        Neighbours are nearer than this.
    species : sequence of int
        All species that atoms may have, each once. Features come in this order, whatever the frames hold.
    radial_gaussian_width : float
        Width of the GTO basis; not for monomials.
    max_radial : None, int, or sequence of int
        The largest n (so that there are max_radial + 1 radial functions): of all l, or of each. None: l + 2n <= max_angular.
    subtract_center_contribution : bool
        Leave out what an atom contributes to its own coefficients.
    basis_rcond : float
        Eigenvalues of the overlap of radial functions up to this one are dropped.
    basis_tol : float
        The largest error of orthonormalisation, from dropped functions or from rounding.
    channel_order : {"radial-major", "species-major"}
        channel = n * species + t (AniSOAP's values), or t * radial functions + n (AniSOAP's labels).
    spectrum_pairs : {"all", "half"}
        Every ordered pair of channels, or a <= b with products of different ones times sqrt(2).
    spectrum_sign : {"alternating", "none"}
        AniSOAP's (-1)^l, or none.

    Attributes
    ----------
    feature_labels : ndarray of int32, shape (features of the expansion, 4)
        l, m, n, neighbour species.
    power_spectrum_labels : ndarray of int32, shape (features of the power spectrum, 5)
        l, n and species of the one channel, n and species of the other.

    Raises
    ------
    ValueError
        A hyperparameter is out of range, or the radial functions are too close to linear dependence for basis_tol.
    """

    def __init__(
        self,
        max_angular: int,
        radial_basis_name: Literal["gto", "monomial"],
        cutoff_radius: float,
        *,
        species: Sequence[int],
        radial_gaussian_width: float | None = None,
        max_radial: int | Sequence[int] | None = None,
        subtract_center_contribution: bool = False,
        basis_rcond: float = 0.0,
        basis_tol: float = 1e-8,
        channel_order: Literal["radial-major", "species-major"] = "radial-major",
        spectrum_pairs: Literal["all", "half"] = "all",
        spectrum_sign: Literal["alternating", "none"] = "alternating",
    ) -> None:
        self._arguments = (
            (max_angular, radial_basis_name, cutoff_radius),
            {"species": species, "radial_gaussian_width": radial_gaussian_width, "max_radial": max_radial,
             "subtract_center_contribution": subtract_center_contribution, "basis_rcond": basis_rcond, "basis_tol": basis_tol,
             "channel_order": channel_order, "spectrum_pairs": spectrum_pairs, "spectrum_sign": spectrum_sign},
        )  # fmt: skip
        max_angular = whole("max_angular", max_angular)
        if radial_basis_name not in _abi.RADIAL_BASES:
            raise OptionError(f"radial_basis_name: {radial_basis_name!r} is not one of {', '.join(map(repr, _abi.RADIAL_BASES))}")
        if radial_basis_name == "gto" and radial_gaussian_width is None:
            raise ArgumentError("radial_gaussian_width: is None; a GTO basis needs one")
        options = AnisoapOptions()
        options.set(
            radial_basis=radial_basis_name, basis_rcond=_real("basis_rcond", basis_rcond), basis_tol=_real("basis_tol", basis_tol),
            radial_gaussian_width=0.0 if radial_gaussian_width is None else _real("radial_gaussian_width", radial_gaussian_width),
            subtract_center_contribution=subtract_center_contribution, channel_order=channel_order,
            spectrum_pairs=spectrum_pairs, spectrum_sign=spectrum_sign,
        )  # fmt: skip
        options.set_max_radial(max_radial, max_angular)
        self.species = _species(species)
        plan = ctypes.c_void_p()
        check(
            library.hl_anisoap_plan_create(
                ctypes.byref(plan), max_angular, len(self.species), *argument(self.species),
                number("cutoff_radius", cutoff_radius), options.argument(),
            )
        )  # fmt: skip
        self._plan = plan
        self._finalizer = weakref.finalize(self, library.hl_anisoap_plan_destroy, plan)
        self.max_angular = max_angular
        self._n_features: int = library.hl_anisoap_expansion_size(plan)
        self._n_products: int = library.hl_anisoap_power_spectrum_size(plan)

    @cached_property
    def feature_labels(self) -> Array:
        """l, m, n, neighbour species of every feature of an expansion."""
        return self._labels(self._n_features, library.hl_anisoap_expansion_labels, 4)

    @cached_property
    def power_spectrum_labels(self) -> Array:
        """l, n and species of the one channel, n and species of the other, of every feature of a power spectrum."""
        return self._labels(self._n_products, library.hl_anisoap_power_spectrum_labels, 5)

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, and what comes out of a pickle, has a plan of its own."""
        return _again, self._arguments

    def __repr__(self) -> str:
        return f"Descriptor(max_angular={self.max_angular}, species={self.species.tolist()}, features={self._n_features})"

    def expansion(
        self,
        frames: Any,
        *,
        normalize: bool = True,
        rotation_key: str | None = None,
        out: Array | None = None,
        progress: Progress | bool | None = None,
        as_metatensor: bool = False,
    ) -> Any:
        """Expansion coefficients of every atom's neighbourhood.

        Parameters
        ----------
        frames : Frames, ASE atoms, a mapping, or a sequence of atoms or of mappings
            A mapping has arrays ``positions``, ``species``, ``semiaxes``, and may have ``quaternions`` (w, x, y, z) or
            ``rotations``, ``cell``, ``pbc`` (True if there is a cell) and ``pairs`` (`Pairs` or a NeighbourList, atoms counted in
            the frame; without it neighbours are searched for). ASE atoms have arrays ``c_diameter[1]`` to
            ``[3]``, twice the semiaxes, and an orientation.
        normalize : bool
            Orthonormal radial functions, or the functions as they are.
        rotation_key : str, optional
            The array of ASE atoms that holds orientations, as quaternions or matrices. None: ``c_q`` or ``quaternion``,
            whichever there is; both or neither is an error.
        out : ndarray of float64, shape (n_atoms, features), optional
            Where to write, with any strides.
        progress : callable(done, total) or True, optional
            Called a few times a second with atoms done; a true result cancels. True draws a bar with tqdm.
        as_metatensor : bool
            A TensorMap instead (needs metatensor-core): keys (types_center, angular_channel), samples (system, atom), components
            spherical_component_m, properties (n, neighbor_types). Its blocks are copies.

        Returns
        -------
        ndarray, shape (n_atoms, features)
            Columns as in `feature_labels`; atoms of all frames, one after the other.
        """
        given = as_frames(frames, rotation_key)
        features = self._n_features
        out, place = _output("out", out, (given.n_atoms, features))
        self._run(library.hl_anisoap_expansion, given, (features, *place), normalize, progress)
        return expansion_map(self, given, out) if flag("as_metatensor", as_metatensor) else out

    def power_spectrum(
        self,
        frames: Any,
        *,
        mean_over_samples: bool = False,
        normalize: bool = True,
        rotation_key: str | None = None,
        out: Array | None = None,
        progress: Progress | bool | None = None,
        as_metatensor: bool = False,
    ) -> Any:
        """Power spectra of every atom, or their means.

        Parameters
        ----------
        mean_over_samples : bool
            For each frame the mean over its atoms of each species (atoms without neighbours count as zeros).
        frames, normalize, rotation_key, out, progress
            As in `expansion`.
        as_metatensor : bool
            A TensorMap instead (needs metatensor-core): keys (types_center), samples (system, atom), or (system) for means, properties
            (l, n_1, neighbor_1_type, n_2, neighbor_2_type). Its blocks are copies.

        Returns
        -------
        ndarray, shape (n_atoms, features), or (n_frames, n_species, features) for means
            Columns as in `power_spectrum_labels`. ``means.reshape(n_frames, -1)`` is what AniSOAP returns for frames that have
            all species.
        """
        given = as_frames(frames, rotation_key)
        features = self._n_products
        if flag("mean_over_samples", mean_over_samples):
            out, place = _output("out", out, (given.n_frames, len(self.species), features))
            places = (None, None, *place)
        else:
            out, place = _output("out", out, (given.n_atoms, features))
            places = (*place, None, None)
        self._run(library.hl_anisoap_power_spectrum, given, (features, *places), normalize, progress)
        return spectrum_map(self, given, out, mean_over_samples) if flag("as_metatensor", as_metatensor) else out

    def gradients(
        self,
        frames: Any,
        *,
        expansion: Array | None = None,
        power_spectrum: Array | None = None,
        mean_power_spectrum: Array | None = None,
        normalize: bool = True,
        rotation_key: str | None = None,
        progress: Progress | bool | None = None,
    ) -> Gradients:
        """Gradients of a function F of the features, given its derivatives by them (a vector-Jacobian product).

        Parameters
        ----------
        expansion : ndarray of float64, shape (n_atoms, features)
            dF / d expansion; not together with the others.
        power_spectrum : ndarray of float64, shape (n_atoms, features)
            dF / d power spectrum.
        mean_power_spectrum : ndarray of float64, shape (n_frames, n_species, features)
            dF / d mean power spectrum.
        frames, normalize, rotation_key, progress
            As in `expansion`.
        """
        given = as_frames(frames, rotation_key)
        atoms, n_frames = given.n_atoms, given.n_frames
        if (expansion is None) == (power_spectrum is None and mean_power_spectrum is None):
            raise ArgumentError("expansion: pass either expansion, or power_spectrum and mean_power_spectrum or one of them")
        if expansion is not None:
            function, features = library.hl_anisoap_expansion_vjp, self._n_features
            cotangents = _cotangent("expansion", expansion, (atoms, features))
        else:
            function, features = library.hl_anisoap_power_spectrum_vjp, self._n_products
            cotangents = _cotangent("power_spectrum", power_spectrum, (atoms, features)) + _cotangent(
                "mean_power_spectrum", mean_power_spectrum, (n_frames, len(self.species), features)
            )
        shapes = ((atoms, 3), (n_frames, 3, 3), (atoms, 3), (atoms, 4))
        outputs: list[Any] = [new_output(shape) for shape in shapes]
        if given.quaternions is None:
            outputs[3] = (None, None, None)
        places = tuple(part for output in outputs for part in output[1:])
        self._run(function, given, (features, *cotangents, *places), normalize, progress)
        return Gradients(*(output[0] for output in outputs))

    def _run(self, function: Any, frames: Frames, rest: tuple[Any, ...], normalize: bool, progress: Any) -> None:
        options = AnisoapOptions()
        options.set(coefficients="orthonormal" if flag("normalize", normalize) else "raw")
        if frames.pairs is not None:
            set_pairs(options, frames.pairs)
        arguments = (self._plan, *frames.arguments(), *rest)
        steps = frames.n_atoms * _NEIGHBOURS * self._n_features
        _progress.run(function, arguments, options, progress, steps, unit="atom")

    def _labels(self, size: int, function: Any, width: int) -> Array:
        labels, *place = new_output((size, width), INT32)
        check(function(self._plan, len(labels), *place))
        labels.flags.writeable = False
        return labels


def _again(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Descriptor:
    return Descriptor(*arguments, **keywords)


def _species(species: Any) -> Array:
    if not isinstance(species, Iterable):
        raise TypeError(f"species: expected a sequence of integers, got {type(species).__name__}")
    return np.array([whole(f"species[{t}]", number, -(2**31)) for t, number in enumerate(species)], dtype=INT32)


def _real(name: str, value: Any) -> float:
    """Python integers are as good as floats."""
    return float(number(name, value))


def _output(name: str, out: Any, shape: tuple[int, ...]) -> tuple[Array, tuple[Any, Any]]:
    if out is None:
        out, *place = new_output(shape)
        return out, tuple(place)  # type: ignore[return-value]
    return out, as_output(name, out, shape, len(shape))


def _cotangent(name: str, value: Any, shape: tuple[int, ...]) -> tuple[Any, Any]:
    if value is None:
        return None, None
    array, address, strides = as_input(name, value, len(shape))
    if array.ndim != len(shape):
        raise ShapeError(f"{name}: shape is {array.shape}, expected {shape}")
    check_shape(name, array, shape)
    return address, strides
