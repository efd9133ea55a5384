/* hotloop.hpp -- hotloop for C++11 and later: views, exceptions and scope guards round hotloop.h, header only.
 *
 * The one idea: a view is a pointer with extents and strides (in elements), so every function takes arrays as they lie in memory,
 * in any layout, and no array is ever copied or allocated here. A default-constructed view means "not given" or "not wanted".
 * Extents are compared with each other (the C functions are told every dimension once) and a failing call throws hl::error.
 *
 *     std::vector<double> absorption(grid.size()), cd(grid.size());
 *     hl::exciton::spectrum(hl::row_major(h, n_conf, n, n), hl::row_major(mu, n, 3), hl::row_major(r, n, 3), grid, absorption, cd,
 *                           hl::exciton::options().fwhm(100.0));
 *
 * Shapes, units and formulas: the comments of hotloop.h and docs/cpp.md. Link with libhotloop.
 */
#ifndef HOTLOOP_HPP
#define HOTLOOP_HPP

#include "hotloop.h"

#include "hotloop/anisoap.hpp"
#include "hotloop/error.hpp"
#include "hotloop/exciton.hpp"
#include "hotloop/fit.hpp"
#include "hotloop/fmm.hpp"
#include "hotloop/kuramoto.hpp"
#include "hotloop/library.hpp"
#include "hotloop/neighbours.hpp"
#include "hotloop/progress.hpp"
#include "hotloop/units.hpp"
#include "hotloop/view.hpp"

#endif
