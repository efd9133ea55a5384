/* Runs in parts: of steps, with noise (first_step) and with adaptive steps (next_step), and of cells (first_cell) have the bits of the
   whole. What the noise is a function of. */
#include "harness.h"
#include "kuramoto_cases.h"
#include "naive_noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 11 };

/* Rows like the tables', but for what is set here. */
static const kuramoto_case systems[] = {
    {.name = "line with noise, Euler", .rank = 1, .shape = {3001}, .bits = 64, .boundary = {HL_BOUNDARY_PERIODIC}, .noise = 0.5},
    {.name = "plane with noise, Heun", .rank = 2, .shape = {70, 83}, .bits = 32, .method = HL_METHOD_HEUN, .lag = 0.25, .noise = 0.25},
    {.name = "cube with noise, Heun", .rank = 3, .shape = {9, 10, 41}, .bits = 64, .method = HL_METHOD_HEUN, .boundary = {0, 1, 0}, .noise = 1.0},
    {.name = "mean field with noise", .rank = 1, .shape = {5001}, .bits = 64, .model = MEAN_FIELD, .noise = 0.5},
    {.name = "network with noise", .rank = 1, .shape = {2001}, .bits = 32, .model = NETWORK, .index_bits = 32, .degree = 5,
     .method = HL_METHOD_HEUN, .noise = 0.5},
    {.name = "adaptive plane", .rank = 2, .shape = {50, 43}, .bits = 64, .method = HL_METHOD_DORMAND_PRINCE, .boundary = {1, 0}, .atol = 1e-8},
    {.name = "adaptive cube", .rank = 3, .shape = {9, 10, 11}, .bits = 32, .method = HL_METHOD_DORMAND_PRINCE, .atol = 1e-4},
    {.name = "adaptive mean field", .rank = 1, .shape = {4001}, .bits = 64, .model = MEAN_FIELD, .method = HL_METHOD_DORMAND_PRINCE, .atol = 1e-6},
    {.name = "adaptive network", .rank = 1, .shape = {1001}, .bits = 64, .model = NETWORK, .index_bits = 64, .degree = 4, .weighted = 1,
     .method = HL_METHOD_DORMAND_PRINCE, .atol = 1e-5},
};

/* Steps first .. first + n_steps of a system; next_step NULL: the method begins anew. */
static void go_on(const kuramoto_case *row, const kuramoto_inputs *inputs, void *theta, ptrdiff_t first, ptrdiff_t n_steps, double *next_step)
{
    void *const numbers[] = {numbers_of(row->bits, inputs->omega, inputs->cells), numbers_of(row->bits, inputs->coupling, inputs->cells),
                             numbers_of(row->bits, inputs->weights, inputs->n_edges)};
    void *const indices[] = {indices_of(row->index_bits, inputs->row_start, row->model == NETWORK ? inputs->cells + 1 : 0),
                             indices_of(row->index_bits, inputs->neighbours, inputs->n_edges)};
    hl_kuramoto_options options;
    kuramoto_call c;
    ptrdiff_t done = -1;
    size_t k;
    hl_kuramoto_options_init(&options, sizeof options);
    options.method = row->method;
    memcpy(options.boundary, row->boundary, sizeof options.boundary);
    options.lag = row->lag;
    options.noise = row->noise;
    options.noise_seed = CASE_NOISE_SEED;
    options.first_step = first;
    options.atol = row->atol > 0.0 ? row->atol : options.atol;
    options.next_step = next_step;
    memset(&c, 0, sizeof c);
    c.function = kuramoto_integrate_of(row->model);
    c.bits = row->bits;
    c.rank = row->rank;
    memcpy(c.shape, row->shape, sizeof c.shape);
    c.shape_pointer = c.shape;
    c.n_edges = inputs->n_edges;
    c.index_bits = row->index_bits;
    c.n_steps = n_steps;
    c.dt = 0.25;
    c.steps_done = &done;
    c.options = &options;
    c.pointers[THETA] = theta;
    c.pointers[OMEGA] = numbers[0];
    c.pointers[COUPLING] = numbers[1];
    c.pointers[WEIGHTS] = numbers[2];
    c.pointers[ROW_START] = indices[0];
    c.pointers[NEIGHBOURS] = indices[1];
    expect(kuramoto_perform(&c) == HL_OK && done == n_steps, "%td steps: %s", done, hl_last_error_message());
    for (k = 0; k < 3; k++)
        free(numbers[k]);
    for (k = 0; k < 2; k++)
        free(indices[k]);
}

