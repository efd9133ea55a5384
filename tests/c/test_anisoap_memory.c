/* Where memory cannot be had the answer is HL_ERR_ALLOC: each allocation of workspace is refused in turn, for every function that computes
   descriptors or neighbours. The call ends with that status, gives back what it took, and gives the same bits as ever when there is
   memory again. Absurd sizes are an answer too. (Tables of a plan are not tried: their size is bounded by the largest degree.) */
#include "harness.h"
#include "heap.h"

#include <hotloop.h>

#include <stdlib.h>
#include <string.h>

enum { N = 900, PER_FRAME = 300, M = 3, SPECIES = 2 };
enum function { EXPANSION, SPECTRUM, EXPANSION_VJP, SPECTRUM_VJP, COUNT, FILL, N_FUNCTIONS };

static const char *const names[N_FUNCTIONS] = {"expansion", "power spectrum", "gradients of the expansion", "gradients of the power spectrum",
                                               "count of neighbours", "list of neighbours"};
/* What is no workspace but an error's text, a list of arrays, a job of the pool. */
enum { SMALL = 4000 };

static hl_anisoap_plan *plan;
static double positions[N][3], semiaxes[N][3], quaternions[N][4], cells[M][3][3];
static int32_t kinds[N], periodic[M][3];
static ptrdiff_t offsets[M + 1], features[2], n_pairs, *pairs, *first, *second;
static int32_t *shifts;
static double *given, *means_given, *out, *means;

static hl_status perform(enum function f, int with_list)
{
    const ptrdiff_t n_features = features[f == SPECTRUM || f == SPECTRUM_VJP];
    const ptrdiff_t both[2] = {3, 1};
    hl_anisoap_options options;
    hl_anisoap_options_init(&options, sizeof options);
    if (with_list) {
        options.n_pairs = n_pairs;
        options.pair_first = first;
        options.pair_second = second;
        options.pair_shifts = shifts;
        options.pair_shifts_strides = both;
        options.pair_list = HL_PAIR_LIST_DIRECTED;
    }
#define GIVEN                                                                                                                            \
    plan, M, N, offsets, NULL, &positions[0][0], NULL, kinds, NULL, &quaternions[0][0], NULL, NULL, NULL, &semiaxes[0][0], NULL,          \
        &cells[0][0][0], NULL, &periodic[0][0], NULL, n_features
    switch (f) {
    case EXPANSION: return hl_anisoap_expansion(GIVEN, out, NULL, &options);
    case SPECTRUM: return hl_anisoap_power_spectrum(GIVEN, out, NULL, means, NULL, &options);
    case EXPANSION_VJP: return hl_anisoap_expansion_vjp(GIVEN, given, NULL, out, NULL, means, NULL, out + 3 * N, NULL, out + 6 * N, NULL, &options);
    case SPECTRUM_VJP:
        return hl_anisoap_power_spectrum_vjp(GIVEN, given, NULL, means_given, NULL, out, NULL, means, NULL, out + 3 * N, NULL, out + 6 * N, NULL,
                                             &options);
    case COUNT: return hl_neighbour_list_count(PER_FRAME, &positions[0][0], NULL, &cells[0][0][0], NULL, 1, 4.0, 0, pairs, NULL, NULL);
    default:
        return hl_neighbour_list_fill(PER_FRAME, &positions[0][0], NULL, &cells[0][0][0], NULL, 1, 4.0, 0, n_pairs, pairs, NULL, shifts, NULL, NULL,
                                      NULL);
    }
}

