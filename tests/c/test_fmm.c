/* Direct sums and Morton codes through the C ABI: every array in turn NULL, misaligned, out of reach and overlapping, absurd dimensions,
   layouts and thread counts that must not show in the bits, options, cancelling. Values are test_fmm_cases.c's and other languages' to
   test. */
#include "harness.h"
#include "strided.h"

#include <hotloop.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCES = 13, TARGETS = 9, VECTORS = 3, BOXES = 11, MOST = 5, LARGEST = 26 * BOXES };

enum function { DIRECT, DIRECT_F32, ENCODE, ENCODE_ANCHORS, DECODE, PARENTS, CHILDREN, NEIGHBOURS, IS_ANCESTOR, ARE_ADJACENT, TRANSFER_VECTORS, N_FUNCTIONS };

typedef struct {
    const char *name;
    int rank, is_output, may_be_null;
    ptrdiff_t dims[3];
    size_t element;
    char holds; /* r: numbers, c: codes, p: places on level 5, l: levels, o: 0 */
} array;

typedef struct {
    const char *name, *dims[3];
    int n_arrays;
    array arrays[MOST];
} function_of;

#define CODES(name) {name, 1, 0, 0, {BOXES, 0, 0}, 8, 'c'}
#define DIRECT_ARRAYS(bytes)                                                                                                             \
    {{"sources", 2, 0, 0, {SOURCES, 3, 0}, bytes, 'r'}, {"targets", 2, 0, 1, {TARGETS, 3, 0}, bytes, 'r'},                                  \
     {"charges", 2, 0, 0, {VECTORS, SOURCES, 0}, bytes, 'r'}, {"potentials", 2, 1, 1, {VECTORS, TARGETS, 0}, bytes, 'r'},                   \
     {"gradients", 3, 1, 1, {VECTORS, TARGETS, 3}, bytes, 'r'}}

static const function_of functions[N_FUNCTIONS] = {
    {"hl_direct", {"n_source", "n_target", "n_charge_vectors"}, 5, DIRECT_ARRAYS(8)},
    {"hl_direct_f32", {"n_source", "n_target", "n_charge_vectors"}, 5, DIRECT_ARRAYS(4)},
    {"hl_morton_encode", {"n_point"}, 3, {{"points", 2, 0, 0, {BOXES, 3, 0}, 8, 'r'}, {"origin", 1, 0, 0, {3, 0, 0}, 8, 'o'},
                                          {"codes", 1, 1, 0, {BOXES, 0, 0}, 8, 'c'}}},
    {"hl_morton_encode_anchors", {"n_box"}, 3, {{"anchors", 2, 0, 0, {BOXES, 3, 0}, 4, 'p'}, {"levels", 1, 0, 0, {BOXES, 0, 0}, 4, 'l'},
                                                {"codes", 1, 1, 0, {BOXES, 0, 0}, 8, 'c'}}},
    {"hl_morton_decode", {"n_box"}, 3, {CODES("codes"), {"anchors", 2, 1, 1, {BOXES, 3, 0}, 4, 'p'}, {"levels", 1, 1, 1, {BOXES, 0, 0}, 4, 'l'}}},
    {"hl_morton_parents", {"n_box"}, 2, {CODES("codes"), {"parents", 1, 1, 0, {BOXES, 0, 0}, 8, 'c'}}},
    {"hl_morton_children", {"n_box"}, 2, {CODES("codes"), {"children", 2, 1, 0, {BOXES, 8, 0}, 8, 'c'}}},
    {"hl_morton_neighbours", {"n_box"}, 2, {CODES("codes"), {"neighbours", 2, 1, 0, {BOXES, 26, 0}, 8, 'c'}}},
    {"hl_morton_is_ancestor", {"n_pair"}, 3, {CODES("ancestors"), CODES("descendants"), {"answers", 1, 1, 0, {BOXES, 0, 0}, 4, 'l'}}},
    {"hl_morton_are_adjacent", {"n_pair"}, 3, {CODES("first"), CODES("second"), {"answers", 1, 1, 0, {BOXES, 0, 0}, 4, 'l'}}},
    {"hl_morton_transfer_vectors", {"n_pair"}, 3, {CODES("targets"), CODES("sources"), {"vectors", 2, 1, 0, {BOXES, 3, 0}, 4, 'p'}}},
};

typedef struct {
    enum function f;
    ptrdiff_t dims[3];
    void *p[MOST];
    const ptrdiff_t *s[MOST];
    strided owned[MOST];
    hl_direct_options *options;
    double side;
    int32_t level;
} call;

