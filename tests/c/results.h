/* Where the results of the shared cases go, for the comparison between languages. */
#ifndef RESULTS_H
#define RESULTS_H

#include <stddef.h>

/* The arrays one after another into $HOTLOOP_RESULTS/c/<name>.f64 (default build/results). */
void write_results(const char *name, double *const *arrays, const size_t *lengths, int n_arrays);

#endif
