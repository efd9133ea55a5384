/* Bad arrays and dimensions, asked of every array of every Kuramoto function in both precisions and every rank: each mistake has its own
   status and a message that names the function and the argument, writes nothing, and legal unusual arrays pass. */
#include "harness.h"
#include "kuramoto_bench.h"
#include "strided.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The lattice on trial: function, precision and rank; the halo goes round the axes. */
typedef struct {
    enum kuramoto_function function;
    int bits, rank;
} trial;

static void set(kuramoto_bench *b, trial t, int halo)
{
    kuramoto_bench_set(b, t.function, t.bits, t.rank, t.function == ORDER_PARAMETER ? -1 : halo);
}

static const char *name_of(const kuramoto_bench *b, int array) { return kuramoto_array_name(b->c.function, array); }

/* The arrays that the call passes: those of this function, and faces of the axis that has a halo. */
static int is_passed(const kuramoto_bench *b, int array) { return b->c.pointers[array] != NULL; }

static int is_lattice(trial t) { return kuramoto_model_of(t.function) == LATTICE; }

static int is_output(trial t, int array) { return kuramoto_array_use(t.function, array) == WRITTEN; }

static void null_pointers(kuramoto_bench *b, trial t)
{
    int k, halo;
    for (halo = 0; halo < t.rank; halo++)
        for (k = 0; k < N_KURAMOTO_ARRAYS; k++) {
            const int is_optional = kuramoto_is_optional(t.function, k);
            set(b, t, halo);
            if (!is_passed(b, k) || (halo > 0 && k < BELOW))
                continue;
            test("%s, rank %d: %s = NULL is %s", kuramoto_function_name(&b->c), t.rank, name_of(b, k), is_optional ? "accepted" : "refused");
            b->c.pointers[k] = NULL;
            if (is_optional)
                kuramoto_bench_accepted(b);
            else
                kuramoto_bench_refused(b, HL_ERR_NULL, name_of(b, k), NULL);
        }
    if (!is_lattice(t))
        return;
    test("%s, rank %d: shape = NULL is refused", kuramoto_function_name(&b->c), t.rank);
    set(b, t, 0);
    b->c.shape_pointer = NULL;
    kuramoto_bench_refused(b, HL_ERR_NULL, "shape", NULL);
}

static void bad_dimensions(kuramoto_bench *b, trial t)
{
    static const ptrdiff_t ranks[] = {0, 4, -1, PTRDIFF_MIN, PTRDIFF_MAX};
    static const ptrdiff_t wrong[] = {-1, PTRDIFF_MIN, PTRDIFF_MAX, PTRDIFF_MAX / 2};
    static const char *const axes[] = {"shape[0]", "shape[1]", "shape[2]"};
    size_t w;
    int axis, contiguous, k;
    for (w = 0; w < sizeof ranks / sizeof *ranks && is_lattice(t); w++) {
        char value[32];
        set(b, t, -1);
        test("%s: rank %td is refused", kuramoto_function_name(&b->c), ranks[w]);
        b->c.rank = ranks[w];
        snprintf(value, sizeof value, "%td", ranks[w]);
        kuramoto_bench_refused(b, HL_ERR_SHAPE, "rank", value, NULL);
    }
    for (axis = 0; axis < t.rank; axis++)
        for (w = 0; w < sizeof wrong / sizeof *wrong; w++)
            for (contiguous = 0; contiguous < 2; contiguous++) {
                char value[32];
                set(b, t, (axis + 1) % t.rank);
                test("%s, rank %d: shape[%d] = %td is refused (%s strides)", kuramoto_function_name(&b->c), t.rank, axis, wrong[w],
                     contiguous ? "no" : "explicit");
                b->c.shape[axis] = wrong[w];
                for (k = 0; k < N_KURAMOTO_ARRAYS && contiguous; k++)
                    b->c.strides[k] = NULL;
                snprintf(value, sizeof value, "%td", wrong[w]);
                if (wrong[w] < 0)
                    kuramoto_bench_refused(b, HL_ERR_SHAPE, is_lattice(t) ? axes[axis] : "n_nodes", value, NULL);
                else
                    kuramoto_bench_refused(b, HL_ERR_SHAPE, NULL);
            }
    for (w = 0; w < sizeof wrong / sizeof *wrong && kuramoto_model_of(t.function) == NETWORK; w++) {
        char value[32];
        set(b, t, -1);
        test("%s: n_edges = %td is refused", kuramoto_function_name(&b->c), wrong[w]);
        b->c.n_edges = wrong[w];
        b->c.strides[NEIGHBOURS] = b->c.strides[WEIGHTS] = NULL;
        snprintf(value, sizeof value, "%td", wrong[w]);
        if (wrong[w] < 0)
            kuramoto_bench_refused(b, HL_ERR_SHAPE, "n_edges", value, NULL);
        else
            kuramoto_bench_refused(b, HL_ERR_SHAPE, "neighbours", NULL);
    }
}

