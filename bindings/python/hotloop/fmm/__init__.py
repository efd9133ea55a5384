"""Sums of Green's functions over pairs of points, and the Morton codes of octrees.

    potentials[v, i] = sum_j charges[v, j] G(|x_i - y_j|),        G(r) = 1 / (4 pi r), or exp(-screening r) / (4 pi r)

and their gradients with respect to the targets x. A pair of points at one place contributes 0. A `Plan` computes them in time proportional to
the number of points, by the fast multipole method; `direct` sums over all pairs, one after another; `morton` has the codes of boxes.

Arrays are read and written where they lie, with any strides, in float64 or float32 as the sources are. The interpreter lock is
free during a call, results are the same bits for any number of threads, and Ctrl-C stops a call made from the main thread.
"""

from . import morton
from ._direct import direct
from ._plan import Plan, forget_operators, load_operators

__all__ = ["Plan", "direct", "forget_operators", "load_operators", "morton"]
