/* One row of the case tables through the C ABI in a given layout. */
#ifndef KURAMOTO_RUN_H
#define KURAMOTO_RUN_H

#include "kuramoto_cases.h"

enum { SLOPES, FINAL_THETA, RECORDED, RECORDED_R, RECORDED_PSI, FINAL_R, FINAL_PSI, N_KURAMOTO_RESULTS };

typedef struct {
    size_t lengths[N_KURAMOTO_RESULTS];
    double *arrays[N_KURAMOTO_RESULTS]; /* C order */
} kuramoto_results;

extern const char *const kuramoto_result_names[N_KURAMOTO_RESULTS];

/* Right-hand side, integration with all records and order parameter of the end, with every array in this layout. Expects statuses
   HL_OK, all steps done and untouched gaps. Any thread may call it. */
kuramoto_results kuramoto_run(const kuramoto_case *row, const kuramoto_inputs *inputs, int layout);
void kuramoto_results_free(kuramoto_results *results);
int kuramoto_same_bits(const kuramoto_results *left, const kuramoto_results *right);
/* How many of the results, from the first, the file of a row holds. */
int kuramoto_results_filed(const kuramoto_case *row);

#endif