static void bad_steps(kuramoto_bench *b, trial t)
{
    static const struct {
        ptrdiff_t n_steps, every, n_frames;
        const char *argument, *value;
    } rows[] = {
        {-1, 2, 3, "n_steps", "-1"},      {PTRDIFF_MIN, 0, 0, "n_steps", "-"}, {6, -2, 3, "record_every", "-2"},
        {6, 2, -1, "n_frames", "-1"},     {6, 2, 2, "n_frames", "2"},          {6, 2, 4, "n_frames", "4"},
        {6, 0, 1, "n_frames", "1"},       {6, 7, 1, "n_frames", "1"},          {0, 1, 1, "n_frames", "1"},
        {6, 4, 2, "n_frames", "2"},       {6, 2, PTRDIFF_MAX, "n_frames", ""}, {PTRDIFF_MAX, 1, 3, "n_frames", "3"},
    };
    static const struct { ptrdiff_t n_steps, every, n_frames; } good[] = {{6, 2, 3}, {7, 2, 3}, {6, 2, 0}, {6, 0, 0}, {6, 7, 0}, {0, 0, 0}, {0, 5, 0}, {6, PTRDIFF_MAX, 0}, {3, 1, 3}};
    size_t k;
    for (k = 0; k < sizeof rows / sizeof *rows; k++) {
        set(b, t, -1);
        test("%s, rank %d: %td steps, record_every %td, n_frames %td are refused", kuramoto_function_name(&b->c), t.rank, rows[k].n_steps,
             rows[k].every, rows[k].n_frames);
        b->c.n_steps = rows[k].n_steps;
        b->c.record_every = rows[k].every;
        b->c.n_frames = rows[k].n_frames;
        kuramoto_bench_refused(b, HL_ERR_SHAPE, rows[k].argument, rows[k].value, NULL);
    }
    for (k = 0; k < sizeof good / sizeof *good; k++) {
        set(b, t, -1);
        test("%s, rank %d: %td steps, record_every %td, n_frames %td are accepted", kuramoto_function_name(&b->c), t.rank, good[k].n_steps,
             good[k].every, good[k].n_frames);
        b->c.n_steps = good[k].n_steps;
        b->c.record_every = good[k].every;
        b->c.n_frames = good[k].n_frames;
        kuramoto_bench_accepted(b);
    }
    test("%s, rank %d: steps_done that is not aligned is refused and not written", kuramoto_function_name(&b->c), t.rank);
    set(b, t, -1);
    {
        ptrdiff_t room[2] = {-7, -7};
        b->c.steps_done = (ptrdiff_t *)(void *)((unsigned char *)room + 4);
        kuramoto_bench_refused(b, HL_ERR_ALIGNMENT, "steps_done", NULL);
        expect(room[0] == -7 && room[1] == -7, "steps_done was written");
    }
    test("%s, rank %d: steps_done may be NULL", kuramoto_function_name(&b->c), t.rank);
    b->c.steps_done = NULL;
    kuramoto_bench_accepted(b);
}

