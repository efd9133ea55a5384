/* AniSOAP descriptors and neighbour lists through the C ABI: every array in turn NULL, misaligned, out of reach and overlapping, absurd
   dimensions, layouts and thread counts that must not show in the bits, plans and memory. Values are other languages' to test. */
#include "harness.h"
#include "heap.h"
#include "strided.h"

#include <hotloop.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 3, ATOMS = 11, SPECIES = 2 };

/* The arrays of all four functions, in the order of the prototypes. */
enum { OFFSETS, POSITIONS, KINDS, QUATERNIONS, ROTATIONS, SEMIAXES, CELLS, PERIODIC, FIRST, SECOND, GRADIENT, N_ARRAYS = GRADIENT + 4 };
enum function { EXPANSION, SPECTRUM, EXPANSION_VJP, SPECTRUM_VJP, N_FUNCTIONS };

typedef struct {
    const char *name;
    int rank, is_output, may_be_null;
    ptrdiff_t dims[3];
    size_t element;
} array;

static const char *const function_names[N_FUNCTIONS] = {"hl_anisoap_expansion", "hl_anisoap_power_spectrum", "hl_anisoap_expansion_vjp",
                                                        "hl_anisoap_power_spectrum_vjp"};
static hl_anisoap_plan *plan;
static ptrdiff_t features[N_FUNCTIONS];
static int32_t declared[SPECIES] = {1, 6};

/* What a function does with an array; rank 0 where it does not take it. */
static array array_of(enum function f, int which)
{
    const ptrdiff_t n = features[f];
    const array frames[] = {{"offsets", 1, 0, 0, {FRAMES + 1, 0, 0}, sizeof(ptrdiff_t)}, {"positions", 2, 0, 0, {ATOMS, 3, 0}, 8},
                            {"species", 1, 0, 0, {ATOMS, 0, 0}, 4}, {"quaternions", 2, 0, 1, {ATOMS, 4, 0}, 8},
                            {"rotations", 3, 0, 1, {ATOMS, 3, 3}, 8}, {"semiaxes", 2, 0, 0, {ATOMS, 3, 0}, 8},
                            {"cells", 3, 0, 1, {FRAMES, 3, 3}, 8}, {"periodic", 2, 0, 1, {FRAMES, 3, 0}, 4}};
    const array gradients[] = {{"position_gradients", 2, 1, 1, {ATOMS, 3, 0}, 8}, {"strain_gradients", 3, 1, 1, {FRAMES, 3, 3}, 8},
                               {"rotation_gradients", 2, 1, 1, {ATOMS, 3, 0}, 8}, {"quaternion_gradients", 2, 1, 1, {ATOMS, 4, 0}, 8}};
    const array coefficients = {"coefficients", 2, 1, 0, {ATOMS, n, 0}, 8}, cotangent = {"cotangent", 2, 0, 0, {ATOMS, n, 0}, 8};
    const array spectra = {"spectra", 2, 1, 1, {ATOMS, n, 0}, 8}, means = {"means", 3, 1, 1, {FRAMES, SPECIES, n}, 8};
    const array spectra_cotangent = {"spectra_cotangent", 2, 0, 1, {ATOMS, n, 0}, 8};
    const array means_cotangent = {"means_cotangent", 3, 0, 1, {FRAMES, SPECIES, n}, 8};
    const array none = {"", 0, 0, 1, {0, 0, 0}, 8};
    if (which < FIRST)
        return frames[which];
    if (which >= GRADIENT)
        return f == EXPANSION_VJP || f == SPECTRUM_VJP ? gradients[which - GRADIENT] : none;
    switch (f) {
    case EXPANSION: return which == FIRST ? coefficients : none;
    case SPECTRUM: return which == FIRST ? spectra : means;
    case EXPANSION_VJP: return which == FIRST ? cotangent : none;
    default: return which == FIRST ? spectra_cotangent : means_cotangent;
    }
}

typedef struct {
    enum function f;
    ptrdiff_t n_frames, n_atoms, n_features;
    void *p[N_ARRAYS];
    const ptrdiff_t *s[N_ARRAYS];
    strided owned[N_ARRAYS];
    int owns[N_ARRAYS];
} call;

