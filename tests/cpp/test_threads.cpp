// Eight threads call at once, and all threads of an OpenMP region: right results, messages and thread counts of their own.
#include "cases.hpp"
#include "request.hpp"

#include <atomic>
#include <thread>

using check::claim;

// One thread's work: correct and failing calls of every size in turn. Claims are not thread-safe, so it counts what went wrong.
static int hammer(int seed, const cases::row& row, const cases::inputs& in, const std::vector<double>& expected_absorption,
                  const std::vector<double>& expected_small) {
    int wrong = 0;
    std::vector<double> absorption(in.grid.size()), cd(in.grid.size());
    for (int round = 0; round < 20; ++round) {
        const hl::threads_guard guard(1 + (seed + round) % 3);
        wrong += hl::num_threads() != 1 + (seed + round) % 3;
        hl::exciton::spectrum(hl::row_major(in.hamiltonians, row.n_conf, row.n_site, row.n_site),
                              hl::row_major(in.dipoles, row.n_conf, row.n_site, 3),
                              hl::row_major(in.positions, row.n_conf, row.n_site, 3), in.grid, absorption, cd);
        wrong += !check::same_bits(absorption, expected_absorption);
        request small;
        small.by_spectrum();
        wrong += !check::same_bits(small.absorption_values, expected_small);
        try {
            small.options.fwhm(-1.0 - seed);
            small.by_spectrum();
            ++wrong;
        } catch (const hl::argument_error& thrown) {
            wrong += !check::contains(thrown.what(), "fwhm") || !check::contains(thrown.what(), "-" + std::to_string(1 + seed));
        }
    }
    return wrong;
}

int main() {
    return check::run("test_threads", [] {
        cases::row row;
        for (const cases::row& candidate : cases::read_table())
            if (candidate.name == "disorder_default") row = candidate;
        const cases::inputs in = cases::read_inputs(row);
        const std::vector<double> expected_absorption = cases::run(row, in, cases::contiguous)[5];
        request small;
        small.by_spectrum();

        std::atomic<int> wrong(0);
        std::vector<std::thread> threads;
        for (int seed = 0; seed < 8; ++seed)
            threads.emplace_back([&, seed] { wrong += hammer(seed, row, in, expected_absorption, small.absorption_values); });
        for (std::thread& thread : threads) thread.join();
        claim(wrong == 0, "eight threads at once: right results, messages and thread counts", std::to_string(wrong) + " wrong");

        int differing = 0, not_single = 0;
#ifdef _OPENMP
#pragma omp parallel for num_threads(4) reduction(+ : differing, not_single)
        for (int i = 0; i < 64; ++i) {
            request asked;
            asked.by_spectrum();
            differing += !check::same_bits(asked.absorption_values, small.absorption_values);
            not_single += hl::num_threads() != 1;
        }
        claim(differing == 0, "calls from an OpenMP parallel region give the same bits");
        claim(not_single == 0, "hl::num_threads() is 1 inside an OpenMP parallel region");
#else
        claim(differing + not_single == 0, "compiled without OpenMP: only std::thread is on trial");
#endif

        hl::set_num_threads(2);
        claim(hl::num_threads() == 2, "set_num_threads sets the process' number");
        {
            const hl::threads_guard outer(3);
            claim(hl::num_threads() == 3, "a threads_guard goes before it");
            {
                const hl::threads_guard inner(0);
                claim(hl::num_threads() == 2, "threads_guard(0): as the process");
            }
            claim(hl::num_threads() == 3, "an inner guard's end restores the outer one");
            std::thread([] { claim(hl::num_threads() == 2, "a guard is the calling thread's own"); }).join();
        }
        claim(hl::num_threads() == 2, "the guard's end restores the process' number");
        hl::set_num_threads(0);
    });
}