static void misaligned(kuramoto_bench *b, trial t)
{
    int k, halo, off;
    for (halo = 0; halo < t.rank; halo++)
        for (k = 0; k < N_KURAMOTO_ARRAYS; k++)
            for (off = 1; off < t.bits / 8; off += 2) {
                set(b, t, halo);
                if (!is_passed(b, k) || (halo > 0 && k < BELOW))
                    continue;
                test("%s, rank %d: %s %d bytes off alignment is refused", kuramoto_function_name(&b->c), t.rank, name_of(b, k), off);
                b->c.pointers[k] = (unsigned char *)b->c.pointers[k] + off;
                kuramoto_bench_refused(b, HL_ERR_ALIGNMENT, name_of(b, k), NULL);
            }
}

static void bad_strides(kuramoto_bench *b, trial t)
{
    ptrdiff_t dims[4];
    int k, axis, halo, rank;
    for (halo = 0; halo < t.rank; halo++)
        for (k = 0; k < N_KURAMOTO_ARRAYS; k++) {
            set(b, t, halo);
            if (!is_passed(b, k) || (halo > 0 && k < BELOW))
                continue;
            rank = kuramoto_array_dims(&b->c, k, dims);
            for (axis = 0; axis < rank; axis++) {
                set(b, t, halo);
                if (is_output(t, k)) {
                    test("%s, rank %d: stride 0 along axis %d of the output %s is refused", kuramoto_function_name(&b->c), t.rank, axis, name_of(b, k));
                    b->strides[k][axis] = 0;
                    kuramoto_bench_refused(b, HL_ERR_STRIDE, name_of(b, k), NULL);
                }
                test("%s, rank %d: a stride of %s that overflows is refused (axis %d)", kuramoto_function_name(&b->c), t.rank, name_of(b, k), axis);
                b->strides[k][axis] = PTRDIFF_MAX - 1;
                kuramoto_bench_refused(b, HL_ERR_STRIDE, name_of(b, k), NULL);
                test("%s, rank %d: the stride PTRDIFF_MIN of %s is refused (axis %d)", kuramoto_function_name(&b->c), t.rank, name_of(b, k), axis);
                b->strides[k][axis] = PTRDIFF_MIN;
                kuramoto_bench_refused(b, HL_ERR_STRIDE, name_of(b, k), NULL);
            }
            for (axis = 0; axis + 1 < rank && is_output(t, k); axis++) {
                set(b, t, halo);
                test("%s, rank %d: output %s that overlaps itself is refused (axes %d and %d)", kuramoto_function_name(&b->c), t.rank, name_of(b, k),
                     axis, axis + 1);
                b->strides[k][axis] = b->strides[k][axis + 1];
                kuramoto_bench_refused(b, HL_ERR_STRIDE, name_of(b, k), NULL);
            }
        }
}

/* Every output on top of every other array: same start, last element of one on the first of the other, and reversed. */
static void overlaps(kuramoto_bench *b, trial t)
{
    static const char *const ways[] = {"same start", "first on last element", "reversed, ends meet"};
    ptrdiff_t dims[4];
    int out, other, way, halo, axis, rank;
    for (halo = 0; halo < t.rank; halo++)
        for (out = 0; out < N_KURAMOTO_ARRAYS; out++)
            for (other = 0; other < N_KURAMOTO_ARRAYS && is_output(t, out); other++)
                for (way = 0; way < 3 && other != out; way++) {
                    ptrdiff_t reach = 0;
                    set(b, t, halo);
                    if (!is_passed(b, other) || (halo > 0 && other < BELOW))
                        continue;
                    test("%s, rank %d: output %s that shares memory with %s is refused (%s)", kuramoto_function_name(&b->c), t.rank, name_of(b, out),
                         name_of(b, other), ways[way]);
                    rank = kuramoto_array_dims(&b->c, other, dims);
                    for (axis = 0; axis < rank; axis++)
                        reach += (dims[axis] - 1) * b->strides[other][axis];
                    b->c.pointers[out] = (unsigned char *)b->c.pointers[other] + (way == 0 ? 0 : reach) * (ptrdiff_t)kuramoto_element(&b->c, other);
                    for (axis = 0; axis < 4 && way == 2; axis++)
                        b->strides[out][axis] = -b->strides[out][axis];
                    kuramoto_bench_refused(b, HL_ERR_ALIAS, name_of(b, out), name_of(b, other), NULL);
                }
}

