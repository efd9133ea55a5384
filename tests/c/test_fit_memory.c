/* Memory of derivatives and fits: it grows with the grid, the parameters and one matrix, not with the number of configurations (but for
   what a gradient may keep); calls leave none behind; and where it cannot be had the answer is HL_ERR_ALLOC. */
#include "harness.h"
#include "heap.h"
#include "problem.h"

#include <hotloop.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N_PARAMETER = 7 };

static int32_t parameters[N_PARAMETER][3];

typedef enum { GRADIENT, JACOBIAN, FIT, DICHROISM, DRAWN } kind;

/* Two variants of an ensemble that is drawn, and linear dichroism of it. */
static void fill_sample(hl_exciton_options *options, hl_exciton_sample *sample, ptrdiff_t n_ld, const double *ld_grid, const double *measured)
{
    static const double axis[3] = {0.0, 0.0, 1.0}, weights[2] = {1.0, -0.3}, factor = 9.0;
    static const ptrdiff_t zero[2] = {0, 0};
    hl_exciton_options_init(options, sizeof *options);
    hl_exciton_sample_init(sample, sizeof *sample);
    options->sample = sample;
    sample->n_ld = n_ld, sample->ld_grid = ld_grid, sample->ld_measured = measured, sample->axis = axis;
    sample->n_variant = 2, sample->variant_weights = weights;
    sample->n_factor = 2, sample->site_factor = &factor, sample->site_factor_strides = zero;
    sample->coupling_sigma = &factor, sample->coupling_sigma_strides = zero;
}

static hl_status run(kind what, const problem *p)
{
    static const ptrdiff_t shared[3] = {0, 3, 1}, one_matrix[3] = {0, N_PARAMETER, 1};
    static const double axis[3] = {0.0, 0.0, 1.0};
    double values[N_PARAMETER] = {0}, misfit, gradient[N_PARAMETER];
    double *rows = malloc((size_t)(p->n_grid * N_PARAMETER) * sizeof *rows);
    hl_status status = HL_ERR_INTERNAL;
    hl_exciton_fit_options how;
    hl_exciton_options options;
    hl_exciton_sample sample;
    int k;
    for (k = 0; k < N_PARAMETER; k++)
        parameters[k][1] = k;
    if (what == GRADIENT)
        status = hl_exciton_residual_gradient(p->n_conf, p->n_site, p->n_grid, 0, N_PARAMETER, p->hamiltonians, NULL, p->dipoles, shared, NULL,
                                              NULL, NULL, NULL, p->grid, NULL, p->absorption, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                              NULL, &parameters[0][0], NULL, values, NULL, &misfit, gradient, NULL, NULL, NULL, NULL, NULL, NULL);
    if (what == JACOBIAN)
        status = hl_exciton_jacobian(p->n_conf, p->n_site, p->n_grid, 0, N_PARAMETER, p->hamiltonians, NULL, p->dipoles, shared, NULL, NULL,
                                     NULL, NULL, p->grid, NULL, NULL, NULL, &parameters[0][0], NULL, values, NULL, NULL, NULL, NULL, NULL,
                                     rows, NULL, NULL, NULL, NULL);
    if (what == FIT || what == DRAWN) {
        hl_exciton_fit_options_init(&how, sizeof how);
        how.max_iterations = 3;
        fill_sample(&options, &sample, p->n_grid, p->grid, p->absorption);
        status = hl_exciton_fit(p->n_conf, p->n_site, p->n_grid, 0, N_PARAMETER, p->hamiltonians, what == DRAWN ? one_matrix : NULL, p->dipoles, shared, NULL, NULL, NULL,
                                NULL, p->grid, NULL, p->absorption, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &parameters[0][0],
                                NULL, values, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                what == DRAWN ? &options : NULL, &how);
    }
    if (what == DICHROISM)
        status = hl_exciton_linear_dichroism(p->n_conf, p->n_site, p->n_grid, p->hamiltonians, NULL, p->dipoles, shared, NULL, NULL, p->grid,
                                             NULL, axis, NULL, rows, NULL, NULL);
    free(rows);
    /* Its few points do not tell all energies apart, which is an end like any other. */
    return (what == FIT || what == DRAWN) && status == HL_ERR_SINGULAR ? HL_OK : status;
}

static long heap_of(kind what, problem *p)
{
    long before;
    hl_status status = run(what, p); /* pools are made now */
    expect(status == HL_OK, "%d: %s", (int)status, hl_last_error_message());
    before = heap_watch();
    status = run(what, p);
    expect(status == HL_OK, "%d: %s", (int)status, hl_last_error_message());
    return heap_peak() - before;
}

static void growth(void)
{
    static const char *const names[] = {"a gradient", "a Jacobian", "a fit", "linear dichroism", "a fit of a drawn ensemble"};
    problem few = problem_new(3000, N_PARAMETER, 300), many = problem_new(60000, N_PARAMETER, 300);
    const long input = (many.n_conf - few.n_conf) * (ptrdiff_t)(N_PARAMETER * N_PARAMETER * sizeof(double));
    int what, threads;
    hl_set_num_threads_local(1);
    problem_spectrum(&few, NULL); /* something to compare with */
    problem_spectrum(&many, NULL);
    for (threads = 1; threads <= 2; threads++)
        for (what = GRADIENT; what <= DRAWN; what++) {
            /* Energies and eigenvectors are a gradient's to keep, and in parts until they are gathered. */
            const long allowed = what == GRADIENT ? 2 * (input + input / N_PARAMETER) + input / 10 : input / 20;
            long first, second;
            test("%s, %d thread(s): memory does not grow with the number of configurations", names[what], threads);
            hl_set_num_threads_local(threads);
            first = heap_of((kind)what, &few);
            second = heap_of((kind)what, &many);
            expect(second - first <= allowed, "it grows from %ld to %ld bytes while the input grows by %ld", first, second, input);
        }
    problem_free(&few);
    problem_free(&many);
}

