// The shared case table (tests/cases/exciton.txt): a row, its inputs in C order, and its run in any layout of memory.
#ifndef CASES_HPP
#define CASES_HPP

#include "check.hpp"
#include "hotloop.hpp"

namespace cases {

enum layout { contiguous, reversed, spaced, column_major, broadcast };

struct row {
    std::string name, set;
    std::ptrdiff_t n_conf, n_site, n_grid;
    double x_from, x_step;
    int lineshape, fwhm_by, normalization, cd_scale, broadening, frequency_prefactor, normalize_dipoles;
    double fwhm, fwhm_cd, lorentzian_fwhm, cutoff, energy_offset;
    int deleted, layout;
};

inline std::vector<row> read_table() {
    std::vector<row> rows;
    std::ifstream file("tests/cases/exciton.txt");
    std::string line;
    while (std::getline(file, line)) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream words(line);
        row r;
        if (!(words >> r.name >> r.set >> r.n_conf >> r.n_site >> r.x_from >> r.x_step >> r.n_grid >> r.lineshape >> r.fwhm_by >>
              r.normalization >> r.cd_scale >> r.broadening >> r.frequency_prefactor >> r.normalize_dipoles >> r.fwhm >> r.fwhm_cd >>
              r.lorentzian_fwhm >> r.cutoff >> r.energy_offset >> r.deleted >> r.layout))
            throw std::runtime_error("tests/cases/exciton.txt: cannot read the row: " + line);
        rows.push_back(r);
    }
    return rows;
}

// An array of N axes laid out in memory of its own as a row's layout asks; the elements beside it hold a value that nothing else has.
template <class T, std::size_t N>
class laid_out {
public:
    laid_out(int layout, const std::array<std::ptrdiff_t, N>& extents) {
        const std::ptrdiff_t step = layout == spaced ? 2 : 1;
        std::array<std::ptrdiff_t, N> outer = extents;
        std::size_t size = 1;
        for (std::ptrdiff_t& extent : outer) size *= static_cast<std::size_t>(extent *= step);
        storage_.assign(size + 1, unset());
        hl::view<T, N> whole(storage_.data(), outer);
        if (layout == column_major) {
            std::array<std::ptrdiff_t, N> strides;
            std::ptrdiff_t stride = 1;
            for (std::size_t axis = 0; axis < N; ++axis) {
                strides[axis] = stride;
                stride *= extents[axis];
            }
            whole = hl::view<T, N>(storage_.data(), extents, strides);
        }
        for (std::size_t axis = 0; axis < N; ++axis) {
            if (layout == spaced) whole = whole.slice(axis, 0, outer[axis], 2);
            if (layout == reversed) whole = whole.reversed(axis);
        }
        view_ = whole;
    }
    laid_out(const laid_out&) = delete;
    laid_out& operator=(const laid_out&) = delete;

    const hl::view<T, N>& view() const { return view_; }
    operator hl::view<T, N>() const { return view_; }
    operator hl::view<const T, N>() const { return view_; }

    void put(const std::vector<T>& c_order) {
        std::size_t i = 0;
        each([&](T& element) { element = c_order.at(i++); });
    }
    std::vector<T> get() const {
        std::vector<T> c_order;
        each([&](T& element) { c_order.push_back(element); });
        return c_order;
    }
    // Overwrites the elements: afterwards everything left is what lies beside them.
    bool nothing_beside_is_written() {
        each([](T& element) { element = unset(); });
        return std::all_of(storage_.begin(), storage_.end(), [](T value) { return value == unset(); });
    }

private:
    static T unset() { return static_cast<T>(77); }

    template <class Visit>
    void each(Visit visit) const {
        std::array<std::ptrdiff_t, N> at = {};
        for (std::ptrdiff_t count = view_.size(); count > 0; --count) {
            std::ptrdiff_t offset = 0;
            for (std::size_t axis = 0; axis < N; ++axis) offset += at[axis] * view_.stride(axis);
            visit(view_.data()[offset]);
            for (std::size_t axis = N; axis-- > 0;) {
                if (++at[axis] < view_.extent(axis)) break;
                at[axis] = 0;
            }
        }
    }

    std::vector<T> storage_;
    hl::view<T, N> view_;
};

struct inputs {
    std::vector<double> hamiltonians, dipoles, positions, grid;
};

inline inputs read_inputs(const row& r) {
    const std::size_t n = static_cast<std::size_t>(r.n_site), m = static_cast<std::size_t>(r.n_conf);
    const std::string path = "tests/cases/" + r.set + ".f64";
    inputs in;
    in.hamiltonians = check::read_f64(path, 0, m * n * n);
    in.dipoles = check::read_f64(path, m * n * n, m * n * 3);
    in.positions = check::read_f64(path, m * n * n + m * n * 3, m * n * 3);
    for (std::ptrdiff_t i = 0; i < r.n_grid; ++i) in.grid.push_back(r.x_from + static_cast<double>(i) * r.x_step);
    return in;
}

// energies, dipole strengths, rotational strengths, exciton dipoles, eigenvectors, absorption, cd, and unless the widths are per
// site absorption and cd broadened from the sticks; in C order.
typedef std::vector<std::vector<double>> results;

