/* Median processor time of a call from C; see ../overhead.py. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "hotloop.h"

enum { BATCHES = 101 };

static double microseconds(void) { return 1e6 * (double)clock() / CLOCKS_PER_SEC; }

static int ascending(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static void convert_one(void)
{
    double value = 12500.0, converted;
    if (hl_units_convert(1, &value, NULL, &converted, NULL, HL_UNIT_WAVENUMBER, HL_UNIT_WAVELENGTH) != HL_OK)
        exit(1);
}

static void sticks_two(void)
{
    static const double hamiltonian[2][2] = {{12400.0, -100.0}, {-100.0, 12500.0}}, dipoles[2][3] = {{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}};
    double energies[2];
    if (hl_exciton_sticks(1, 2, *hamiltonian, NULL, *dipoles, NULL, NULL, NULL, energies, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                          NULL, NULL) != HL_OK)
        exit(1);
}

static void report(const char *name, void (*call)(void), int calls)
{
    double times[BATCHES];
    for (int batch = -1; batch < BATCHES; batch++) { /* the first warms up */
        const double began = microseconds();
        for (int i = 0; i < calls; i++)
            call();
        if (batch >= 0)
            times[batch] = (microseconds() - began) / calls;
    }
    qsort(times, BATCHES, sizeof *times, ascending);
    printf("%s %.6f\n", name, times[BATCHES / 2]);
}

int main(int argc, char **argv)
{
    const int calls = argc > 1 ? 100 : 2000;
    (void)argv;
    report("convert_one", convert_one, calls);
    report("sticks_two", sticks_two, calls);
    return 0;
}