static hl_status perform(call *c)
{
    void **p = c->p;
    const ptrdiff_t **s = c->s;
#define GIVEN                                                                                                                           \
    plan, c->n_frames, c->n_atoms, p[0], s[0], p[1], s[1], p[2], s[2], p[3], s[3], p[4], s[4], p[5], s[5], p[6], s[6], p[7], s[7],           \
        c->n_features
#define GRADIENTS p[GRADIENT], s[GRADIENT], p[GRADIENT + 1], s[GRADIENT + 1], p[GRADIENT + 2], s[GRADIENT + 2], p[GRADIENT + 3], s[GRADIENT + 3]
    switch (c->f) {
    case EXPANSION: return hl_anisoap_expansion(GIVEN, p[FIRST], s[FIRST], NULL);
    case SPECTRUM: return hl_anisoap_power_spectrum(GIVEN, p[FIRST], s[FIRST], p[SECOND], s[SECOND], NULL);
    case EXPANSION_VJP: return hl_anisoap_expansion_vjp(GIVEN, p[FIRST], s[FIRST], GRADIENTS, NULL);
    default: return hl_anisoap_power_spectrum_vjp(GIVEN, p[FIRST], s[FIRST], p[SECOND], s[SECOND], GRADIENTS, NULL);
    }
}

/* Numbers of an input, in C order: three frames of different sizes, the last one periodic. */
static void fill(int which, const array *a, void *values)
{
    static const ptrdiff_t offsets[FRAMES + 1] = {0, 5, 6, ATOMS};
    unsigned long long state = 17u + (unsigned)which;
    ptrdiff_t count = 1, k;
    int axis;
    for (axis = 0; axis < a->rank; axis++)
        count *= a->dims[axis];
    for (k = 0; k < count; k++)
        switch (which) {
        case OFFSETS: ((ptrdiff_t *)values)[k] = offsets[k]; break;
        case KINDS: ((int32_t *)values)[k] = declared[k % 2]; break;
        case PERIODIC: ((int32_t *)values)[k] = k >= 6; break;
        case CELLS: ((double *)values)[k] = (k % 9) % 4 == 0 ? 5.0 : 0.5; break;
        case SEMIAXES: ((double *)values)[k] = 0.3 + random_uniform(&state); break;
        default: ((double *)values)[k] = 4.0 * random_uniform(&state) - 2.0;
        }
}

/* Every array of a function in a layout; rotations are left out. */
static void set(call *c, enum function f, int layout)
{
    int which;
    memset(c, 0, sizeof *c);
    c->f = f;
    c->n_frames = FRAMES;
    c->n_atoms = ATOMS;
    c->n_features = features[f];
    for (which = 0; which < N_ARRAYS; which++) {
        const array a = array_of(f, which);
        double values[ATOMS * 512];
        if (!a.rank || which == ROTATIONS)
            continue;
        c->owned[which] = strided_new(layout, a.element, a.rank, a.dims);
        c->owns[which] = 1;
        if (!a.is_output) {
            fill(which, &a, values);
            strided_put(&c->owned[which], values);
        }
        c->p[which] = c->owned[which].first;
        c->s[which] = c->owned[which].strides;
    }
}

static void drop(call *c)
{
    int which;
    for (which = 0; which < N_ARRAYS; which++)
        if (c->owns[which])
            strided_free(&c->owned[which]);
}

/* The call is refused for this reason, the message names the array, and no output has changed. */
static void refused(call *c, hl_status status, const char *name)
{
    unsigned char *before[N_ARRAYS] = {0};
    hl_status found;
    int which;
    for (which = 0; which < N_ARRAYS; which++)
        if (c->owns[which] && array_of(c->f, which).is_output) {
            before[which] = malloc(c->owned[which].bytes);
            memcpy(before[which], c->owned[which].memory, c->owned[which].bytes);
        }
    found = perform(c);
    expect(found == status, "status %d instead of %d (%s)", found, status, hl_last_error_message());
    expect(strstr(hl_last_error_message(), name) != NULL, "\"%s\" does not name %s", hl_last_error_message(), name);
    for (which = 0; which < N_ARRAYS; which++)
        if (before[which]) {
            expect(!memcmp(before[which], c->owned[which].memory, c->owned[which].bytes), "%s was written", array_of(c->f, which).name);
            free(before[which]);
        }
}

