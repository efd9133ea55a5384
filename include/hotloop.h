/* DRAFT of the contract; replaced by the generated header. */
#ifndef HOTLOOP_H
#define HOTLOOP_H
#include <stddef.h>
#include <stdint.h>

#define HL_ABI_VERSION 0
typedef int32_t hl_status;
#define HL_OK 0
#define HL_ERR_NULL 1
#define HL_ERR_SHAPE 2
#define HL_ERR_STRIDE 3
#define HL_ERR_ALIAS 4
#define HL_ERR_ALIGNMENT 5
#define HL_ERR_ARGUMENT 6
#define HL_ERR_NONFINITE 7
#define HL_ERR_OPTION 8
#define HL_ERR_BUSY 9
#define HL_ERR_NOT_CONVERGED 100
#define HL_ERR_SINGULAR 101
#define HL_ERR_ALLOC 200
#define HL_ERR_THREADS 201
#define HL_ERR_CANCELLED 202
#define HL_ERR_IO 203
#define HL_ERR_INTERNAL 255

#define HL_MAX_THREADS 1024

#define HL_LINESHAPE_GAUSSIAN 0
#define HL_LINESHAPE_LORENTZIAN 1
#define HL_LINESHAPE_VOIGT 2
#define HL_FWHM_COMMON 0
#define HL_FWHM_PER_EXCITON 1
#define HL_FWHM_PER_SITE 2
#define HL_NORMALIZATION_PEAK 0
#define HL_NORMALIZATION_AREA 1
#define HL_CD_SCALE_DISSYMMETRY 0 /* 4R: cd/absorption = g, as ham2spec */
#define HL_CD_SCALE_ROSENFELD 1
#define HL_BROADENING_AUTO 0
#define HL_BROADENING_DIRECT 1
#define HL_BROADENING_GRIDDED 2

#define HL_UNIT_WAVENUMBER 0 /* cm-1 */
#define HL_UNIT_WAVELENGTH 1 /* nm */
#define HL_UNIT_ELECTRONVOLT 2
#define HL_UNIT_HARTREE 3
#define HL_UNIT_TERAHERTZ 4
#define HL_UNIT_DEBYE 100
#define HL_UNIT_ATOMIC_DIPOLE 101 /* e a0 */
#define HL_UNIT_COULOMB_METER 102
#define HL_UNIT_ANGSTROM 200
#define HL_UNIT_BOHR 201
#define HL_UNIT_NANOMETER 202

/* Called on the calling thread only, a few times a second. Non-zero cancels: positive -> HL_ERR_CANCELLED, negative is handed back unchanged. */
typedef int32_t (*hl_progress_fn)(void *user, int64_t done, int64_t total);

typedef struct hl_exciton_options {
  size_t struct_size;
  int32_t lineshape;            /* HL_LINESHAPE_*, default GAUSSIAN */
  int32_t fwhm_by;              /* HL_FWHM_*, default COMMON */
  int32_t normalization;        /* HL_NORMALIZATION_*, default PEAK */
  int32_t cd_scale;             /* HL_CD_SCALE_*, default DISSYMMETRY */
  int32_t broadening;           /* HL_BROADENING_*, default AUTO */
  int32_t frequency_prefactor;  /* 0 or 1, default 0: multiply the spectra by the grid wavenumber */
  int32_t normalize_dipoles;    /* 0 or 1, default 0: divide dipoles by sqrt(sum |mu|^2) of the sites kept, per configuration */
  int32_t reserved;             /* 0 */
  double fwhm;                  /* cm-1, default 70 (Gaussian FWHM for VOIGT) */
  double fwhm_cd;               /* cm-1, default 0 = as fwhm */
  double lorentzian_fwhm;       /* cm-1, default 0; only for VOIGT */
  double cutoff;                /* in FWHM, default 3; INFINITY = never cut */
  double energy_offset;         /* cm-1, default 0; added to every diagonal element */
  const double *fwhm_values;    /* [n_site] for PER_EXCITON (ascending energy) / PER_SITE, else NULL */
  const ptrdiff_t *fwhm_values_strides;
  const double *fwhm_cd_values; /* [n_site], NULL = as fwhm_values */
  const ptrdiff_t *fwhm_cd_values_strides;
  const uint8_t *deleted;       /* [n_site], non-zero = this pigment is deleted; NULL = none */
  const ptrdiff_t *deleted_strides;
  hl_progress_fn progress;      /* NULL = none */
  void *progress_user;
} hl_exciton_options;

