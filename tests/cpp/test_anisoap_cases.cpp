// Every row of the shared table of AniSOAP descriptors in its layout, with a file for the comparison of languages, and in every other layout
// with 1, 2 and 7 threads, and with neighbours from the search: the same bits.
#include "anisoap_cases.hpp"

static void write_results(const std::string& name, const std::vector<double>& found) {
    const char* folder = std::getenv("HOTLOOP_RESULTS");
    std::ofstream file(std::string(folder == nullptr ? "build/results" : folder) + "/cpp/" + name + ".f64", std::ios::binary);
    file.write(reinterpret_cast<const char*>(found.data()), static_cast<std::streamsize>(found.size() * sizeof(double)));
    file.close();
    check::claim(static_cast<bool>(file), name + ": the results are written");
}

int main() {
    return check::run("test_anisoap_cases", [] {
        const std::vector<anisoap_cases::row> rows = anisoap_cases::read_table();
        check::claim(!rows.empty(), "the table has rows");
        for (const anisoap_cases::row& r : rows) {
            const anisoap_cases::inputs in = anisoap_cases::inputs_of(r);
            const std::vector<double> found = anisoap_cases::run(r, in, r.layout);
            write_results(r.name, found);
            for (int threads : {1, 2, 7}) {
                const hl::threads_guard guard(threads);
                for (int layout : {cases::contiguous, cases::reversed, cases::spaced, cases::column_major})
                    check::claim(check::same_bits(found, anisoap_cases::run(r, in, layout)), r.name + ": same bits in layout " +
                                                                                               std::to_string(layout) + " with " +
                                                                                               std::to_string(threads) + " threads");
            }
            anisoap_cases::row searched = r;
            searched.list = 0;
            check::claim(check::same_bits(found, anisoap_cases::run(searched, in, r.layout)), r.name + ": same bits from the search");
        }
    });
}
