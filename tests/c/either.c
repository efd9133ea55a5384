/* Arrays of either precision; see either.h. */
#include "either.h"

#include "harness.h"

#include <stdlib.h>

void *memory_for(size_t bytes)
{
    void *memory = malloc(bytes + 1);
    if (!memory)
        exit(2);
    return memory;
}

static size_t count_of(const strided *array)
{
    size_t count = 1;
    int axis;
    for (axis = 0; axis < array->rank; axis++)
        count *= (size_t)array->dims[axis];
    return count;
}

strided either_new(int bits, int layout, int rank, const ptrdiff_t *dims, const double *values)
{
    strided array = strided_new(layout, bits == 32 ? sizeof(float) : sizeof(double), rank, dims);
    const size_t count = count_of(&array);
    if (values && bits == 32) {
        float *single = memory_for(count * sizeof(float));
        size_t i;
        for (i = 0; i < count; i++)
            single[i] = (float)values[i];
        strided_put(&array, single);
        free(single);
    } else if (values) {
        strided_put(&array, values);
    }
    return array;
}

void either_take(strided *array, double *into)
{
    const size_t count = count_of(array);
    expect(strided_gaps_untouched(array), "memory beside the elements was written");
    if (array->element == sizeof(float)) {
        float *single = memory_for(count * sizeof(float));
        size_t i;
        strided_get(array, single);
        for (i = 0; i < count; i++)
            into[i] = (double)single[i];
        free(single);
    } else {
        strided_get(array, into);
    }
    strided_free(array);
}
