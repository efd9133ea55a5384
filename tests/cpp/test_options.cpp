// Options, optional arrays, unusual arrays, units and progress: what the header adds to the C functions does what it says.
#include "request.hpp"

#include <limits>
#include <stdexcept>

using check::claim;
using check::difference;
using check::largest;

typedef std::vector<double> numbers;

static bool close(const numbers& left, const numbers& right) { return difference(left, right) <= 5e-11 * largest(right); }
static numbers times(double factor, numbers array) {
    for (double& value : array) value *= factor;
    return array;
}

static void defaults_are_the_library_s() {
    hl_exciton_options library;
    claim(hl_exciton_options_init(&library, sizeof library) == HL_OK, "hl_exciton_options_init");
    const hl::exciton::options fresh;
    const hl_exciton_options& ours = fresh.values();
    claim(ours.fwhm == library.fwhm && ours.cutoff == library.cutoff && ours.struct_size == sizeof library && ours.fwhm_values == nullptr,
          "default options are the library's");
    hl::exciton::options set;
    set.fwhm(1).fwhm_cd(2).lorentzian_fwhm(3).cutoff(4).energy_offset(5).frequency_prefactor(true).normalize_dipoles(true)
        .lineshape(hl::exciton::lineshape::voigt).normalization(hl::exciton::normalization::area)
        .cd_scale(hl::exciton::cd_scale::rosenfeld).broadening(hl::exciton::broadening::gridded);
    const hl_exciton_options& v = set.values();
    claim(v.fwhm == 1 && v.fwhm_cd == 2 && v.lorentzian_fwhm == 3 && v.cutoff == 4 && v.energy_offset == 5 && v.frequency_prefactor == 1 &&
              v.normalize_dipoles == 1 && v.lineshape == HL_LINESHAPE_VOIGT && v.normalization == HL_NORMALIZATION_AREA &&
              v.cd_scale == HL_CD_SCALE_ROSENFELD && v.broadening == HL_BROADENING_GRIDDED,
          "every setter sets its own field");
    const numbers widths = {1, 2};
    set.fwhm_per_site(widths);
    claim(set.values().fwhm_by == HL_FWHM_PER_SITE && set.fwhm_values().data() == widths.data() && !set.fwhm_cd_values().given(),
          "widths per site are kept as a view");
    set.fwhm(70);
    claim(set.values().fwhm_by == HL_FWHM_COMMON && !set.fwhm_values().given(), "a common width takes back the widths of the sites");
}

static void options_mean_what_they_say() {
    request base;
    base.by_spectrum();
    const auto with = [](const hl::exciton::options& options) {
        request asked;
        asked.options = options;
        asked.by_spectrum();
        return std::vector<numbers>{asked.absorption_values, asked.cd_values};
    };
    using hl::exciton::options;
    const numbers &absorption = base.absorption_values, &cd = base.cd_values;
    claim(close(times(4, with(options().cd_scale(hl::exciton::cd_scale::rosenfeld))[1]), cd), "Rosenfeld is a quarter of dissymmetry");
    numbers expected = absorption;
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] *= base.grid_values[i];
    claim(close(with(options().frequency_prefactor(true))[0], expected), "the frequency prefactor multiplies by the wavenumber");
    const double area = 70.0 * std::sqrt(std::acos(-1.0) / (4 * std::log(2.0)));
    claim(close(times(area, with(options().normalization(hl::exciton::normalization::area))[0]), absorption),
          "area-normalised spectra are the others over the area");
    const numbers equal = {70, 70, 70}, wide = {90, 90, 90};
    claim(close(with(options().fwhm_per_exciton(equal))[0], absorption), "equal widths per exciton are a common width");
    claim(close(with(options().fwhm_per_site(equal))[1], cd), "equal widths per site are a common width");
    claim(close(with(options().fwhm_per_exciton(equal, wide))[1], with(options().fwhm(90))[1]), "widths of their own for CD");
    claim(close(with(options().fwhm(120).fwhm_cd(70))[1], cd) && !close(with(options().fwhm(120).fwhm_cd(70))[0], absorption),
          "fwhm_cd is the width of CD alone");
    claim(!close(with(options().lineshape(hl::exciton::lineshape::lorentzian))[0], absorption), "Lorentzians are not Gaussians");

    const std::vector<std::uint8_t> second = {0, 1, 0}, none = {0, 0, 0};
    request without;
    without.hamiltonians = without.hamiltonians.slice(1, 0, 3, 2).slice(2, 0, 3, 2);
    without.dipoles = without.dipoles.slice(1, 0, 3, 2);
    without.positions = without.positions.slice(1, 0, 3, 2);
    without.by_spectrum();
    claim(close(with(options().deleted(second))[0], without.absorption_values) && close(with(options().deleted(second))[1], without.cd_values),
          "deleting the second of three pigments leaves the spectra of the other two");
    claim(check::same_bits(with(options().deleted(none))[0], absorption), "a mask that deletes nothing changes nothing");
    claim(close(with(options().deleted(hl::view<const std::uint8_t, 1>(second).reversed(0)))[0], without.absorption_values),
          "the mask may be any view");
}