static void set_up(void)
{
    hl_anisoap_options options;
    unsigned long long state = 5;
    ptrdiff_t i, p;
    int k;
    for (i = 0; i < N; i++) {
        kinds[i] = i % 2 ? 6 : 1;
        for (k = 0; k < 3; k++) {
            positions[i][k] = 15.0 * random_uniform(&state);
            semiaxes[i][k] = 0.5 + random_uniform(&state);
        }
        for (k = 0; k < 4; k++)
            quaternions[i][k] = random_uniform(&state) - 0.5;
    }
    for (i = 0; i < M; i++)
        for (k = 0; k < 3; k++) {
            cells[i][k][k] = 15.0;
            periodic[i][k] = 1;
            offsets[i + 1] = (i + 1) * PER_FRAME;
        }
    hl_anisoap_options_init(&options, sizeof options);
    options.radial_gaussian_width = 1.0;
    options.max_radial = 4;
    expect(hl_anisoap_plan_create(&plan, 6, SPECIES, (const int32_t[]){1, 6}, NULL, 4.0, &options) == HL_OK, "%s", hl_last_error_message());
    features[0] = hl_anisoap_expansion_size(plan);
    features[1] = hl_anisoap_power_spectrum_size(plan);
    out = calloc((size_t)(N * features[1]), sizeof *out);
    means = calloc((size_t)(M * SPECIES * features[1]), sizeof *means);
    given = calloc((size_t)(N * features[1]), sizeof *given);
    means_given = calloc((size_t)(M * SPECIES * features[1]), sizeof *means_given);
    for (p = 0; p < N * features[1]; p++)
        given[p] = random_uniform(&state) - 0.5;
    expect(hl_neighbour_list_count(PER_FRAME, &positions[0][0], NULL, &cells[0][0][0], NULL, 1, 4.0, 0, NULL, NULL, &n_pairs) == HL_OK, "count");
    pairs = calloc(2 * (size_t)n_pairs, sizeof *pairs);
    first = calloc((size_t)n_pairs, sizeof *first);
    second = calloc((size_t)n_pairs, sizeof *second);
    shifts = calloc(3 * (size_t)n_pairs, sizeof *shifts);
    expect(perform(FILL, 0) == HL_OK, "%s", hl_last_error_message());
    for (p = 0; p < n_pairs; p++) {
        first[p] = pairs[2 * p];
        second[p] = pairs[2 * p + 1];
    }
}

/* Allocation after allocation finds no memory (of the later ones some), until a call needs no more of them than there are. */
static void one_after_the_other(enum function f, int with_list)
{
    const size_t bytes = (size_t)(N * features[1]) * sizeof *out;
    double *expected = malloc(bytes);
    long good, held;
    hl_status status;
    test("%s%s: memory that cannot be had is a status", names[f], with_list ? " of a list" : "");
    hl_set_num_threads_local(1);
    expect(perform(f, with_list) == HL_OK, "%s", hl_last_error_message());
    memcpy(expected, out, bytes);
    held = heap_in_use();
    for (good = 0; good < 20000; good += good < 100 ? 1 : 1 + good / 8) {
        heap_refuse(SMALL, good);
        status = perform(f, with_list);
        heap_refuse(0, -1);
        if (status == HL_OK)
            break;
        expect(status == HL_ERR_ALLOC && strstr(hl_last_error_message(), "bytes of workspace"), "allocation %ld: status %d, \"%s\"", good, status,
               hl_last_error_message());
        expect(heap_in_use() - held < 4096, "allocation %ld: %ld bytes stay", good, heap_in_use() - held);
    }
    expect(good > 1 && good < 20000, "%ld allocations were refused", good);
    expect(perform(f, with_list) == HL_OK && !memcmp(expected, out, bytes), "other bits when there is memory again");
    hl_set_num_threads_local(0);
    free(expected);
}

static void does_not_grow(void)
{
    long before;
    test("workspace is a part of what the caller has");
    hl_set_num_threads_local(1);
    before = heap_watch();
    expect(perform(SPECTRUM, 0) == HL_OK, "%s", hl_last_error_message());
    expect(heap_peak() - before < (long)(N * features[1] * 8 / 4), "%ld bytes for an output of %ld", heap_peak() - before, (long)(N * features[1] * 8));
    hl_set_num_threads_local(0);
}

int main(void)
{
    int f;
    test("set up");
    set_up();
    for (f = 0; f < N_FUNCTIONS; f++)
        one_after_the_other((enum function)f, 0);
    for (f = 0; f <= SPECTRUM_VJP; f++)
        one_after_the_other((enum function)f, 1);
    does_not_grow();
    hl_anisoap_plan_destroy(plan);
    return finish("anisoap memory");
}
