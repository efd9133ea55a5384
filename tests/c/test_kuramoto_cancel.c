/* Long integrations that are cancelled stand at a whole step, from which they can go on to the bits of an unbroken one: fixed, noisy and
   adaptive steps of every model. */
#include "harness.h"
#include "kuramoto_run.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

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

enum { ROWS = 200, CELLS = 300, NODES = ROWS * CELLS, EVERY = 7, STEPS = 2003, STEPS_AT_MOST = 16 * STEPS, FRAMES_AT_MOST = STEPS_AT_MOST / EVERY };

/* A plane of 200 x 300, or as many nodes: each is pulled by that before it and by the first. */
typedef struct {
    const char *name;
    enum kuramoto_model model;
    int method;
    double noise, atol;
    ptrdiff_t n_steps;
} run_kind;

/* One long integration in either precision; only the first cells of a frame are told apart, so frames are order parameters. */
typedef struct {
    const run_kind *kind;
    int bits;
    void *theta, *order_r;
    ptrdiff_t first_step;
    double next_step;
} integration;

static integration begin(const run_kind *kind, int bits)
{
    integration run = {kind, bits, NULL, NULL, 0, 0.0};
    double *values = malloc(NODES * sizeof *values), *blank = malloc(FRAMES_AT_MOST * sizeof *blank);
    unsigned long long seed = 5;
    int k;
    for (k = 0; k < NODES; k++)
        values[k] = 6.0 * random_uniform(&seed);
    for (k = 0; k < FRAMES_AT_MOST; k++)
        blank[k] = -777.0;
    run.theta = numbers_of(bits, values, NODES);
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
    static int32_t row_start[NODES + 1], neighbours[2 * NODES];
    const double omega = 0.5, coupling = 0.75;
    void *single_omega = numbers_of(run->bits, &omega, 1), *single_coupling = numbers_of(run->bits, &coupling, 1);
    hl_kuramoto_options options;
    kuramoto_call c;
    hl_status status;
    int k;
    memset(&c, 0, sizeof c);
    for (k = 0; k < NODES; k++) {
        row_start[k + 1] = 2 * (k + 1);
        neighbours[2 * k] = (k + NODES - 1) % NODES;
    }
    hl_kuramoto_options_init(&options, sizeof options);
    options.method = run->kind->method;
    options.noise = run->kind->noise;
    options.first_step = run->first_step;
    if (run->kind->method == HL_METHOD_DORMAND_PRINCE) {
        options.atol = run->kind->atol;
        options.next_step = &run->next_step;
    }
    options.boundary[0] = HL_BOUNDARY_PERIODIC;
    options.lag = 0.375;
    if (w) {
        options.progress = look;
        options.progress_user = w;
        w->thread = pthread_self();
    }
    c.function = kuramoto_integrate_of(run->kind->model);
    c.bits = run->bits;
    c.rank = 2;
    c.shape[0] = run->kind->model == LATTICE ? ROWS : NODES;
    c.n_edges = 2 * NODES;
    c.index_bits = 32;
    c.pointers[ROW_START] = row_start;
    c.pointers[NEIGHBOURS] = neighbours;
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
    run->first_step += *steps_done;
    free(single_omega);
    free(single_coupling);
    return status;
}

