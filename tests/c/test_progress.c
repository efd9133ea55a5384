/* Long calls: the progress function is called on the calling thread only, counts up to the total, can call hotloop itself, and can
   end the call; its status comes back. */
#include "harness.h"
#include "problem.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    pthread_t thread;
    int calls, wrong_thread, went_back, beyond_total, total_changed;
    int64_t done, total;
    int32_t answer;       /* what to return */
    int from_call;        /* from this call on (0 = the first) */
    double first, last, longest_gap;
    problem *inner;       /* another problem to solve inside the callback */
    const problem *expected;
    int inner_failed;
    int shuts_down;       /* call hl_shutdown, which must be refused here */
} watch;

static int32_t look(void *user, int64_t done, int64_t total)
{
    watch *w = user;
    const double now = seconds();
    w->wrong_thread += !pthread_equal(pthread_self(), w->thread);
    w->went_back += done < w->done || done < 0;
    w->beyond_total += done > total || total <= 0;
    w->total_changed += w->calls > 0 && total != w->total;
    if (w->calls > 0 && now - w->last > w->longest_gap)
        w->longest_gap = now - w->last;
    w->last = now;
    w->done = done;
    w->total = total;
    if (w->inner) {
        w->inner_failed += problem_spectrum(w->inner, NULL) != HL_OK || !problem_same_bits(w->inner, w->expected);
        w->inner_failed += hl_units_convert(-1, NULL, NULL, NULL, NULL, 0, 0) != HL_ERR_SHAPE || !strstr(hl_last_error_message(), "hl_units");
    }
    if (w->shuts_down)
        w->inner_failed += hl_shutdown() != HL_ERR_BUSY || !strstr(hl_last_error_message(), "callback");
    return w->calls++ >= w->from_call ? w->answer : 0;
}

static hl_status run(problem *p, watch *w, int threads)
{
    hl_exciton_options options;
    hl_exciton_options_init(&options, sizeof options);
    options.progress = look;
    options.progress_user = w;
    hl_set_num_threads_local(threads);
    w->thread = pthread_self();
    w->first = seconds();
    return problem_spectrum(p, &options);
}

/* One matrix broadcast, so often that two threads have a second of work with it: progress is told a few times a second, however fast the machine. */
static problem lasting(ptrdiff_t n_conf, ptrdiff_t n_site, ptrdiff_t n_grid)
{
    for (;; n_conf *= 2) {
        problem p = problem_broadcast(n_conf, n_site, n_grid);
        double duration;
        hl_set_num_threads_local(2);
        duration = seconds();
        if (problem_spectrum(&p, NULL) != HL_OK || seconds() - duration > 1.0)
            return p;
        problem_free(&p);
    }
}

int main(void)
{
    problem plain = lasting(1500000, 8, 300), large = lasting(240, 250, 50), short_one = problem_new(2, 7, 100);
    problem inner_expected = problem_new(20, 8, 100), inner = problem_share(&inner_expected);
    problem *const problems[] = {&plain, &large};
    int threads, k;
    hl_set_num_threads_local(1);
    test("the problem inside the callback is solved");
    expect(problem_spectrum(&inner_expected, NULL) == HL_OK, "%s", hl_last_error_message());
    for (k = 0; k < 2; k++)
        for (threads = 1; threads <= 2; threads++) {
            static const int32_t answers[] = {1, 77, -1, -2147483647 - 1};
            problem same = problem_share(problems[k]);
            watch w;
            double duration;
            size_t a;
            memset(&w, 0, sizeof w);
            test("%td sites, %d thread(s): progress counts up to the total on the calling thread and changes no bit", problems[k]->n_site, threads);
            hl_set_num_threads_local(threads);
            duration = seconds();
            expect(problem_spectrum(problems[k], NULL) == HL_OK, "%s", hl_last_error_message());
            duration = seconds() - duration;
            expect(run(&same, &w, threads) == HL_OK, "%s", hl_last_error_message());
            expect(problem_same_bits(problems[k], &same), "other bits");
            expect(duration < 0.6 || w.calls >= 1, "no call in %.2f s", duration);
            expect(w.calls <= 10 + 50.0 * (w.last - w.first), "%d calls in %.2f s: more than a few a second", w.calls, w.last - w.first);
            expect(w.longest_gap < 1.5, "%.2f s without a call", w.longest_gap);
            expect(!w.wrong_thread && !w.went_back && !w.beyond_total && !w.total_changed,
                   "%d times on another thread, %d back, %d beyond the total, %d with another total", w.wrong_thread, w.went_back,
                   w.beyond_total, w.total_changed);
            for (a = 0; a < 2 * sizeof answers / sizeof *answers; a++) {
                const int32_t answer = answers[a / 2];
                const hl_status expected = answer > 0 ? HL_ERR_CANCELLED : answer;
                hl_status status;
                test("%td sites, %d thread(s): the answer %d of progress ends the call with status %d, %s", problems[k]->n_site, threads,
                     answer, expected, a % 2 ? "midway" : "at once");
                memset(&w, 0, sizeof w);
                w.answer = answer;
                w.from_call = a % 2 ? 1 : 0;
                status = run(&same, &w, threads);
                expect(status == expected, "status %d after %d calls: %s", status, w.calls, hl_last_error_message());
                expect(w.calls == w.from_call + 1, "progress was called %d times, %d after it said no", w.calls, w.calls - 1 - w.from_call);
                expect(w.done < w.total, "it was asked only after the work");
                expect(seconds() - w.last < 1.0, "the call went on for %.2f s", seconds() - w.last);
                expect(strstr(hl_last_error_message(), "hl_exciton_spectrum") != NULL, "the message is \"%s\"", hl_last_error_message());
            }
            problem_free_outputs(&same);
        }
    for (threads = 1; threads <= 2; threads++) {
        watch w;
        memset(&w, 0, sizeof w);
        w.inner = &inner;
        w.expected = &inner_expected;
        test("%d thread(s): the progress function may call hotloop itself, failing and not", threads);
        expect(run(&plain, &w, threads) == HL_OK && w.calls > 0 && w.inner_failed == 0, "%d of %d inner calls failed; %s", w.inner_failed, w.calls,
               hl_last_error_message());
    }
    test("hl_shutdown inside the progress function is refused with HL_ERR_BUSY, and the call goes on");
    {
        watch w;
        problem same = problem_share(&short_one);
        memset(&w, 0, sizeof w);
        w.shuts_down = 1;
        expect(problem_spectrum(&short_one, NULL) == HL_OK && run(&same, &w, 2) == HL_OK && problem_same_bits(&short_one, &same), "%s",
               hl_last_error_message());
        expect(w.calls > 0 && w.inner_failed == 0, "%d of %d times it was not refused", w.inner_failed, w.calls);
        problem_free_outputs(&same);
    }
    test("a short call with a progress function is right, and one with a user pointer only too");
    {
        watch w;
        problem same = problem_share(&short_one);
        hl_exciton_options options;
        memset(&w, 0, sizeof w);
        expect(problem_spectrum(&short_one, NULL) == HL_OK && run(&same, &w, 2) == HL_OK && problem_same_bits(&short_one, &same), "%s",
               hl_last_error_message());
        hl_exciton_options_init(&options, sizeof options);
        options.progress_user = &w;
        expect(problem_spectrum(&same, &options) == HL_OK && problem_same_bits(&short_one, &same), "%s", hl_last_error_message());
        problem_free_outputs(&same);
    }
    problem_free(&plain);
    problem_free(&large);
    problem_free(&short_one);
    problem_free_outputs(&inner);
    problem_free(&inner_expected);
    return finish("progress");
}
