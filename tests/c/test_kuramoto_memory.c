/* No copy of a lattice behind the caller's back: what a call asks for is the margins of the blocks that it works on and workspace for a
   few lines; without a lattice, and for adaptive steps, a few numbers a node, and nothing for an edge. Where that cannot be had, or sizes
   are absurd, the answer is a status and nothing was written. */
#include "harness.h"
#include "heap.h"
#include "kuramoto.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* A lattice of one omega and one coupling with some phases; dtheta or nothing beside it. */
typedef struct {
    kuramoto_call c;
    hl_kuramoto_options options;
    ptrdiff_t strides[3], cells;
    int32_t *row_start, *neighbours;
} lattice;

static const ptrdiff_t zeros[3] = {0, 0, 0};
static double omega_f64 = 0.5, coupling_f64 = 1.5;
static float omega_f32 = 0.5f, coupling_f32 = 1.5f;

static void set(lattice *l, enum kuramoto_function function, int bits, int rank, const ptrdiff_t *shape, int method, int column_major)
{
    ptrdiff_t k;
    int step;
    memset(l, 0, sizeof *l);
    l->c.function = function;
    l->c.bits = bits;
    l->c.rank = rank;
    l->c.shape_pointer = l->c.shape;
    l->cells = 1;
    for (step = 0; step < rank; step++) {
        const int axis = column_major ? step : rank - 1 - step;
        l->c.shape[axis] = shape[axis];
        l->strides[axis] = l->cells;
        l->cells *= shape[axis];
    }
    l->c.n_steps = 12;
    l->c.dt = 0.0625;
    hl_kuramoto_options_init(&l->options, sizeof l->options);
    l->options.method = method;
    l->options.boundary[0] = HL_BOUNDARY_PERIODIC;
    l->c.options = &l->options;
    l->c.pointers[OMEGA] = bits == 32 ? (void *)&omega_f32 : (void *)&omega_f64;
    l->c.pointers[COUPLING] = bits == 32 ? (void *)&coupling_f32 : (void *)&coupling_f64;
    l->c.strides[OMEGA] = l->c.strides[COUPLING] = zeros;
    for (step = THETA; step <= DTHETA; step += DTHETA - THETA) {
        l->c.strides[step] = l->strides;
        l->c.pointers[step] = malloc((size_t)l->cells * (size_t)bits / 8);
        for (k = 0; k < l->cells; k++)
            if (bits == 32)
                ((float *)l->c.pointers[step])[k] = (float)(k % 101) / 16.0f;
            else
                ((double *)l->c.pointers[step])[k] = (double)(k % 101) / 16.0;
    }
}

/* A network's graph: so many edges a node. */
static void link_nodes(lattice *l, ptrdiff_t degree)
{
    ptrdiff_t i;
    l->c.n_edges = degree * l->cells;
    l->c.index_bits = 32;
    l->c.pointers[ROW_START] = l->row_start = malloc((size_t)(l->cells + 1) * sizeof(int32_t));
    l->c.pointers[NEIGHBOURS] = l->neighbours = malloc((size_t)l->c.n_edges * sizeof(int32_t));
    for (i = 0; i <= l->cells; i++)
        l->row_start[i] = (int32_t)(degree * i);
    for (i = 0; i < l->c.n_edges; i++)
        l->neighbours[i] = (int32_t)(7919 * i % l->cells);
}

static void drop(lattice *l)
{
    free(l->row_start);
    free(l->neighbours);
    free(l->c.pointers[THETA]);
    free(l->c.pointers[DTHETA]);
}

/* Highest heap use during one call, above what was there before it. */
static long heap_of_call(lattice *l, int threads)
{
    long before;
    hl_set_num_threads_local(threads);
    expect(kuramoto_perform(&l->c) == HL_OK, "%s", hl_last_error_message()); /* pools are made now */
    before = heap_watch();
    expect(kuramoto_perform(&l->c) == HL_OK, "%s", hl_last_error_message());
    return heap_peak() - before;
}

/* The margins of a block are as wide as its sweep has stages. In three dimensions blocks are as small as the last cache wants, and with four
   stages margins, and lines that wait for the next stage, are a large part of a lattice of this size. */