inline results run(const row& r, const inputs& in, int layout) {
    const std::ptrdiff_t n = r.n_site, m = r.n_conf, g = r.n_grid;
    const int plain = layout == broadcast ? contiguous : layout;
    laid_out<double, 3> hamiltonians(plain, {{m, n, n}}), dipoles(plain, {{m, n, 3}}), positions(plain, {{m, n, 3}});
    laid_out<double, 1> grid(plain, {{g}}), fwhm_values(plain, {{n}}), fwhm_cd_values(plain, {{n}});
    laid_out<std::uint8_t, 1> deleted(plain, {{n}});
    hamiltonians.put(in.hamiltonians);
    dipoles.put(in.dipoles);
    positions.put(in.positions);
    grid.put(in.grid);

    using namespace hl::exciton;
    hl::exciton::options options;
    options.lineshape(static_cast<lineshape>(r.lineshape))
        .normalization(static_cast<normalization>(r.normalization))
        .cd_scale(static_cast<cd_scale>(r.cd_scale))
        .broadening(static_cast<broadening>(r.broadening))
        .frequency_prefactor(r.frequency_prefactor != 0)
        .normalize_dipoles(r.normalize_dipoles != 0)
        .fwhm(r.fwhm)
        .fwhm_cd(r.fwhm_cd)
        .lorentzian_fwhm(r.lorentzian_fwhm)
        .cutoff(r.cutoff < 0 ? INFINITY : r.cutoff)
        .energy_offset(r.energy_offset);
    if (r.fwhm_by != HL_FWHM_COMMON) {
        std::vector<double> absorption_widths, cd_widths;
        for (std::ptrdiff_t k = 0; k < n; ++k) {
            absorption_widths.push_back(r.fwhm + 5.0 * static_cast<double>(k));
            cd_widths.push_back((r.fwhm_cd > 0 ? r.fwhm_cd : r.fwhm) + 7.0 * static_cast<double>(k));
        }
        fwhm_values.put(absorption_widths);
        fwhm_cd_values.put(cd_widths);
        if (r.fwhm_by == HL_FWHM_PER_EXCITON) options.fwhm_per_exciton(fwhm_values, fwhm_cd_values);
        if (r.fwhm_by == HL_FWHM_PER_SITE) options.fwhm_per_site(fwhm_values, fwhm_cd_values);
    }
    if (r.deleted > 0) {
        std::vector<std::uint8_t> mask(static_cast<std::size_t>(n), 0);
        mask[static_cast<std::size_t>(r.deleted - 1)] = 1;
        deleted.put(mask);
        options.deleted(deleted);
    }

    laid_out<double, 2> energies(plain, {{m, n}}), dipole_strengths(plain, {{m, n}}), rotational_strengths(plain, {{m, n}});
    laid_out<double, 3> exciton_dipoles(plain, {{m, n, 3}}), eigenvectors(plain, {{m, n, n}});
    laid_out<double, 1> absorption(plain, {{g}}), cd(plain, {{g}}), broadened_absorption(plain, {{g}}), broadened_cd(plain, {{g}});
    ensemble_stick_outputs outputs;
    outputs.energies = energies;
    outputs.dipole_strengths = dipole_strengths;
    outputs.rotational_strengths = rotational_strengths;
    outputs.exciton_dipoles = exciton_dipoles;
    outputs.eigenvectors = eigenvectors;
    if (layout == broadcast) {
        sticks(hamiltonians, dipoles.view().at(0), positions.view().at(0), outputs, options);
        spectrum(hamiltonians, dipoles.view().at(0), positions.view().at(0), grid, absorption, cd, options);
    } else {
        sticks(hamiltonians.view(), dipoles.view(), positions.view(), outputs, options);
        spectrum(hamiltonians.view(), dipoles.view(), positions.view(), grid, absorption, cd, options);
    }
    results found = {energies.get(),     dipole_strengths.get(), rotational_strengths.get(), exciton_dipoles.get(),
                     eigenvectors.get(), absorption.get(),       cd.get()};
    if (r.fwhm_by != HL_FWHM_PER_SITE) {
        broaden(energies.view(), dipole_strengths.view(), rotational_strengths.view(), grid, broadened_absorption, broadened_cd, options);
        found.push_back(broadened_absorption.get());
        found.push_back(broadened_cd.get());
    }
    const bool clean = energies.nothing_beside_is_written() && dipole_strengths.nothing_beside_is_written() &&
                       rotational_strengths.nothing_beside_is_written() && exciton_dipoles.nothing_beside_is_written() &&
                       eigenvectors.nothing_beside_is_written() && absorption.nothing_beside_is_written() &&
                       cd.nothing_beside_is_written() && broadened_absorption.nothing_beside_is_written() &&
                       broadened_cd.nothing_beside_is_written();
    check::claim(clean, r.name + ": nothing is written beside the elements of the outputs");
    return found;
}

inline bool same_results(const results& left, const results& right) {
    return left.size() == right.size() && std::equal(left.begin(), left.end(), right.begin(), check::same_bits);
}

}  // namespace cases

#endif
