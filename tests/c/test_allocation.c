/* No copy behind the caller's back: the memory that a call asks for does not grow with the input, only with the size of one matrix
   and of the grid; and where memory cannot be had the answer is HL_ERR_ALLOC. */
#include "harness.h"
#include "heap.h"
#include "problem.h"
#include "strided.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Highest heap use during one call, above what was there before it. */
static long heap_of_call(problem *p, const hl_exciton_options *options, int threads)
{
    long before;
    hl_set_num_threads_local(threads);
    expect(problem_spectrum(p, options) == HL_OK, "%s", hl_last_error_message()); /* pools and tables are made now */
    before = heap_watch();
    expect(problem_spectrum(p, options) == HL_OK, "%s", hl_last_error_message());
    return heap_peak() - before;
}

static long heap_of_sticks(problem *p, const ptrdiff_t *strides[2])
{
    const ptrdiff_t m = p->n_conf, n = p->n_site;
    double *out = malloc((size_t)(m * (n * n + 6 * n)) * sizeof *out);
    double *energies = out, *strengths = out + m * n, *rotational = out + 2 * m * n, *dipoles = out + 3 * m * n, *vectors = out + 6 * m * n;
    long before = 0, used = 0;
    int round;
    for (round = 0; round < 2; round++) {
        before = heap_watch();
        expect(hl_exciton_sticks(m, n, p->hamiltonians, strides[0], p->dipoles, strides[1], p->positions, strides[1], energies, NULL,
                                 strengths, NULL, rotational, NULL, dipoles, NULL, vectors, NULL, NULL) == HL_OK,
               "%s", hl_last_error_message());
        used = heap_peak() - before;
    }
    free(out);
    return used;
}

static void growth(const char *what, long few, long many, long input_growth)
{
    test("%s: heap use does not grow with the number of configurations", what);
    expect(many - few <= input_growth / 30, "it grows from %ld to %ld bytes while the input grows by %ld", few, many, input_growth);
}

static void spectrum_memory(int threads)
{
    /* many and few are both beyond where the number of chunks is bounded by their smallest size */
    static const ptrdiff_t sites[] = {7, 24, 60, 120};
    static const ptrdiff_t configurations[] = {60000, 7000, 2100, 400};
    static const ptrdiff_t fewer[] = {6000, 700, 700, 40};
    size_t k;
    for (k = 0; k < sizeof sites / sizeof *sites; k++) {
        problem few = problem_new(fewer[k], sites[k], 1510), many = problem_new(configurations[k], sites[k], 1510);
        const long input = (long)((configurations[k] - fewer[k]) * sites[k] * (sites[k] + 6) * 8);
        static const int kinds[] = {HL_BROADENING_AUTO, HL_BROADENING_DIRECT};
        size_t kind;
        for (kind = 0; kind < 2; kind++) {
            hl_exciton_options options;
            char what[160];
            hl_exciton_options_init(&options, sizeof options);
            options.broadening = kinds[kind];
            snprintf(what, sizeof what, "spectrum of %td sites, %s broadening, %d thread(s)", sites[k], kind ? "direct" : "automatic", threads);
            growth(what, heap_of_call(&few, &options, threads), heap_of_call(&many, &options, threads), input);
        }
        problem_free(&few);
        problem_free(&many);
    }
}

static void strided_input(void)
{
    /* column-major and reversed inputs: a hidden copy to the natural layout would show */
    const ptrdiff_t m = 60000, n = 8;
    problem many = problem_new(m, n, 10), few = problem_new(m / 10, n, 10);
    const ptrdiff_t column_h[3] = {1, m, m * n}, column_v[3] = {1, m, m * n};
    const ptrdiff_t few_h[3] = {1, m / 10, m / 10 * n}, few_v[3] = {1, m / 10, m / 10 * n};
    const ptrdiff_t *many_strides[2] = {column_h, column_v}, *few_strides[2] = {few_h, few_v};
    ptrdiff_t k;
    for (k = 0; k < m * n * n; k++)
        many.hamiltonians[k] = k / m % (n + 1) == 0 ? 12400.0 : 3.0; /* equal matrices: symmetric in this order */
    for (k = 0; k < m / 10 * n * n; k++)
        few.hamiltonians[k] = k / (m / 10) % (n + 1) == 0 ? 12400.0 : 3.0;
    hl_set_num_threads_local(2);
    growth("sticks of column-major inputs", heap_of_sticks(&few, few_strides), heap_of_sticks(&many, many_strides),
           (long)((m - m / 10) * n * (n + 6) * 8));
    problem_free(&many);
    problem_free(&few);
}

