// AniSOAP descriptors and neighbour lists: reference values, layouts, gradients, bad input, progress.
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "check.hpp"
#include "hotloop.hpp"

using check::claim;

namespace {

typedef std::vector<double> numbers;

// The arrays of tests/data/anisoap/reference.txt, in C order.
struct reference {
    std::map<std::string, std::vector<std::ptrdiff_t>> places;
    numbers values;

    reference() {
        std::ifstream index("tests/data/anisoap/reference.txt"), data("tests/data/anisoap/reference.f64", std::ios::binary);
        for (std::string line; std::getline(index, line);) {
            std::istringstream words(line);
            std::string name;
            words >> name;
            for (std::ptrdiff_t number; words >> number;) places[name].push_back(number);
        }
        for (double number; data.read(reinterpret_cast<char*>(&number), sizeof number);) values.push_back(number);
    }

    numbers operator()(const std::string& name) const {
        const std::vector<std::ptrdiff_t>& place = places.at(name);
        std::ptrdiff_t count = 1;
        for (std::size_t axis = 1; axis < place.size(); ++axis) count *= place[axis];
        return numbers(values.begin() + place[0], values.begin() + place[0] + count);
    }
};

template <class T>
std::vector<T> rounded(const numbers& values) {
    std::vector<T> result;
    for (double value : values) result.push_back(static_cast<T>(std::lround(value)));
    return result;
}

// A case of the reference data with everything that its frames point to.
struct sample {
    numbers positions, quaternions, semiaxes, cells;
    std::vector<std::int32_t> species, periodic;
    std::vector<std::ptrdiff_t> offsets;
    hl::anisoap::plan plan;

    sample(const reference& data, const std::string& name)
        : positions(data(name + ".positions")), quaternions(data(name + ".quaternions")), semiaxes(data(name + ".semiaxes")),
          cells(data(name + ".cells")), species(rounded<std::int32_t>(data(name + ".atoms"))),
          periodic(rounded<std::int32_t>(data(name + ".periodic"))), offsets(rounded<std::ptrdiff_t>(data(name + ".starts"))),
          plan(hypers_of(data, name)) {}

    static hl::anisoap::hypers hypers_of(const reference& data, const std::string& name) {
        const numbers h = data(name + ".hypers");
        std::vector<std::int32_t> largest = rounded<std::int32_t>(data(name + ".num_ns"));
        for (std::int32_t& n : largest) --n;
        hl::anisoap::hypers hypers(static_cast<std::ptrdiff_t>(h[0]), h[3], rounded<std::int32_t>(data(name + ".species")));
        hypers.max_radial(largest).conditioning(h[4], h[5]).subtract_center_contribution(h[6] > 0);
        return h[1] > 0 ? hypers.monomial() : hypers.gto(h[2]);
    }

    std::ptrdiff_t n_atoms() const { return static_cast<std::ptrdiff_t>(species.size()); }
    std::ptrdiff_t n_frames() const { return static_cast<std::ptrdiff_t>(offsets.size()) - 1; }

    hl::anisoap::frames frames() const {
        hl::anisoap::frames all;
        all.positions = hl::row_major(positions, n_atoms(), 3);
        all.species = species;
        all.semiaxes = hl::row_major(semiaxes, n_atoms(), 3);
        all.quaternions = hl::row_major(quaternions, n_atoms(), 4);
        all.offsets = offsets;
        all.cells = hl::row_major(cells, n_frames(), 3, 3);
        all.periodic = hl::row_major(periodic, n_frames(), 3);
        return all;
    }

    numbers expansion() const {
        numbers values(species.size() * static_cast<std::size_t>(plan.expansion_size()));
        hl::anisoap::expansion(plan, frames(), hl::row_major(values, n_atoms(), plan.expansion_size()));
        return values;
    }
    numbers spectra() const {
        numbers values(species.size() * static_cast<std::size_t>(plan.power_spectrum_size()));
        hl::anisoap::power_spectrum(plan, frames(), hl::row_major(values, n_atoms(), plan.power_spectrum_size()));
        return values;
    }
};

double product(const numbers& a, const numbers& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

numbers weights(numbers values) {
    for (double& value : values) value = std::cos(100 * value);
    return values;
}

void reference_values(const reference& data) {
    for (const char* name : {"cluster_aniso_2sp__gto_l3_n2", "cluster_aniso_2sp__gto_l3_nlist", "ellipsoids_first4__mono_l2_n2",
                             "cluster_aniso_4sp__gto_l3_n2", "periodic_tric_1sp__gto_l3_n2_sub"}) {
        const sample one(data, name);
        numbers expected = data(std::string(name) + ".expansion");
        check::within(one.expansion(), expected, 1e-12 * check::largest(expected), std::string(name) + ": coefficients");
        expected = data(std::string(name) + ".spectrum");
        check::within(one.spectra(), expected, 1e-12 * check::largest(expected), std::string(name) + ": power spectra");
        claim(one.plan.expansion_labels().size() == static_cast<std::size_t>(one.plan.expansion_size()) &&
                  one.plan.power_spectrum_labels().back()[0] == one.plan.expansion_labels().back()[0],
              std::string(name) + ": labels");
    }
}

void layouts(const reference& data) {
    const sample one(data, "ellipsoids_first4__gto_l3_n2");
    const numbers expected = one.expansion();
    const std::ptrdiff_t n = one.n_atoms(), features = one.plan.expansion_size();
    numbers wide(static_cast<std::size_t>(n) * 6), store(expected.size());
    hl::anisoap::frames all = one.frames();
    hl::view<double, 2> every_second(wide.data(), {{n, 3}}, {{6, 2}});
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t k = 0; k < 3; ++k) every_second(i, k) = all.positions(i, k);
    all.positions = every_second;
    const hl::view<double, 2> out = hl::column_major(store.data(), n, features).reversed(1);
    hl::anisoap::expansion(one.plan, all, out);
    bool same = true;
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t k = 0; k < features; ++k) same = same && out(i, k) == expected[static_cast<std::size_t>(i * features + k)];
    claim(same, "arrays are read and written where they lie");
    numbers means(static_cast<std::size_t>(one.n_frames() * one.plan.power_spectrum_size()));
    hl::anisoap::power_spectrum(one.plan, all, hl::view<double, 2>(),
                                hl::row_major(means, one.n_frames(), one.plan.n_species(), one.plan.power_spectrum_size()));
    const numbers spectra = one.spectra();
    claim(std::fabs(means[0] - (spectra[0] + spectra[static_cast<std::size_t>(one.plan.power_spectrum_size())]) / 2) <
              1e-14 * std::fabs(means[0]),
          "means of a frame of two atoms");
}

