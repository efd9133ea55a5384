/* A fuzzer for fast multipole plans: random points, option fields, strides, NULLs, counts, bad values, misalignment and overlaps. Every
   array lies between guard pages, flush with one of them, or shares one arena with others. What the status must be is decided here
   independently (guarded.h); a legal call must write exactly its outputs' elements, with the bits of the same call on plain contiguous copies;
   a refused call must write nothing, and leaves a plan as it was. Seeded: usage fuzz_fmm [seconds [seed]]. */
#include "guarded.h"
#include "harness.h"

#include <hotloop.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum function { CREATE, SET_POINTS, EVALUATE, ESTIMATE, TIMINGS, STATS, N_FUNCTIONS };
static const char *const names[N_FUNCTIONS] = {"create", "set_points", "evaluate", "estimate_error", "timings", "stats"};
enum { SOURCES, TARGETS, CHARGES, POTENTIALS, GRADIENTS, ERROR, SECONDS, SIZES, MADE, OPTIONS, N_ARRAYS };
#define ARENA N_ARRAYS
#define N_REGIONS (N_ARRAYS + 1)
#define AT_LEAST 300 /* calls, however slow they are */
#define MOST_POINTS 40
#define MOST_VECTORS 3
#define POISON 0xA5

static unsigned char *regions[N_REGIONS], before[N_REGIONS][REGION];
static unsigned long long seed;
static double other_charges[MOST_POINTS];

/* The plan that calls are about, what it was made of, and what it makes of some charges. */
typedef struct {
    hl_fmm_plan *plan;
    ptrdiff_t n_source, n_target;
    double results[4 * MOST_POINTS];
} known;
static known own;

typedef struct {
    enum function f;
    int bits, shared, with_plan, answer; /* answer: of the progress callback; 0 without one */
    ptrdiff_t n_source, n_target, n_vectors, n_sample;
    hl_fmm_options options;
    size_t options_size;
    unsigned long long due; /* by bad values that were put on purpose */
    placed arrays[N_ARRAYS];
} attempt;

static int chance(int n) { return one_in(&seed, n); }
static ptrdiff_t between(ptrdiff_t low, ptrdiff_t high) { return random_between(&seed, low, high); }

static described array_of(const attempt *a, int which)
{
    const ptrdiff_t n = a->n_source, m = a->n_target, k = a->n_vectors;
    const size_t element = a->bits == 32 ? 4 : 8;
    const described none = {"", 0, 0, 1, 0, 8, {0, 0, 0}};
    const described all[N_ARRAYS] = {
        {"sources", 2, 0, 0, 1, element, {n, 3, 0}}, {"targets", 2, 0, 1, 1, element, {m, 3, 0}}, {"charges", 2, 0, 0, 1, element, {k, n, 0}},
        {"potentials", 2, 1, 1, 1, element, {k, m, 0}}, {"gradients", 3, 1, 1, 1, element, {k, m, 3}}, {"error", 1, 1, 0, 1, 8, {1, 0, 0}},
        {"seconds", 1, 1, 0, 1, 8, {HL_FMM_N_TIMINGS, 0, 0}}, {"stats", 1, 1, 0, 0, sizeof(hl_fmm_plan_stats), {1, 0, 0}},
        {"plan", 1, 1, 0, 0, sizeof(hl_fmm_plan *), {1, 0, 0}}, {"options", 1, 0, 1, 0, a->options_size, {1, 0, 0}}};
    static const unsigned of_functions[N_FUNCTIONS] = {
        1u << SOURCES | 1u << TARGETS | 1u << MADE | 1u << OPTIONS, 1u << SOURCES | 1u << TARGETS | 1u << OPTIONS,
        1u << CHARGES | 1u << POTENTIALS | 1u << GRADIENTS | 1u << OPTIONS, 1u << CHARGES | 1u << POTENTIALS | 1u << ERROR | 1u << OPTIONS,
        1u << SECONDS, 1u << SIZES};
    described found = all[which];
    if (!(of_functions[a->f] >> which & 1))
        return none;
    if (a->f == ESTIMATE && which != OPTIONS && which != ERROR) {
        found.rank = 1;
        found.dims[0] = which == CHARGES ? n : m;
        found.is_output = found.may_be_null = 0;
    }
    return found;
}

static void put(const attempt *a, placed *p, int e, double value)
{
    const float single = (float)value;
    if (a->bits == 32)
        memcpy(p->at[e], &single, sizeof single);
    else
        memcpy(p->at[e], &value, sizeof value);
}

static int32_t answer_progress(void *user, int64_t done, int64_t total)
{
    (void)done, (void)total;
    return *(const int32_t *)user;
}

