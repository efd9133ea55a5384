/* Good manners of a library in somebody's process: nothing on stdout or stderr, no signal handlers, no changed floating-point modes,
   locale, working folder or errno-dependent state, and no spurious floating-point exceptions on legal input. */
#include "bench.h"
#include "cases.h"
#include "harness.h"
#include "kuramoto_bench.h"
#include "problem.h"
#include "strided.h"

#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A bit of everything: good calls, every kind of refusal, cancellation, queries. */
static int32_t cancel(void *user, int64_t done, int64_t total)
{
    (void)user, (void)done, (void)total;
    return 1;
}

/* Oscillators likewise: every function, method and kind of mistake. */
static void oscillators(void)
{
    static kuramoto_bench b;
    enum kuramoto_function function;
    int bits, method;
    for (function = RHS; function < N_KURAMOTO_FUNCTIONS; function++)
        for (bits = 32; bits <= 64; bits += 32)
            for (method = HL_METHOD_EULER; method <= HL_METHOD_DORMAND_PRINCE; method++) {
                kuramoto_bench_set(&b, function, bits, 1, 0);
                b.c.options->method = method;
                b.c.options->noise = method == HL_METHOD_HEUN ? 0.5 : 0.0;
                kuramoto_perform(&b.c);
                b.c.options->progress = cancel;
                kuramoto_perform(&b.c);
                b.c.options->progress = NULL;
                b.c.options->atol = 1e-300;
                kuramoto_perform(&b.c);
                kuramoto_bench_write(&b, THETA, 1, NAN);
                kuramoto_perform(&b.c);
                b.c.options->nonfinite = HL_NONFINITE_PROPAGATE;
                kuramoto_perform(&b.c);
                if (kuramoto_model_of(function) == NETWORK)
                    kuramoto_bench_write(&b, NEIGHBOURS, 2, 99.0);
                b.c.pointers[OMEGA] = NULL;
                kuramoto_perform(&b.c);
                b.c.shape[0] = -1;
                kuramoto_perform(&b.c);
                b.c.options->law = 17;
                kuramoto_perform(&b.c);
            }
}

static void everything(void)
{
    static bench b;
    hl_exciton_options options;
    problem p = problem_new(200, 8, 300), large = problem_new(1, 200, 50), endless = problem_broadcast(200000, 8, 300);
    int threads;
    for (threads = 1; threads <= 2; threads++) {
        hl_set_num_threads_local(threads);
        problem_spectrum(&p, NULL);
        problem_spectrum(&large, NULL);
        hl_exciton_options_init(&options, sizeof options);
        options.progress = cancel;
        problem_spectrum(&endless, &options);
        bench_set(&b, SPECTRUM);
        b.c.dims[SITE] = -1;
        perform(&b.c);
        b.c.dims[SITE] = BENCH_SITE;
        b.c.pointers[0] = NULL;
        perform(&b.c);
        bench_set(&b, SPECTRUM);
        *bench_element(&b, "hamiltonians", 1, 2, 2) = NAN;
        perform(&b.c);
        bench_set(&b, STICKS);
        *bench_element(&b, "hamiltonians", 1, 2, 1) = 1e300;
        perform(&b.c);
        bench_set(&b, BROADEN);
        b.c.options->fwhm = -1.0;
        perform(&b.c);
        bench_set(&b, CONVERT);
        b.c.to_unit = 17;
        perform(&b.c);
        oscillators();
        hl_set_num_threads(-5);
        hl_config();
        hl_shutdown();
    }
    hl_set_num_threads_local(0);
    problem_free(&p);
    problem_free(&large);
    problem_free(&endless);
}

static void silence(void)
{
    FILE *page = tmpfile();
    struct stat written;
    int file, out, err;
    test("nothing is printed, whatever happens");
    if (!expect(page != NULL, "tmpfile failed"))
        return;
    file = fileno(page);
    fflush(stdout);
    fflush(stderr);
    out = dup(1);
    err = dup(2);
    dup2(file, 1);
    dup2(file, 2);
    everything();
    fflush(stdout);
    fflush(stderr);
    dup2(out, 1);
    dup2(err, 2);
    fstat(file, &written);
    expect(written.st_size == 0, "%ld bytes were printed", (long)written.st_size);
    fclose(page);
}

