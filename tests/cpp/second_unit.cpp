// A second translation unit with the header, linked into every test: whatever in it is not inline fails to link.
#include "hotloop.hpp"

void use_from_another_unit();
void use_from_another_unit() {
    const hl::threads_guard guard(1);
    double value = hl::convert_units(1.0, hl::unit::nanometer, hl::unit::bohr);
    const hl::view<double, 1> one(&value, {{1}});
    hl::exciton::broaden(one, one, {}, {}, {}, {}, hl::exciton::options().progress([](std::int64_t, std::int64_t) { return 0; }));
    hl::kuramoto::rhs({}, 1.0, one, {}, hl::kuramoto::options().boundary(hl::kuramoto::boundary::periodic));
    hl::kuramoto::integrate(one, 1.0, one, 0.5, 0);
    hl::kuramoto::order_parameter(one);
    const std::int32_t starts[2] = {0, 0};
    const hl::kuramoto::network<double> unlinked(hl::row_major(starts, 2), hl::row_major(starts, 0));
    hl::kuramoto::network_rhs(unlinked, one, 1.0, 1.0, {});
    hl::kuramoto::network_integrate(unlinked, one, 1.0, 1.0, 0.5, 0);
    hl::kuramoto::mean_field_rhs(one, 1.0, 1.0, {});
    hl::kuramoto::mean_field_integrate(one, 1.0, 1.0, 0.5, 0);
}