static void bad_arrays(enum function f)
{
    static const ptrdiff_t far[3] = {PTRDIFF_MAX / 2, PTRDIFF_MAX / 4, 1};
    int which, other;
    for (which = 0; which < N_ARRAYS; which++) {
        const array a = array_of(f, which);
        ptrdiff_t strides[3] = {0, 0, 0};
        call c;
        if (!a.rank || which == ROTATIONS)
            continue;
        if (!a.may_be_null) {
            test("%s: %s NULL", function_names[f], a.name);
            set(&c, f, CONTIGUOUS);
            c.p[which] = NULL;
            refused(&c, HL_ERR_NULL, a.name);
            drop(&c);
        }
        test("%s: %s misaligned", function_names[f], a.name);
        set(&c, f, CONTIGUOUS);
        c.p[which] = (char *)c.p[which] + 1;
        refused(&c, HL_ERR_ALIGNMENT, a.name);
        drop(&c);
        test("%s: strides of %s beyond memory", function_names[f], a.name);
        set(&c, f, CONTIGUOUS);
        c.s[which] = far;
        refused(&c, HL_ERR_STRIDE, a.name);
        drop(&c);
        if (!a.is_output)
            continue;
        test("%s: stride 0 in %s", function_names[f], a.name);
        set(&c, f, CONTIGUOUS);
        strides[a.rank - 1] = 1;
        c.s[which] = strides;
        refused(&c, HL_ERR_STRIDE, a.name);
        drop(&c);
        for (other = 0; other < N_ARRAYS; other++) {
            const array b = array_of(f, other);
            if (!b.rank || other == ROTATIONS || other == which || b.element != a.element)
                continue;
            test("%s: %s on %s", function_names[f], a.name, b.name);
            set(&c, f, CONTIGUOUS);
            c.p[which] = c.p[other];
            refused(&c, HL_ERR_ALIAS, a.name);
            drop(&c);
        }
    }
}

static void bad_dimensions(enum function f)
{
    const ptrdiff_t bad[] = {-1, PTRDIFF_MIN, PTRDIFF_MAX};
    size_t k;
    call c;
    for (k = 0; k < 3; k++) {
        test("%s: n_atoms = %td", function_names[f], bad[k]);
        set(&c, f, CONTIGUOUS);
        c.n_atoms = bad[k];
        refused(&c, HL_ERR_SHAPE, bad[k] < 0 ? "n_atoms" : "");
        drop(&c);
        test("%s: n_frames = %td", function_names[f], bad[k]);
        set(&c, f, CONTIGUOUS);
        c.n_frames = bad[k];
        refused(&c, HL_ERR_SHAPE, bad[k] < 0 ? "n_frames" : "");
        drop(&c);
        test("%s: n_features = %td", function_names[f], bad[k]);
        set(&c, f, CONTIGUOUS);
        c.n_features = bad[k];
        refused(&c, HL_ERR_SHAPE, "n_features");
        drop(&c);
    }
    test("%s: no plan", function_names[f]);
    {
        hl_anisoap_plan *kept = plan;
        plan = NULL;
        set(&c, f, CONTIGUOUS);
        refused(&c, HL_ERR_NULL, "plan");
        drop(&c);
        plan = kept;
    }
    test("%s: no atoms in no frames", function_names[f]);
    memset(&c, 0, sizeof c);
    c.f = f;
    c.n_features = features[f];
    expect(perform(&c) == HL_OK, "%s", hl_last_error_message());
    test("%s: frames without atoms", function_names[f]);
    {
        ptrdiff_t offsets[3] = {0, 0, 0};
        c.n_frames = 2;
        c.p[OFFSETS] = offsets;
        expect(perform(&c) == HL_OK, "%s", hl_last_error_message());
    }
}