static void signals(void)
{
    struct sigaction before[65], after[65];
    sigset_t mask_before, mask_after;
    int number;
    test("signal handlers and the signal mask are as before");
    memset(before, 0, sizeof before);
    memset(after, 0, sizeof after);
    for (number = 1; number < 65; number++)
        sigaction(number, NULL, &before[number]);
    pthread_sigmask(SIG_BLOCK, NULL, &mask_before);
    everything();
    for (number = 1; number < 65; number++) {
        sigaction(number, NULL, &after[number]);
        expect(!memcmp(&before[number].sa_handler, &after[number].sa_handler, sizeof before[number].sa_handler) &&
                   before[number].sa_flags == after[number].sa_flags, "the handler of signal %d changed", number);
    }
    pthread_sigmask(SIG_BLOCK, NULL, &mask_after);
    for (number = 1; number < 65; number++)
        expect(sigismember(&mask_before, number) == sigismember(&mask_after, number), "the mask of signal %d changed", number);
}

static void floating_point(void)
{
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    problem p = problem_new(37, 7, 300);
    static kuramoto_bench b;
    fenv_t before, after;
    size_t k;
    test("rounding mode and flush-to-zero are as before");
    for (k = 0; k < 4; k++) {
        fesetround(modes[k]);
        fegetenv(&before);
        problem_spectrum(&p, NULL);
        kuramoto_bench_set(&b, INTEGRATE, 64, 2, -1);
        kuramoto_bench_accepted(&b);
        kuramoto_bench_set(&b, NETWORK_INTEGRATE, 32, 1, -1);
        b.c.options->method = HL_METHOD_DORMAND_PRINCE;
        kuramoto_bench_accepted(&b);
        fegetenv(&after);
        expect(fegetround() == modes[k], "the rounding mode changed");
#ifdef __x86_64__
        expect((before.__mxcsr & ~0x3fU) == (after.__mxcsr & ~0x3fU), "MXCSR changed from %#x to %#x", before.__mxcsr, after.__mxcsr);
#endif
    }
    fesetround(FE_TONEAREST);
    problem_free(&p);
}

/* gfortran -ffpe-trap=invalid,zero,overflow and feenableexcept are common where people hunt NaNs. */
static void traps(void)
{
    size_t n_cases, k;
    exciton_case *rows = cases_read(&n_cases);
    hl_set_num_threads_local(1); /* the flags are the calling thread's */
    for (k = 0; k < n_cases; k++) {
        case_inputs inputs = case_inputs_read(&rows[k]);
        case_results results;
        int raised;
        test("case %s raises no invalid, divide-by-zero or overflow flag: programs that trap them can call", rows[k].name);
        feclearexcept(FE_ALL_EXCEPT);
        results = case_run(&rows[k], &inputs, CONTIGUOUS);
        raised = fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
        expect(!raised, "raised:%s%s%s", raised & FE_INVALID ? " invalid" : "", raised & FE_DIVBYZERO ? " divide-by-zero" : "",
               raised & FE_OVERFLOW ? " overflow" : "");
        case_results_free(&results);
        case_inputs_free(&inputs);
    }
    hl_set_num_threads_local(0);
    free(rows);
}

static void surroundings(void)
{
    char before[4096], after[4096], locale_before[256];
    struct stat unused;
    test("working folder, locale and open files are as before");
    expect(getcwd(before, sizeof before) != NULL, "getcwd");
    setlocale(LC_ALL, "");
    snprintf(locale_before, sizeof locale_before, "%s", setlocale(LC_ALL, NULL));
    {
        int highest = dup(0);
        close(highest);
        everything();
        expect(dup(0) == highest, "a file is left open");
        close(highest);
        expect(fstat(highest, &unused) != 0, "a file is left open");
    }
    expect(getcwd(after, sizeof after) && !strcmp(before, after), "the working folder changed");
    expect(!strcmp(locale_before, setlocale(LC_ALL, NULL)), "the locale changed");
}

int main(void)
{
    silence();
    signals();
    floating_point();
    traps();
    surroundings();
    return finish("manners");
}
