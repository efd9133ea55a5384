/* Writes the results of a shared case; see results.h. */
#include "results.h"

#include "harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* mkdir -p */
static void make_folders(const char *path)
{
    char prefix[1024], *slash;
    snprintf(prefix, sizeof prefix, "%s/", path);
    for (slash = strchr(prefix + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(prefix, 0777) && errno != EEXIST) {
            fprintf(stderr, "cannot make the folder %s\n", prefix);
            exit(2);
        }
        *slash = '/';
    }
}

void write_results(const char *name, double *const *arrays, const size_t *lengths, int n_arrays)
{
    const char *root = getenv("HOTLOOP_RESULTS");
    char folder[900], path[1000];
    FILE *file;
    int k, written = 1;
    snprintf(folder, sizeof folder, "%s/c", root && *root ? root : "build/results");
    snprintf(path, sizeof path, "%s/%s.f64", folder, name);
    make_folders(folder);
    file = fopen(path, "wb");
    for (k = 0; file && k < n_arrays; k++)
        written &= fwrite(arrays[k], sizeof(double), lengths[k], file) == lengths[k];
    expect(file && !fclose(file) && written, "cannot write %s", path);
}