static void parts_of_steps(const kuramoto_case *row)
{
    static const ptrdiff_t ends[] = {0, 1, 1, 4, 9, STEPS};
    kuramoto_inputs inputs = kuramoto_inputs_new(row);
    void *whole = numbers_of(row->bits, inputs.theta, inputs.cells), *parts = numbers_of(row->bits, inputs.theta, inputs.cells),
         *careless = numbers_of(row->bits, inputs.theta, inputs.cells);
    const size_t bytes = (size_t)inputs.cells * (size_t)row->bits / 8;
    double next_of_whole = 0.0, next = 0.0;
    size_t k;
    test("%s, f%d: a run in parts has the bits of the whole", row->name, row->bits);
    go_on(row, &inputs, whole, 0, STEPS, &next_of_whole);
    for (k = 0; k + 1 < sizeof ends / sizeof *ends; k++)
        go_on(row, &inputs, parts, ends[k], ends[k + 1] - ends[k], &next);
    expect(!memcmp(whole, parts, bytes), "other bits");
    expect(next == next_of_whole && (next > 0.0) == (row->method == HL_METHOD_DORMAND_PRINCE), "the next step is %g instead of %g", next, next_of_whole);
    test("%s, f%d: and needs to be told where the part before it ended", row->name, row->bits);
    for (k = 0; k + 1 < sizeof ends / sizeof *ends; k++)
        go_on(row, &inputs, careless, 0, ends[k + 1] - ends[k], NULL);
    expect(memcmp(whole, careless, bytes) != 0, "the same bits");
    free(whole);
    free(parts);
    free(careless);
    kuramoto_inputs_free(&inputs);
}

enum { ROWS = 24, COLUMNS = 31 };

/* One step of the rows from `first` to `end`, whose neighbours beyond are halos taken from the whole of before. */
static hl_status step_rows(double before[ROWS][COLUMNS], ptrdiff_t first, ptrdiff_t end, double after[ROWS][COLUMNS], int64_t step)
{
    const ptrdiff_t shape[2] = {end - first, COLUMNS}, one_value[2] = {0, 0};
    const double omega = 0.5, coupling = 0.75;
    hl_kuramoto_options options;
    hl_kuramoto_options_init(&options, sizeof options);
    options.boundary[0] = HL_BOUNDARY_HALO;
    options.boundary[1] = HL_BOUNDARY_PERIODIC;
    options.halo_below[0] = before[(first + ROWS - 1) % ROWS];
    options.halo_above[0] = before[end % ROWS];
    options.noise = 0.5;
    options.noise_seed = -3;
    options.first_step = step;
    options.first_cell = first * COLUMNS;
    memcpy(after[first], before[first], (size_t)(end - first) * sizeof after[0]);
    return hl_kuramoto_integrate(2, shape, 1, 0, 0, &omega, one_value, &coupling, one_value, after[first], NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                 0.0625, NULL, &options);
}