static void leaks(void)
{
    problem p = problem_new(50, 8, 200);
    long after_ten = 0, k;
    test("a thousand calls leave no memory behind");
    hl_set_num_threads_local(2);
    for (k = 0; k < 1000; k++) {
        if (k == 10)
            after_ten = heap_in_use();
        expect(problem_spectrum(&p, NULL) == HL_OK, "%s", hl_last_error_message());
    }
    /* What calls of workers that have not come yet lie in is a block more or less; 990 calls that left a pointer each would be 8 KB. */
    expect(heap_in_use() <= after_ten + 4096, "%ld bytes more", heap_in_use() - after_ten);
    problem_free(&p);
}

/* The process' address space is limited so that the scratch for one large matrix does not fit. */
static int solve_without_memory(const void *unused)
{
    enum { N = 3000 };
    static double energies[N];
    const ptrdiff_t strides[3] = {0, 0, 0};
    const double hamiltonian = 12400.0;
    double grid = 12400.0, absorption = -1.0;
    problem small = problem_new(3, 8, 50);
    int k;
    (void)unused;
    hl_set_num_threads_local(1);
    if (problem_spectrum(&small, NULL) != HL_OK || limit_addresses(48))
        return 3;
    for (k = 0; k < N; k++)
        energies[k] = -1.0;
    if (hl_exciton_sticks(1, N, &hamiltonian, strides, NULL, NULL, NULL, NULL, energies, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                          NULL) != HL_ERR_ALLOC)
        return 4;
    if (!strstr(hl_last_error_message(), "hl_exciton_sticks"))
        return 5;
    for (k = 0; k < N; k++)
        if (energies[k] != -1.0)
            return 6;
    if (hl_exciton_spectrum(1, N, 1, &hamiltonian, strides, &hamiltonian, strides, NULL, NULL, NULL, NULL, &grid, NULL, &absorption, NULL, NULL,
                            NULL, NULL) != HL_ERR_ALLOC)
        return 7;
    if (absorption != -1.0)
        return 8;
    return problem_spectrum(&small, NULL) == HL_OK ? 0 : 9;
}

static void no_memory(void)
{
    test("where the scratch for a large matrix cannot be had: HL_ERR_ALLOC, outputs untouched, and the process goes on");
    in_a_child(solve_without_memory, NULL);
}

/* OpenBLAS takes 128 MiB of addresses for itself, and asks for them again and again where there are not so many: before its first call. */
static int solve_without_a_buffer(const void *unused)
{
    problem large = problem_new(1, 150, 50);
    (void)unused;
    hl_set_num_threads_local(1);
    if (limit_addresses(64))
        return 3;
    if (problem_spectrum(&large, NULL) != HL_ERR_ALLOC || !strstr(hl_last_error_message(), "OpenBLAS"))
        return 4;
    if (large.absorption[20] != 0.0 || large.cd[20] != 0.0)
        return 5;
    if (lift_limit())
        return 6;
    return problem_spectrum(&large, NULL) == HL_OK && large.absorption[20] != 0.0 ? 0 : 7;
}

static void no_buffer(void)
{
    test("where OpenBLAS cannot have its buffer: HL_ERR_ALLOC, outputs untouched, and with more memory the call works");
    in_a_child(solve_without_a_buffer, NULL);
}

/* The address space is limited so that there is no room for worker threads' stacks. */
static int solve_without_threads(const void *unused)
{
    problem small = problem_new(2000, 8, 50), other;
    int k;
    (void)unused;
    hl_set_num_threads_local(1);
    if (problem_spectrum(&small, NULL) != HL_OK)
        return 3;
    other = problem_share(&small);
    if (limit_addresses(6))
        return 4;
    for (k = 0; k < 3; k++) {
        hl_set_num_threads_local(16);
        if (problem_spectrum(&other, NULL) != HL_ERR_THREADS || !strstr(hl_last_error_message(), "threads"))
            return 5;
        if (other.absorption[20] != 0.0 || other.cd[20] != 0.0)
            return 6;
        hl_set_num_threads_local(1);
        if (problem_spectrum(&other, NULL) != HL_OK || !problem_same_bits(&small, &other))
            return 7;
        other.absorption[20] = other.cd[20] = 0.0;
    }
    return 0;
}

