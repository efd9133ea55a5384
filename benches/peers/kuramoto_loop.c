/* Steps of a Kuramoto lattice as a C programmer writes them: one fused loop, four sines a cell, two arrays in turn. Compiled twice,
 * at -O3 -march=native, and with -ffast-math as well, which lets gcc take libmvec's vector sine. */
#include <math.h>
#include <stddef.h>

/* next = base + factor * slopes(theta), and sum = (first ? base : sum) + weight * slopes(theta) unless sum is NULL */
static inline void stage(ptrdiff_t n, const double *restrict theta, const double *restrict omega, double k,
                         const double *base, double factor, double *next, int first, double weight, double *sum)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        const double *row = theta + i * n, *above = row - n, *below = row + n;
        for (ptrdiff_t j = 0; j < n; j++) {
            /* only the rim has fewer than four neighbours: the loop over the inside is the next one */
            if (i > 0 && i < n - 1 && j == 1) {
#pragma GCC ivdep
                for (ptrdiff_t l = 1; l < n - 1; l++) {
                    double pull = sin(above[l] - row[l]) + sin(below[l] - row[l]) + sin(row[l - 1] - row[l]) + sin(row[l + 1] - row[l]);
                    double slope = omega[i * n + l] + k * pull;
                    if (sum)
                        sum[i * n + l] = (first ? base[i * n + l] : sum[i * n + l]) + weight * slope;
                    next[i * n + l] = base[i * n + l] + factor * slope;
                }
                j = n - 1;
            }
            double pull = 0.0;
            if (i > 0)
                pull += sin(above[j] - row[j]);
            if (i < n - 1)
                pull += sin(below[j] - row[j]);
            if (j > 0)
                pull += sin(row[j - 1] - row[j]);
            if (j < n - 1)
                pull += sin(row[j + 1] - row[j]);
            double slope = omega[i * n + j] + k * pull;
            if (sum)
                sum[i * n + j] = (first ? base[i * n + j] : sum[i * n + j]) + weight * slope;
            next[i * n + j] = base[i * n + j] + factor * slope;
        }
    }
}

/* `steps` of Euler's method from a; the result is in a after an even number of them, in b after an odd one. */
void kuramoto_euler(ptrdiff_t n, double *a, const double *omega, double k, double dt, ptrdiff_t steps, double *b)
{
    for (ptrdiff_t s = 0; s < steps; s++) {
        stage(n, a, omega, k, a, dt, b, 0, 0.0, NULL);
        double *other = a;
        a = b;
        b = other;
    }
}

/* `steps` of the classical Runge-Kutta method; work has room for three arrays. */
void kuramoto_rk4(ptrdiff_t n, double *theta, const double *omega, double k, double dt, ptrdiff_t steps, double *work)
{
    double *one = work, *two = work + n * n, *sum = work + 2 * n * n;
    for (ptrdiff_t s = 0; s < steps; s++) {
        stage(n, theta, omega, k, theta, dt / 2, one, 1, dt / 6, sum);
        stage(n, one, omega, k, theta, dt / 2, two, 0, dt / 3, sum);
        stage(n, two, omega, k, theta, dt, one, 0, dt / 3, sum);
        /* the last stage adds to the sum of the others, which is the new state */
        stage(n, one, omega, k, sum, dt / 6, theta, 0, 0.0, NULL);
    }
}

/* The memory's part of an Euler step in place: two arrays are read, one of them written. */
void read_two_write_one(ptrdiff_t count, double *theta, const double *omega)
{
    for (ptrdiff_t i = 0; i < count; i++)
        theta[i] += 1e-9 * omega[i];
}
