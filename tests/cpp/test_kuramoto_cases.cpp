// Every row of the shared tables of Kuramoto lattices, networks and mean fields in its layout, with files for the comparison of languages,
// and in every other layout with 1, 2 and 7 threads: the same bits.
#include "kuramoto_node_cases.hpp"

static void write_results(const std::string& name, const std::vector<double>& found) {
    const char* folder = std::getenv("HOTLOOP_RESULTS");
    std::ofstream file(std::string(folder == nullptr ? "build/results" : folder) + "/cpp/" + name + ".f64", std::ios::binary);
    file.write(reinterpret_cast<const char*>(found.data()), static_cast<std::streamsize>(found.size() * sizeof(double)));
    file.close();
    check::claim(static_cast<bool>(file), name + ": the results are written");
}

template <class Row>
void run_table(const std::vector<Row>& rows, std::vector<double> (*run)(const Row&, int)) {
    check::claim(!rows.empty(), "the table has rows");
    for (const Row& r : rows) {
        const std::vector<double> found = run(r, r.layout);
        write_results(r.name, found);
        for (int threads : {1, 2, 7}) {
            const hl::threads_guard guard(threads);
            for (int layout : {cases::contiguous, cases::reversed, cases::spaced, cases::column_major})
                check::claim(check::same_bits(found, run(r, layout)), r.name + ": same bits in layout " + std::to_string(layout) + " with " +
                                                                          std::to_string(threads) + " threads");
        }
    }
}

int main() {
    return check::run("test_kuramoto_cases", [] {
        run_table(kuramoto_cases::read_table(), kuramoto_cases::run);
        run_table(kuramoto_node_cases::read_table(), kuramoto_node_cases::run);
    });
}
