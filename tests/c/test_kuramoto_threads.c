/* Lattices and threads: the same bits for any number of them, calls from many threads at once, and long integrations that are cancelled
   stand at a whole step from which they can go on. */
#include "harness.h"
#include "lattice_cases.h"
#include "strided.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Large enough to be cut in every way; all boundaries, laws and methods; records that do not divide the steps. */
static const lattice_case lattices[] = {
    {"line", 1, {100003}, 64, HL_COUPLING_SINE, HL_METHOD_RK4, {HL_BOUNDARY_PERIODIC}, 0.25, 0.0625, 5, 2, 1, CONTIGUOUS},
    {"long line", 1, {200001}, 32, HL_COUPLING_SINE, HL_METHOD_EULER, {HL_BOUNDARY_HALO}, 0.0, 0.0625, 13, 0, 0, REVERSED},
    {"plane", 2, {300, 700}, 64, HL_COUPLING_SINE, HL_METHOD_EULER, {HL_BOUNDARY_ZERO_FLUX, HL_BOUNDARY_PERIODIC}, 0.0, 0.0625, 13, 5, 0, CONTIGUOUS},
    {"plane", 2, {300, 700}, 32, HL_COUPLING_SINE, HL_METHOD_EULER, {HL_BOUNDARY_PERIODIC, HL_BOUNDARY_ZERO_FLUX}, 0.25, 0.0625, 13, 5, 1, CONTIGUOUS},
    {"plane by columns", 2, {300, 700}, 64, HL_COUPLING_SINE, HL_METHOD_HEUN, {HL_BOUNDARY_HALO, HL_BOUNDARY_HALO}, 0.25, 0.0625, 7, 0, 1, COLUMN_MAJOR},
    {"spaced plane", 2, {700, 300}, 32, HL_COUPLING_DIRECT_SINE, HL_METHOD_RK4, {HL_BOUNDARY_PERIODIC, HL_BOUNDARY_HALO}, 0.25, 0.0625, 3, 1, 1, SPACED},
    {"short blocks", 2, {40, 1200}, 64, HL_COUPLING_SINE, HL_METHOD_EULER, {HL_BOUNDARY_HALO, HL_BOUNDARY_HALO}, 0.25, 0.0625, 13, 0, 1, CONTIGUOUS},
    {"two rows", 2, {2, 100000}, 64, HL_COUPLING_SINE, HL_METHOD_RK4, {HL_BOUNDARY_PERIODIC, HL_BOUNDARY_PERIODIC}, 0.0, 0.0625, 3, 0, 0, CONTIGUOUS},
    {"two columns", 2, {100000, 2}, 64, HL_COUPLING_LINEAR, HL_METHOD_HEUN, {HL_BOUNDARY_ZERO_FLUX, HL_BOUNDARY_ZERO_FLUX}, 0.0, 0.03125, 4, 0, 1, CONTIGUOUS},
    {"cube", 3, {60, 50, 40}, 64, HL_COUPLING_SINE, HL_METHOD_RK4, {HL_BOUNDARY_PERIODIC, HL_BOUNDARY_ZERO_FLUX, HL_BOUNDARY_HALO}, 0.25, 0.0625, 4, 3, 1, CONTIGUOUS},
    {"cube", 3, {60, 50, 40}, 32, HL_COUPLING_SINE, HL_METHOD_HEUN, {HL_BOUNDARY_HALO, HL_BOUNDARY_PERIODIC, HL_BOUNDARY_ZERO_FLUX}, 0.0, 0.0625, 5, 2, 0, COLUMN_MAJOR},
    {"reversed cube", 3, {7, 110, 600}, 64, HL_COUPLING_SINE, HL_METHOD_EULER, {HL_BOUNDARY_PERIODIC, HL_BOUNDARY_PERIODIC, HL_BOUNDARY_PERIODIC}, 0.25, 0.0625, 3, 0, 1, REVERSED},
};
enum { N_LATTICES = sizeof lattices / sizeof *lattices };

static lattice_inputs inputs[N_LATTICES];
static lattice_results expected[N_LATTICES];

