"""Kuramoto oscillators: phases that pull each other.

    d theta_i / dt = omega_i + K_i sum_n sin(theta_n - theta_i - lag)

(Y. Kuramoto, Chemical Oscillations, Waves, and Turbulence, 1984; with a lag H. Sakaguchi and Y. Kuramoto, Prog. Theor.
Phys. 76 (1986) 576). Who pulls whom is one of three models:

* a lattice, n the nearest neighbours along one, two or three axes: `rhs`, `integrate`, `Lattice`;
* a network, n with weights as a sparse matrix says: `network_rhs`, `network_integrate`, `Network`;
* the mean field, n all oscillators, and K divided by their number: `mean_field_rhs`, `mean_field_integrate`, `MeanField`.

The functions ending in `rhs` are right-hand sides, those in `integrate` advance phases in place, `order_parameter` says
how far oscillators agree, and the classes keep phases, parameters and time together.

Everything is float64 or float32 as theta is; nothing is cast. Arrays are read and written where they lie, with any
strides. The interpreter lock is free during a call, results are the same bits for any number of threads and any layout,
and Ctrl-C stops a call made from the main thread at a whole step.
"""

from ._run import Integration
from .lattice import Lattice, integrate, order_parameter, rhs
from .mean_field import MeanField, mean_field_integrate, mean_field_rhs
from .network import Network, network_integrate, network_rhs

__all__ = [
    "Integration",
    "Lattice",
    "MeanField",
    "Network",
    "integrate",
    "mean_field_integrate",
    "mean_field_rhs",
    "network_integrate",
    "network_rhs",
    "order_parameter",
    "rhs",
]
