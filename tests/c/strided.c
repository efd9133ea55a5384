/* Arrays in every memory layout; see strided.h. */
#include "strided.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

strided strided_new(int layout, size_t element, int rank, const ptrdiff_t *dims)
{
    strided array;
    ptrdiff_t extent = 1, first = 0;
    int axis, step;
    memset(&array, 0, sizeof array);
    array.rank = rank;
    array.element = element;
    for (step = 0; step < rank; step++) {
        axis = layout == COLUMN_MAJOR ? step : rank - 1 - step; /* fastest axis first */
        array.dims[axis] = dims[axis];
        array.strides[axis] = extent;
        if (layout == REVERSED) {
            array.strides[axis] = -extent;
            first += dims[axis] > 0 ? (dims[axis] - 1) * extent : 0;
        } else if (layout == SPACED) {
            array.strides[axis] = 2 * extent;
        } else if (layout == BROADCAST && axis == 0) {
            array.strides[axis] = 0;
            continue;
        }
        extent *= layout == SPACED ? 2 * dims[axis] : dims[axis];
    }
    array.bytes = (size_t)extent * element;
    array.memory = malloc(array.bytes + 1);
    if (!array.memory) {
        fprintf(stderr, "out of memory in the test itself\n");
        exit(2);
    }
    memset(array.memory, POISON, array.bytes);
    array.first = array.memory + (size_t)first * element;
    return array;
}

static unsigned char *element_at(const strided *array, const ptrdiff_t *index)
{
    ptrdiff_t offset = 0;
    int axis;
    for (axis = 0; axis < array->rank; axis++)
        offset += index[axis] * array->strides[axis];
    return (unsigned char *)array->first + offset * (ptrdiff_t)array->element;
}

/* Walks the elements in C order; the index is left at zero after the last. */
static int next_index(const strided *array, ptrdiff_t *index)
{
    int axis;
    for (axis = array->rank - 1; axis >= 0; axis--) {
        if (++index[axis] < array->dims[axis])
            return 1;
        index[axis] = 0;
    }
    return 0;
}

static int is_empty(const strided *array)
{
    int axis;
    for (axis = 0; axis < array->rank; axis++)
        if (array->dims[axis] == 0)
            return 1;
    return 0;
}

void strided_put(strided *array, const void *c_order)
{
    const unsigned char *from = c_order;
    ptrdiff_t index[MAX_AXES] = {0};
    if (is_empty(array))
        return;
    do {
        if (!(array->rank > 0 && array->strides[0] == 0 && index[0] > 0))
            memcpy(element_at(array, index), from, array->element);
        from += array->element;
    } while (next_index(array, index));
}

void strided_get(const strided *array, void *c_order)
{
    unsigned char *to = c_order;
    ptrdiff_t index[MAX_AXES] = {0};
    if (is_empty(array))
        return;
    do {
        memcpy(to, element_at(array, index), array->element);
        to += array->element;
    } while (next_index(array, index));
}

int strided_gaps_untouched(const strided *array)
{
    unsigned char *owned = calloc(array->bytes + 1, 1);
    ptrdiff_t index[MAX_AXES] = {0};
    size_t byte;
    int untouched = 1;
    if (!owned)
        exit(2);
    if (!is_empty(array)) {
        do
            memset(owned + (element_at(array, index) - array->memory), 1, array->element);
        while (next_index(array, index));
    }
    for (byte = 0; byte < array->bytes; byte++)
        untouched &= owned[byte] || array->memory[byte] == POISON;
    free(owned);
    return untouched;
}

void strided_free(strided *array)
{
    free(array->memory);
    array->memory = NULL;
}
