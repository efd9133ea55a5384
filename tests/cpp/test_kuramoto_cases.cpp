// Every row of the shared table of Kuramoto lattices in its layout, with files for the comparison of languages, and in every other
// layout with 1, 2 and 7 threads: the same bits.
#include "kuramoto_cases.hpp"

static void write_results(const kuramoto_cases::row& r, const std::vector<double>& found) {
    const char* folder = std::getenv("HOTLOOP_RESULTS");
    std::ofstream file(std::string(folder == nullptr ? "build/results" : folder) + "/cpp/" + r.name + ".f64", std::ios::binary);
    file.write(reinterpret_cast<const char*>(found.data()), static_cast<std::streamsize>(found.size() * sizeof(double)));
    file.close();
    check::claim(static_cast<bool>(file), r.name + ": the results are written");
}

int main() {
    return check::run("test_kuramoto_cases", [] {
        const std::vector<kuramoto_cases::row> rows = kuramoto_cases::read_table();
        check::claim(!rows.empty(), "the table of lattices has rows");
        for (const kuramoto_cases::row& r : rows) {
            const std::vector<double> found = kuramoto_cases::run(r, r.layout);
            write_results(r, found);
            for (int threads : {1, 2, 7}) {
                const hl::threads_guard guard(threads);
                for (int layout : {cases::contiguous, cases::reversed, cases::spaced, cases::column_major})
                    check::claim(check::same_bits(found, kuramoto_cases::run(r, layout)), r.name + ": same bits in layout " +
                                                                                              std::to_string(layout) + " with " +
                                                                                              std::to_string(threads) + " threads");
            }
        }
    });
}