/* A lattice without cells: nothing is read or written, arrays may be NULL. */
static void no_cells(kuramoto_bench *b, trial t)
{
    int axis, other, k;
    for (axis = 0; axis < t.rank; axis++)
        for (other = 0; other < 2; other++) {
            set(b, t, axis);
            b->c.shape[axis] = 0;
            if (t.rank > 1 && other)
                b->c.shape[(axis + 1) % t.rank] = (ptrdiff_t)1 << 60; /* a number that may never have been set */
            for (k = 0; k < N_KURAMOTO_ARRAYS; k++)
                b->c.strides[k] = NULL;
            if (t.function == ORDER_PARAMETER) {
                test("%s, rank %d: the mean over a lattice with shape[%d] = 0 is a shape error", kuramoto_function_name(&b->c), t.rank, axis);
                kuramoto_bench_refused(b, HL_ERR_SHAPE, "shape", NULL);
                continue;
            }
            if (other)
                for (k = BELOW; k < N_KURAMOTO_ARRAYS; k++) /* without its own axis a face would have cells */
                    if ((k - BELOW) % 3 == axis) {
                        b->c.pointers[k] = NULL;
                        b->c.options->boundary[axis] = HL_BOUNDARY_PERIODIC;
                    }
            if (t.function == INTEGRATE) {
                test("%s, rank %d: an order parameter of a lattice with shape[%d] = 0 is a shape error", kuramoto_function_name(&b->c), t.rank, axis);
                b->c.pointers[FRAMES] = NULL;
                kuramoto_bench_refused(b, HL_ERR_SHAPE, "shape", NULL);
            }
            test("%s, rank %d: a lattice with shape[%d] = 0%s is accepted, arrays may be NULL", kuramoto_function_name(&b->c), t.rank, axis,
                 other ? " and 2^60 beside it" : "");
            for (k = 0; k < BELOW; k++)
                b->c.pointers[k] = NULL;
            kuramoto_bench_accepted(b);
        }
}

/* No oscillators: the graph alone is looked at. */
static void no_nodes(kuramoto_bench *b, trial t)
{
    int k;
    set(b, t, -1);
    b->c.shape[0] = 0;
    b->c.n_edges = 0;
    if (kuramoto_integrates(t.function)) {
        test("%s: an order parameter of no nodes is a shape error", kuramoto_function_name(&b->c));
        b->c.pointers[FRAMES] = NULL;
        kuramoto_bench_refused(b, HL_ERR_SHAPE, "n_nodes", NULL);
    }
    test("%s: no nodes are accepted, arrays may be NULL", kuramoto_function_name(&b->c));
    for (k = 0; k < N_KURAMOTO_ARRAYS; k++)
        b->c.pointers[k] = k == ROW_START ? b->c.pointers[k] : NULL;
    kuramoto_bench_accepted(b);
    if (kuramoto_model_of(t.function) != NETWORK)
        return;
    test("%s: nodes without edges are accepted, neighbours and weights may be NULL", kuramoto_function_name(&b->c));
    set(b, t, -1);
    b->c.n_edges = 0;
    for (k = 0; k <= 4; k++)
        kuramoto_bench_write(b, ROW_START, k, 0.0);
    b->c.pointers[NEIGHBOURS] = b->c.pointers[WEIGHTS] = NULL;
    kuramoto_bench_accepted(b);
}

