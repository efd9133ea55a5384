// The shared table of AniSOAP descriptors (tests/cases/anisoap.txt): a row, its numbers in C order, and its run in any layout of memory.
#ifndef ANISOAP_CASES_HPP
#define ANISOAP_CASES_HPP

#include <algorithm>
#include <memory>
#include <tuple>

#include "cases.hpp"

namespace anisoap_cases {

namespace ha = hl::anisoap;

struct row {
    std::string name;
    int max_angular, max_radial, basis;
    double width, cutoff;
    int order, pairs, sign, raw, sub, n_species;
    std::ptrdiff_t n_frames, first_atoms;
    int shapes, orientation;
    double side;
    int periodic, list;
    std::ptrdiff_t n_pairs;
    int layout;
};

inline std::vector<row> read_table() {
    std::vector<row> rows;
    std::ifstream file("tests/cases/anisoap.txt");
    std::string line;
    while (std::getline(file, line)) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream words(line);
        row r;
        if (!(words >> r.name >> r.max_angular >> r.max_radial >> r.basis >> r.width >> r.cutoff >> r.order >> r.pairs >> r.sign >> r.raw >>
              r.sub >> r.n_species >> r.n_frames >> r.first_atoms >> r.shapes >> r.orientation >> r.side >> r.periodic >> r.list >> r.n_pairs >>
              r.layout))
            throw std::runtime_error("tests/cases/anisoap.txt: cannot read the row: " + line);
        rows.push_back(r);
    }
    return rows;
}

inline std::vector<std::int32_t> declared(const row& r) {
    const std::vector<std::int32_t> all = {1, 6, 7, 8};
    return std::vector<std::int32_t>(all.begin(), all.begin() + r.n_species);
}

inline ha::plan plan_of(const row& r) {
    ha::hypers hypers(r.max_angular, r.cutoff, declared(r));
    if (r.basis == HL_RADIAL_BASIS_GTO) hypers.gto(r.width);
    if (r.basis == HL_RADIAL_BASIS_MONOMIAL) hypers.monomial();
    if (r.max_radial >= 0) hypers.max_radial(r.max_radial);
    hypers.order(static_cast<ha::channel_order>(r.order)).pairs(static_cast<ha::spectrum_pairs>(r.pairs));
    hypers.sign(static_cast<ha::spectrum_sign>(r.sign)).subtract_center_contribution(r.sub == 1);
    return ha::plan(hypers);
}

// In C order; empty where the row has none.
struct inputs {
    std::vector<std::ptrdiff_t> offsets, pairs;
    std::vector<std::int32_t> species, flags, shifts;
    std::vector<double> positions, semiaxes, quaternions, rotations, cells, vectors;
    std::ptrdiff_t atoms() const { return static_cast<std::ptrdiff_t>(species.size()); }
};

inline void find_pairs(const row& r, inputs& in) {
    for (std::size_t f = 0; f + 1 < in.offsets.size(); ++f) {
        const std::ptrdiff_t start = in.offsets[f], n = in.offsets[f + 1] - start;
        const bool is_periodic = !in.flags.empty() && in.flags[3 * f] == 1;
        const hl::view<const double, 2> cell = is_periodic ? hl::view<const double, 2>(&in.cells[9 * f], {{3, 3}}) : hl::view<const double, 2>();
        const hl::neighbour_list found = hl::neighbours(hl::view<const double, 2>(in.positions.data() + 3 * start, {{n, 3}}), r.cutoff, cell);
        for (std::ptrdiff_t atom : found.pairs) in.pairs.push_back(atom + start);
        in.shifts.insert(in.shifts.end(), found.shifts.begin(), found.shifts.end());
        in.vectors.insert(in.vectors.end(), found.vectors.begin(), found.vectors.end());
    }
    check::claim(static_cast<std::ptrdiff_t>(in.pairs.size()) == 2 * r.n_pairs, r.name + ": the table's number of pairs");
}