static hl_status perform(call *c)
{
    void **p = c->p;
    const ptrdiff_t **s = c->s, n = c->dims[0];
    switch (c->f) {
    case DIRECT: return hl_direct(n, c->dims[1], c->dims[2], p[0], s[0], p[1], s[1], p[2], s[2], p[3], s[3], p[4], s[4], c->options);
    case DIRECT_F32: return hl_direct_f32(n, c->dims[1], c->dims[2], p[0], s[0], p[1], s[1], p[2], s[2], p[3], s[3], p[4], s[4], c->options);
    case ENCODE: return hl_morton_encode(n, p[0], s[0], p[1], s[1], c->side, c->level, p[2], s[2]);
    case ENCODE_ANCHORS: return hl_morton_encode_anchors(n, p[0], s[0], p[1], s[1], p[2], s[2]);
    case DECODE: return hl_morton_decode(n, p[0], s[0], p[1], s[1], p[2], s[2]);
    case PARENTS: return hl_morton_parents(n, p[0], s[0], p[1], s[1]);
    case CHILDREN: return hl_morton_children(n, p[0], s[0], p[1], s[1]);
    case NEIGHBOURS: return hl_morton_neighbours(n, p[0], s[0], p[1], s[1]);
    case IS_ANCESTOR: return hl_morton_is_ancestor(n, p[0], s[0], p[1], s[1], p[2], s[2]);
    case ARE_ADJACENT: return hl_morton_are_adjacent(n, p[0], s[0], p[1], s[1], p[2], s[2]);
    default: return hl_morton_transfer_vectors(n, p[0], s[0], p[1], s[1], p[2], s[2]);
    }
}

static size_t count_of(const array *a)
{
    size_t count = 1;
    int axis;
    for (axis = 0; axis < a->rank; axis++)
        count *= (size_t)a->dims[axis];
    return count;
}

/* Numbers of an input, in C order. Codes are of level 5. */
static void fill(const array *a, int which, void *values)
{
    unsigned long long state = 29u + (unsigned)which;
    size_t k;
    for (k = 0; k < count_of(a); k++) {
        const double u = random_uniform(&state);
        switch (a->holds) {
        case 'r': if (a->element == 4) ((float *)values)[k] = (float)u; else ((double *)values)[k] = u; break;
        case 'o': ((double *)values)[k] = 0.0; break;
        case 'c': ((int64_t *)values)[k] = ((int64_t)(u * 32768.0) << 47) | 5; break;
        case 'p': ((int32_t *)values)[k] = (int32_t)(u * 32.0); break;
        default: ((int32_t *)values)[k] = 5; break;
        }
    }
}

static void set(call *c, enum function f, int layout)
{
    const function_of *function = &functions[f];
    double values[LARGEST];
    int which;
    memset(c, 0, sizeof *c);
    c->f = f;
    c->dims[0] = f <= DIRECT_F32 ? SOURCES : BOXES;
    c->dims[1] = TARGETS;
    c->dims[2] = VECTORS;
    c->side = 1.0;
    c->level = 7;
    for (which = 0; which < function->n_arrays; which++) {
        const array *a = &function->arrays[which];
        c->owned[which] = strided_new(layout, a->element, a->rank, a->dims);
        if (!a->is_output) {
            fill(a, which, values);
            strided_put(&c->owned[which], values);
        }
        c->p[which] = c->owned[which].first;
        c->s[which] = c->owned[which].strides;
    }
}

static void drop(call *c)
{
    int which;
    for (which = 0; which < functions[c->f].n_arrays; which++)
        strided_free(&c->owned[which]);
}

/* The call is refused for this reason, the message names the argument, and no output has changed. */
static void refused(call *c, hl_status status, const char *name)
{
    const function_of *function = &functions[c->f];
    unsigned char *before[MOST] = {0};
    hl_status found;
    int which;
    for (which = 0; which < function->n_arrays; which++)
        if (function->arrays[which].is_output) {
            before[which] = malloc(c->owned[which].bytes);
            memcpy(before[which], c->owned[which].memory, c->owned[which].bytes);
        }
    found = perform(c);
    expect(found == status, "status %d instead of %d (%s)", found, status, hl_last_error_message());
    expect(strstr(hl_last_error_message(), name) != NULL, "\"%s\" does not name %s", hl_last_error_message(), name);
    for (which = 0; which < function->n_arrays; which++)
        if (before[which]) {
            expect(!memcmp(before[which], c->owned[which].memory, c->owned[which].bytes), "%s was written", function->arrays[which].name);
            free(before[which]);
        }
    drop(c);
}