/* Fields of options, now and then a bad one: `must` then has HL_ERR_OPTION where a plan is made. */
static void choose_options(attempt *a)
{
    hl_fmm_options *o = &a->options;
    int is_single, is_bad = 0, is_bad_for_all = 0;
    hl_fmm_options_init(o, sizeof *o);
    o->kernel = (int32_t)between(0, 1);
    o->screening = o->kernel == HL_KERNEL_YUKAWA ? (double)between(0, 3) : 0.0;
    o->precision = (int32_t)between(0, 2);
    is_single = o->precision == HL_FMM_PRECISION_MIXED || (o->precision == HL_FMM_PRECISION_AUTO && a->bits == 32);
    o->order = chance(4) ? 0 : between(2, 3);
    o->eps = o->order ? (chance(4) ? NAN : 1e-30) : 5e-3;
    o->leaf_size = chance(4) ? 0 : between(1, 6);
    o->max_level = chance(3) ? between(0, 20) : 20;
    if (chance(3)) {
        is_bad = 1;
        switch (between(0, 7)) {
        case 0: o->kernel = chance(2) ? 2 : -1; break;
        case 1: o->precision = chance(2) ? 3 : INT32_MIN; break;
        case 2: o->screening = o->kernel == HL_KERNEL_LAPLACE || chance(3) ? -1.0 : chance(2) ? NAN : INFINITY; break;
        case 3: o->order = 0, o->eps = chance(3) ? NAN : chance(2) ? 0.0 : 1e-13; break;
        case 4: o->order = chance(3) ? 1 : chance(2) ? -1 : is_single ? 8 : PTRDIFF_MAX; break;
        case 5: o->leaf_size = chance(2) ? -1 : PTRDIFF_MIN; break;
        case 6: o->max_level = chance(2) ? 21 : -1; break;
        default:
            is_bad_for_all = 1;
            o->struct_size = chance(3) ? 3 : chance(2) ? SIZE_MAX : 0;
        }
    }
    a->answer = chance(6) ? (chance(2) ? 1 : -5) : 0;
    if (a->answer || chance(6)) {
        o->progress = answer_progress;
        o->progress_user = &a->answer;
    }
    a->options_size = sizeof *o + (chance(4) ? 8 : 0);
    if (a->options_size > sizeof *o && !is_bad_for_all)
        o->struct_size = a->options_size;
    if (!a->arrays[OPTIONS].pointer)
        return;
    if (is_bad_for_all || (is_bad && a->f == CREATE))
        a->due |= BIT(HL_ERR_OPTION);
}

static void put_options(attempt *a)
{
    placed *p = &a->arrays[OPTIONS];
    const int has_tail = a->options_size > sizeof a->options && a->options.struct_size == a->options_size;
    if (!p->pointer)
        return;
    memcpy(p->at[0], &a->options, sizeof a->options);
    if (a->options_size > sizeof a->options)
        memset(p->at[0] + sizeof a->options, has_tail && chance(4) ? 1 : 0, a->options_size - sizeof a->options);
    if (has_tail && p->at[0][sizeof a->options])
        a->due |= BIT(HL_ERR_OPTION);
    if (a->options.progress && a->answer)
        a->due |= BIT(a->answer > 0 ? HL_ERR_CANCELLED : a->answer);
}

/* Good numbers: points of a few digits, some of them at one place. */
static void fill(attempt *a, int which)
{
    placed *p = &a->arrays[which];
    const described x = array_of(a, which);
    int e;
    if (!x.rank || !p->pointer || !x.is_plain || x.is_output || a->shared)
        return;
    for (e = 0; e < p->n; e++)
        put(a, p, e, (double)between(0, 31) / 16.0 - (which == CHARGES ? 1.0 : 0.0));
}

/* One bad number now and then, in memory that is the array's alone. */
static void spoil(attempt *a)
{
    const int which = (int)between(0, POTENTIALS), is_far = which <= TARGETS && a->bits == 64 && chance(3);
    const described x = array_of(a, which);
    placed *p = &a->arrays[which];
    if (!chance(4) || !x.rank || x.is_output || !p->pointer || p->n == 0 || a->shared)
        return;
    put(a, p, (int)between(0, p->n - 1), is_far ? 1e200 : chance(2) ? NAN : INFINITY);
    a->due |= BIT(is_far ? HL_ERR_ARGUMENT : HL_ERR_NONFINITE);
}