/* One layout after the other, one number of threads after the other: the same bits, and nothing beside the elements. */
static void layouts_and_threads(enum function f)
{
    static const int layouts[] = {CONTIGUOUS, REVERSED, SPACED, COLUMN_MAJOR};
    static double first[N_ARRAYS][ATOMS * 512], other[ATOMS * 512];
    size_t l;
    int which, threads;
    for (l = 0; l < 4; l++)
        for (threads = 1; threads <= 7; threads += 3) {
            call c;
            test("%s: layout %d on %d threads", function_names[f], layouts[l], threads);
            set(&c, f, layouts[l]);
            hl_set_num_threads_local(threads);
            expect(perform(&c) == HL_OK, "%s", hl_last_error_message());
            hl_set_num_threads_local(0);
            for (which = 0; which < N_ARRAYS; which++) {
                const array a = array_of(f, which);
                size_t bytes = a.element;
                int axis;
                if (!a.rank || !a.is_output)
                    continue;
                for (axis = 0; axis < a.rank; axis++)
                    bytes *= (size_t)a.dims[axis];
                expect(strided_gaps_untouched(&c.owned[which]), "memory beside %s was written", a.name);
                strided_get(&c.owned[which], other);
                if (l == 0 && threads == 1)
                    memcpy(first[which], other, bytes);
                expect(!memcmp(first[which], other, bytes), "%s has other bits", a.name);
            }
            drop(&c);
        }
}