static void leaks(void)
{
    problem p = problem_new(20, N_PARAMETER, 150);
    long after_ten = 0, k;
    test("five hundred calls of each kind leave no memory behind");
    hl_set_num_threads_local(2);
    problem_spectrum(&p, NULL);
    for (k = 0; k < 500; k++) {
        int what;
        if (k == 10)
            after_ten = heap_in_use();
        for (what = GRADIENT; what <= DRAWN; what++) {
            const hl_status status = run((kind)what, &p);
            expect(status == HL_OK, "%d: %s", (int)status, hl_last_error_message());
        }
    }
    /* What calls of workers that have not come yet lie in is a block more or less; 990 calls that left a pointer each would be 8 KB. */
    expect(heap_in_use() <= after_ten + 4096, "%ld bytes more", heap_in_use() - after_ten);
    problem_free(&p);
}

/* One matrix of 3000 sites, one number broadcast: its scratch does not fit the address space that is left. */
static hl_status large(kind what, double *output)
{
    const ptrdiff_t n = 3000, zero[3] = {0, 0, 0};
    const double hamiltonian = 12400.0, axis[3] = {1.0, 0.0, 0.0};
    static double grid = 12400.0, measured = 1.0;
    static const int32_t row[3] = {HL_PARAMETER_SITE_ENERGY, 0, 0};
    hl_exciton_options options;
    hl_exciton_sample sample;
    if (what == GRADIENT)
        return hl_exciton_residual_gradient(1, n, 1, 0, 1, &hamiltonian, zero, &hamiltonian, zero, NULL, NULL, NULL, NULL, &grid, NULL, &measured,
                                            NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, row, NULL, output, NULL, output + 1, output + 2,
                                            NULL, NULL, NULL, NULL, NULL, NULL);
    if (what == JACOBIAN)
        return hl_exciton_jacobian(1, n, 1, 0, 1, &hamiltonian, zero, &hamiltonian, zero, NULL, NULL, NULL, NULL, &grid, NULL, NULL, NULL, row,
                                   NULL, output, NULL, output + 1, NULL, NULL, NULL, output + 2, NULL, NULL, NULL, NULL);
    fill_sample(&options, &sample, 1, &grid, &measured);
    if (what == FIT || what == DRAWN)
        return hl_exciton_fit(1, n, 1, 0, 1, &hamiltonian, zero, &hamiltonian, zero, NULL, NULL, NULL, NULL, &grid, NULL, &measured, NULL, NULL,
                              NULL, NULL, NULL, NULL, NULL, NULL, NULL, row, NULL, output, NULL, output + 1, NULL, output + 2, NULL, NULL, NULL,
                              NULL, NULL, NULL, NULL, NULL, what == DRAWN ? &options : NULL, NULL);
    return hl_exciton_linear_dichroism(1, n, 1, &hamiltonian, zero, &hamiltonian, zero, NULL, NULL, &grid, NULL, axis, NULL, output + 1, NULL,
                                       NULL);
}

static int solve_without_memory(const void *what)
{
    const kind of = *(const kind *)what;
    problem small = problem_new(3, N_PARAMETER, 50);
    double output[3] = {0.0, -7.0, -7.0};
    hl_set_num_threads_local(1);
    problem_spectrum(&small, NULL);
    if (run(of, &small) != HL_OK || limit_addresses(48))
        return 3;
    if (large(of, output) != HL_ERR_ALLOC)
        return 4;
    if (!strstr(hl_last_error_message(), "hl_exciton_") || output[0] != 0.0 || output[1] != -7.0 || output[2] != -7.0)
        return 5;
    return run(of, &small) == HL_OK ? 0 : 6;
}

static void no_memory(void)
{
    int what;
    for (what = GRADIENT; what <= DRAWN; what++) {
        const kind of = (kind)what;
        test("kind %d: where the scratch cannot be had: HL_ERR_ALLOC, outputs untouched, and the process goes on", what);
        in_a_child(solve_without_memory, &of);
    }
}

/* Nothing to compute, or a number that was never set: an answer within seconds, whatever the other dimension says. */
static void absurd_and_empty(void)
{
    const ptrdiff_t many = (ptrdiff_t)1 << 60, zero[3] = {0, 0, 0};
    const double number = 12400.0;
    double output[3] = {-7.0, -7.0, -7.0}, grid = 12400.0;
    pid_t pid;
    test("2^60 configurations of no sites, or of no members, are done at once");
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        alarm(20);
        if (hl_exciton_residual_gradient(many, 0, 1, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &grid, NULL, &number, NULL, NULL, NULL,
                                         NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, output, NULL, NULL, output + 1, NULL, NULL,
                                         NULL, NULL) != HL_OK || output[1] != 0.0)
            _exit(3);
        if (hl_exciton_disorder(many, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL, NULL) != HL_OK)
            _exit(4);
        if (hl_exciton_disorder(0, many >> 31, 0, &number, zero, NULL, NULL, NULL, NULL, 0, 0, NULL, NULL) != HL_OK)
            _exit(5);
        if (hl_exciton_point_dipole_couplings(many, 0, NULL, NULL, NULL, NULL, 1.0, NULL, NULL) != HL_OK)
            _exit(6);
        _exit(0);
    }
    expect_child(pid, 40.0);
}

int main(void)
{
    absurd_and_empty();
    no_memory();
    growth();
    leaks();
    return finish("fit memory");
}
