// Every row of the shared case table in its layout, with files for the comparison of languages, and in every other layout with 1, 2
// and 7 threads: the same bits.
#include "cases.hpp"

static void write_results(const cases::row& r, const cases::results& found) {
    const char* folder = std::getenv("HOTLOOP_RESULTS");
    std::ofstream file(std::string(folder == nullptr ? "build/results" : folder) + "/cpp/" + r.name + ".f64", std::ios::binary);
    for (const std::vector<double>& array : found)
        file.write(reinterpret_cast<const char*>(array.data()), static_cast<std::streamsize>(array.size() * sizeof(double)));
    file.close();
    check::claim(static_cast<bool>(file), r.name + ": the results are written");
}

int main() {
    return check::run("test_cases", [] {
        const std::vector<cases::row> rows = cases::read_table();
        check::claim(!rows.empty(), "the case table has rows");
        for (const cases::row& r : rows) {
            cases::inputs in = cases::read_inputs(r);
            if (r.layout == cases::broadcast) {  // the other layouts see what the broadcast one does: configuration 0 repeated
                const std::ptrdiff_t step = r.n_site * 3;
                for (std::ptrdiff_t k = 1; k < r.n_conf; ++k) {
                    std::copy_n(in.dipoles.begin(), step, in.dipoles.begin() + k * step);
                    std::copy_n(in.positions.begin(), step, in.positions.begin() + k * step);
                }
            }
            const cases::results found = cases::run(r, in, r.layout);
            write_results(r, found);
            for (int threads : {1, 2, 7}) {
                const hl::threads_guard guard(threads);
                check::claim(cases::same_results(found, cases::run(r, in, cases::contiguous)),
                             r.name + ": same bits contiguous and with " + std::to_string(threads) + " threads");
            }
            if (r.n_site > 50) continue;  // one layout says enough about large matrices
            for (int layout : {cases::reversed, cases::spaced, cases::column_major})
                check::claim(cases::same_results(found, cases::run(r, in, layout)),
                             r.name + ": same bits in layout " + std::to_string(layout));
        }
    });
}
