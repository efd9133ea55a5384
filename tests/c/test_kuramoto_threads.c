/* Oscillators and threads: the same bits for any number of them, and calls from many threads at once. */
#include "harness.h"
#include "kuramoto_run.h"
#include "strided.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Large enough to be cut in every way; all boundaries, laws and methods; records that do not divide the steps. */
#define ON_LATTICE 0.0, 0.0, LATTICE, 0, 0, 0 /* no noise, no tolerance */
static const kuramoto_case systems[] = {
    {"line", 1, {100003}, 64, HL_COUPLING_SINE, HL_METHOD_RK4, {HL_BOUNDARY_PERIODIC}, 0.25, 0.0625, 5, 2, 1, CONTIGUOUS, ON_LATTICE},
    {"long line", 1, {200001}, 32, HL_COUPLING_SINE, HL_METHOD_EULER, {HL_BOUNDARY_HALO}, 0.0, 0.0625, 13, 0, 0, REVERSED, ON_LATTICE},
    {"plane", 2, {300, 700}, 64, HL_COUPLING_SINE, HL_METHOD_EULER, {HL_BOUNDARY_ZERO_FLUX, HL_BOUNDARY_PERIODIC}, 0.0, 0.0625, 13, 5, 0, CONTIGUOUS, ON_LATTICE},
    {"plane", 2, {300, 700}, 32, HL_COUPLING_SINE, HL_METHOD_EULER, {HL_BOUNDARY_PERIODIC, HL_BOUNDARY_ZERO_FLUX}, 0.25, 0.0625, 13, 5, 1, CONTIGUOUS, ON_LATTICE},
    {"plane by columns", 2, {300, 700}, 64, HL_COUPLING_SINE, HL_METHOD_HEUN, {HL_BOUNDARY_HALO, HL_BOUNDARY_HALO}, 0.25, 0.0625, 7, 0, 1, COLUMN_MAJOR, ON_LATTICE},
    {"spaced plane", 2, {700, 300}, 32, HL_COUPLING_DIRECT_SINE, HL_METHOD_RK4, {HL_BOUNDARY_PERIODIC, HL_BOUNDARY_HALO}, 0.25, 0.0625, 3, 1, 1, SPACED, ON_LATTICE},
    {"short blocks", 2, {40, 1200}, 64, HL_COUPLING_SINE, HL_METHOD_EULER, {HL_BOUNDARY_HALO, HL_BOUNDARY_HALO}, 0.25, 0.0625, 13, 0, 1, CONTIGUOUS, ON_LATTICE},
    {"two rows", 2, {2, 100000}, 64, HL_COUPLING_SINE, HL_METHOD_RK4, {HL_BOUNDARY_PERIODIC, HL_BOUNDARY_PERIODIC}, 0.0, 0.0625, 3, 0, 0, CONTIGUOUS, ON_LATTICE},
    {"two columns", 2, {100000, 2}, 64, HL_COUPLING_LINEAR, HL_METHOD_HEUN, {HL_BOUNDARY_ZERO_FLUX, HL_BOUNDARY_ZERO_FLUX}, 0.0, 0.03125, 4, 0, 1, CONTIGUOUS, ON_LATTICE},
    {"cube", 3, {60, 50, 40}, 64, HL_COUPLING_SINE, HL_METHOD_RK4, {HL_BOUNDARY_PERIODIC, HL_BOUNDARY_ZERO_FLUX, HL_BOUNDARY_HALO}, 0.25, 0.0625, 4, 3, 1, CONTIGUOUS, ON_LATTICE},
    {"cube", 3, {60, 50, 40}, 32, HL_COUPLING_SINE, HL_METHOD_HEUN, {HL_BOUNDARY_HALO, HL_BOUNDARY_PERIODIC, HL_BOUNDARY_ZERO_FLUX}, 0.0, 0.0625, 5, 2, 0, COLUMN_MAJOR, ON_LATTICE},
    {"reversed cube", 3, {7, 110, 600}, 64, HL_COUPLING_SINE, HL_METHOD_EULER, {HL_BOUNDARY_PERIODIC, HL_BOUNDARY_PERIODIC, HL_BOUNDARY_PERIODIC}, 0.25, 0.0625, 3, 0, 1, REVERSED, ON_LATTICE},
    {.name = "noisy line", .rank = 1, .shape = {100003}, .bits = 64, .method = HL_METHOD_HEUN, .dt = 0.0625, .n_steps = 5, .record_every = 2, .noise = 0.5},
    {.name = "noisy cube", .rank = 3, .shape = {60, 50, 40}, .bits = 32, .boundary = {1, 0, 1}, .dt = 0.0625, .n_steps = 7, .layout = COLUMN_MAJOR, .noise = 0.5},
    {.name = "adaptive plane", .rank = 2, .shape = {300, 700}, .bits = 64, .method = HL_METHOD_DORMAND_PRINCE, .boundary = {1, 2}, .dt = 0.25, .n_steps = 3,
     .record_every = 2, .per_cell = 1, .layout = SPACED, .atol = 1e-6},
    {.name = "mean field", .rank = 1, .shape = {200001}, .bits = 64, .method = HL_METHOD_RK4, .dt = 0.0625, .n_steps = 3, .record_every = 1, .per_cell = 1,
     .model = MEAN_FIELD},
    {.name = "noisy mean field", .rank = 1, .shape = {200001}, .bits = 32, .method = HL_METHOD_EULER, .dt = 0.0625, .n_steps = 4, .noise = 0.25,
     .model = MEAN_FIELD},
    {.name = "mean field by pairs", .rank = 1, .shape = {5001}, .bits = 64, .law = HL_COUPLING_DIRECT_SINE, .dt = 0.0625, .n_steps = 1, .model = MEAN_FIELD},
    {.name = "adaptive mean field", .rank = 1, .shape = {100001}, .bits = 32, .method = HL_METHOD_DORMAND_PRINCE, .dt = 0.25, .n_steps = 3, .atol = 1e-4,
     .layout = REVERSED, .model = MEAN_FIELD},
    {.name = "network", .rank = 1, .shape = {100001}, .bits = 64, .method = HL_METHOD_RK4, .dt = 0.0625, .n_steps = 3, .record_every = 2, .per_cell = 1,
     .model = NETWORK, .index_bits = 64, .degree = 7, .weighted = 1},
    {.name = "noisy network", .rank = 1, .shape = {100001}, .bits = 32, .method = HL_METHOD_HEUN, .dt = 0.0625, .n_steps = 3, .layout = SPACED, .noise = 0.5,
     .model = NETWORK, .index_bits = 32, .degree = 7},
    {.name = "network of few rows", .rank = 1, .shape = {150}, .bits = 64, .law = HL_COUPLING_DIRECT_SINE, .dt = 0.0078125, .n_steps = 4, .layout = REVERSED,
     .model = NETWORK, .index_bits = 32, .degree = 6000, .weighted = 1},
    {.name = "adaptive network", .rank = 1, .shape = {50001}, .bits = 64, .method = HL_METHOD_DORMAND_PRINCE, .dt = 0.25, .n_steps = 3, .atol = 1e-6,
     .model = NETWORK, .index_bits = 32, .degree = 7},
};
enum { N_SYSTEMS = sizeof systems / sizeof *systems };

