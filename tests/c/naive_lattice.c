/* Independent evaluation of Kuramoto lattices; see naive_lattice.h. Everything here is in double, whatever the row's precision.
   Source: Y. Kuramoto, Chemical Oscillations, Waves, and Turbulence (1984); the lag as in H. Sakaguchi and Y. Kuramoto (1986). */
#include "naive_lattice.h"

#include "harness.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
#define LARGEST_COUPLING 2.0 /* of the table */

static double epsilon(const lattice_case *row) { return row->bits == 32 ? FLT_EPSILON : DBL_EPSILON; }

/* The neighbour of a cell along an axis (side 0 below, 1 above): its phase in *phase, or 0 for none. */
static int neighbour(const lattice_case *row, const lattice_inputs *inputs, const double *theta, const ptrdiff_t index[3], int axis,
                     int side, double *phase)
{
    ptrdiff_t at[3], cell = 0, face = 0;
    int k, is_beyond;
    memcpy(at, index, sizeof at);
    at[axis] += side ? 1 : -1;
    is_beyond = at[axis] < 0 || at[axis] >= row->shape[axis];
    if (is_beyond && row->boundary[axis] == HL_BOUNDARY_ZERO_FLUX)
        return 0;
    if (is_beyond && row->boundary[axis] == HL_BOUNDARY_PERIODIC)
        at[axis] = (at[axis] + row->shape[axis]) % row->shape[axis];
    for (k = 0; k < row->rank; k++) {
        cell = cell * row->shape[k] + at[k];
        face = k == axis ? face : face * row->shape[k] + at[k];
    }
    *phase = is_beyond && row->boundary[axis] == HL_BOUNDARY_HALO ? inputs->faces[axis][side][face] : theta[cell];
    return 1;
}

static void slopes_of(const lattice_case *row, const lattice_inputs *inputs, const double *theta, double *slopes)
{
    ptrdiff_t index[3] = {0, 0, 0}, cell;
    int axis, side;
    for (cell = 0; cell < inputs->cells; cell++) {
        double sum = 0.0, phase;
        for (axis = 0; axis < row->rank; axis++)
            for (side = 0; side < 2; side++)
                if (neighbour(row, inputs, theta, index, axis, side, &phase)) {
                    const double difference = phase - theta[cell] - row->lag;
                    sum += row->law == HL_COUPLING_LINEAR ? difference : sin(difference);
                }
        slopes[cell] = inputs->omega[cell] + inputs->coupling[cell] * sum;
        for (axis = row->rank - 1; axis >= 0 && ++index[axis] == row->shape[axis]; axis--)
            index[axis] = 0;
    }
}

/* `base + dt * weight * slopes` into `to`. */
static void go(ptrdiff_t cells, const double *base, double by, const double *slopes, double *to)
{
    ptrdiff_t i;
    for (i = 0; i < cells; i++)
        to[i] = base[i] + by * slopes[i];
}

static void step(const lattice_case *row, const lattice_inputs *inputs, const double *theta, double *next)
{
    static const int n_stages[] = {1, 2, 4};
    static const double places[3][4] = {{0.0}, {0.0, 1.0}, {0.0, 0.5, 0.5, 1.0}};
    static const double weights[3][4] = {{1.0}, {0.5, 0.5}, {1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0}};
    const size_t bytes = (size_t)inputs->cells * sizeof(double);
    double *slopes = calloc(1, bytes + 1), *stage = calloc(1, bytes + 1);
    int k;
    memcpy(next, theta, bytes);
    for (k = 0; k < n_stages[row->method]; k++) {
        go(inputs->cells, theta, k == 0 ? 0.0 : row->dt * places[row->method][k], slopes, stage);
        slopes_of(row, inputs, stage, slopes);
        go(inputs->cells, next, row->dt * weights[row->method][k], slopes, next);
    }
    free(slopes);
    free(stage);
}

static double largest_of(const double *values, ptrdiff_t count)
{
    double largest = 0.0;
    ptrdiff_t i;
    for (i = 0; i < count; i++)
        largest = fmax(largest, fabs(values[i]));
    return largest;
}

/* What rounding may change in a slope: a sine of a neighbour, or of the difference to it, is off by an epsilon for each unit of the
   phases that went into it (direct laws subtract them; the others only have errors of their sines), and sums of 2 rank of them. */
static double slope_tolerance(const lattice_case *row, double largest_phase)
{
    const double term = row->law == HL_COUPLING_SINE ? 6.0 : 4.0 + 2.0 * largest_phase;
    return epsilon(row) * (1.0 + 2.0 * row->rank * LARGEST_COUPLING * term);
}

