/* A stranger's C program against an installed hotloop. With default options the absorption of a single site, on the grid point of its
 * energy, is |mu|^2: peak normalisation makes the line 1 there. |(1, 2, -1/2)|^2 = 5.25 is exact in binary, so equality is asked for. */
#include <hotloop.h>
#include <stdio.h>

int main(void)
{
    const double hamiltonian[1] = {15000.0}; /* cm-1 */
    const double dipole[3] = {1.0, 2.0, -0.5};
    double grid[21], absorption[21];
    hl_status status;
    int i;

    for (i = 0; i < 21; i++)
        grid[i] = 14900.0 + 10.0 * i;
    status = hl_exciton_spectrum(1, 1, 21, hamiltonian, NULL, dipole, NULL, NULL, NULL, NULL, NULL, grid, NULL, absorption, NULL, NULL,
                                 NULL, NULL);
    if (status != HL_OK) {
        fprintf(stderr, "%s\n", hl_last_error_message());
        return 1;
    }
    printf("hotloop %s: absorption at the site energy %.17g\n", hl_version(), absorption[10]);
    return absorption[10] == 5.25 && hl_abi_version() == HL_ABI_VERSION ? 0 : 1;
}