static void invent(attempt *a)
{
    int k;
    memset(a, 0, sizeof *a);
    for (k = 0; k < N_REGIONS; k++)
        memset(regions[k], POISON, REGION);
    a->f = (enum function)between(0, chance(4) ? STATS : ESTIMATE);
    a->bits = chance(2) ? 32 : 64;
    a->shared = chance(2);
    a->with_plan = !chance(60);
    for (k = 0; k < REGION / 8; k++) {
        const double value = (double)(7 * k % 50) / 8.0;
        const float single[2] = {(float)value, (float)(value / 2)};
        memcpy(regions[ARENA] + 8 * k, a->bits == 32 ? (const void *)single : (const void *)&value, 8);
    }
    a->n_source = a->f <= SET_POINTS ? between(0, MOST_POINTS) : own.n_source;
    a->n_target = a->f <= SET_POINTS ? between(0, MOST_POINTS) : own.n_target;
    a->n_vectors = between(0, MOST_VECTORS);
    a->n_sample = chance(20) ? -between(0, 1) : between(1, 2 * MOST_POINTS);
    if (chance(30))
        *(chance(2) ? &a->n_source : &a->n_target) += a->f <= SET_POINTS ? -2 * MOST_POINTS : chance(2) ? 1 : -1;
    if (chance(60))
        a->n_vectors = -1;
    if (chance(3) && a->f <= SET_POINTS)
        a->n_target = a->n_source;
    if (a->f <= ESTIMATE && !chance(5))
        a->arrays[OPTIONS].pointer = a; /* for now: there are some */
    choose_options(a);
    for (k = 0; k < N_ARRAYS; k++) {
        const described x = array_of(a, k);
        const int is_given = k == OPTIONS ? a->arrays[k].pointer != NULL : !chance(x.may_be_null ? 3 : 100);
        a->arrays[k].pointer = NULL;
        if (x.rank && is_given)
            place(&seed, &a->arrays[k], &x, regions[a->shared && x.is_plain ? ARENA : k], a->shared && x.is_plain);
        fill(a, k);
    }
    put_options(a);
    spoil(a);
    if (a->f == STATS && a->arrays[SIZES].pointer) {
        const size_t size = chance(5) ? (chance(2) ? 3 : 100000) : sizeof(hl_fmm_plan_stats);
        memcpy(a->arrays[SIZES].at[0], &size, sizeof size);
        a->due |= size == sizeof(hl_fmm_plan_stats) ? 0 : BIT(HL_ERR_OPTION);
    }
}

static verdict judge(const attempt *a)
{
    verdict v = {a->due, 0};
    const int has_targets = a->arrays[TARGETS].pointer != NULL;
    int k, other;
    if (a->n_source < 0 || a->n_target < 0)
        v.must |= a->f <= ESTIMATE ? BIT(HL_ERR_SHAPE) : 0;
    if (a->f <= SET_POINTS && !has_targets && a->n_target != a->n_source && a->n_target != 0)
        v.must |= BIT(HL_ERR_SHAPE);
    if ((a->f == EVALUATE || a->f == ESTIMATE) && (a->n_source != own.n_source || a->n_target != own.n_target))
        v.must |= BIT(HL_ERR_SHAPE);
    if (a->f == EVALUATE && a->n_vectors < 0)
        v.must |= BIT(HL_ERR_SHAPE);
    if (a->f == EVALUATE && !a->arrays[POTENTIALS].pointer && !a->arrays[GRADIENTS].pointer && a->n_target > 0 && a->n_vectors > 0)
        v.must |= BIT(HL_ERR_NULL);
    if (a->f == ESTIMATE && (a->n_sample <= 0 || a->n_target == 0))
        v.must |= BIT(HL_ERR_SHAPE);
    if (a->f != CREATE && !a->with_plan)
        v.must |= BIT(HL_ERR_NULL);
    for (k = 0; k < N_ARRAYS; k++) {
        const described x = array_of(a, k);
        if (!x.rank)
            continue;
        judge_array(&v, &a->arrays[k], &x);
        for (other = 0; other < N_ARRAYS && x.is_output; other++) {
            const described y = array_of(a, other);
            if (other != k && y.rank)
                judge_pair(&v, &a->arrays[k], &x, &a->arrays[other], &y);
        }
    }
    return v;
}