static void no_threads(void)
{
    test("where worker threads cannot be started: HL_ERR_THREADS, outputs untouched, and fewer threads still work");
    in_a_child(solve_without_threads, NULL);
}

/* Sizes that no machine can solve are refused at once, not started. */
static void absurd_sizes(void)
{
    static const ptrdiff_t sizes[] = {(ptrdiff_t)1 << 31, (ptrdiff_t)1 << 32, (ptrdiff_t)3000000};
    size_t k;
    for (k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        pid_t pid;
        test("a matrix of %td sites (one number broadcast) is refused within seconds", sizes[k]);
        fflush(stdout);
        pid = fork();
        if (pid == 0) {
            const ptrdiff_t strides[3] = {0, 0, 0};
            const double hamiltonian = 12400.0, dipole = 1.0, grid = 12400.0;
            double absorption = -1.0;
            hl_status refused;
            alarm(20);
            refused = hl_exciton_spectrum(1, sizes[k], 1, &hamiltonian, strides, &dipole, strides, NULL, NULL, NULL, NULL, &grid, NULL,
                                          &absorption, NULL, NULL, NULL, NULL);
            _exit(absorption == -1.0 && (refused == HL_ERR_SHAPE || refused == HL_ERR_ALLOC) ? 0 : 3);
        }
        expect_child(pid, 40.0);
    }
}

/* Nothing to compute, or a number that was never set: an answer within seconds, whatever the other dimension says, and never an abort. */
static void absurd_and_empty(void)
{
    enum { SITELESS_STICKS, SITELESS_SPECTRUM, STICKLESS_SPECTRUM, NO_CONFIGURATIONS, DEPRIVED, N_CASES };
    static const char *const names[] = {"2^60 configurations of no sites, sticks", "2^60 configurations of no sites, spectrum",
                                        "2^60 configurations of no sticks", "no configurations of 10^13 sites",
                                        "10^9 sites (one number broadcast) in 1 GiB of address space"};
    int k;
    for (k = 0; k < N_CASES; k++) {
        pid_t pid;
        test("%s", names[k]);
        fflush(stdout);
        pid = fork();
        if (pid == 0) {
            const ptrdiff_t many = (ptrdiff_t)1 << 60, strides[3] = {0, 0, 0};
            const double number = 12400.0, grid = 12400.0;
            const struct rlimit limit = {1UL << 30, 1UL << 30};
            double absorption = -1.0, energy = -1.0;
            hl_status status = -1, expected = HL_OK;
            alarm(20);
            if (k == SITELESS_STICKS)
                status = hl_exciton_sticks(many, 0, NULL, NULL, NULL, NULL, NULL, NULL, &energy, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
            if (k == SITELESS_SPECTRUM)
                status = hl_exciton_spectrum(many, 0, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &grid, NULL, &absorption, NULL, NULL, NULL, NULL);
            if (k == STICKLESS_SPECTRUM)
                status = hl_exciton_broaden(many, 0, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &grid, NULL, &absorption, NULL, NULL, NULL, NULL);
            if (k == NO_CONFIGURATIONS)
                status = hl_exciton_sticks(0, (ptrdiff_t)10000000000000, NULL, NULL, NULL, NULL, NULL, NULL, &energy, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                           NULL, NULL);
            if (k == DEPRIVED && setrlimit(RLIMIT_AS, &limit) == 0) {
                status = hl_exciton_sticks(1, 1000000000, &number, strides, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
                expected = HL_ERR_ALLOC;
            }
            if (status != expected || energy != -1.0)
                _exit(3);
            _exit(absorption == (k == SITELESS_SPECTRUM || k == STICKLESS_SPECTRUM ? 0.0 : -1.0) ? 0 : 4);
        }
        expect_child(pid, 40.0);
    }
}

int main(void)
{
    no_buffer(); /* before OpenBLAS has any */
    absurd_and_empty();
    no_memory();
    no_threads();
    absurd_sizes();
    spectrum_memory(1);
    spectrum_memory(2);
    strided_input();
    leaks();
    return finish("allocation");
}