void gradients(const reference& data) {
    sample one(data, "cluster_aniso_2sp__gto_l3_n2");
    const std::ptrdiff_t n = one.n_atoms();
    const double step = 1e-4;
    numbers positions(one.positions.size()), quaternions(one.quaternions.size());
    hl::anisoap::gradients wanted;
    wanted.positions = hl::row_major(positions, n, 3);
    wanted.quaternions = hl::row_major(quaternions, n, 4);

    numbers given = weights(one.expansion());
    hl::anisoap::expansion_vjp(one.plan, one.frames(), hl::row_major(given, n, one.plan.expansion_size()), wanted);
    sample moved(one);
    moved.positions[7] += step;
    const double above = product(moved.expansion(), given);
    moved.positions[7] -= 2 * step;
    claim(std::fabs((above - product(moved.expansion(), given)) / (2 * step) - positions[7]) < 1e-6 * check::largest(positions),
          "gradients by positions are slopes");

    given = weights(one.spectra());
    hl::anisoap::power_spectrum_vjp(one.plan, one.frames(), hl::row_major(given, n, one.plan.power_spectrum_size()),
                                    hl::view<const double, 3>(), wanted);
    sample turned(one);
    turned.quaternions[5] += step;
    const double more = product(turned.spectra(), given);
    turned.quaternions[5] -= 2 * step;
    claim(std::fabs((more - product(turned.spectra(), given)) / (2 * step) - quaternions[5]) < 1e-6 * check::largest(quaternions),
          "gradients by quaternions are slopes");
}

template <class Call>
void refused(hl_status status, const std::string& part, Call call) {
    try {
        call();
        claim(false, part + " is refused");
    } catch (const hl::error& thrown) {
        claim(thrown.status() == status && std::string(thrown.what()).find(part) != std::string::npos, part, thrown.what());
    }
}

void bad_input(const reference& data) {
    const sample good(data, "cluster_aniso_2sp__gto_l3_n2");
    sample bad(good);
    bad.semiaxes[4] = -1;
    refused(HL_ERR_ARGUMENT, "semiaxes: element [1, 1]", [&] { bad.expansion(); });
    bad = good;
    bad.quaternions[8] = NAN;
    refused(HL_ERR_NONFINITE, "quaternions: element [2, 0]", [&] { bad.spectra(); });
    bad = good;
    bad.periodic[1] = 1;
    refused(HL_ERR_ARGUMENT, "periodic", [&] { bad.expansion(); });
    numbers few(3);
    refused(HL_ERR_SHAPE, "coefficients", [&] { hl::anisoap::expansion(good.plan, good.frames(), hl::row_major(few, 1, 3)); });
    refused(HL_ERR_OPTION, "max_radial", [] { hl::anisoap::plan(hl::anisoap::hypers(6, 7.0, {1}).monomial().max_radial(12)); });
    refused(HL_ERR_OPTION, "radial_gaussian_width", [] { hl::anisoap::plan(hl::anisoap::hypers(6, 7.0, {1})); });
    refused(HL_ERR_ARGUMENT, "species", [] { hl::anisoap::plan(hl::anisoap::hypers(6, 7.0, {1, 1}).gto(1.0)); });
    numbers values(good.species.size() * static_cast<std::size_t>(good.plan.expansion_size()));
    refused(HL_ERR_CANCELLED, "progress", [&] {
        hl::anisoap::expansion(good.plan, good.frames(), hl::row_major(values, good.n_atoms(), good.plan.expansion_size()),
                               hl::anisoap::options().progress([](std::int64_t, std::int64_t) { return 1; }));
    });
}

void neighbours() {
    const numbers points = {0, 0, 0, 1, 0, 0, 9, 0, 0}, cube = {1, 0, 0, 0, 1, 0, 0, 0, 1}, origin = {0, 0, 0};
    const hl::neighbour_list open = hl::neighbours(hl::row_major(points, 3, 3), 2.0, hl::view<const double, 2>(), true);
    claim(open.pairs == std::vector<std::ptrdiff_t>({0, 0, 0, 1, 1, 0, 1, 1, 2, 2}) && open.vectors[3] == 1.0, "pairs in open space");
    claim(hl::neighbours(hl::row_major(origin, 1, 3), 1.5, hl::row_major(cube, 3, 3)).size() == 18, "pairs in a periodic cell");
    refused(HL_ERR_ARGUMENT, "cutoff", [&] { hl::neighbours(hl::row_major(points, 3, 3), 0.0); });
}

}  // namespace

int main() {
    return check::run("test_anisoap", [] {
        const reference data;
        reference_values(data);
        layouts(data);
        gradients(data);
        bad_input(data);
        neighbours();
    });
}