#ifdef __cplusplus
extern "C" {
#endif
const char *hl_version(void);
int32_t hl_abi_version(void);
const char *hl_config(void);              /* "key: value" lines; thread-local, valid until the next hl_config on this thread */
const char *hl_last_error_message(void);  /* thread-local, "" when no call on this thread failed */
const char *hl_status_string(hl_status status); /* static */
hl_status hl_set_num_threads(int32_t n);  /* process; 0 = back to the default */
int32_t hl_set_num_threads_local(int32_t n); /* calling thread; returns the old value, -1 when n is refused; 0 = inherit */
int32_t hl_get_num_threads(void);
hl_status hl_shutdown(void);

hl_status hl_units_convert(ptrdiff_t n, const double *values /* [n] */, const ptrdiff_t *values_strides,
                           double *converted /* [n], may be `values` itself */, const ptrdiff_t *converted_strides,
                           int32_t from_unit, int32_t to_unit);

hl_status hl_exciton_options_init(hl_exciton_options *options, size_t struct_size);

hl_status hl_exciton_sticks(ptrdiff_t n_conf, ptrdiff_t n_site,
    const double *hamiltonians /* [n_conf][n_site][n_site] */, const ptrdiff_t *hamiltonians_strides,
    const double *dipoles /* [n_conf][n_site][3] */, const ptrdiff_t *dipoles_strides,
    const double *positions /* [n_conf][n_site][3] */, const ptrdiff_t *positions_strides,
    double *energies /* [n_conf][n_site] or NULL */, const ptrdiff_t *energies_strides,
    double *dipole_strengths /* [n_conf][n_site] or NULL */, const ptrdiff_t *dipole_strengths_strides,
    double *rotational_strengths /* [n_conf][n_site] or NULL */, const ptrdiff_t *rotational_strengths_strides,
    double *exciton_dipoles /* [n_conf][n_site][3] or NULL */, const ptrdiff_t *exciton_dipoles_strides,
    double *eigenvectors /* [n_conf][n_site site][n_site exciton] or NULL */, const ptrdiff_t *eigenvectors_strides,
    const hl_exciton_options *options);

hl_status hl_exciton_broaden(ptrdiff_t n_conf, ptrdiff_t n_exciton, ptrdiff_t n_grid,
    const double *energies /* [n_conf][n_exciton] */, const ptrdiff_t *energies_strides,
    const double *dipole_strengths /* [n_conf][n_exciton]; NULL only without absorption */, const ptrdiff_t *dipole_strengths_strides,
    const double *rotational_strengths /* [n_conf][n_exciton]; NULL only without cd */, const ptrdiff_t *rotational_strengths_strides,
    const double *weights /* [n_conf] or NULL = equal */, const ptrdiff_t *weights_strides,
    const double *grid /* [n_grid], strictly ascending */, const ptrdiff_t *grid_strides,
    double *absorption /* [n_grid] or NULL */, const ptrdiff_t *absorption_strides,
    double *cd /* [n_grid] or NULL */, const ptrdiff_t *cd_strides,
    const hl_exciton_options *options);

hl_status hl_exciton_spectrum(ptrdiff_t n_conf, ptrdiff_t n_site, ptrdiff_t n_grid,
    const double *hamiltonians, const ptrdiff_t *hamiltonians_strides,
    const double *dipoles, const ptrdiff_t *dipoles_strides,
    const double *positions /* NULL only without cd */, const ptrdiff_t *positions_strides,
    const double *weights, const ptrdiff_t *weights_strides,
    const double *grid, const ptrdiff_t *grid_strides,
    double *absorption, const ptrdiff_t *absorption_strides,
    double *cd, const ptrdiff_t *cd_strides,
    const hl_exciton_options *options);
#ifdef __cplusplus
}
#endif
#endif
