// Sums of Green's functions over pairs of points, and the Morton codes of octrees.
#ifndef HOTLOOP_FMM_HPP
#define HOTLOOP_FMM_HPP

#include "fmm/direct.hpp"
#include "fmm/kernel.hpp"
#include "fmm/morton.hpp"

#endif
