// Bad calls, one row a mistake: the status, the class of the exception, a message that names function and argument, and every output
// as it was before.
#include "request.hpp"

#include <functional>

using check::claim;
using check::contains;

enum function { sticks, spectrum, broaden };
static const char* const function_names[] = {"hl_exciton_sticks", "hl_exciton_spectrum", "hl_exciton_broaden"};

struct mistake {
    const char* text;
    function called;
    hl_status status;
    const char* argument;
    std::function<void(request&)> spoil;
};

static const double nan_value = std::nan("");

// Arrays that a row borrows live here as long as the program.
static std::vector<double> spare(200, -77.0);
static const std::vector<double> two_widths = {50, 60}, three_widths = {50, 60, 70}, four_widths = {50, 60, 70, 80},
                                 negative_width = {50, -60, 70}, two_weights = {1, 1};
static const std::vector<std::uint8_t> short_mask = {1, 0};
static hl::view<double, 3> spare_3(std::ptrdiff_t i, std::ptrdiff_t j, std::ptrdiff_t k) { return hl::row_major(spare.data(), i, j, k); }
static hl::view<double, 2> spare_2(std::ptrdiff_t i, std::ptrdiff_t j) { return hl::row_major(spare.data(), i, j); }
static hl::view<double, 1> spare_1(std::ptrdiff_t i) { return hl::row_major(spare.data(), i); }
template <class T>
static T* bytes_beyond(T* address, std::ptrdiff_t bytes) {
    return reinterpret_cast<T*>(reinterpret_cast<std::uintptr_t>(address) + static_cast<std::uintptr_t>(bytes));
}