static void plans(void)
{
    hl_anisoap_options options;
    hl_anisoap_plan *made = NULL;
    int32_t largest[3] = {2, 1, 0};
    const long before = heap_in_use();
    int k;
    test("a plan gives back what it took");
    hl_anisoap_options_init(&options, sizeof options);
    options.radial_gaussian_width = 1.0;
    for (k = 0; k < 3; k++) {
        expect(hl_anisoap_plan_create(&made, 4, SPECIES, declared, NULL, 3.0, &options) == HL_OK, "%s", hl_last_error_message());
        hl_anisoap_plan_destroy(made);
    }
    expect(heap_in_use() - before < 4096, "%ld bytes stay", heap_in_use() - before);
    test("the largest n of each l");
    options.max_radial_values = largest;
    expect(hl_anisoap_plan_create(&made, 2, SPECIES, declared, NULL, 3.0, &options) == HL_OK, "%s", hl_last_error_message());
    expect(hl_anisoap_expansion_size(made) == 2 * (3 + 3 * 2 + 5), "%td features", hl_anisoap_expansion_size(made));
    hl_anisoap_plan_destroy(made);
    made = NULL;
    test("a negative largest n");
    largest[1] = -1;
    expect(hl_anisoap_plan_create(&made, 2, SPECIES, declared, NULL, 3.0, &options) == HL_ERR_OPTION && !made, "%s", hl_last_error_message());
    test("two ways to say the largest n");
    largest[1] = 1;
    options.max_radial = 2;
    expect(hl_anisoap_plan_create(&made, 2, SPECIES, declared, NULL, 3.0, &options) == HL_ERR_OPTION && !made, "%s", hl_last_error_message());
    options.max_radial_values = NULL;
#define BAD_FIELD(field, value)                                                                                                       \
    do {                                                                                                                              \
        hl_anisoap_options bad = options;                                                                                             \
        bad.field = value;                                                                                                            \
        test("options: %s", #field " = " #value);                                                                                     \
        expect(hl_anisoap_plan_create(&made, 2, SPECIES, declared, NULL, 3.0, &bad) == HL_ERR_OPTION && !made, "%s",                     \
               hl_last_error_message());                                                                                              \
        expect(strstr(hl_last_error_message(), #field) != NULL, "%s", hl_last_error_message());                                       \
    } while (0)
    BAD_FIELD(radial_basis, 2);
    BAD_FIELD(max_radial, -2);
    BAD_FIELD(radial_gaussian_width, 0.0);
    BAD_FIELD(basis_rcond, -1.0);
    BAD_FIELD(basis_tol, -1.0);
    BAD_FIELD(subtract_center_contribution, 2);
    BAD_FIELD(channel_order, -1);
    BAD_FIELD(spectrum_pairs, 7);
    BAD_FIELD(spectrum_sign, 2);
    BAD_FIELD(reserved, 1);
    BAD_FIELD(struct_size, 3);
    test("no place for a plan");
    expect(hl_anisoap_plan_create(NULL, 2, SPECIES, declared, NULL, 3.0, &options) == HL_ERR_NULL, "%s", hl_last_error_message());
    test("an absurd max_angular");
    expect(hl_anisoap_plan_create(&made, PTRDIFF_MAX, SPECIES, declared, NULL, 3.0, &options) == HL_ERR_ARGUMENT && !made, "%s",
           hl_last_error_message());
    test("an absurd number of species");
    expect(hl_anisoap_plan_create(&made, 2, PTRDIFF_MAX, declared, NULL, 3.0, &options) == HL_ERR_SHAPE && !made, "%s", hl_last_error_message());
}

static void neighbour_lists(void)
{
    double points[12] = {0, 0, 0, 1, 0, 0, 0.2, 3, 0, 4, 4, 4}, cell[9] = {5, 0, 0, 1, 5, 0, 0, 1, 5}, vectors[3 * 64];
    ptrdiff_t counts[4], n_pairs = -1, pairs[2 * 64], sum;
    int32_t shifts[3 * 64];
    test("counts add up to the number of pairs");
    expect(hl_neighbour_list_count(4, points, NULL, cell, NULL, 1, 4.0, 0, counts, NULL, &n_pairs) == HL_OK, "%s", hl_last_error_message());
    sum = counts[0] + counts[1] + counts[2] + counts[3];
    expect(sum == n_pairs && n_pairs > 0 && n_pairs <= 64 && n_pairs % 2 == 0, "%td and %td", sum, n_pairs);
    test("a list of another length is refused and not written");
    pairs[0] = 77;
    expect(hl_neighbour_list_fill(4, points, NULL, cell, NULL, 1, 4.0, 0, n_pairs - 1, pairs, NULL, NULL, NULL, NULL, NULL) == HL_ERR_SHAPE, "shorter");
    expect(hl_neighbour_list_fill(4, points, NULL, cell, NULL, 1, 4.0, 0, n_pairs + 1, pairs, NULL, NULL, NULL, NULL, NULL) == HL_ERR_SHAPE, "longer");
    expect(hl_neighbour_list_fill(4, points, NULL, cell, NULL, 1, 4.0, 0, PTRDIFF_MAX, NULL, NULL, NULL, NULL, NULL, NULL) == HL_ERR_ALLOC, "absurd");
    expect(pairs[0] == 77, "it was written");
    test("a list is filled");
    expect(hl_neighbour_list_fill(4, points, NULL, cell, NULL, 1, 4.0, 0, n_pairs, pairs, NULL, shifts, NULL, vectors, NULL) == HL_OK, "%s",
           hl_last_error_message());
    expect(pairs[0] == 0 && pairs[2 * (n_pairs - 1)] == 3, "i goes from %td to %td", pairs[0], pairs[2 * (n_pairs - 1)]);
    test("flags are 0 or 1");
    expect(hl_neighbour_list_count(4, points, NULL, cell, NULL, 2, 4.0, 0, NULL, NULL, NULL) == HL_ERR_ARGUMENT, "periodic");
    expect(hl_neighbour_list_count(4, points, NULL, cell, NULL, 1, 4.0, -1, NULL, NULL, NULL) == HL_ERR_ARGUMENT, "self_pairs");
    test("a periodic list needs a cell");
    expect(hl_neighbour_list_count(4, points, NULL, NULL, NULL, 1, 4.0, 0, NULL, NULL, NULL) == HL_ERR_NULL, "%s", hl_last_error_message());
    test("outputs on inputs are refused");
    expect(hl_neighbour_list_fill(4, points, NULL, cell, NULL, 1, 4.0, 0, n_pairs, NULL, NULL, NULL, NULL, points, NULL) == HL_ERR_ALIAS, "%s",
           hl_last_error_message());
}

int main(void)
{
    hl_anisoap_options options;
    int f;
    hl_anisoap_options_init(&options, sizeof options);
    options.radial_gaussian_width = 1.0;
    options.max_radial = 1;
    if (hl_anisoap_plan_create(&plan, 3, SPECIES, declared, NULL, 3.0, &options) != HL_OK)
        return 2;
    features[EXPANSION] = features[EXPANSION_VJP] = hl_anisoap_expansion_size(plan);
    features[SPECTRUM] = features[SPECTRUM_VJP] = hl_anisoap_power_spectrum_size(plan);
    for (f = 0; f < N_FUNCTIONS; f++) {
        bad_arrays((enum function)f);
        bad_dimensions((enum function)f);
        layouts_and_threads((enum function)f);
    }
    plans();
    neighbour_lists();
    hl_anisoap_plan_destroy(plan);
    return finish("anisoap");
}