static const struct {
    const char *name;
    enum kuramoto_function function;
    int bits, rank;
    ptrdiff_t few[3], many[3]; /* the same lattice, shorter and longer along its first axis */
    int method, column_major;
    double share; /* of the growth of the lattice that the call's memory may have */
} lattices[] = {
    {"right-hand side of a line", RHS, 64, 1, {300000}, {3000000}, HL_METHOD_EULER, 0, 0.02}, /* the shorter one is worth one thread */
    {"right-hand side of a plane", RHS, 64, 2, {300, 1000}, {3000, 1000}, HL_METHOD_EULER, 0, 0.01},
    {"right-hand side of a plane by columns", RHS, 32, 2, {300, 1000}, {3000, 1000}, HL_METHOD_EULER, 1, 0.05}, /* its lines grow as well, up to 32 KB; a dozen of them a thread */
    {"right-hand side of a cube", RHS, 64, 3, {30, 100, 100}, {300, 100, 100}, HL_METHOD_EULER, 0, 0.08}, /* 1.2 MB a thread, of which the shorter may keep one busy */
    {"line, Euler", INTEGRATE, 64, 1, {300000}, {3000000}, HL_METHOD_EULER, 0, 0.04},
    {"line, RK4", INTEGRATE, 32, 1, {300000}, {3000000}, HL_METHOD_RK4, 0, 0.04},
    {"plane, Euler", INTEGRATE, 64, 2, {300, 1000}, {3000, 1000}, HL_METHOD_EULER, 0, 0.06},
    {"plane, RK4", INTEGRATE, 64, 2, {300, 1000}, {3000, 1000}, HL_METHOD_RK4, 0, 0.06},
    {"plane by columns, Heun", INTEGRATE, 64, 2, {1200, 1000}, {4200, 1000}, HL_METHOD_HEUN, 1, 0.07}, /* both longer than what a sweep takes of a line */
    {"plane in f32, Euler", INTEGRATE, 32, 2, {300, 1000}, {3000, 1000}, HL_METHOD_EULER, 0, 0.03},
    {"cube, Euler", INTEGRATE, 64, 3, {30, 100, 100}, {300, 100, 100}, HL_METHOD_EULER, 0, 0.15},
    {"cube, RK4", INTEGRATE, 64, 3, {30, 100, 100}, {300, 100, 100}, HL_METHOD_RK4, 0, 1.2},
    {"cube in f32, RK4", INTEGRATE, 32, 3, {30, 100, 100}, {300, 100, 100}, HL_METHOD_RK4, 0, 1.2},
    {"order parameter", ORDER_PARAMETER, 64, 2, {300, 1000}, {3000, 1000}, HL_METHOD_EULER, 0, 0.001},
};

static void growth(void)
{
    size_t k;
    int threads;
    for (k = 0; k < sizeof lattices / sizeof *lattices; k++)
        for (threads = 1; threads <= 2; threads++) {
            lattice few, many;
            double r[2];
            long small = 0, large, cells;
            int call;
            test("%s, %d thread(s): working memory is at most %g of the lattice", lattices[k].name, threads, lattices[k].share);
            set(&few, lattices[k].function, lattices[k].bits, lattices[k].rank, lattices[k].few, lattices[k].method, lattices[k].column_major);
            set(&many, lattices[k].function, lattices[k].bits, lattices[k].rank, lattices[k].many, lattices[k].method, lattices[k].column_major);
            if (lattices[k].function == ORDER_PARAMETER) {
                few.c.pointers[ORDER_R] = many.c.pointers[ORDER_R] = &r[0];
                few.c.pointers[ORDER_PSI] = many.c.pointers[ORDER_PSI] = &r[1];
            }
            for (call = 0; call < 5; call++) { /* a worker may come too late for a short call, whose memory is then one thread's */
                long one = heap_of_call(&few, threads);
                if (one > small) small = one;
            }
            large = heap_of_call(&many, threads);
            cells = (long)((many.cells - few.cells) * lattices[k].bits / 8);
            expect((double)(large - small) <= lattices[k].share * (double)cells, "it grows from %ld to %ld bytes (%.3f) while the lattice grows by %ld",
                   small, large, (double)(large - small) / (double)cells, cells);
            cells = (long)(many.cells * lattices[k].bits / 8);
            expect((double)large <= lattices[k].share * (double)cells + 3e6, "it is %ld bytes beside a lattice of %ld", large, cells);
            drop(&few);
            drop(&many);
        }
}