/* The stride of an axis of extent 0 or 1 is ignored, whatever it is: NumPy and Julia hand over anything there. */
static void short_axes(kuramoto_bench *b, trial t)
{
    static const ptrdiff_t any[] = {0, -7, PTRDIFF_MIN, PTRDIFF_MAX};
    ptrdiff_t dims[4];
    size_t w;
    int axis, k, a, rank;
    for (axis = 0; axis < t.rank; axis++)
        for (w = 0; w < sizeof any / sizeof *any; w++) {
            set(b, t, (axis + 1) % t.rank);
            test("%s, rank %d: the stride %td of an axis of extent 1 is ignored (shape[%d])", kuramoto_function_name(&b->c), t.rank, any[w], axis);
            b->c.shape[axis] = 1;
            b->c.n_steps = 2;
            b->c.n_frames = 1;
            if (kuramoto_model_of(t.function) == NETWORK) { /* an edge to itself */
                b->c.n_edges = 1;
                kuramoto_bench_write(b, ROW_START, 1, 1.0);
                kuramoto_bench_write(b, NEIGHBOURS, 0, 0.0);
            }
            for (k = 0; k < N_KURAMOTO_ARRAYS; k++) {
                rank = kuramoto_array_dims(&b->c, k, dims);
                for (a = 0; a < rank; a++)
                    if (dims[a] == 1)
                        b->strides[k][a] = any[w];
            }
            kuramoto_bench_accepted(b);
        }
}

/* dtheta and theta as columns of one table, and r and psi. */
static void interleaved(kuramoto_bench *b, trial t)
{
    static unsigned char plain[KURAMOTO_STORAGE];
    const int left = kuramoto_is_rhs(t.function) ? THETA : ORDER_R, right = kuramoto_is_rhs(t.function) ? DTHETA : ORDER_PSI;
    const ptrdiff_t element = t.bits / 8;
    ptrdiff_t dims[4], count = 1, k;
    int axis, rank;
    unsigned char *first;
    set(b, t, -1);
    test("%s, rank %d: %s and %s as columns of one table are accepted and give the same bits", kuramoto_function_name(&b->c), t.rank, name_of(b, left),
         name_of(b, right));
    kuramoto_bench_accepted(b);
    memcpy(plain, b->storage[right].bytes, sizeof plain);
    set(b, t, -1);
    rank = kuramoto_array_dims(&b->c, left, dims);
    for (axis = 0; axis < rank; axis++)
        count *= dims[axis];
    first = b->c.pointers[left];
    for (k = count - 1; k >= 0; k--)
        memmove(first + 2 * k * element, first + k * element, (size_t)element);
    for (axis = 0; axis < rank; axis++) {
        b->strides[left][axis] *= 2;
        b->strides[right][axis] *= 2;
    }
    b->c.pointers[right] = first + element;
    kuramoto_bench_accepted(b);
    for (k = 0; k < count; k++)
        expect(!memcmp(first + (2 * k + 1) * element, plain + KURAMOTO_ORIGIN + k * element, (size_t)element), "%s[%td] has other bits",
               name_of(b, right), k);
}

int main(void)
{
    static kuramoto_bench b;
    trial t;
    for (t.function = RHS; t.function < N_KURAMOTO_FUNCTIONS; t.function++)
        for (t.bits = 32; t.bits <= 64; t.bits += 32)
            for (t.rank = 1; t.rank <= (is_lattice(t) ? 3 : 1); t.rank++) {
                null_pointers(&b, t);
                bad_dimensions(&b, t);
                if (kuramoto_integrates(t.function))
                    bad_steps(&b, t);
                misaligned(&b, t);
                bad_strides(&b, t);
                overlaps(&b, t);
                if (is_lattice(t))
                    no_cells(&b, t);
                else
                    no_nodes(&b, t);
                short_axes(&b, t);
                if (t.function != ORDER_PARAMETER)
                    interleaved(&b, t);
            }
    return finish("kuramoto bad arrays");
}