static hl_status perform(const attempt *a, hl_fmm_plan *plan, void *const *p, const ptrdiff_t *const *s)
{
    const ptrdiff_t n = a->n_source, m = a->n_target, k = a->n_vectors;
#define ARRAY(which) p[which], s[which]
#define CALL(function, ...) (a->bits == 32 ? function##_f32(__VA_ARGS__) : function(__VA_ARGS__))
    switch (a->f) {
    case CREATE: return CALL(hl_fmm_plan_create, p[MADE], n, m, ARRAY(SOURCES), ARRAY(TARGETS), p[OPTIONS]);
    case SET_POINTS: return CALL(hl_fmm_set_points, plan, n, m, ARRAY(SOURCES), ARRAY(TARGETS), p[OPTIONS]);
    case EVALUATE: return CALL(hl_fmm_evaluate, plan, n, m, k, ARRAY(CHARGES), ARRAY(POTENTIALS), ARRAY(GRADIENTS), p[OPTIONS]);
    case ESTIMATE: return CALL(hl_fmm_estimate_error, plan, n, m, ARRAY(CHARGES), ARRAY(POTENTIALS), a->n_sample, 1, p[ERROR], p[OPTIONS]);
    case TIMINGS: return hl_fmm_timings(plan, ARRAY(SECONDS));
    default: return hl_fmm_stats(plan, p[SIZES]);
    }
}

/* The same call on plain contiguous copies of its inputs; outputs land in `plain`. */
static hl_status on_copies(const attempt *a, hl_fmm_plan *plan, double plain[N_ARRAYS][MAX_ELEMENTS])
{
    void *pointers[N_ARRAYS];
    const ptrdiff_t *strides[N_ARRAYS];
    int k, e;
    for (k = 0; k < N_ARRAYS; k++) {
        const described x = array_of(a, k);
        strides[k] = NULL;
        pointers[k] = x.rank && a->arrays[k].pointer ? plain[k] : NULL;
        for (e = 0; pointers[k] && e < a->arrays[k].n; e++)
            memcpy((unsigned char *)plain[k] + (size_t)e * x.element, a->arrays[k].at[e], x.element);
    }
    return perform(a, plan, pointers, strides);
}

static int same_as_copies(const attempt *a, double plain[N_ARRAYS][MAX_ELEMENTS])
{
    int k, e;
    for (k = POTENTIALS; k <= ERROR; k++) {
        const described x = array_of(a, k);
        for (e = 0; x.rank && x.is_output && a->arrays[k].pointer && e < a->arrays[k].n; e++)
            if (memcmp((unsigned char *)plain[k] + (size_t)e * x.element, a->arrays[k].at[e], x.element))
                return 0;
    }
    return 1;
}

/* Bytes that differ from before the call must be elements of outputs, which only a call that went through or was stopped writes. */
static int wrote_only_outputs(const attempt *a, hl_status status)
{
    static unsigned char owned[N_REGIONS][REGION];
    const int may_write = status == HL_OK || (a->f == EVALUATE && (status == HL_ERR_CANCELLED || status < 0));
    int k, e, r, byte;
    memset(owned, 0, sizeof owned);
    for (k = 0; k < N_ARRAYS && may_write; k++) {
        const described x = array_of(a, k);
        for (e = 0; x.rank && x.is_output && a->arrays[k].pointer && e < a->arrays[k].n; e++)
            for (r = 0; r < N_REGIONS; r++)
                if (a->arrays[k].at[e] >= regions[r] && a->arrays[k].at[e] < regions[r] + REGION)
                    memset(owned[r] + (a->arrays[k].at[e] - regions[r]), 1, x.element);
    }
    for (r = 0; r < N_REGIONS; r++)
        for (byte = 0; byte < REGION; byte++)
            if (!owned[r][byte] && regions[r][byte] != before[r][byte])
                return 0;
    return 1;
}

static hl_status results_of(hl_fmm_plan *plan, ptrdiff_t n_source, ptrdiff_t n_target, double *results)
{
    memset(results, 0, 4 * MOST_POINTS * sizeof *results);
    return hl_fmm_evaluate(plan, n_source, n_target, 1, other_charges, NULL, results, NULL, results + MOST_POINTS, NULL, NULL);
}

/* Takes a plan as the one that calls are about. */
static int adopt(hl_fmm_plan *plan, ptrdiff_t n_source, ptrdiff_t n_target)
{
    if (plan != own.plan)
        hl_fmm_plan_destroy(own.plan);
    own.plan = plan;
    own.n_source = n_source;
    own.n_target = n_target;
    return results_of(plan, n_source, n_target, own.results) == HL_OK;
}

/* After the call: plans are what they should be. `second` is what the call on copies made, or changed. */
static int plans_are_right(const attempt *a, hl_status status, hl_fmm_plan *made, hl_fmm_plan *second)
{
    double results[4 * MOST_POINTS];
    if (a->f > SET_POINTS)
        return 1;
    if (status != HL_OK) /* after a refusal the plan is as it was */
        return results_of(own.plan, own.n_source, own.n_target, results) == HL_OK && !memcmp(results, own.results, sizeof results);
    if (a->f == CREATE && !made)
        return 0;
    if (!adopt(a->f == CREATE ? made : own.plan, a->n_source, a->n_target))
        return 0;
    return a->f == SET_POINTS || (results_of(second, own.n_source, own.n_target, results) == HL_OK && !memcmp(results, own.results, sizeof results));
}

