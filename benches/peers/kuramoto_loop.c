/* Euler steps of a Kuramoto lattice as a C programmer writes them: one fused loop, four sines a cell, two arrays in turn. Compiled twice,
 * at -O3 -march=native, and with -ffast-math as well, which lets gcc take libmvec's vector sine. */
#include <math.h>
#include <stddef.h>
#include <string.h>

static void step(ptrdiff_t n, const double *restrict theta, const double *restrict omega, double k, double dt, double *restrict next)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        const double *row = theta + i * n, *above = row - n, *below = row + n;
        for (ptrdiff_t j = 0; j < n; j++) {
            /* only the rim has fewer than four neighbours: the loop over the inside is the next one */
            if (i > 0 && i < n - 1 && j == 1) {
                for (; j < n - 1; j++) {
                    double sum = sin(above[j] - row[j]) + sin(below[j] - row[j]) + sin(row[j - 1] - row[j]) + sin(row[j + 1] - row[j]);
                    next[i * n + j] = row[j] + dt * (omega[i * n + j] + k * sum);
                }
            }
            double sum = 0.0;
            if (i > 0)
                sum += sin(above[j] - row[j]);
            if (i < n - 1)
                sum += sin(below[j] - row[j]);
            if (j > 0)
                sum += sin(row[j - 1] - row[j]);
            if (j < n - 1)
                sum += sin(row[j + 1] - row[j]);
            next[i * n + j] = row[j] + dt * (omega[i * n + j] + k * sum);
        }
    }
}

/* `steps` steps; the result is in theta. */
void kuramoto_loop(ptrdiff_t n, double *theta, const double *omega, double k, double dt, ptrdiff_t steps, double *other)
{
    for (ptrdiff_t s = 0; s + 1 < steps; s += 2) {
        step(n, theta, omega, k, dt, other);
        step(n, other, omega, k, dt, theta);
    }
    if (steps % 2) {
        step(n, theta, omega, k, dt, other);
        memcpy(theta, other, (size_t)(n * n) * sizeof *theta);
    }
}