static void cancelled(const run_kind *kind, int bits, int threads, size_t n_ways)
{
    static const struct { int32_t answer; int from_call; } ways[] = {{1, 0}, {1, 1}, {77, 2}, {-5, 1}, {-2147483647 - 1, 2}};
    integration unbroken;
    ptrdiff_t n_steps, steps_done = -1;
    size_t k;
    watch w;
    memset(&w, 0, sizeof w);
    hl_set_num_threads_local(threads);
    /* Progress is told a few times a second: so many steps that it is told twice on the way, however fast the machine. */
    for (n_steps = kind->n_steps; 2 * n_steps <= STEPS_AT_MOST; n_steps *= 2) {
        integration timed = begin(kind, bits);
        double duration = seconds();
        int lasts;
        go_on(&timed, n_steps, NULL, &steps_done);
        lasts = seconds() - duration > 0.8;
        end(&timed);
        if (lasts)
            break;
    }
    unbroken = begin(kind, bits);
    test("%s, f%d, %d thread(s): progress counts steps up to all of them, on the calling thread", kind->name, bits, threads);
    expect(go_on(&unbroken, n_steps, &w, &steps_done) == HL_OK && steps_done == n_steps, "%td steps: %s", steps_done, hl_last_error_message());
    expect(w.calls >= 2 && w.done == n_steps && w.total == n_steps && !w.wrong_thread && !w.went_back,
           "%d calls, the last with %lld of %lld; %d on another thread, %d back", w.calls, (long long)w.done, (long long)w.total, w.wrong_thread, w.went_back);
    for (k = 0; k < n_ways; k++) {
        const hl_status due = ways[k].answer > 0 ? HL_ERR_CANCELLED : ways[k].answer;
        integration broken = begin(kind, bits), short_one = begin(kind, bits);
        const size_t bytes = NODES * (size_t)bits / 8;
        ptrdiff_t rest = -1, f;
        hl_status status;
        double *order = malloc(FRAMES_AT_MOST * sizeof *order), *order_expected = malloc(FRAMES_AT_MOST * sizeof *order);
        memset(&w, 0, sizeof w);
        w.answer = ways[k].answer;
        w.from_call = ways[k].from_call;
        test("%s, f%d, %d thread(s): the answer %d to call %d ends the call with status %d at a whole step", kind->name, bits, threads, ways[k].answer, ways[k].from_call, due);
        steps_done = -1;
        status = go_on(&broken, n_steps, &w, &steps_done);
        expect(status == due, "status %d: %s", status, status == HL_OK ? "" : hl_last_error_message());
        expect(w.calls == w.from_call + 1, "progress was called %d times", w.calls);
        expect(w.from_call == 0 ? steps_done == 0 : steps_done > 0 && steps_done < n_steps, "steps_done is %td", steps_done);
        expect(w.done == steps_done, "progress heard of %lld steps, steps_done is %td", (long long)w.done, steps_done);
        expect(go_on(&short_one, steps_done, NULL, &rest) == HL_OK && rest == steps_done, "%s", hl_last_error_message());
        expect(!memcmp(broken.theta, short_one.theta, bytes), "theta is not that of %td steps", steps_done);
        test("%s, f%d, %d thread(s): after %td steps the records up to there are written, the others untouched", kind->name, bits, threads, steps_done);
        numbers_back(bits, broken.order_r, order, FRAMES_AT_MOST);
        numbers_back(bits, unbroken.order_r, order_expected, FRAMES_AT_MOST);
        for (f = 0; f < FRAMES_AT_MOST && f < n_steps / EVERY; f++)
            if (!expect(order[f] == (f < steps_done / EVERY ? order_expected[f] : -777.0), "record %td is %g", f, order[f]))
                break;
        test("%s, f%d, %d thread(s): going on from step %td gives the bits of an unbroken run", kind->name, bits, threads, steps_done);
        expect(go_on(&broken, n_steps - steps_done, NULL, &rest) == HL_OK && rest == n_steps - steps_done, "%s", hl_last_error_message());
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
    static const run_kind kinds[] = {
        {"plane by RK4", LATTICE, HL_METHOD_RK4, 0.0, 0.0, STEPS},
        {"noisy plane", LATTICE, HL_METHOD_HEUN, 0.25, 0.0, 700},
        {"adaptive plane", LATTICE, HL_METHOD_DORMAND_PRINCE, 0.0, 1e-4, 200},
        {"noisy mean field", MEAN_FIELD, HL_METHOD_EULER, 0.25, 0.0, 900},
        {"network by RK4", NETWORK, HL_METHOD_RK4, 0.0, 0.0, 500},
        {"adaptive network", NETWORK, HL_METHOD_DORMAND_PRINCE, 0.0, 1e-6, 150},
    };
    int k;
    cancelled(&kinds[0], 64, 2, 5);
    cancelled(&kinds[0], 32, 1, 5);
    for (k = 1; k < (int)(sizeof kinds / sizeof *kinds); k++)
        cancelled(&kinds[k], k % 2 ? 64 : 32, 1 + k % 2, 2);
    return finish("kuramoto cancel");
}
