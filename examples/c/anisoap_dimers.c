/* How alike four pairs of disc-shaped molecules are to AniSOAP: stacked, T-shaped, side by side, and the stack turned as a whole, which
   is the same to a descriptor that no rotation changes.

       cc anisoap_dimers.c -lhotloop -lm -o anisoap_dimers && ./anisoap_dimers */
#include <hotloop.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { FRAMES = 4, ATOMS = 2 * FRAMES };

static const char *const names[FRAMES] = {"stacked", "T-shaped", "side by side", "stack, turned"};

static void must(hl_status status)
{
    if (status != HL_OK) {
        fprintf(stderr, "%s\n", hl_last_error_message());
        exit(1);
    }
}

int main(void)
{
    const double half = sqrt(0.5);
    const double positions[ATOMS][3] = {{0, 0, 0}, {0, 0, 2}, {0, 0, 0}, {0, 0, 2}, {0, 0, 0}, {2, 0, 0}, {0, 0, 0}, {2, 0, 0}};
    /* w, x, y, z: from the axes of the body to those of positions */
    const double quaternions[ATOMS][4] = {{1, 0, 0, 0}, {1, 0, 0, 0}, {1, 0, 0, 0}, {half, half, 0, 0}, {1, 0, 0, 0}, {1, 0, 0, 0},
                                          {0.5, 0.5, 0.5, 0.5}, {0.5, 0.5, 0.5, 0.5}};
    const double disc[3] = {1.5, 1.5, 0.4}; /* standard deviations along the axes of the body */
    const ptrdiff_t one_shape[2] = {0, 1};  /* strides: the same for all molecules */
    const int32_t species = 6, kinds[ATOMS] = {6, 6, 6, 6, 6, 6, 6, 6};
    const ptrdiff_t offsets[FRAMES + 1] = {0, 2, 4, 6, 8};
    hl_anisoap_options options;
    hl_anisoap_plan *plan = NULL;
    ptrdiff_t n_features, k;
    double *means;
    int a, b;

    must(hl_anisoap_options_init(&options, sizeof options));
    options.radial_gaussian_width = 1.5;
    options.max_radial = 3;
    must(hl_anisoap_plan_create(&plan, 6, 1, &species, NULL, 7.0, &options));
    n_features = hl_anisoap_power_spectrum_size(plan);
    means = malloc((size_t)(FRAMES * n_features) * sizeof *means); /* [frame][species][feature], one species */
    if (!means)
        return 1;
    must(hl_anisoap_power_spectrum(plan, FRAMES, ATOMS, offsets, NULL, &positions[0][0], NULL, kinds, NULL, &quaternions[0][0], NULL, NULL,
                                   NULL, disc, one_shape, NULL, NULL, NULL, NULL, n_features, NULL, NULL, means, NULL, NULL));
    for (a = 0; a < FRAMES; a++) {
        printf("%-14s", names[a]);
        for (b = 0; b < FRAMES; b++) {
            double ab = 0, aa = 0, bb = 0;
            for (k = 0; k < n_features; k++) {
                const double x = means[a * n_features + k], y = means[b * n_features + k];
                ab += x * y;
                aa += x * x;
                bb += y * y;
            }
            printf(" %9.6f", ab / sqrt(aa * bb));
        }
        printf("\n");
    }
    free(means);
    must(hl_anisoap_plan_destroy(plan));
    return 0;
}