static void describe(const attempt *a, hl_status status, verdict v)
{
    int k;
    expect(0, "%s, %d bits, %td sources, %td targets (plan: %td, %td), %td vectors, sample %td: gives %d; due %#llx, possible %#llx; \"%s\"", names[a->f],
           a->bits, a->n_source, a->n_target, own.n_source, own.n_target, a->n_vectors, a->n_sample, status, v.must, v.may,
           status ? hl_last_error_message() : "");
    expect(0, "    kernel %d, screening %g, precision %d, order %td, eps %g, leaf_size %td, max_level %td, struct_size %zu", a->options.kernel,
           a->options.screening, a->options.precision, a->options.order, a->options.eps, a->options.leaf_size, a->options.max_level,
           a->options.struct_size);
    for (k = 0; k < N_ARRAYS; k++)
        if (array_of(a, k).rank && a->arrays[k].pointer)
            expect(0, "    %-10s %p strides %s{%td, %td, %td}", array_of(a, k).name, a->arrays[k].pointer, a->arrays[k].given_strides ? "" : "NULL ",
                   a->arrays[k].strides[0], a->arrays[k].strides[1], a->arrays[k].strides[2]);
}

/* One random call. Returns whether all was well. */
static int one_call(hl_status *status)
{
    static attempt a;
    static double plain[N_ARRAYS][MAX_ELEMENTS];
    void *pointers[N_ARRAYS];
    const ptrdiff_t *strides[N_ARRAYS];
    hl_fmm_plan *second = NULL, *made = NULL;
    hl_status copied = HL_OK;
    verdict v;
    int k, ok;
    invent(&a);
    v = judge(&a);
    for (k = 0; k < N_REGIONS; k++)
        memcpy(before[k], regions[k], REGION);
    for (k = 0; k < N_ARRAYS; k++) {
        pointers[k] = array_of(&a, k).rank ? a.arrays[k].pointer : NULL;
        strides[k] = pointers[k] ? a.arrays[k].given_strides : NULL;
    }
    if (!v.must && a.f != SET_POINTS)
        copied = on_copies(&a, own.plan, plain);
    if (!v.must && a.f == CREATE)
        memcpy(&second, plain[MADE], sizeof second);
    *status = perform(&a, a.with_plan ? own.plan : NULL, pointers, strides);
    ok = v.must ? ((v.must | v.may) & BIT(*status)) != 0 : *status == HL_OK || (v.may & BIT(*status));
    ok = ok && wrote_only_outputs(&a, *status);
    if (*status == HL_OK)
        ok = ok && copied == HL_OK && same_as_copies(&a, plain);
    if (*status == HL_OK && a.f == CREATE)
        memcpy(&made, a.arrays[MADE].at[0], sizeof made);
    ok = ok && plans_are_right(&a, *status, made, second);
    if (!ok)
        describe(&a, *status, v);
    hl_fmm_plan_destroy(second);
    return ok;
}

int main(int argc, char **argv)
{
    const double until = seconds() + (argc > 1 ? atof(argv[1]) : 3.0);
    const double two[6] = {0, 0, 0, 1, 2, 3};
    long calls = 0, legal = 0;
    int k;
    seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    for (k = 0; k < MOST_POINTS; k++)
        other_charges[k] = (double)((37 * k + 11) % 128) / 64.0 - 1.0;
    for (k = 0; k < N_REGIONS; k++)
        regions[k] = guarded_region();
    test("random calls from seed %llu have the status that is due and write what they should", seed);
    if (hl_fmm_plan_create(&own.plan, 2, 2, two, NULL, NULL, NULL, NULL) != HL_OK || !adopt(own.plan, 2, 2))
        return 2;
    while (calls < AT_LEAST || seconds() < until) {
        const unsigned long long this_seed = seed;
        hl_status status = HL_OK;
        const int ok = one_call(&status);
        calls++;
        legal += status == HL_OK;
        if (!ok) {
            expect(0, "seed %llu", this_seed);
            break;
        }
    }
    test("a good part of the calls are legal");
    expect(legal * 10 > calls, "%ld of %ld", legal, calls);
    hl_fmm_plan_destroy(own.plan);
    hl_fmm_forget_operators();
    printf("%ld calls, %ld of them legal\n", calls, legal);
    return finish("fuzz_fmm");
}