inline inputs inputs_of(const row& r) {
    static const double one_shape[2][3] = {{0.75, 0.75, 0.75}, {1.5, 1.5, 0.5}};
    static const double turns[3][9] = {{1, 0, 0, 0, 1, 0, 0, 0, 1}, {0, -1, 0, 1, 0, 0, 0, 0, 1}, {1, 0, 0, 0, 0.6, -0.8, 0, 0.8, 0.6}};
    inputs in;
    std::ptrdiff_t n = 0;
    for (std::ptrdiff_t f = 0; f < r.n_frames; ++f) {
        in.offsets.push_back(n);
        n += std::max<std::ptrdiff_t>(r.first_atoms - 3 * f, 0);
    }
    in.offsets.push_back(n);
    const std::vector<std::int32_t> known = declared(r);
    for (std::ptrdiff_t i = 0; i < n; ++i) in.species.push_back(known[static_cast<std::size_t>(i % r.n_species)]);
    for (std::ptrdiff_t k = 0; k < 3 * n; ++k) {
        in.positions.push_back(static_cast<double>((7919 * k + 104729) % 65536) / 8192);
        in.semiaxes.push_back(r.shapes < 2 ? one_shape[r.shapes][k % 3] : 0.5 + static_cast<double>(37 * k % 64) / 64);
    }
    for (std::ptrdiff_t k = 0; k < 4 * n && r.orientation == 1; ++k)
        in.quaternions.push_back(static_cast<double>((911 * k + 77) % 4096) / 2048 - 1);
    for (std::ptrdiff_t k = 0; k < 9 * n && r.orientation == 2; ++k) in.rotations.push_back(turns[k / 9 % 3][k % 9]);
    for (std::ptrdiff_t f = 0; f < r.n_frames && r.side > 0; ++f) {
        const double a = r.side + static_cast<double>(f) / 8;
        for (double x : {a, 0.0, 0.0, a / 4, a, 0.0, -a / 8, a / 16, a}) in.cells.push_back(x);
        in.flags.insert(in.flags.end(), 3, r.periodic == 1 || f % 2 == 0 ? 1 : 0);
    }
    find_pairs(r, in);
    return in;
}

template <class T, std::size_t N>
using array = std::unique_ptr<cases::laid_out<T, N>>;

template <class T, std::size_t N>
array<T, N> blank(int layout, const std::array<std::ptrdiff_t, N>& extents) {
    return array<T, N>(new cases::laid_out<T, N>(layout, extents));
}
template <class T, std::size_t N>
array<T, N> filled(int layout, const std::array<std::ptrdiff_t, N>& extents, const std::vector<T>& values) {
    array<T, N> made = blank<T, N>(layout, extents);
    made->put(values);
    return made;
}
inline std::vector<double> cotangent(std::ptrdiff_t size, std::ptrdiff_t factor, std::ptrdiff_t modulus, double shift) {
    std::vector<double> values;
    for (std::ptrdiff_t e = 0; e < size; ++e) values.push_back(static_cast<double>(factor * e % modulus) / static_cast<double>(modulus) - shift);
    return values;
}

// The row's list, last pair first.
struct list {
    std::vector<std::ptrdiff_t> first, second;
    std::vector<std::int32_t> shifts;
    std::vector<double> vectors;

    list(const row& r, const inputs& in) {
        for (std::size_t p = in.pairs.size() / 2; p-- > 0;) {
            const std::ptrdiff_t i = in.pairs[2 * p], j = in.pairs[2 * p + 1];
            const std::int32_t* s = &in.shifts[3 * p];
            if (r.list == 3 && std::make_tuple(i, s[0], s[1], s[2]) >= std::make_tuple(j, -s[0], -s[1], -s[2])) continue;
            first.push_back(i);
            second.push_back(j);
            shifts.insert(shifts.end(), s, s + 3);
            vectors.insert(vectors.end(), &in.vectors[3 * p], &in.vectors[3 * p] + 3);
        }
    }
};