static const std::vector<mistake> mistakes = {
    // Extents that disagree: C is told every dimension once, so only the header can see these.
    {"matrices that are not square", sticks, HL_ERR_SHAPE, "hamiltonians", [](request& q) { q.hamiltonians = spare_3(4, 3, 4); }},
    {"matrices that are not square", spectrum, HL_ERR_SHAPE, "hamiltonians", [](request& q) { q.hamiltonians = spare_3(4, 3, 4); }},
    {"dipoles of two components", sticks, HL_ERR_SHAPE, "dipoles", [](request& q) { q.dipoles = spare_3(4, 3, 2); }},
    {"a dipole too few", spectrum, HL_ERR_SHAPE, "dipoles", [](request& q) { q.dipoles = spare_3(4, 2, 3); }},
    {"dipoles for too few configurations", spectrum, HL_ERR_SHAPE, "dipoles", [](request& q) { q.dipoles = spare_3(3, 3, 3); }},
    {"a position too many", sticks, HL_ERR_SHAPE, "positions", [](request& q) { q.positions = spare_3(4, 4, 3); }},
    {"positions for too many configurations", spectrum, HL_ERR_SHAPE, "positions", [](request& q) { q.positions = spare_3(5, 3, 3); }},
    {"room for too many energies", sticks, HL_ERR_SHAPE, "energies", [](request& q) { q.energies = spare_2(4, 4); }},
    {"room for too few strengths", sticks, HL_ERR_SHAPE, "dipole_strengths", [](request& q) { q.dipole_strengths = spare_2(3, 3); }},
    {"room for too few strengths", sticks, HL_ERR_SHAPE, "rotational_strengths", [](request& q) { q.rotational_strengths = spare_2(4, 2); }},
    {"dipoles of four components", sticks, HL_ERR_SHAPE, "exciton_dipoles", [](request& q) { q.exciton_dipoles = spare_3(4, 3, 4); }},
    {"too few eigenvectors", sticks, HL_ERR_SHAPE, "eigenvectors", [](request& q) { q.eigenvectors = spare_3(4, 3, 2); }},
    {"too few dipole strengths", broaden, HL_ERR_SHAPE, "dipole_strengths", [](request& q) { q.dipole_strengths = spare_2(4, 2); }},
    {"too few rotational strengths", broaden, HL_ERR_SHAPE, "rotational_strengths",
     [](request& q) { q.rotational_strengths = spare_2(3, 3); }},
    {"too few weights", spectrum, HL_ERR_SHAPE, "weights", [](request& q) { q.weights = two_weights; }},
    {"too few weights", broaden, HL_ERR_SHAPE, "weights", [](request& q) { q.weights = two_weights; }},
    {"absorption shorter than the grid", spectrum, HL_ERR_SHAPE, "absorption", [](request& q) { q.absorption = spare_1(10); }},
    {"absorption shorter than the grid", broaden, HL_ERR_SHAPE, "absorption", [](request& q) { q.absorption = spare_1(10); }},
    {"cd longer than the grid", spectrum, HL_ERR_SHAPE, "cd", [](request& q) { q.cd = spare_1(22); }},
    {"a mask that is too short", spectrum, HL_ERR_SHAPE, "deleted", [](request& q) { q.options.deleted(short_mask); }},
    {"too few widths", spectrum, HL_ERR_SHAPE, "fwhm_values", [](request& q) { q.options.fwhm_per_exciton(two_widths); }},
    {"too many CD widths", spectrum, HL_ERR_SHAPE, "fwhm_cd_values",
     [](request& q) { q.options.fwhm_per_exciton(three_widths, four_widths); }},
    {"a mean over no configuration", spectrum, HL_ERR_SHAPE, "n_conf",
     [](request& q) {
         q.hamiltonians = q.hamiltonians.slice(0, 0, 0);
         q.dipoles = q.dipoles.slice(0, 0, 0);
         q.positions = q.positions.slice(0, 0, 0);
         q.weights = q.weights.slice(0, 0, 0);
     }},
    {"a negative extent", spectrum, HL_ERR_SHAPE, "n_grid",
     [](request& q) {
         q.grid = hl::view<const double, 1>(q.grid.data(), {{-11}});
         q.absorption = hl::view<double, 1>(q.absorption.data(), {{-11}});
         q.cd = hl::view<double, 1>(q.cd.data(), {{-11}});
     }},
    // Addresses and strides.
    {"null Hamiltonians", spectrum, HL_ERR_NULL, "hamiltonians",
     [](request& q) { q.hamiltonians = hl::view<const double, 3>(nullptr, {{4, 3, 3}}); }},
    {"a null output that is not left out", spectrum, HL_ERR_NULL, "cd", [](request& q) { q.cd = hl::view<double, 1>(nullptr, {{11}}); }},
    {"dipoles that are not given", sticks, HL_ERR_NULL, "dipoles", [](request& q) { q.dipoles = {}; }},
    {"CD without positions", spectrum, HL_ERR_NULL, "positions", [](request& q) { q.positions = {}; }},
    {"rotational strengths without positions", sticks, HL_ERR_NULL, "positions", [](request& q) { q.positions = {}; }},
    {"absorption without dipole strengths", broaden, HL_ERR_NULL, "dipole_strengths", [](request& q) { q.dipole_strengths = {}; }},
    {"CD without rotational strengths", broaden, HL_ERR_NULL, "rotational_strengths", [](request& q) { q.rotational_strengths = {}; }},
    {"misaligned dipoles", spectrum, HL_ERR_ALIGNMENT, "dipoles",
     [](request& q) { q.dipoles = hl::row_major(bytes_beyond(q.dipoles.data(), 4), 4, 3, 3); }},
    {"an output of stride 0", spectrum, HL_ERR_STRIDE, "absorption",
     [](request& q) { q.absorption = hl::view<double, 1>(q.absorption.data(), {{11}}, {{0}}); }},
    {"an output that overlaps itself", sticks, HL_ERR_STRIDE, "eigenvectors",
     [](request& q) { q.eigenvectors = hl::view<double, 3>(q.eigenvectors.data(), {{4, 3, 3}}, {{9, 2, 1}}); }},
    {"a stride that overflows", spectrum, HL_ERR_STRIDE, "hamiltonians",
     [](request& q) { q.hamiltonians = hl::view<const double, 3>(q.hamiltonians.data(), {{4, 3, 3}}, {{PTRDIFF_MAX / 2, 3, 1}}); }},
    {"absorption and CD in one array", spectrum, HL_ERR_ALIAS, "absorption", [](request& q) { q.cd = q.absorption.reversed(0); }},
    {"CD on top of the weights", spectrum, HL_ERR_ALIAS, "weights",
     [](request& q) {
         spare.assign(spare.size(), -77.0);
         std::fill_n(spare.begin(), 4, 1.0);
         q.weights = spare_1(4);
         q.cd = spare_1(11);
     }},
    // Values.
    {"a NaN in a Hamiltonian", sticks, HL_ERR_NONFINITE, "hamiltonians", [](request& q) { q.hamiltonian_values[10] = nan_value; }},
    {"an infinite site energy", spectrum, HL_ERR_NONFINITE, "hamiltonians", [](request& q) { q.hamiltonian_values[0] = INFINITY; }},
    {"a Hamiltonian that is not symmetric", spectrum, HL_ERR_ARGUMENT, "hamiltonians", [](request& q) { q.hamiltonian_values[12] += 1; }},
    {"a relative site energy with CD", spectrum, HL_ERR_ARGUMENT, "hamiltonians", [](request& q) { q.hamiltonian_values[4] = 0; }},
    {"a NaN in the dipoles", spectrum, HL_ERR_NONFINITE, "dipoles", [](request& q) { q.dipole_values[35] = nan_value; }},
    {"an infinite position", sticks, HL_ERR_NONFINITE, "positions", [](request& q) { q.position_values[0] = -INFINITY; }},
    {"a NaN in the grid", spectrum, HL_ERR_NONFINITE, "grid", [](request& q) { q.grid_values[4] = nan_value; }},
    {"a grid that repeats a point", broaden, HL_ERR_ARGUMENT, "grid", [](request& q) { q.grid_values[4] = q.grid_values[3]; }},
    {"a negative weight", spectrum, HL_ERR_ARGUMENT, "weights", [](request& q) { q.weight_values[1] = -1; }},
    {"weights that are all 0", broaden, HL_ERR_ARGUMENT, "weights", [](request& q) { q.weight_values.assign(4, 0); }},
    {"a NaN in the energies", broaden, HL_ERR_NONFINITE, "energies", [](request& q) { q.energy_values[5] = nan_value; }},
    {"an infinite strength", broaden, HL_ERR_NONFINITE, "dipole_strengths", [](request& q) { q.dipole_strength_values[5] = INFINITY; }},
    // Options.
    {"a lineshape that does not exist", spectrum, HL_ERR_OPTION, "lineshape",
     [](request& q) { q.options.lineshape(static_cast<hl::exciton::lineshape>(7)); }},
    {"a CD scale that does not exist", sticks, HL_ERR_OPTION, "cd_scale",
     [](request& q) { q.options.cd_scale(static_cast<hl::exciton::cd_scale>(-1)); }},
    {"a broadening that does not exist", broaden, HL_ERR_OPTION, "broadening",
     [](request& q) { q.options.broadening(static_cast<hl::exciton::broadening>(3)); }},
    {"a normalization that does not exist", spectrum, HL_ERR_OPTION, "normalization",
     [](request& q) { q.options.normalization(static_cast<hl::exciton::normalization>(2)); }},
    {"a width of 0", spectrum, HL_ERR_OPTION, "fwhm", [](request& q) { q.options.fwhm(0); }},
    {"a negative CD width", spectrum, HL_ERR_OPTION, "fwhm_cd", [](request& q) { q.options.fwhm_cd(-5); }},
    {"a cutoff that is NaN", broaden, HL_ERR_OPTION, "cutoff", [](request& q) { q.options.cutoff(nan_value); }},
    {"an infinite energy offset", sticks, HL_ERR_OPTION, "energy_offset", [](request& q) { q.options.energy_offset(INFINITY); }},
    {"widths per site where there are no sites", broaden, HL_ERR_OPTION, "fwhm_by",
     [](request& q) { q.options.fwhm_per_site(three_widths); }},
    {"widths per site that are not given", spectrum, HL_ERR_NULL, "fwhm_values", [](request& q) { q.options.fwhm_per_site({}); }},
    {"a negative width among the values", spectrum, HL_ERR_OPTION, "fwhm_values",
     [](request& q) { q.options.fwhm_per_exciton(negative_width); }},
    {"options of a struct size of 0", spectrum, HL_ERR_OPTION, "struct_size", [](request& q) { q.options.values().struct_size = 0; }},
    {"a reserved field that is not 0", spectrum, HL_ERR_OPTION, "reserved", [](request& q) { q.options.values().reserved = 1; }},
};

