/* Arrays between guard pages; see guarded.h. */
#include "guarded.h"

#include "harness.h"

#include <hotloop.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

unsigned char *guarded_region(void)
{
    unsigned char *area = mmap(NULL, REGION + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED || mprotect(area + PAGE, REGION, PROT_READ | PROT_WRITE)) {
        fprintf(stderr, "no guarded memory\n");
        exit(2);
    }
    return area + PAGE;
}

int one_in(unsigned long long *seed, int n) { return random_between(seed, 1, n) == 1; }

/* Natural, Fortran, spaced, reversed or any small strides. */
static void choose_strides(unsigned long long *seed, const described *x, ptrdiff_t *strides)
{
    ptrdiff_t extent = 1;
    const int kind = (int)random_between(seed, 0, x->is_plain ? 5 : 0), column_major = one_in(seed, 3);
    const ptrdiff_t factor = kind == 1 ? random_between(seed, 2, 3) : 1;
    int step;
    for (step = 0; step < x->rank; step++) {
        const int axis = column_major ? step : x->rank - 1 - step;
        strides[axis] = extent * factor * (kind == 2 && one_in(seed, 2) ? -1 : 1);
        if (kind == 5 && one_in(seed, 3))
            strides[axis] = random_between(seed, -4, 9);
        if (kind == 3 && !x->is_output && one_in(seed, 2))
            strides[axis] = 0;
        extent *= x->dims[axis] > 0 ? x->dims[axis] : 1;
        if (kind == 4)
            extent += random_between(seed, 0, 2);
    }
}

void place(unsigned long long *seed, placed *p, const described *x, unsigned char *region, int is_arena)
{
    ptrdiff_t offsets[MAX_ELEMENTS], lowest, highest, span, start, index[3];
    const ptrdiff_t element = (ptrdiff_t)x->element;
    int e, axis, is_empty = 0;
    for (axis = 0; axis < x->rank; axis++)
        is_empty |= x->dims[axis] <= 0;
    do {
        choose_strides(seed, x, p->strides);
        memset(index, 0, sizeof index);
        p->n = 0;
        lowest = highest = 0;
        while (!is_empty) {
            ptrdiff_t offset = 0;
            for (axis = 0; axis < x->rank; axis++)
                offset += index[axis] * p->strides[axis];
            offsets[p->n++] = offset;
            lowest = offset < lowest ? offset : lowest;
            highest = offset > highest ? offset : highest;
            for (axis = x->rank - 1; axis >= 0 && ++index[axis] == x->dims[axis]; axis--)
                index[axis] = 0;
            if (axis < 0)
                break;
        }
        span = is_empty ? 0 : (highest - lowest + 1) * element;
    } while (span > REGION - 8);
    if (is_arena) {
        const ptrdiff_t room = (REGION - span) / element;
        start = random_between(seed, 0, one_in(seed, 3) && room > 80 ? 80 : room) * element; /* some crowd at the arena's start */
    } else {
        start = one_in(seed, 2) ? 0 : REGION - span;
    }
    if (one_in(seed, 150)) /* misaligned, inside the region */
        start += start + span + 8 <= REGION ? random_between(seed, 1, 3) : -random_between(seed, 1, 3);
    for (e = 0; e < p->n; e++)
        p->at[e] = region + start + (offsets[e] - lowest) * element;
    p->pointer = p->n > 0 ? p->at[0] : region + start;
    p->given_strides = p->strides;
    if (one_in(seed, 8)) { /* NULL strides: only where they say the same */
        ptrdiff_t extent = 1;
        int same = 1;
        for (axis = x->rank - 1; axis >= 0; axis--) {
            same &= x->dims[axis] <= 1 || p->strides[axis] == extent;
            extent *= x->dims[axis];
        }
        if (same)
            p->given_strides = NULL;
    }
}

static int overlap(const unsigned char *x, size_t size_of_x, const unsigned char *y, size_t size_of_y)
{
    return x < y + size_of_y && y < x + size_of_x;
}

void judge_array(verdict *v, const placed *p, const described *x)
{
    ptrdiff_t length = 1;
    int i, j;
    for (i = 0; i < x->rank; i++)
        length *= x->dims[i] > 0 ? x->dims[i] : 0;
    if (!p->pointer) {
        if (!x->may_be_null && length > 0)
            v->must |= BIT(HL_ERR_NULL);
        return;
    }
    if ((uintptr_t)p->pointer % (x->element < 8 ? x->element : 8))
        *(p->n > 0 ? &v->must : &v->may) |= BIT(HL_ERR_ALIGNMENT);
    for (i = 0; x->is_output && i < p->n; i++)
        for (j = 0; j < i; j++)
            if (overlap(p->at[i], x->element, p->at[j], x->element))
                v->must |= BIT(HL_ERR_STRIDE);
}

static int ranges_meet(const placed *p, size_t element, const placed *q, size_t other)
{
    const unsigned char *lowest[2] = {p->at[0], q->at[0]}, *highest[2] = {p->at[0], q->at[0]};
    const placed *const both[2] = {p, q};
    int k, e;
    for (k = 0; k < 2; k++)
        for (e = 0; e < both[k]->n; e++) {
            lowest[k] = both[k]->at[e] < lowest[k] ? both[k]->at[e] : lowest[k];
            highest[k] = both[k]->at[e] > highest[k] ? both[k]->at[e] : highest[k];
        }
    return lowest[0] < highest[1] + other && lowest[1] < highest[0] + element;
}

void judge_pair(verdict *v, const placed *p, const described *x, const placed *q, const described *y)
{
    int i, j;
    if (!p->pointer || !q->pointer || p->n == 0 || q->n == 0 || !ranges_meet(p, x->element, q, y->element))
        return;
    /* Interleaved numbers of different sizes may be refused without a closer look. */
    if (x->element != y->element)
        v->may |= BIT(HL_ERR_ALIAS);
    for (i = 0; i < p->n; i++)
        for (j = 0; j < q->n; j++)
            if (overlap(p->at[i], x->element, q->at[j], y->element))
                v->must |= BIT(HL_ERR_ALIAS);
}