static void bad_arrays(enum function f)
{
    static const ptrdiff_t far[3] = {PTRDIFF_MAX / 2, PTRDIFF_MAX / 4, 1};
    const function_of *function = &functions[f];
    int which, other;
    for (which = 0; which < function->n_arrays; which++) {
        const array *a = &function->arrays[which];
        ptrdiff_t strides[3] = {0, 0, 0};
        call c;
        if (!a->may_be_null) {
            test("%s: %s NULL", function->name, a->name);
            set(&c, f, CONTIGUOUS);
            c.p[which] = NULL;
            refused(&c, HL_ERR_NULL, a->name);
        }
        test("%s: %s misaligned", function->name, a->name);
        set(&c, f, CONTIGUOUS);
        c.p[which] = (char *)c.p[which] + 1;
        refused(&c, HL_ERR_ALIGNMENT, a->name);
        test("%s: strides of %s beyond memory", function->name, a->name);
        set(&c, f, CONTIGUOUS);
        c.s[which] = far;
        refused(&c, HL_ERR_STRIDE, a->name);
        if (!a->is_output)
            continue;
        test("%s: stride 0 in %s", function->name, a->name);
        set(&c, f, CONTIGUOUS);
        strides[a->rank - 1] = a->rank > 1;
        c.s[which] = strides;
        refused(&c, HL_ERR_STRIDE, a->name);
        for (other = 0; other < function->n_arrays; other++) {
            if (other == which)
                continue;
            test("%s: %s on %s", function->name, a->name, function->arrays[other].name);
            set(&c, f, CONTIGUOUS);
            c.p[which] = c.p[other];
            refused(&c, HL_ERR_ALIAS, a->name);
        }
    }
}

static void bad_dimensions(enum function f)
{
    static const ptrdiff_t bad[] = {-1, PTRDIFF_MIN, PTRDIFF_MAX};
    const function_of *function = &functions[f];
    call c;
    int d, k;
    for (d = 0; d < 3 && function->dims[d]; d++)
        for (k = 0; k < 3; k++) {
            test("%s: %s = %td", function->name, function->dims[d], bad[k]);
            set(&c, f, CONTIGUOUS);
            c.dims[d] = bad[k];
            refused(&c, HL_ERR_SHAPE, bad[k] < 0 ? function->dims[d] : "");
        }
    test("%s: of nothing", function->name);
    set(&c, f, CONTIGUOUS);
    drop(&c);
    memset(c.p, 0, sizeof c.p);
    c.dims[0] = c.dims[1] = 0;
    if (f == ENCODE) {
        static double origin[3];
        c.p[1] = origin;
    }
    expect(perform(&c) == HL_OK, "%s", hl_last_error_message());
}

/* One layout after the other, one number of threads after the other: the same bits, and nothing beside the elements. */
static void layouts_and_threads(enum function f)
{
    static const int layouts[] = {CONTIGUOUS, REVERSED, SPACED, COLUMN_MAJOR};
    static double first[MOST][LARGEST], other[LARGEST];
    const function_of *function = &functions[f];
    size_t l;
    int which, threads;
    for (l = 0; l < 4; l++)
        for (threads = 1; threads <= 7; threads += 3) {
            call c;
            test("%s: layout %d on %d threads", function->name, layouts[l], threads);
            set(&c, f, layouts[l]);
            hl_set_num_threads_local(threads);
            expect(perform(&c) == HL_OK, "%s", hl_last_error_message());
            hl_set_num_threads_local(0);
            for (which = 0; which < function->n_arrays; which++) {
                const array *a = &function->arrays[which];
                if (!a->is_output)
                    continue;
                expect(strided_gaps_untouched(&c.owned[which]), "memory beside %s was written", a->name);
                strided_get(&c.owned[which], other);
                if (l == 0 && threads == 1)
                    memcpy(first[which], other, a->element * count_of(a));
                expect(!memcmp(first[which], other, a->element * count_of(a)), "%s has other bits", a->name);
            }
            drop(&c);
        }
}

static int32_t stop_at_once(void *user, int64_t done, int64_t total)
{
    *(int *)user += done == 0 && total > 0;
    return -17;
}

static int32_t count_calls(void *user, int64_t done, int64_t total)
{
    *(int *)user += done <= total;
    return 0;
}