static void same_bits(void)
{
    static const int counts[] = {2, 3, 7, 16};
    size_t c;
    int k;
    for (k = 0; k < N_LATTICES; k++) {
        inputs[k] = lattice_inputs_new(&lattices[k]);
        test("%s in f%d is integrated with one thread", lattices[k].name, lattices[k].bits);
        hl_set_num_threads_local(1);
        expected[k] = lattice_run(&lattices[k], &inputs[k], lattices[k].layout);
        for (c = 0; c < sizeof counts / sizeof *counts; c++) {
            lattice_results found;
            test("%s in f%d: %d threads give the bits of one", lattices[k].name, lattices[k].bits, counts[c]);
            hl_set_num_threads_local(counts[c]);
            found = lattice_run(&lattices[k], &inputs[k], lattices[k].layout);
            lattice_same_bits(&expected[k], &found);
            lattice_results_free(&found);
        }
        hl_set_num_threads_local(0);
    }
}

/* What every thread of the crowd does: other lattices than its neighbours, bad calls between, its own thread count. */
static void *hammer(void *number)
{
    const int id = *(int *)number;
    int round;
    for (round = 0; round < 3; round++) {
        const int k = (round * 5 + id) % N_LATTICES;
        lattice_results found;
        char rank[32];
        hl_set_num_threads_local((id + round) % 4);
        found = lattice_run(&lattices[k], &inputs[k], lattices[k].layout);
        expect(lattice_same_bits(&expected[k], &found), "thread %d, round %d, lattice %s: other bits", id, round, lattices[k].name);
        lattice_results_free(&found);
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
    test("eight host threads at once, own lattices and thread counts: right bits, own messages");
    for (k = 0; k < 8; k++) {
        ids[k] = k;
        pthread_create(&threads[k], NULL, hammer, &ids[k]);
    }
    for (k = 0; k < 8; k++)
        pthread_join(threads[k], NULL);
}

typedef struct {
    pthread_t thread;
    int calls, wrong_thread, went_back, from_call;
    int64_t done, total;
    int32_t answer;
} watch;

static int32_t look(void *user, int64_t done, int64_t total)
{
    watch *w = user;
    w->wrong_thread += !pthread_equal(pthread_self(), w->thread);
    w->went_back += done < w->done || done > total;
    w->done = done;
    w->total = total;
    return w->calls++ >= w->from_call ? w->answer : 0;
}

enum { ROWS = 200, CELLS = 300, STEPS = 2003, EVERY = 7, FRAMES_AT_MOST = STEPS / EVERY };

/* One long integration in either precision; only the first cells of a frame are told apart, so frames are order parameters. */
typedef struct {
    int bits;
    void *theta, *order_r;
} integration;

static integration begin(int bits)
{
    integration run;
    double *values = malloc(ROWS * CELLS * sizeof *values), *blank = malloc(FRAMES_AT_MOST * sizeof *blank);
    unsigned long long seed = 5;
    int k;
    run.bits = bits;
    for (k = 0; k < ROWS * CELLS; k++)
        values[k] = 6.0 * random_uniform(&seed);
    for (k = 0; k < FRAMES_AT_MOST; k++)
        blank[k] = -777.0;
    run.theta = numbers_of(bits, values, ROWS * CELLS);
    run.order_r = numbers_of(bits, blank, FRAMES_AT_MOST);
    free(values);
    free(blank);
    return run;
}

static void end(integration *run)
{
    free(run->theta);
    free(run->order_r);
}

static hl_status go_on(integration *run, ptrdiff_t n_steps, watch *w, ptrdiff_t *steps_done)
{
    static const ptrdiff_t zeros[2] = {0, 0};
    const double omega = 0.5, coupling = 0.75;
    void *single_omega = numbers_of(run->bits, &omega, 1), *single_coupling = numbers_of(run->bits, &coupling, 1);
    hl_kuramoto_options options;
    kuramoto_call c;
    hl_status status;
    memset(&c, 0, sizeof c);
    hl_kuramoto_options_init(&options, sizeof options);
    options.method = HL_METHOD_RK4;
    options.boundary[0] = HL_BOUNDARY_PERIODIC;
    options.lag = 0.375;
    if (w) {
        options.progress = look;
        options.progress_user = w;
        w->thread = pthread_self();
    }
    c.function = INTEGRATE;
    c.bits = run->bits;
    c.rank = 2;
    c.shape[0] = ROWS;
    c.shape[1] = CELLS;
    c.shape_pointer = c.shape;
    c.n_steps = n_steps;
    c.record_every = EVERY;
    c.n_frames = n_steps / EVERY;
    c.pointers[OMEGA] = single_omega;
    c.pointers[COUPLING] = single_coupling;
    c.strides[OMEGA] = c.strides[COUPLING] = zeros;
    c.pointers[THETA] = run->theta;
    c.pointers[ORDER_R] = run->order_r;
    c.dt = 0.0625;
    c.steps_done = steps_done;
    c.options = &options;
    status = kuramoto_perform(&c);
    free(single_omega);
    free(single_coupling);
    return status;
}

static void cancelled(int bits, int threads)
{
    static const struct { int32_t answer; int from_call; } ways[] = {{1, 0}, {1, 1}, {77, 2}, {-5, 1}, {-2147483647 - 1, 2}};
    integration unbroken = begin(bits);
    ptrdiff_t steps_done = -1;
    size_t k;
    watch w;
    memset(&w, 0, sizeof w);
    hl_set_num_threads_local(threads);
    test("f%d, %d thread(s): progress counts steps up to all of them, on the calling thread", bits, threads);
    expect(go_on(&unbroken, STEPS, &w, &steps_done) == HL_OK && steps_done == STEPS, "%td steps: %s", steps_done, hl_last_error_message());
    expect(w.calls >= 2 && w.done == STEPS && w.total == STEPS && !w.wrong_thread && !w.went_back,
           "%d calls, the last with %lld of %lld; %d on another thread, %d back", w.calls, (long long)w.done, (long long)w.total, w.wrong_thread, w.went_back);
    for (k = 0; k < sizeof ways / sizeof *ways; k++) {
        const hl_status due = ways[k].answer > 0 ? HL_ERR_CANCELLED : ways[k].answer;
        integration broken = begin(bits), short_one = begin(bits);
        const size_t bytes = ROWS * CELLS * (size_t)bits / 8;
        ptrdiff_t rest = -1, f;
        hl_status status;
        double *order = malloc(FRAMES_AT_MOST * sizeof *order), *order_expected = malloc(FRAMES_AT_MOST * sizeof *order);
        memset(&w, 0, sizeof w);
        w.answer = ways[k].answer;
        w.from_call = ways[k].from_call;
        test("f%d, %d thread(s): the answer %d to call %d ends the call with status %d at a whole step", bits, threads, ways[k].answer, ways[k].from_call, due);
        steps_done = -1;
        status = go_on(&broken, STEPS, &w, &steps_done);
        expect(status == due, "status %d: %s", status, status == HL_OK ? "" : hl_last_error_message());
        expect(w.calls == w.from_call + 1, "progress was called %d times", w.calls);
        expect(w.from_call == 0 ? steps_done == 0 : steps_done > 0 && steps_done < STEPS, "steps_done is %td", steps_done);
        expect(w.done == steps_done, "progress heard of %lld steps, steps_done is %td", (long long)w.done, steps_done);
        expect(go_on(&short_one, steps_done, NULL, &rest) == HL_OK && rest == steps_done, "%s", hl_last_error_message());
        expect(!memcmp(broken.theta, short_one.theta, bytes), "theta is not that of %td steps", steps_done);
        test("f%d, %d thread(s): after %td steps the records up to there are written, the others untouched", bits, threads, steps_done);
        numbers_back(bits, broken.order_r, order, FRAMES_AT_MOST);
        numbers_back(bits, unbroken.order_r, order_expected, FRAMES_AT_MOST);
        for (f = 0; f < FRAMES_AT_MOST; f++)
            if (!expect(order[f] == (f < steps_done / EVERY ? order_expected[f] : -777.0), "record %td is %g", f, order[f]))
                break;
        test("f%d, %d thread(s): going on from step %td gives the bits of an unbroken run", bits, threads, steps_done);
        expect(go_on(&broken, STEPS - steps_done, NULL, &rest) == HL_OK && rest == STEPS - steps_done, "%s", hl_last_error_message());
        expect(!memcmp(broken.theta, unbroken.theta, bytes), "other bits");
        free(order);
        free(order_expected);
        end(&broken);
        end(&short_one);
    }
    end(&unbroken);
    hl_set_num_threads_local(0);
}

int main(void)
{
    int k;
    same_bits();
    crowd();
    cancelled(64, 2);
    cancelled(32, 1);
    for (k = 0; k < N_LATTICES; k++) {
        lattice_inputs_free(&inputs[k]);
        lattice_results_free(&expected[k]);
    }
    return finish("kuramoto threads");
}
