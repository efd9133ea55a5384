// Which Green's function.
#ifndef HOTLOOP_FMM_KERNEL_HPP
#define HOTLOOP_FMM_KERNEL_HPP

#include <cstdint>

#include "../../hotloop.h"

namespace hl {

namespace fmm {

enum class kernel : std::int32_t {
    laplace = HL_KERNEL_LAPLACE,  // 1 / (4 pi r)
    yukawa = HL_KERNEL_YUKAWA,    // exp(-screening r) / (4 pi r)
};

}  // namespace fmm

}  // namespace hl

#endif