static void direct_sums(void)
{
    static const double bad[] = {-1.0, INFINITY, NAN};
    static const ptrdiff_t repeated[2] = {0, 1};
    hl_direct_options options;
    call c;
    int k, calls = 0;
    hl_direct_options_init(&options, sizeof options);
    for (k = 0; k < 3; k++) {
        test("hl_direct: screening %g", bad[k]);
        set(&c, DIRECT, CONTIGUOUS);
        c.options = &options;
        options.kernel = HL_KERNEL_YUKAWA;
        options.screening = bad[k];
        refused(&c, HL_ERR_OPTION, "screening");
    }
    test("hl_direct: screening of a kernel without");
    set(&c, DIRECT, CONTIGUOUS);
    c.options = &options;
    options.kernel = HL_KERNEL_LAPLACE;
    options.screening = 1.0;
    refused(&c, HL_ERR_OPTION, "screening");
    options.screening = 0.0;
    for (k = -1; k < 3; k += 3) {
        test("hl_direct: kernel %d", k);
        set(&c, DIRECT_F32, CONTIGUOUS);
        c.options = &options;
        options.kernel = k;
        refused(&c, HL_ERR_OPTION, "kernel");
    }
    options.kernel = HL_KERNEL_LAPLACE;
    test("hl_direct: reserved");
    set(&c, DIRECT, CONTIGUOUS);
    c.options = &options;
    options.reserved = 1;
    refused(&c, HL_ERR_OPTION, "reserved");
    options.reserved = 0;
    test("hl_direct: struct_size");
    set(&c, DIRECT, CONTIGUOUS);
    c.options = &options;
    options.struct_size = 3;
    refused(&c, HL_ERR_OPTION, "struct_size");
    options.struct_size = sizeof options;

    for (k = 0; k < 3; k++) {
        test("hl_direct: NaN in %s", functions[DIRECT].arrays[k].name);
        set(&c, DIRECT, CONTIGUOUS);
        ((double *)c.p[k])[4] = NAN;
        refused(&c, HL_ERR_NONFINITE, k < 2 ? "element [1, 1] is NaN" : "element [0, 4] is NaN");
        test("hl_direct_f32: an infinity in %s", functions[DIRECT].arrays[k].name);
        set(&c, DIRECT_F32, CONTIGUOUS);
        ((float *)c.p[k])[4] = INFINITY;
        refused(&c, HL_ERR_NONFINITE, functions[DIRECT].arrays[k].name);
    }
    test("hl_direct: nothing to write");
    set(&c, DIRECT, CONTIGUOUS);
    c.p[3] = c.p[4] = NULL;
    refused(&c, HL_ERR_NULL, "potentials");
    test("hl_direct: no targets, but not as many as sources");
    set(&c, DIRECT, CONTIGUOUS);
    c.p[1] = NULL;
    refused(&c, HL_ERR_SHAPE, "n_target");
    test("hl_direct: no sources");
    set(&c, DIRECT, CONTIGUOUS);
    c.dims[0] = 0;
    c.p[0] = c.p[2] = NULL;
    expect(perform(&c) == HL_OK, "%s", hl_last_error_message());
    for (k = 0; k < VECTORS * TARGETS; k++)
        expect(((double *)c.owned[3].first)[k] == 0.0, "a sum over nothing is %g", ((double *)c.owned[3].first)[k]);
    drop(&c);
    test("hl_direct: one row of charges for all vectors");
    set(&c, DIRECT, CONTIGUOUS);
    c.s[2] = repeated;
    expect(perform(&c) == HL_OK, "%s", hl_last_error_message());
    expect(!memcmp(c.p[3], (double *)c.p[3] + TARGETS, TARGETS * sizeof(double)), "two vectors with the same charges have other bits");
    drop(&c);

    test("hl_direct: cancelled before anything is written");
    set(&c, DIRECT, CONTIGUOUS);
    c.options = &options;
    options.progress = stop_at_once;
    options.progress_user = &calls;
    refused(&c, -17, "progress");
    expect(calls == 1, "%d first words", calls);
    test("hl_direct: a first and a last word");
    set(&c, DIRECT, CONTIGUOUS);
    c.options = &options;
    options.progress = count_calls;
    calls = 0;
    expect(perform(&c) == HL_OK && calls >= 2, "%d words", calls);
    drop(&c);
}

