"""AniSOAP: descriptors of atoms or molecules whose neighbours are ellipsoids, and their gradients.

Around atom i, neighbour j at r_j is a normalised Gaussian g_j with standard deviations ``semiaxes`` along the axes of its body:

    c_nlm = sum_j integral d^3x g_j(x) B(x) r^(2n) r^l Y_lm(x),      x from atom i,

summed over neighbours of each species and made orthonormal over n; the power spectrum is the rotationally invariant product
p(l; a, b) = (-1)^l / sqrt(2l + 1) sum_m c_am c_bm (A. Lin et al., arXiv:2403.19039 (2024)). Names of hyperparameters
are AniSOAP's; what is different is listed in docs/anisoap.md: rows are dense, species declared, atoms without neighbours are
zeros, labels say where values are.

>>> descriptor = hotloop.anisoap.Descriptor(6, "gto", 7.0, species=[1, 6], radial_gaussian_width=1.5, max_radial=3)
>>> features = descriptor.power_spectrum(frames)      # ASE atoms, mappings of arrays, or hotloop.anisoap.Frames
"""

from ._frames import Frames
from ._pairs import Pairs
from .descriptor import Descriptor, Gradients

__all__ = ["Descriptor", "Frames", "Gradients", "Pairs"]
