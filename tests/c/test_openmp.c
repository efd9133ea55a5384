/* Inside an OpenMP parallel region a call uses one thread, unless the calling thread asked for more; results are the same bits. */
#include "harness.h"
#include "problem.h"

#include <omp.h>
#include <string.h>

int main(void)
{
    problem alone = problem_new(64, 8, 400);
    int outside, inside[4] = {0, 0, 0, 0}, own[4] = {0, 0, 0, 0};
    test("inside an OpenMP region hl_get_num_threads is 1, outside it is the process' count");
    hl_set_num_threads(3);
    outside = hl_get_num_threads();
    expect(outside == 3, "outside it is %d", outside);
    expect(problem_spectrum(&alone, NULL) == HL_OK, "%s", hl_last_error_message());
#pragma omp parallel num_threads(4)
    inside[omp_get_thread_num()] = hl_get_num_threads();
    expect(inside[0] == 1 && inside[3] == 1, "inside it is %d %d %d %d", inside[0], inside[1], inside[2], inside[3]);
    expect(hl_get_num_threads() == 3, "after the region it is %d", hl_get_num_threads());

    test("inside an OpenMP region the thread's own count wins");
#pragma omp parallel num_threads(4)
    {
        hl_set_num_threads_local(2);
        own[omp_get_thread_num()] = hl_get_num_threads();
        hl_set_num_threads_local(0);
    }
    expect(own[0] == 2 && own[3] == 2, "it is %d %d %d %d", own[0], own[1], own[2], own[3]);

    test("calls from all threads of an OpenMP region give the same bits");
#pragma omp parallel for num_threads(4)
    for (int k = 0; k < 32; k++) {
        problem mine = problem_share(&alone);
        expect(problem_spectrum(&mine, NULL) == HL_OK && problem_same_bits(&alone, &mine), "call %d: %s", k, hl_last_error_message());
        problem_free_outputs(&mine);
    }
    problem_free(&alone);
    return finish("openmp");
}