// As doubles in C order, what a file of results holds.
inline std::vector<double> run(const row& r, const inputs& in, int layout) {
    const std::ptrdiff_t n = in.atoms(), m = r.n_frames;
    const ha::plan plan = plan_of(r);
    const std::ptrdiff_t width = plan.expansion_size(), products = plan.power_spectrum_size();
    const auto offsets = filled<std::ptrdiff_t, 1>(layout, {{m + 1}}, in.offsets);
    const auto positions = filled<double, 2>(layout, {{n, 3}}, in.positions);
    const auto species = filled<std::int32_t, 1>(layout, {{n}}, in.species);
    const auto semiaxes = filled<double, 2>(layout, {{n, 3}}, in.semiaxes);
    const auto one_shape = filled<double, 1>(layout, {{3}}, std::vector<double>(in.semiaxes.begin(), in.semiaxes.begin() + 3));
    ha::frames frames;
    frames.offsets = *offsets;
    frames.positions = *positions;
    frames.species = *species;
    frames.semiaxes = r.shapes < 2 ? hl::broadcast(hl::view<const double, 1>(*one_shape), n) : hl::view<const double, 2>(*semiaxes);
    const bool has_quaternions = r.orientation == 1, has_rotations = r.orientation == 2, has_cells = r.side > 0;
    const auto quaternions = blank<double, 2>(layout, {{n, 4}});
    const auto rotations = blank<double, 3>(layout, {{n, 3, 3}});
    const auto cells = blank<double, 3>(layout, {{m, 3, 3}});
    const auto flags = blank<std::int32_t, 2>(layout, {{m, 3}});
    if (has_quaternions) quaternions->put(in.quaternions), frames.quaternions = *quaternions;
    if (has_rotations) rotations->put(in.rotations), frames.rotations = *rotations;
    if (has_cells) cells->put(in.cells), frames.cells = *cells;
    if (has_cells) flags->put(in.flags), frames.periodic = *flags;
    const list pairs(r, in);
    const std::ptrdiff_t n_pairs = static_cast<std::ptrdiff_t>(pairs.first.size());
    const auto first = filled<std::ptrdiff_t, 1>(layout, {{n_pairs}}, pairs.first);
    const auto second = filled<std::ptrdiff_t, 1>(layout, {{n_pairs}}, pairs.second);
    const auto shifts = filled<std::int32_t, 2>(layout, {{n_pairs, 3}}, pairs.shifts);
    const auto vectors = filled<double, 2>(layout, {{n_pairs, 3}}, pairs.vectors);
    if (r.list != 0) {
        frames.pair_first = *first;
        frames.pair_second = *second;
        if (r.list == 2) frames.pair_vectors = *vectors;
        if (r.list != 2) frames.pair_shifts = *shifts;
        frames.pairs = r.list == 3 ? ha::pair_list::half : ha::pair_list::full;
    }

    const auto coefficients = blank<double, 2>(layout, {{n, width}});
    const auto spectra = blank<double, 2>(layout, {{n, products}});
    const auto means = blank<double, 3>(layout, {{m, r.n_species, products}});
    const auto how = ha::options().raw(r.raw == 1);
    ha::expansion(plan, frames, *coefficients, how);
    ha::power_spectrum(plan, frames, *spectra, *means, how);
    std::vector<double> found;
    for (const auto& label : plan.expansion_labels()) found.insert(found.end(), label.begin(), label.end());
    for (const auto& label : plan.power_spectrum_labels()) found.insert(found.end(), label.begin(), label.end());
    for (const std::vector<double>& part : {coefficients->get(), spectra->get(), means->get()}) found.insert(found.end(), part.begin(), part.end());
    bool clean = coefficients->nothing_beside_is_written() && spectra->nothing_beside_is_written() && means->nothing_beside_is_written();

    const auto by_coefficients = filled<double, 2>(layout, {{n, width}}, cotangent(n * width, 53, 32, 0.5));
    const auto by_spectra = filled<double, 2>(layout, {{n, products}}, cotangent(n * products, 29, 64, 0.5));
    const auto by_means = filled<double, 3>(layout, {{m, r.n_species, products}}, cotangent(m * r.n_species * products, 17, 16, 0.0));
    for (int which = 0; which < 2; ++which) {
        const auto forces = blank<double, 2>(layout, {{n, 3}}), torques = blank<double, 2>(layout, {{n, 3}});
        const auto strains = blank<double, 3>(layout, {{m, 3, 3}});
        const auto turns = blank<double, 2>(layout, {{n, 4}});
        ha::gradients wanted;
        wanted.positions = *forces;
        wanted.strains = *strains;
        wanted.rotations = *torques;
        if (has_quaternions) wanted.quaternions = *turns;
        if (which == 0) ha::expansion_vjp(plan, frames, *by_coefficients, wanted, how);
        if (which == 1) ha::power_spectrum_vjp(plan, frames, *by_spectra, *by_means, wanted, how);
        std::vector<std::vector<double>> parts = {forces->get(), strains->get(), torques->get()};
        if (has_quaternions) parts.push_back(turns->get());
        for (const std::vector<double>& part : parts) found.insert(found.end(), part.begin(), part.end());
        clean = clean && forces->nothing_beside_is_written() && strains->nothing_beside_is_written() && torques->nothing_beside_is_written() &&
                turns->nothing_beside_is_written();
    }
    check::claim(clean, r.name + ": nothing is written beside the elements of the outputs");
    found.insert(found.end(), in.pairs.begin(), in.pairs.end());
    found.insert(found.end(), in.shifts.begin(), in.shifts.end());
    found.insert(found.end(), in.vectors.begin(), in.vectors.end());
    return found;
}

}  // namespace anisoap_cases

#endif