static void call(request& asked, function called) {
    if (called == sticks) asked.by_sticks();
    if (called == spectrum) asked.by_spectrum();
    if (called == broaden) asked.by_broaden();
}

static void refused(const mistake& row) {
    const std::string name = std::string(function_names[row.called]) + ": " + row.text;
    request asked;
    row.spoil(asked);
    const std::vector<std::vector<double>> before = asked.outputs();
    const std::vector<double> spare_before = spare;
    try {
        call(asked, row.called);
        claim(false, name + " is refused");
        return;
    } catch (const hl::argument_error& thrown) {
        claim(thrown.status() == row.status, name + ": status", "found " + std::to_string(thrown.status()) + ": " + thrown.what());
        claim(std::string(thrown.what()).find(std::string(function_names[row.called]) + ": ") == 0 && contains(thrown.what(), row.argument),
              name + ": the message names function and argument", thrown.what());
    }
    const std::vector<std::vector<double>> after = asked.outputs();
    claim(std::equal(before.begin(), before.end(), after.begin(), check::same_bits) && check::same_bits(spare, spare_before),
          name + ": no output is touched");
}

static void units_and_threads() {
    std::vector<double> values = {1, 2, 3}, converted(4, -77.0);
    const hl::view<double, 1> room = hl::view<double, 1>(converted).slice(0, 0, 3);
    const auto refused_with = [&](hl_status status, const char* part, const char* text, const std::function<void()>& body) {
        try {
            body();
            claim(false, text);
        } catch (const hl::error& thrown) {
            claim(thrown.status() == status && contains(thrown.what(), part), text, thrown.what());
        }
    };
    refused_with(HL_ERR_SHAPE, "converted", "convert_units: too much room is refused",
                 [&] { hl::convert_units(values, converted, hl::unit::wavenumber, hl::unit::hartree); });
    refused_with(HL_ERR_ARGUMENT, "unit", "convert_units: a dipole is no length",
                 [&] { hl::convert_units(values, room, hl::unit::debye, hl::unit::bohr); });
    refused_with(HL_ERR_ARGUMENT, "to_unit", "convert_units: an unknown unit is refused",
                 [&] { hl::convert_units(values, room, hl::unit::debye, static_cast<hl::unit>(99)); });
    refused_with(HL_ERR_ALIAS, "converted", "convert_units: shifted by one element is refused", [&] {
        hl::convert_units(hl::view<double, 1>(values).slice(0, 0, 2), hl::view<double, 1>(values).slice(0, 1, 3), hl::unit::wavenumber,
                          hl::unit::hartree);
    });
    claim(check::same_bits(converted, std::vector<double>(4, -77.0)) && values[2] == 3, "refused conversions touch no output");

    const int before = hl::num_threads();
    refused_with(HL_ERR_ARGUMENT, "hl_set_num_threads", "a negative number of threads is refused", [] { hl::set_num_threads(-1); });
    refused_with(HL_ERR_ARGUMENT, "hl_set_num_threads", "an absurd number of threads is refused",
                 [] { hl::set_num_threads(HL_MAX_THREADS + 1); });
    refused_with(HL_ERR_ARGUMENT, "hl_set_num_threads_local", "threads_guard refuses a negative number", [] { hl::threads_guard guard(-2); });
    claim(hl::num_threads() == before, "refused numbers of threads change nothing");
}

int main() {
    return check::run("test_bad_input", [] {
        for (function called : {sticks, spectrum, broaden}) {
            request asked;
            call(asked, called);
            claim(true, "the unspoilt request is accepted");
        }
        for (const mistake& row : mistakes) refused(row);
        units_and_threads();
    });
}