/* Largest difference, with where it is. */
static double worst_of(const double *found, const double *expected, ptrdiff_t count, ptrdiff_t *where)
{
    double worst = 0.0;
    ptrdiff_t i;
    *where = 0;
    for (i = 0; i < count; i++) {
        const double difference = isnan(found[i]) ? INFINITY : fabs(found[i] - expected[i]);
        if (difference > worst) {
            worst = difference;
            *where = i;
        }
    }
    return worst;
}

void naive_check_slopes(const lattice_case *row, const lattice_inputs *inputs, const lattice_results *results)
{
    const double tolerance = slope_tolerance(row, 8.0);
    double *expected = malloc((size_t)inputs->cells * sizeof(double) + 1), worst;
    ptrdiff_t where;
    slopes_of(row, inputs, inputs->theta, expected);
    worst = worst_of(results->arrays[SLOPES], expected, inputs->cells, &where);
    expect(worst <= tolerance, "dtheta of cell %td is %.17g, with libm %.17g: off by %g instead of %g", where, results->arrays[SLOPES][where],
           expected[where], worst, tolerance);
    free(expected);
}

void naive_check_steps(const lattice_case *row, const lattice_inputs *inputs, const lattice_results *results)
{
    const ptrdiff_t cells = inputs->cells, n_frames = lattice_frames(row);
    const size_t bytes = (size_t)cells * sizeof(double);
    lattice_case every_step = *row;
    lattice_results all;
    double *expected = malloc(bytes + 1);
    ptrdiff_t s, where;
    every_step.record_every = 1;
    all = lattice_run(&every_step, inputs, row->layout);
    for (s = 0; s < row->n_steps; s++) {
        const double *from = s == 0 ? inputs->theta : all.arrays[RECORDED] + (s - 1) * cells, *to = all.arrays[RECORDED] + s * cells;
        const double size = fmax(largest_of(from, cells), largest_of(to, cells));
        /* a rounding of the phase for each stage and the sum, and the slopes' errors, which stages hand on with dt L below 2 */
        const double tolerance = 3.0 * epsilon(row) * size + 3.0 * row->dt * slope_tolerance(row, size);
        double worst;
        step(row, inputs, from, expected);
        worst = worst_of(to, expected, cells, &where);
        if (!expect(worst <= tolerance, "step %td, cell %td: %.17g, with libm %.17g: off by %g instead of %g", s + 1, where, to[where],
                    expected[where], worst, tolerance))
            break;
    }
    for (s = 0; s < n_frames; s++)
        expect(!memcmp(results->arrays[RECORDED] + s * cells, all.arrays[RECORDED] + ((s + 1) * row->record_every - 1) * cells, bytes),
               "record %td has other bits than step %td recorded alone", s, (s + 1) * row->record_every);
    expect(!memcmp(results->arrays[FINAL_THETA], row->n_steps ? all.arrays[RECORDED] + (row->n_steps - 1) * cells : inputs->theta, bytes),
           "the end has other bits than the last step recorded");
    expect(!memcmp(results->arrays[FINAL_THETA], all.arrays[FINAL_THETA], bytes), "records change the end");
    lattice_results_free(&all);
    free(expected);
}

static void check_order(const lattice_case *row, const double *theta, ptrdiff_t cells, double r, double psi, const char *what, ptrdiff_t at)
{
    /* rounding walks along a line, whose sum is in the row's precision, and over all cells here */
    const double tolerance = epsilon(row) * (8.0 + 2.0 * sqrt((double)row->shape[row->rank - 1])) + DBL_EPSILON * sqrt((double)cells);
    double cosine = 0.0, sine = 0.0, expected, turned;
    ptrdiff_t i;
    for (i = 0; i < cells; i++) {
        cosine += cos(theta[i]) / (double)cells;
        sine += sin(theta[i]) / (double)cells;
    }
    expected = hypot(cosine, sine);
    turned = remainder(psi - atan2(sine, cosine), 2.0 * PI);
    expect(fabs(r - expected) <= tolerance, "%s %td: r is %.17g instead of %.17g", what, at, r, expected);
    expect(fabs(turned) <= tolerance / expected + 4.0 * epsilon(row), "%s %td: psi is %.17g instead of %.17g", what, at, psi,
           atan2(sine, cosine));
    expect(psi > -PI * (1.0 + epsilon(row)) && psi <= PI * (1.0 + epsilon(row)), "%s %td: psi is %.17g", what, at, psi);
}

void naive_check_order(const lattice_case *row, const lattice_inputs *inputs, const lattice_results *results)
{
    const ptrdiff_t cells = inputs->cells;
    ptrdiff_t s;
    for (s = 0; s < lattice_frames(row); s++)
        check_order(row, results->arrays[RECORDED] + s * cells, cells, results->arrays[RECORDED_R][s], results->arrays[RECORDED_PSI][s],
                    "record", s);
    check_order(row, results->arrays[FINAL_THETA], cells, *results->arrays[FINAL_R], *results->arrays[FINAL_PSI], "end of step", row->n_steps);
}