static void morton_codes(void)
{
    static const int64_t no_codes[] = {-1, 20, 31, 1 << 6, INT64_MAX, INT64_MIN, ((int64_t)1 << 62)};
    static const double sides[] = {0.0, -1.0, INFINITY, NAN};
    const int64_t finest = HL_MORTON_FINEST;
    int64_t code;
    call c;
    size_t k;
    int f;
    for (f = DECODE; f < N_FUNCTIONS; f++)
        for (k = 0; k < sizeof no_codes / sizeof *no_codes; k++) {
            test("%s: %lld is no code", functions[f].name, (long long)no_codes[k]);
            set(&c, (enum function)f, CONTIGUOUS);
            ((int64_t *)c.p[0])[BOXES - 1] = no_codes[k];
            refused(&c, HL_ERR_ARGUMENT, "element [10] is");
        }
    for (k = 0; k < 4; k++) {
        test("hl_morton_encode: side %g", sides[k]);
        set(&c, ENCODE, CONTIGUOUS);
        c.side = sides[k];
        refused(&c, HL_ERR_ARGUMENT, "side");
    }
    test("hl_morton_encode: a level that is too fine");
    set(&c, ENCODE, CONTIGUOUS);
    c.level = HL_MORTON_FINEST + 1;
    refused(&c, HL_ERR_ARGUMENT, "level");
    test("hl_morton_encode: NaN");
    set(&c, ENCODE, CONTIGUOUS);
    ((double *)c.p[0])[5] = NAN;
    refused(&c, HL_ERR_NONFINITE, "points: element [1, 2] is NaN");
    test("hl_morton_encode: a point outside");
    set(&c, ENCODE, CONTIGUOUS);
    ((double *)c.p[0])[5] = -1e-9;
    refused(&c, HL_ERR_ARGUMENT, "points: element [1, 2] is -1e-9");
    test("hl_morton_encode: an origin that is not finite");
    set(&c, ENCODE, CONTIGUOUS);
    ((double *)c.p[1])[1] = INFINITY;
    refused(&c, HL_ERR_NONFINITE, "origin: element [1]");
    test("hl_morton_encode_anchors: a place beyond its level");
    set(&c, ENCODE_ANCHORS, CONTIGUOUS);
    ((int32_t *)c.p[0])[4] = 32;
    refused(&c, HL_ERR_ARGUMENT, "anchors: element [1, 1] is 32");
    test("hl_morton_encode_anchors: a level that is too fine");
    set(&c, ENCODE_ANCHORS, CONTIGUOUS);
    ((int32_t *)c.p[1])[4] = 20;
    refused(&c, HL_ERR_ARGUMENT, "levels: element [4] is 20");
    test("hl_morton_parents: of the root");
    set(&c, PARENTS, CONTIGUOUS);
    ((int64_t *)c.p[0])[3] = 0;
    refused(&c, HL_ERR_ARGUMENT, "codes: element [3] is 0");
    test("hl_morton_children: of the finest boxes");
    set(&c, CHILDREN, CONTIGUOUS);
    ((int64_t *)c.p[0])[3] = finest;
    refused(&c, HL_ERR_ARGUMENT, "codes: element [3] is of level 19");
    test("hl_morton_transfer_vectors: of two levels");
    set(&c, TRANSFER_VECTORS, CONTIGUOUS);
    ((int64_t *)c.p[1])[3] = 0;
    refused(&c, HL_ERR_ARGUMENT, "sources: element [3] is of level 0");

    test("the middle of a box is the first point of its last child");
    {
        const double point[3] = {0.5, 0.5, 0.5}, origin[3] = {0.0, 0.0, 0.0};
        int64_t children[8], parent = -7, neighbours[26];
        expect(hl_morton_encode(1, point, NULL, origin, NULL, 1.0, 1, &code, NULL) == HL_OK && code == (((int64_t)7 << 59) | 1), "%llx",
               (long long)code);
        expect(hl_morton_parents(1, &code, NULL, &parent, NULL) == HL_OK && parent == 0, "%lld", (long long)parent);
        expect(hl_morton_children(1, &parent, NULL, children, NULL) == HL_OK && children[7] == code && children[0] == 1, "%llx",
               (long long)children[7]);
        expect(hl_morton_neighbours(1, &code, NULL, neighbours, NULL) == HL_OK && neighbours[0] == children[0] &&
                   neighbours[25] == HL_MORTON_NONE, "%llx", (long long)neighbours[0]);
    }
}

int main(void)
{
    int f;
    for (f = 0; f < N_FUNCTIONS; f++) {
        bad_arrays((enum function)f);
        bad_dimensions((enum function)f);
        layouts_and_threads((enum function)f);
    }
    direct_sums();
    morton_codes();
    return finish("fmm");
}
