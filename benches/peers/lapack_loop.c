/* Excitons as a careful C or Fortran programmer would compute them with LAPACK: dsyevd for one Hamiltonian after another, then
 *
 *     M_k = sum_j V_jk mu_j,  N_k = sum_j V_jk (r_j - r_c) x mu_j,  D_k = |M_k|^2,  R_k = (4 pi e_k / 1e8) M_k . N_k
 *
 * Workspace is allocated once, eigenvectors are computed where they are wanted. Arrays are C-contiguous. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work, const int *lwork,
             int *iwork, const int *liwork, int *info);

/* mu_j | (r_j - r_c) x mu_j for each site */
static void moments(int n, const double *dipoles, const double *positions, double *columns)
{
    double centre[3] = {0, 0, 0};
    for (int j = 0; j < n; j++)
        for (int x = 0; x < 3; x++)
            centre[x] += positions[3 * j + x] / n;
    for (int j = 0; j < n; j++) {
        const double *mu = dipoles + 3 * j;
        double r[3], *column = columns + 6 * j;
        for (int x = 0; x < 3; x++)
            r[x] = positions[3 * j + x] - centre[x];
        memcpy(column, mu, 3 * sizeof *mu);
        column[3] = r[1] * mu[2] - r[2] * mu[1];
        column[4] = r[2] * mu[0] - r[0] * mu[2];
        column[5] = r[0] * mu[1] - r[1] * mu[0];
    }
}

/* `eigenvectors` [n_conf][n exciton][n site] or NULL. Returns LAPACK's info, or -1000 without memory. */
int lapack_loop(ptrdiff_t n_conf, ptrdiff_t n_site, const double *hamiltonians, const double *dipoles, const double *positions,
                double *energies, double *dipole_strengths, double *rotational_strengths, double *eigenvectors)
{
    const int n = (int)n_site;
    const size_t matrix_size = (size_t)n * (size_t)n;
    const int work_size = 1 + 6 * n + 2 * n * n, integer_work_size = 3 + 5 * n;
    double *memory = aligned_alloc(64, (((matrix_size + (size_t)work_size + 6 * (size_t)n) * sizeof(double)) / 64 + 1) * 64);
    int *integer_work = malloc((size_t)integer_work_size * sizeof(int));
    int info = memory && integer_work ? 0 : -1000;
    for (ptrdiff_t c = 0; c < n_conf && info == 0; c++) {
        double *work = memory + matrix_size, *columns = work + work_size;
        double *vectors = eigenvectors ? eigenvectors + (size_t)c * matrix_size : memory;
        memcpy(vectors, hamiltonians + (size_t)c * matrix_size, matrix_size * sizeof(double));
        dsyevd_("V", "L", &n, vectors, &n, energies + c * n, work, &work_size, integer_work, &integer_work_size, &info);
        moments(n, dipoles + c * 3 * n, positions + c * 3 * n, columns);
        for (int k = 0; k < n; k++) {
            const double *vector = vectors + (size_t)k * (size_t)n;
            double m[6] = {0, 0, 0, 0, 0, 0};
            for (int j = 0; j < n; j++)
                for (int x = 0; x < 6; x++)
                    m[x] += vector[j] * columns[6 * j + x];
            dipole_strengths[c * n + k] = m[0] * m[0] + m[1] * m[1] + m[2] * m[2];
            rotational_strengths[c * n + k] = 4.0 * M_PI * 1e-8 * energies[c * n + k] * (m[0] * m[3] + m[1] * m[4] + m[2] * m[5]);
        }
    }
    free(memory);
    free(integer_work);
    return info;
}
