/* A disordered problem of any size; see problem.h. */
#include "problem.h"

#include "harness.h"

#include <stdlib.h>
#include <string.h>

static double *new_array(ptrdiff_t length)
{
    double *array = malloc((size_t)length * sizeof *array + 1);
    if (!array)
        exit(2);
    return array;
}

problem problem_new(ptrdiff_t n_conf, ptrdiff_t n_site, ptrdiff_t n_grid)
{
    unsigned long long seed = 20240607ULL + (unsigned long long)(n_conf * 31 + n_site);
    const ptrdiff_t n = n_site;
    ptrdiff_t conf, i, j;
    problem p;
    memset(&p, 0, sizeof p);
    p.n_conf = n_conf;
    p.n_site = n_site;
    p.n_grid = n_grid;
    p.hamiltonians = new_array(n_conf * n * n);
    p.dipoles = new_array(n_conf * n * 3);
    p.positions = new_array(n_conf * n * 3);
    p.grid = new_array(n_grid);
    for (conf = 0; conf < n_conf; conf++)
        for (i = 0; i < n; i++) {
            double *row = p.hamiltonians + (conf * n + i) * n;
            row[i] = 12200.0 + 400.0 * random_uniform(&seed);
            for (j = 0; j < i; j++)
                row[j] = p.hamiltonians[(conf * n + j) * n + i] = 40.0 * (random_uniform(&seed) - 0.5);
            for (j = 0; j < 3; j++) {
                p.dipoles[(conf * n + i) * 3 + j] = 2.0 * random_uniform(&seed) - 1.0;
                p.positions[(conf * n + i) * 3 + j] = 30.0 * random_uniform(&seed);
            }
        }
    for (i = 0; i < n_grid; i++)
        p.grid[i] = 11790.0 + (double)i;
    p.absorption = new_array(n_grid);
    p.cd = new_array(n_grid);
    return p;
}

problem problem_broadcast(ptrdiff_t n_conf, ptrdiff_t n_site, ptrdiff_t n_grid)
{
    problem p = problem_new(1, n_site, n_grid);
    ptrdiff_t *strides = malloc(3 * sizeof *strides);
    strides[0] = 0;
    strides[1] = n_site;
    strides[2] = 1;
    p.n_conf = n_conf;
    p.hamiltonians_strides = strides;
    return p;
}

hl_status problem_spectrum(problem *p, const hl_exciton_options *options)
{
    const ptrdiff_t vectors[3] = {0, 3, 1}, *strides = p->hamiltonians_strides ? vectors : NULL;
    return hl_exciton_spectrum(p->n_conf, p->n_site, p->n_grid, p->hamiltonians, p->hamiltonians_strides, p->dipoles, strides,
                               p->positions, strides, NULL, NULL, p->grid, NULL, p->absorption, NULL, p->cd, NULL, options);
}

problem problem_share(const problem *p)
{
    problem other = *p;
    other.absorption = new_array(p->n_grid);
    other.cd = new_array(p->n_grid);
    memset(other.absorption, 0, (size_t)p->n_grid * sizeof(double));
    memset(other.cd, 0, (size_t)p->n_grid * sizeof(double));
    return other;
}

int problem_same_bits(const problem *left, const problem *right)
{
    const size_t bytes = (size_t)left->n_grid * sizeof(double);
    return !memcmp(left->absorption, right->absorption, bytes) && !memcmp(left->cd, right->cd, bytes);
}

void problem_free_outputs(problem *p)
{
    free(p->absorption);
    free(p->cd);
}

void problem_free(problem *p)
{
    problem_free_outputs(p);
    free(p->hamiltonians);
    free(p->dipoles);
    free(p->positions);
    free(p->grid);
    free(p->hamiltonians_strides);
}