static void parts_of_cells(void)
{
    static double whole[ROWS][COLUMNS], parts[2][ROWS][COLUMNS];
    const ptrdiff_t shape[2] = {ROWS, COLUMNS}, one_value[2] = {0, 0};
    const double omega = 0.5, coupling = 0.75;
    hl_kuramoto_options options;
    ptrdiff_t s, k;
    test("a plane in three parts of rows, each with its first cell's number, has the bits of the whole");
    for (k = 0; k < ROWS * COLUMNS; k++)
        whole[k / COLUMNS][k % COLUMNS] = parts[0][k / COLUMNS][k % COLUMNS] = (double)(k * 37 % 64) / 8.0;
    hl_kuramoto_options_init(&options, sizeof options);
    options.boundary[0] = options.boundary[1] = HL_BOUNDARY_PERIODIC;
    options.noise = 0.5;
    options.noise_seed = -3;
    expect(hl_kuramoto_integrate(2, shape, STEPS, 0, 0, &omega, one_value, &coupling, one_value, &whole[0][0], NULL, NULL, NULL, NULL, NULL, NULL,
                                 NULL, 0.0625, NULL, &options) == HL_OK, "%s", hl_last_error_message());
    for (s = 0; s < STEPS; s++) {
        double(*before)[COLUMNS] = parts[s % 2], (*after)[COLUMNS] = parts[(s + 1) % 2];
        expect(step_rows(before, 0, 7, after, s) == HL_OK && step_rows(before, 7, 8, after, s) == HL_OK && step_rows(before, 8, ROWS, after, s) == HL_OK,
               "%s", hl_last_error_message());
    }
    expect(!memcmp(whole, parts[STEPS % 2], sizeof whole), "other bits");
}

/* Phases of free oscillators after one step from 0: the noise alone. */
static void noise_of(int64_t seed, int64_t step, int64_t cell, ptrdiff_t cells, double *noise)
{
    const ptrdiff_t one_value = 0;
    const double nothing = 0.0;
    hl_kuramoto_options options;
    hl_kuramoto_options_init(&options, sizeof options);
    options.noise = 2.0;
    options.noise_seed = seed;
    options.first_step = step;
    options.first_cell = cell;
    memset(noise, 0, (size_t)cells * sizeof *noise);
    expect(hl_kuramoto_mean_field_integrate(cells, 1, 0, 0, &nothing, &one_value, &nothing, &one_value, noise, NULL, NULL, NULL, NULL, NULL, NULL,
                                            NULL, 0.25, NULL, &options) == HL_OK, "%s", hl_last_error_message());
}

static void philox(void)
{
    /* known answers of the authors' Random123 */
    static const struct { uint32_t counter[4], key[2], result[4]; } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}, {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    size_t k;
    test("the tests' Philox4x32-10 has the known answers");
    for (k = 0; k < 3; k++) {
        uint32_t result[4];
        naive_philox(known[k].key, known[k].counter, result);
        expect(!memcmp(result, known[k].result, sizeof result), "row %zu: %08x %08x %08x %08x", k, result[0], result[1], result[2], result[3]);
    }
}

static void what_noise_is(void)
{
    static const struct { int64_t seed, step, cell; } places[] = {
        {0, 0, 0}, {1, 0, 0}, {12345, 7, 3}, {-1, -1, -5}, {INT64_MIN, INT64_MAX, INT64_MAX}, 
        {INT64_C(1) << 32, INT64_C(1) << 33, (INT64_C(1) << 34) + 1}};
    enum { CELLS = 5000 };
    static double noise[CELLS];
    size_t p;
    ptrdiff_t i;
    for (p = 0; p < sizeof places / sizeof *places; p++) {
        double mean = 0.0, square = 0.0;
        test("seed %lld, step %lld, from cell %lld: the noise is that of the formula", (long long)places[p].seed, (long long)places[p].step,
             (long long)places[p].cell);
        noise_of(places[p].seed, places[p].step, places[p].cell, CELLS, noise);
        for (i = 0; i < CELLS; i++) {
            /* deviation 2 sqrt(0.25) = 1 */
            const double expected = naive_normal(places[p].seed, places[p].step, (int64_t)((uint64_t)places[p].cell + (uint64_t)i));
            if (!expect(fabs(noise[i] - expected) <= 1e-14, "cell %td: %.17g instead of %.17g", i, noise[i], expected))
                break;
            mean += noise[i] / CELLS;
            square += noise[i] * noise[i] / CELLS;
        }
        expect(fabs(mean) < 0.06 && fabs(square - 1.0) < 0.09, "its mean is %g, its mean square %g", mean, square); /* over 4 deviations */
    }
}

int main(void)
{
    size_t k;
    for (k = 0; k < sizeof systems / sizeof *systems; k++)
        parts_of_steps(&systems[k]);
    parts_of_cells();
    philox();
    what_noise_is();
    return finish("kuramoto parts");
}
