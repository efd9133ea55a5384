"""hotloop: scientific hot loops on your own NumPy arrays.

Every function reads arrays of data and writes its outputs where they lie, whatever their strides, without copies or
casts (short lists of parameters may be lists; AniSOAP's mappings and ASE atoms are put together). Results are the same bits for any number of threads.

The map:

exciton            absorption and CD spectra of coupled pigments
kuramoto           lattices of coupled phase oscillators
anisoap            descriptors of ellipsoidal neighbours, with gradients
fmm                sums of Green's functions over pairs of points; Morton codes
neighbour_list     pairs within a cutoff, in any periodic cell
convert_units      wavenumber, wavelength, electronvolt, ...; debye, ...; angstrom, ...
threads            ``with hotloop.threads(4): ...`` for the calling thread
set_num_threads, get_num_threads, shutdown, config, version
HotloopError       the base of what a failed call raises; each class is also a ValueError, ArithmeticError, ...
"""

from . import anisoap, exciton, fmm, kuramoto
from ._errors import (
    AliasError,
    AlignmentError,
    AllocationError,
    ArgumentError,
    BusyError,
    Cancelled,
    FileError,
    HotloopError,
    InternalError,
    MissingArrayError,
    NonFiniteError,
    NotConvergedError,
    OptionError,
    ShapeError,
    SingularError,
    StrideError,
    ThreadsError,
)
from ._library import config, version
from ._neighbours import NeighbourList, neighbour_list
from ._threadpoolctl import register as _register_with_threadpoolctl
from ._threads import get_num_threads, set_num_threads, shutdown, threads
from ._units import convert_units

__version__ = "0.1.0"

__all__ = [
    "AliasError",
    "AlignmentError",
    "AllocationError",
    "ArgumentError",
    "BusyError",
    "Cancelled",
    "FileError",
    "HotloopError",
    "InternalError",
    "MissingArrayError",
    "NeighbourList",
    "NonFiniteError",
    "NotConvergedError",
    "OptionError",
    "ShapeError",
    "SingularError",
    "StrideError",
    "ThreadsError",
    "anisoap",
    "config",
    "convert_units",
    "exciton",
    "fmm",
    "get_num_threads",
    "kuramoto",
    "neighbour_list",
    "set_num_threads",
    "shutdown",
    "threads",
    "version",
]

_register_with_threadpoolctl()