/* Models whose nodes are numbered, and adaptive steps: a call may have so many numbers a node. */
static const struct {
    const char *name;
    enum kuramoto_function function;
    int bits, method;
    double numbers;
} nodes[] = {
    {"right-hand side of a mean field", MEAN_FIELD_RHS, 64, HL_METHOD_EULER, 0.01},
    {"mean field, Euler", MEAN_FIELD_INTEGRATE, 64, HL_METHOD_EULER, 0.01},
    {"mean field, RK4", MEAN_FIELD_INTEGRATE, 64, HL_METHOD_RK4, 2.01},
    {"adaptive mean field", MEAN_FIELD_INTEGRATE, 32, HL_METHOD_DORMAND_PRINCE, 9.01},
    {"right-hand side of a network", NETWORK_RHS, 64, HL_METHOD_EULER, 2.01},
    {"network, Euler", NETWORK_INTEGRATE, 32, HL_METHOD_EULER, 2.01},
    {"network, RK4", NETWORK_INTEGRATE, 64, HL_METHOD_RK4, 4.01},
    {"adaptive network", NETWORK_INTEGRATE, 64, HL_METHOD_DORMAND_PRINCE, 11.01},
    {"adaptive line", INTEGRATE, 64, HL_METHOD_DORMAND_PRINCE, 10.05},
};

static void growth_of_nodes(void)
{
    static const ptrdiff_t few_nodes[3] = {100000}, many_nodes[3] = {1000000};
    size_t k;
    for (k = 0; k < sizeof nodes / sizeof *nodes; k++) {
        lattice few, many, dense;
        const int is_network = kuramoto_model_of(nodes[k].function) == NETWORK;
        long small, large;
        double a_node;
        test("%s: working memory is at most %g numbers a node", nodes[k].name, nodes[k].numbers);
        set(&few, nodes[k].function, nodes[k].bits, 1, few_nodes, nodes[k].method, 0);
        set(&many, nodes[k].function, nodes[k].bits, 1, many_nodes, nodes[k].method, 0);
        few.c.n_steps = many.c.n_steps = 2;
        if (is_network) {
            link_nodes(&few, 2);
            link_nodes(&many, 2);
        }
        small = heap_of_call(&few, 2);
        large = heap_of_call(&many, 2);
        a_node = (double)(large - small) * 8.0 / nodes[k].bits / (double)(many.cells - few.cells);
        expect(a_node <= nodes[k].numbers, "it grows from %ld to %ld bytes, %.3f numbers a node", small, large, a_node);
        if (is_network) {
            test("%s: no working memory for edges", nodes[k].name);
            set(&dense, nodes[k].function, nodes[k].bits, 1, few_nodes, nodes[k].method, 0);
            dense.c.n_steps = 2;
            link_nodes(&dense, 20);
            large = heap_of_call(&dense, 2);
            expect(large <= small + 100000, "it grows from %ld to %ld bytes with 1.8 million edges", small, large);
            drop(&dense);
        }
        drop(&few);
        drop(&many);
    }
}

static void leaks(void)
{
    static const ptrdiff_t shape[3] = {30, 40, 8};
    lattice l;
    long after_ten = 0;
    int k;
    test("a thousand calls leave no memory behind");
    set(&l, INTEGRATE, 64, 3, shape, HL_METHOD_RK4, 0);
    l.c.n_steps = 3;
    hl_set_num_threads_local(2);
    for (k = 0; k < 1000; k++) {
        l.options.method = k % 2 ? HL_METHOD_RK4 : HL_METHOD_DORMAND_PRINCE;
        if (k == 10)
            after_ten = heap_in_use();
        expect(kuramoto_perform(&l.c) == HL_OK, "%s", hl_last_error_message());
    }
    /* What calls of workers that have not come yet lie in is a block more or less; 990 calls that left a pointer each would be 8 KB. */
    expect(heap_in_use() <= after_ten + 4096, "%ld bytes more", heap_in_use() - after_ten);
    drop(&l);
}

/* One number as a lattice that no machine could hold, or that has no cells beside an extent that was never set: an answer within
   seconds, and never an abort. */
