/* A host that loads the library at run time, closes it, and loads it again, with worker threads alive in between.
   The path is the first argument; this program is not linked with hotloop. */
#include "harness.h"

#include <dlfcn.h>
#include <hotloop.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

typedef hl_status (*spectrum_function)(ptrdiff_t, ptrdiff_t, ptrdiff_t, const double *, const ptrdiff_t *, const double *, const ptrdiff_t *,
                                       const double *, const ptrdiff_t *, const double *, const ptrdiff_t *, const double *,
                                       const ptrdiff_t *, double *, const ptrdiff_t *, double *, const ptrdiff_t *,
                                       const hl_exciton_options *);

/* Sets the function pointer without the object-to-function cast that ISO C lacks. */
static void find(void *library, const char *name, void *function)
{
    void *address = dlsym(library, name);
    expect(address != NULL, "%s is missing: %s", name, dlerror());
    memcpy(function, &address, sizeof address);
}

static void *use_and_close(void *path)
{
    static const double grid[2] = {12400.0, 12500.0}, dipole[3] = {1.0, 0.0, 0.0};
    static const ptrdiff_t all_the_same[3] = {0, 0, 1}; /* one configuration for all */
    const double hamiltonian = 12400.0;
    double absorption[2] = {0.0, 0.0}, cd[2];
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    spectrum_function spectrum = NULL;
    hl_status (*set_threads)(int32_t) = NULL;
    if (!expect(library != NULL, "dlopen: %s", dlerror()))
        return NULL;
    find(library, "hl_exciton_spectrum", &spectrum);
    find(library, "hl_set_num_threads", &set_threads);
    if (spectrum && set_threads) {
        expect(set_threads(2) == HL_OK, "hl_set_num_threads failed");
        expect(spectrum(500, 1, 2, &hamiltonian, all_the_same, dipole, all_the_same, dipole, all_the_same, NULL, NULL, grid, NULL,
                        absorption, NULL, cd, NULL, NULL) == HL_OK, "hl_exciton_spectrum failed");
        expect(absorption[0] > 0.999 && absorption[0] < 1.001, "absorption is %g", absorption[0]);
        expect(spectrum(-1, 1, 2, &hamiltonian, all_the_same, dipole, all_the_same, dipole, all_the_same, NULL, NULL, grid, NULL,
                        absorption, NULL, cd, NULL, NULL) == HL_ERR_SHAPE, "a bad call passed");
    }
    expect(dlclose(library) == 0, "dlclose: %s", dlerror());
    return NULL;
}

int main(int argc, char **argv)
{
    int k;
    if (argc != 2) {
        fprintf(stderr, "usage: test_dlopen path/to/libhotloop.so.0\n");
        return 2;
    }
    for (k = 0; k < 5; k++) {
        pthread_t thread;
        test("dlopen, two threads, dlclose: round %d, in a host thread that ends after it", k);
        pthread_create(&thread, NULL, use_and_close, argv[1]);
        pthread_join(thread, NULL);
    }
    test("dlopen, two threads, dlclose in the main thread");
    use_and_close(argv[1]);
    return finish("dlopen");
}