static kuramoto_inputs inputs[N_SYSTEMS];
static kuramoto_results expected[N_SYSTEMS];

static void same_bits(void)
{
    static const int counts[] = {2, 3, 7, 16};
    size_t c;
    int k;
    for (k = 0; k < N_SYSTEMS; k++) {
        inputs[k] = kuramoto_inputs_new(&systems[k]);
        test("%s in f%d is integrated with one thread", systems[k].name, systems[k].bits);
        hl_set_num_threads_local(1);
        expected[k] = kuramoto_run(&systems[k], &inputs[k], systems[k].layout);
        for (c = 0; c < sizeof counts / sizeof *counts; c++) {
            kuramoto_results found;
            test("%s in f%d: %d threads give the bits of one", systems[k].name, systems[k].bits, counts[c]);
            hl_set_num_threads_local(counts[c]);
            found = kuramoto_run(&systems[k], &inputs[k], systems[k].layout);
            kuramoto_same_bits(&expected[k], &found);
            kuramoto_results_free(&found);
        }
        hl_set_num_threads_local(0);
    }
}

/* What every thread of the crowd does: other systems than its neighbours, bad calls between, its own thread count. */
static void *hammer(void *number)
{
    const int id = *(int *)number;
    int round;
    for (round = 0; round < 3; round++) {
        const int k = (round * 5 + id) % N_SYSTEMS;
        kuramoto_results found;
        char rank[32];
        hl_set_num_threads_local((id + round) % 4);
        found = kuramoto_run(&systems[k], &inputs[k], systems[k].layout);
        expect(kuramoto_same_bits(&expected[k], &found), "thread %d, round %d, %s: other bits", id, round, systems[k].name);
        kuramoto_results_free(&found);
        expect(hl_kuramoto_rhs(-id - 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) == HL_ERR_SHAPE, "thread %d: a bad call passed", id);
        snprintf(rank, sizeof rank, "is %d;", -id - 1);
        expect(strstr(hl_last_error_message(), rank) != NULL, "thread %d has another's message: %s", id, hl_last_error_message());
    }
    return NULL;
}

static void crowd(void)
{
    pthread_t threads[8];
    int ids[8], k;
    test("eight host threads at once, own systems and thread counts: right bits, own messages");
    for (k = 0; k < 8; k++) {
        ids[k] = k;
        pthread_create(&threads[k], NULL, hammer, &ids[k]);
    }
    for (k = 0; k < 8; k++)
        pthread_join(threads[k], NULL);
}

int main(void)
{
    int k;
    same_bits();
    crowd();
    for (k = 0; k < N_SYSTEMS; k++) {
        kuramoto_inputs_free(&inputs[k]);
        kuramoto_results_free(&expected[k]);
    }
    return finish("kuramoto threads");
}