static void absurd(void)
{
    static const struct {
        const char *name;
        int rank;
        ptrdiff_t shape[3];
        hl_status due;
    } rows[] = {
        {"no cells beside 2^61", 2, {0, (ptrdiff_t)1 << 61}, HL_OK},
        {"2^61 beside no cells", 3, {(ptrdiff_t)1 << 61, 5, 0}, HL_OK},
        {"2^61 twice and none", 3, {(ptrdiff_t)1 << 61, (ptrdiff_t)1 << 61, 0}, HL_OK},
        {"2^62 cells", 1, {(ptrdiff_t)1 << 62}, HL_ERR_SHAPE},
        {"2^32 x 2^32 cells", 2, {(ptrdiff_t)1 << 32, (ptrdiff_t)1 << 32}, HL_ERR_SHAPE},
    };
    size_t k;
    int function;
    for (k = 0; k < sizeof rows / sizeof *rows; k++)
        for (function = RHS; function <= INTEGRATE; function++) {
            int pid;
            test("%s: %s within seconds", rows[k].name, rows[k].due ? "refused" : "accepted");
            fflush(stdout);
            pid = fork();
            if (pid == 0) {
                kuramoto_call c;
                double number = 1.0;
                ptrdiff_t done = -1;
                hl_status status;
                alarm(20);
                memset(&c, 0, sizeof c);
                c.function = (enum kuramoto_function)function;
                c.bits = 64;
                c.rank = rows[k].rank;
                memcpy(c.shape, rows[k].shape, sizeof c.shape);
                c.shape_pointer = c.shape;
                c.pointers[THETA] = c.pointers[OMEGA] = c.pointers[COUPLING] = c.pointers[DTHETA] = &number;
                c.strides[OMEGA] = c.strides[COUPLING] = zeros;
                c.n_steps = 5;
                c.dt = 1.0;
                c.steps_done = &done;
                status = kuramoto_perform(&c);
                _exit(number == 1.0 && (status == rows[k].due || (rows[k].due == HL_ERR_SHAPE && status == HL_ERR_STRIDE)) ? 0 : 3);
            }
            expect_child(pid, 40.0);
        }
}

/* The process' address space is limited so that what a call works with does not fit. */
static void no_memory(void)
{
    static const struct {
        const char *name;
        enum kuramoto_function function;
        int method, rank;
        ptrdiff_t shape[3];
    } rows[] = {
        {"the margins of a cube", INTEGRATE, HL_METHOD_RK4, 3, {4000, 50, 100}},
        {"the stages of adaptive steps", INTEGRATE, HL_METHOD_DORMAND_PRINCE, 2, {1000, 1000}},
        {"the stages of a mean field", MEAN_FIELD_INTEGRATE, HL_METHOD_HEUN, 1, {1000000}},
        {"sines and cosines of a network", NETWORK_INTEGRATE, HL_METHOD_EULER, 1, {1000000}},
    };
    size_t r;
    for (r = 0; r < sizeof rows / sizeof *rows; r++) {
        int pid;
        test("where %s cannot be had: HL_ERR_ALLOC, theta at step 0, and the process goes on", rows[r].name);
        fflush(stdout);
        pid = fork();
        if (pid == 0) {
            static const ptrdiff_t small_shape[3] = {3, 4, 5};
            lattice large, small;
            struct rlimit limit;
            FILE *file;
            unsigned long pages = 0;
            ptrdiff_t done = -1, k;
            alarm(60);
            hl_set_num_threads_local(1);
            set(&large, rows[r].function, 64, rows[r].rank, rows[r].shape, rows[r].method, 0);
            set(&small, rows[r].function, 64, rows[r].rank, small_shape, rows[r].method, 0);
            if (rows[r].function == NETWORK_INTEGRATE) {
                link_nodes(&large, 2);
                link_nodes(&small, 2);
            }
            large.c.n_steps = 1;
            large.c.steps_done = &done;
            file = fopen("/proc/self/statm", "r");
            if (kuramoto_perform(&small.c) != HL_OK || !file || fscanf(file, "%lu", &pages) != 1)
                _exit(3);
            fclose(file);
            limit.rlim_cur = limit.rlim_max = pages * (unsigned long)sysconf(_SC_PAGESIZE) + (2UL << 20);
            if (setrlimit(RLIMIT_AS, &limit))
                _exit(4);
            if (kuramoto_perform(&large.c) != HL_ERR_ALLOC)
                _exit(5);
            if (done != 0 || strstr(hl_last_error_message(), kuramoto_function_name(&large.c)) != hl_last_error_message())
                _exit(6);
            for (k = 0; k < large.cells; k++)
                if (((double *)large.c.pointers[THETA])[k] != (double)(k % 101) / 16.0)
                    _exit(7);
            if (kuramoto_perform(&small.c) != HL_OK)
                _exit(8);
            _exit(0);
        }
        expect_child(pid, 80.0);
    }
}

int main(void)
{
    absurd();
    no_memory();
    growth();
    growth_of_nodes();
    leaks();
    return finish("kuramoto memory");
}
