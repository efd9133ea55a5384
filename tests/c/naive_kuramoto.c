/* Independent evaluation of Kuramoto oscillators; see naive_kuramoto.h. Everything here is in double, whatever the row's precision.
   Source: Y. Kuramoto, Chemical Oscillations, Waves, and Turbulence (1984); the lag as in H. Sakaguchi and Y. Kuramoto (1986). */
#include "naive_kuramoto.h"

#include "harness.h"
#include "naive_noise.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
#define LARGEST_COUPLING 2.0 /* of the table */
#define PAIRS_AT_MOST 400
#define SHORT_STEP 0.0078125

static double epsilon(const kuramoto_case *row) { return row->bits == 32 ? FLT_EPSILON : DBL_EPSILON; }

/* The neighbour of a cell along an axis (side 0 below, 1 above): its phase in *phase, or 0 for none. */
static int neighbour(const kuramoto_case *row, const kuramoto_inputs *inputs, const double *theta, const ptrdiff_t index[3], int axis,
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

static double pull(const kuramoto_case *row, double ahead)
{
    const double difference = ahead - row->lag;
    return row->law == HL_COUPLING_LINEAR ? difference : sin(difference);
}

static void pulls_of_lattice(const kuramoto_case *row, const kuramoto_inputs *inputs, const double *theta, double *pulls)
{
    ptrdiff_t index[3] = {0, 0, 0}, cell;
    int axis, side;
    for (cell = 0; cell < inputs->cells; cell++) {
        double phase;
        pulls[cell] = 0.0;
        for (axis = 0; axis < row->rank; axis++)
            for (side = 0; side < 2; side++)
                if (neighbour(row, inputs, theta, index, axis, side, &phase))
                    pulls[cell] += pull(row, phase - theta[cell]);
        for (axis = row->rank - 1; axis >= 0 && ++index[axis] == row->shape[axis]; axis--)
            index[axis] = 0;
    }
}

static double pull_of_all(const kuramoto_case *row, const kuramoto_inputs *inputs, const double *theta, ptrdiff_t node)
{
    double sum = 0.0;
    ptrdiff_t j;
    for (j = 0; j < inputs->cells; j++)
        sum += pull(row, theta[j] - theta[node]);
    return sum / (double)inputs->cells;
}

/* Pair by pair where there is time for it; else through the mean phase or the mean of exp(i theta), which naive_check_slopes compares
   with pairs. */
static void pulls_of_mean_field(const kuramoto_case *row, const kuramoto_inputs *inputs, const double *theta, double *pulls)
{
    double cosine = 0.0, sine = 0.0, mean = 0.0;
    ptrdiff_t i;
    for (i = 0; i < inputs->cells; i++) {
        cosine += cos(theta[i]) / (double)inputs->cells;
        sine += sin(theta[i]) / (double)inputs->cells;
        mean += theta[i] / (double)inputs->cells;
    }
    for (i = 0; i < inputs->cells; i++)
        if (inputs->cells <= PAIRS_AT_MOST)
            pulls[i] = pull_of_all(row, inputs, theta, i);
        else if (row->law == HL_COUPLING_LINEAR)
            pulls[i] = mean - theta[i] - row->lag;
        else
            pulls[i] = hypot(cosine, sine) * sin(atan2(sine, cosine) - theta[i] - row->lag);
}

static void pulls_of_network(const kuramoto_case *row, const kuramoto_inputs *inputs, const double *theta, double *pulls)
{
    ptrdiff_t i, e;
    for (i = 0; i < inputs->cells; i++)
        for (pulls[i] = 0.0, e = inputs->row_start[i]; e < inputs->row_start[i + 1]; e++)
            pulls[i] += inputs->weights[e] * pull(row, theta[inputs->neighbours[e]] - theta[i]);
}

static void slopes_of(const kuramoto_case *row, const kuramoto_inputs *inputs, const double *theta, double *slopes)
{
    static void (*const pulls_of[])(const kuramoto_case *, const kuramoto_inputs *, const double *, double *) = {
        pulls_of_lattice, pulls_of_mean_field, pulls_of_network};
    ptrdiff_t i;
    pulls_of[row->model](row, inputs, theta, slopes);
    for (i = 0; i < inputs->cells; i++)
        slopes[i] = inputs->omega[i] + inputs->coupling[i] * slopes[i];
}

/* `base + dt * weight * slopes` into `to`. */
static void go(ptrdiff_t cells, const double *base, double by, const double *slopes, double *to)
{
    ptrdiff_t i;
    for (i = 0; i < cells; i++)
        to[i] = base[i] + by * slopes[i];
}

/* One step of a method of fixed steps, the s-th of the run. Slopes at its beginning are those of the phases without the step's noise. */
static void step(const kuramoto_case *row, const kuramoto_inputs *inputs, int method, double dt, ptrdiff_t s, const double *theta, double *next)
{
    static const int n_stages[] = {1, 2, 4};
    static const double places[3][4] = {{0.0}, {0.0, 1.0}, {0.0, 0.5, 0.5, 1.0}};
    static const double weights[3][4] = {{1.0}, {0.5, 0.5}, {1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0}};
    const size_t bytes = (size_t)inputs->cells * sizeof(double);
    double *slopes = calloc(1, bytes + 1), *stage = calloc(1, bytes + 1), *base = malloc(bytes + 1);
    ptrdiff_t i;
    int k;
    memcpy(base, theta, bytes);
    for (i = 0; i < inputs->cells && row->noise > 0.0; i++)
        base[i] += row->noise * sqrt(dt) * naive_normal(CASE_NOISE_SEED, CASE_FIRST_STEP + s, CASE_FIRST_CELL + i);
    memcpy(next, base, bytes);
    for (k = 0; k < n_stages[method]; k++) {
        go(inputs->cells, k == 0 ? theta : base, k == 0 ? 0.0 : dt * places[method][k], slopes, stage);
        slopes_of(row, inputs, stage, slopes);
        go(inputs->cells, next, dt * weights[method][k], slopes, next);
    }
    free(slopes);
    free(stage);
    free(base);
}

/* The solution of the equations after `dt`, by short steps of RK4. */
static void solve(const kuramoto_case *row, const kuramoto_inputs *inputs, double dt, const double *theta, double *next)
{
    const size_t bytes = (size_t)inputs->cells * sizeof(double);
    const int n_steps = (int)ceil(dt / SHORT_STEP);
    double *now = malloc(bytes + 1);
    int k;
    memcpy(next, theta, bytes);
    for (k = 0; k < n_steps; k++) {
        memcpy(now, next, bytes);
        step(row, inputs, HL_METHOD_RK4, dt / n_steps, 0, now, next);
    }
    free(now);
}

static double largest_of(const double *values, ptrdiff_t count)
{
    double largest = 0.0;
    ptrdiff_t i;
    for (i = 0; i < count; i++)
        largest = fmax(largest, fabs(values[i]));
    return largest;
}

/* The largest sum of weights of what pulls at one oscillator. */
static double largest_pull(const kuramoto_case *row, const kuramoto_inputs *inputs)
{
    double largest = 0.0;
    ptrdiff_t i, e;
    if (row->model != NETWORK)
        return row->model == LATTICE ? 2.0 * row->rank : 1.0;
    for (i = 0; i < inputs->cells; i++) {
        double sum = 0.0;
        for (e = inputs->row_start[i]; e < inputs->row_start[i + 1]; e++)
            sum += inputs->weights[e];
        largest = fmax(largest, sum);
    }
    return largest;
}

/* What rounding may change in a slope: a sine of a neighbour, or of the difference to it, is off by an epsilon for each unit of the
   phases that went into it (direct laws subtract them; the others only have errors of their sines), and sums of such terms. In a mean
   over all oscillators roundings walk. */
static double slope_tolerance(const kuramoto_case *row, const kuramoto_inputs *inputs, double largest_phase)
{
    const double walk = row->model == MEAN_FIELD ? 2.0 * sqrt((double)inputs->cells) * (row->law == HL_COUPLING_LINEAR ? largest_phase : 1.0) : 0.0;
    const double term = row->law == HL_COUPLING_SINE ? 6.0 : 4.0 + 2.0 * largest_phase;
    return epsilon(row) * (1.0 + LARGEST_COUPLING * largest_pull(row, inputs) * (term + walk));
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

void naive_check_slopes(const kuramoto_case *row, const kuramoto_inputs *inputs, const kuramoto_results *results)
{
    const double tolerance = slope_tolerance(row, inputs, 8.0);
    double *expected = malloc((size_t)inputs->cells * sizeof(double) + 1), worst;
    ptrdiff_t where, k;
    slopes_of(row, inputs, inputs->theta, expected);
    worst = worst_of(results->arrays[SLOPES], expected, inputs->cells, &where);
    expect(worst <= tolerance, "dtheta of cell %td is %.17g, with libm %.17g: off by %g instead of %g", where, results->arrays[SLOPES][where],
           expected[where], worst, tolerance);
    for (k = 0; k < inputs->cells && row->model == MEAN_FIELD; k += inputs->cells / 20 + 1) {
        const double pairs = inputs->omega[k] + inputs->coupling[k] * pull_of_all(row, inputs, inputs->theta, k);
        expect(fabs(results->arrays[SLOPES][k] - pairs) <= tolerance, "dtheta of node %td is %.17g, pair by pair %.17g", k,
               results->arrays[SLOPES][k], pairs);
    }
    free(expected);
}

/* An adaptive step of the run is a few of the method's own, whose errors are at most `atol` each, root mean square, and may grow a little
   until the end; each rounds. */
static int expect_solution(const kuramoto_case *row, const kuramoto_inputs *inputs, ptrdiff_t s, const double *from, const double *to, double size)
{
    const double tolerance = 10.0 * row->atol + 50.0 * epsilon(row) * size;
    double *expected = malloc((size_t)inputs->cells * sizeof(double) + 1), square = 0.0;
    ptrdiff_t i;
    solve(row, inputs, row->dt, from, expected);
    for (i = 0; i < inputs->cells; i++)
        square += (to[i] - expected[i]) * (to[i] - expected[i]);
    free(expected);
    square = sqrt(square / (double)inputs->cells);
    return expect(square <= tolerance, "step %td: off by %g, root mean square, instead of %g", s + 1, square, tolerance);
}

void naive_check_steps(const kuramoto_case *row, const kuramoto_inputs *inputs, const kuramoto_results *results)
{
    const ptrdiff_t cells = inputs->cells, n_frames = kuramoto_frames(row);
    const size_t bytes = (size_t)cells * sizeof(double);
    kuramoto_case every_step = *row;
    kuramoto_results all;
    double *expected = malloc(bytes + 1);
    ptrdiff_t s, where;
    every_step.record_every = 1;
    all = kuramoto_run(&every_step, inputs, row->layout);
    for (s = 0; s < row->n_steps; s++) {
        const double *from = s == 0 ? inputs->theta : all.arrays[RECORDED] + (s - 1) * cells, *to = all.arrays[RECORDED] + s * cells;
        const double size = fmax(largest_of(from, cells), largest_of(to, cells));
        /* a rounding of the phase for each stage and the sum, and the slopes' errors, which stages hand on with dt L below 2 */
        const double tolerance =
            3.0 * epsilon(row) * (size + 9.0 * row->noise) + 3.0 * row->dt * slope_tolerance(row, inputs, size);
        double worst;
        if (row->method == HL_METHOD_DORMAND_PRINCE) {
            if (!expect_solution(row, inputs, s, from, to, size))
                break;
            continue;
        }
        step(row, inputs, row->method, row->dt, s, from, expected);
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
    kuramoto_results_free(&all);
    free(expected);
}

static void check_order(const kuramoto_case *row, const double *theta, ptrdiff_t cells, double r, double psi, const char *what, ptrdiff_t at)
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

void naive_check_order(const kuramoto_case *row, const kuramoto_inputs *inputs, const kuramoto_results *results)
{
    const ptrdiff_t cells = inputs->cells;
    ptrdiff_t s;
    for (s = 0; s < kuramoto_frames(row); s++)
        check_order(row, results->arrays[RECORDED] + s * cells, cells, results->arrays[RECORDED_R][s], results->arrays[RECORDED_PSI][s],
                    "record", s);
    check_order(row, results->arrays[FINAL_THETA], cells, *results->arrays[FINAL_R], *results->arrays[FINAL_PSI], "end of step", row->n_steps);
}