static void optional_and_unusual_arrays() {
    request base;
    base.by_spectrum();
    numbers absorption(11), cd(11);
    hl::exciton::spectrum(base.hamiltonians, base.dipoles, {}, base.grid, absorption, {}, {}, base.weights);
    claim(check::same_bits(absorption, base.absorption_values), "absorption alone, without positions");
    hl::exciton::spectrum(base.hamiltonians, base.dipoles, base.positions, base.grid, {}, cd, {}, base.weights);
    claim(check::same_bits(cd, base.cd_values), "cd alone");

    std::vector<double> both(22, -77.0);
    const hl::view<double, 2> table = hl::row_major(both, 11, 2);
    hl::exciton::spectrum(base.hamiltonians, base.dipoles, base.positions, base.grid, table.permuted({{1, 0}}).at(0),
                          table.permuted({{1, 0}}).at(1), {}, base.weights);
    bool right = true;
    for (std::ptrdiff_t i = 0; i < 11; ++i)
        right = right && table(i, 0) == base.absorption_values[static_cast<std::size_t>(i)] &&
                table(i, 1) == base.cd_values[static_cast<std::size_t>(i)];
    claim(right, "absorption and CD as two columns of one table");

    struct pigment {
        double dipole[3];
        double position[3];
        double charge;
    };
    std::vector<pigment> pigments(12);
    for (std::size_t i = 0; i < 12; ++i)
        for (std::size_t xyz = 0; xyz < 3; ++xyz) {
            pigments[i].dipole[xyz] = base.dipole_values[i * 3 + xyz];
            pigments[i].position[xyz] = base.position_values[i * 3 + xyz];
        }
    const hl::view<const double, 3> dipoles(pigments[0].dipole, {{4, 3, 3}}, {{21, 7, 1}});
    const hl::view<const double, 3> positions(pigments[0].position, {{4, 3, 3}}, {{21, 7, 1}});
    hl::exciton::spectrum(base.hamiltonians, dipoles, positions, base.grid, absorption, cd, {}, base.weights);
    claim(check::same_bits(absorption, base.absorption_values) && check::same_bits(cd, base.cd_values), "members of an array of structs");

    numbers shared(11), repeated(11);
    request copies;
    for (std::size_t i = 9; i < 36; ++i) copies.dipole_values[i] = copies.dipole_values[i % 9];
    for (std::size_t i = 9; i < 36; ++i) copies.position_values[i] = copies.position_values[i % 9];
    copies.by_spectrum();
    hl::exciton::spectrum(base.hamiltonians, base.dipoles.at(0), base.positions.at(0), base.grid, shared, cd, {}, base.weights);
    claim(check::same_bits(shared, copies.absorption_values) && check::same_bits(cd, copies.cd_values),
          "shared dipoles and positions give the spectra of copies");
    hl::exciton::spectrum(base.hamiltonians, base.dipoles, hl::broadcast(base.positions.at(0), 4), base.grid, absorption, cd, {},
                          base.weights);
    claim(check::same_bits(absorption, base.absorption_values), "hl::broadcast shares the positions alone");

    for (std::ptrdiff_t k = 0; k < 4; ++k) {
        hl::exciton::spectrum(base.hamiltonians.at(k), base.dipoles.at(k), base.positions.at(k), base.grid, absorption, cd);
        hl::exciton::spectrum(base.hamiltonians.slice(0, k, k + 1), base.dipoles.slice(0, k, k + 1), base.positions.slice(0, k, k + 1),
                              base.grid, shared, repeated);
        claim(check::same_bits(absorption, shared) && check::same_bits(cd, repeated), "a single configuration is an ensemble of one");
        numbers energies(3), strengths(3), rotations(3);
        hl::exciton::single_stick_outputs outputs;
        outputs.energies = energies;
        outputs.dipole_strengths = strengths;
        outputs.rotational_strengths = rotations;
        hl::exciton::sticks(base.hamiltonians.at(k), base.dipoles.at(k), base.positions.at(k), outputs);
        hl::exciton::broaden(energies, strengths, rotations, base.grid, shared, repeated);
        claim(difference(absorption, shared) <= 1e-12 * largest(shared) && difference(cd, repeated) <= 1e-12 * largest(repeated),
              "sticks, then broaden, is spectrum");
    }

    numbers nothing;
    hl::exciton::spectrum(base.hamiltonians, base.dipoles, base.positions, nothing, nothing, nothing);
    claim(true, "an empty grid");
    std::fill(absorption.begin(), absorption.end(), -77.0);
    std::fill(cd.begin(), cd.end(), -77.0);
    hl::exciton::spectrum(hl::row_major(nothing, 0, 0), hl::row_major(nothing, 0, 3), hl::row_major(nothing, 0, 3), base.grid, absorption, cd);
    claim(largest(absorption) == 0 && largest(cd) == 0, "no site: the spectra are 0");
}

