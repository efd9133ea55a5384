// Mean absorption and CD of an ensemble of configurations, from one file to one file, with progress and the time that it took.
//
//   c++ -std=c++11 -O2 ensemble_spectrum.cpp $(pkg-config --cflags --libs hotloop) -o ensemble_spectrum
//   ./ensemble_spectrum ensemble.bin spectrum.bin [threads]
//
// `make demo` makes such an ensemble; examples/README.md says what is in the files.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <vector>

#include "hotloop.hpp"

// Asked for a few times a second, so a call that is over sooner prints nothing. Any answer but 0 would end the call.
static std::int32_t show_progress(std::int64_t done, std::int64_t total) {
    if (done > 0 && done < total) std::fprintf(stderr, "%3.0f %%\r", 100.0 * double(done) / double(total));
    return 0;
}

static std::vector<double> read_doubles(std::ifstream& file, std::size_t count) {
    std::vector<double> numbers(count);
    file.read(reinterpret_cast<char*>(numbers.data()), std::streamsize(count * sizeof(double)));
    return numbers;
}

int main(int argc, char** argv) try {
    if (argc < 3) {
        std::cerr << "usage: ensemble_spectrum ENSEMBLE.bin SPECTRUM.bin [THREADS]\n";
        return 2;
    }
    std::ifstream input(argv[1], std::ios::binary);
    std::int64_t sizes[2] = {0, 0};
    input.read(reinterpret_cast<char*>(sizes), sizeof sizes);
    const std::size_t n_conf = std::size_t(sizes[0]), n_site = std::size_t(sizes[1]), n_grid = 1510;
    const std::vector<double> hamiltonians = read_doubles(input, n_conf * n_site * n_site);
    const std::vector<double> dipoles = read_doubles(input, 3 * n_site), positions = read_doubles(input, 3 * n_site);
    if (!input) {
        std::cerr << argv[1] << " cannot be read\n";
        return 1;
    }

    // Grid and spectra are columns of one table, and hotloop works in it.
    std::vector<double> table(3 * n_grid);
    const hl::view<double, 2> columns = hl::row_major(table, n_grid, 3).permuted({{1, 0}});
    for (std::size_t k = 0; k < n_grid; ++k) columns(0, k) = 11790.0 + double(k);

    hl::set_num_threads(argc > 3 ? std::atoi(argv[3]) : 0);  // 0: the default, all cores that the process may use
    const hl::exciton::options options = hl::exciton::options().fwhm(70.0).progress(show_progress);
    const int calls = 20;
    double fastest = 1e300;
    for (int call = 0; call < calls; ++call) {
        const auto start = std::chrono::steady_clock::now();
        hl::exciton::spectrum(hl::row_major(hamiltonians, n_conf, n_site, n_site), hl::row_major(dipoles, n_site, 3),
                              hl::row_major(positions, n_site, 3), columns.at(0), columns.at(1), columns.at(2), options);
        fastest = std::min(fastest, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }

    std::ofstream output(argv[2], std::ios::binary);
    output.write(reinterpret_cast<const char*>(table.data()), std::streamsize(table.size() * sizeof(double)));
    if (!output.flush()) {
        std::cerr << argv[2] << " cannot be written\n";
        return 1;
    }
    std::printf("%zu configurations of %zu pigments: %.4f ms, the fastest of %d calls (threads: %d)\n", n_conf, n_site, fastest, calls,
                int(hl::num_threads()));
} catch (const hl::error& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