static void units() {
    claim(std::fabs(hl::convert_units(219474.6313632, hl::unit::wavenumber, hl::unit::hartree) - 1) < 1e-9, "1 Hartree (CODATA 2018)");
    claim(std::fabs(hl::convert_units(12500, hl::unit::wavenumber, hl::unit::wavelength) - 800) < 1e-9, "12500 cm-1 are 800 nm");
    claim(std::fabs(hl::convert_units(1.0, hl::unit::nanometer, hl::unit::angstrom) - 10) < 1e-12, "1 nm is 10 Angstrom");
    numbers wavenumbers = {10000, 12500, 20000};
    hl::convert_units(wavenumbers, hl::view<double, 1>(wavenumbers), hl::unit::wavenumber, hl::unit::wavelength);
    claim(difference(wavenumbers, {1000, 800, 500}) < 1e-9, "in place");
}

struct stop_here : std::runtime_error {
    stop_here() : std::runtime_error("stop here") {}
};

static void progress() {
    const hl::threads_guard one(1);
    request small;
    const std::ptrdiff_t n_conf = 200000;
    numbers grid, absorption(300);
    for (int i = 0; i < 300; ++i) grid.push_back(11800.0 + 2 * i);
    const hl::view<const double, 3> hamiltonians = hl::broadcast(small.hamiltonians.at(0), n_conf);
    const auto run = [&](hl::exciton::options::progress_function follow) {
        hl::exciton::spectrum(hamiltonians, small.dipoles.at(0), {}, grid, absorption, {},
                              hl::exciton::options().broadening(hl::exciton::broadening::direct).progress(follow));
    };
    int calls = 0;
    std::int64_t last = 0;
    bool in_order = true;
    run([&](std::int64_t done, std::int64_t total) {
        in_order = in_order && done >= last && done <= total;
        last = done;
        ++calls;
        return 0;
    });
    claim(calls > 0 && in_order, "progress is reported in order");

    calls = 0;
    try {
        run([&](std::int64_t, std::int64_t) { return ++calls; });
        claim(false, "a positive answer cancels");
    } catch (const hl::cancelled& thrown) {
        claim(thrown.status() == HL_ERR_CANCELLED && calls == 1, "a positive answer cancels", thrown.what());
    }
    try {
        run([](std::int64_t, std::int64_t) { return -42; });
        claim(false, "a negative answer is handed back unchanged");
    } catch (const hl::callback_error& thrown) {
        claim(thrown.status() == -42, "a negative answer is handed back unchanged", thrown.what());
    }
    try {
        run([](std::int64_t, std::int64_t) -> std::int32_t { throw stop_here(); });
        claim(false, "an exception of the progress function comes out of the call");
    } catch (const stop_here& thrown) {
        claim(std::string(thrown.what()) == "stop here", "an exception of the progress function comes out of the call");
    }
    bool inner_right = true;
    run([&](std::int64_t, std::int64_t) {
        request inner;
        inner.by_spectrum();
        inner_right = inner_right && inner.absorption_values[0] >= 0;
        return 0;
    });
    claim(inner_right, "the library may be called from the progress function");
    const hl::threads_guard two(2);
    calls = 0;
    run([&](std::int64_t, std::int64_t) {
        ++calls;
        return 0;
    });
    claim(calls > 0, "a call of two threads reports progress");
}

static void errors_and_library() {
    try {
        request asked;
        asked.options.fwhm(-1);
        asked.by_spectrum();
        claim(false, "a failing call throws");
    } catch (const std::runtime_error& thrown) {
        claim(check::contains(thrown.what(), "fwhm"), "errors are std::runtime_error with the message", thrown.what());
    }
    const auto class_of = [](hl_status status) -> int {
        try {
            hl::detail::fail(status, "");
        } catch (const hl::cancelled&) {
            return 202;
        } catch (const hl::argument_error&) {
            return 1;
        } catch (const hl::numerical_error&) {
            return 100;
        } catch (const hl::environment_error&) {
            return 200;
        } catch (const hl::internal_error&) {
            return 255;
        } catch (const hl::callback_error&) {
            return -1;
        }
    };
    claim(class_of(HL_ERR_NULL) == 1 && class_of(HL_ERR_BUSY) == 1 && class_of(HL_ERR_NOT_CONVERGED) == 100 &&
              class_of(HL_ERR_SINGULAR) == 100 && class_of(HL_ERR_ALLOC) == 200 && class_of(HL_ERR_IO) == 200 &&
              class_of(HL_ERR_CANCELLED) == 202 && class_of(HL_ERR_INTERNAL) == 255 && class_of(-7) == -1 &&
              class_of(std::numeric_limits<hl_status>::min()) == -1,
          "every status has its class of exception");
    claim(check::contains(hl::version(), ".") && check::contains(hl::config(), ":"), "version and config");
    hl::shutdown();
    request again;
    again.by_spectrum();
    claim(true, "the library works on after shutdown");
}

int main() {
    return check::run("test_options", [] {
        defaults_are_the_library_s();
        options_mean_what_they_say();
        optional_and_unusual_arrays();
        units();
        progress();
        errors_and_library();
    });
}
