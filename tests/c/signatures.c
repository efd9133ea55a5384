/* The computing functions as data; see signatures.h. */
#include "signatures.h"

#include <string.h>

#define F64 sizeof(double)
#define IN(name, rank, ...) {#name, INPUT, rank, {__VA_ARGS__}, F64, 0, 0}
#define OUT(name, rank, ...) {#name, OUTPUT, rank, {__VA_ARGS__}, F64, 0, 0}
#define IN_OPTIONS(name, element) \
    {#name, OPTION, 1, {SITE, 0, 0}, element, offsetof(hl_exciton_options, name), offsetof(hl_exciton_options, name##_strides)}
#define OPTION_ARRAYS IN_OPTIONS(fwhm_values, F64), IN_OPTIONS(fwhm_cd_values, F64), IN_OPTIONS(deleted, 1)

const signature signatures[N_FUNCTIONS] = {
    {"hl_exciton_sticks", 2, {"n_conf", "n_site", NULL}, {CONF, SITE, 0}, 11,
     {IN(hamiltonians, 3, CONF, SITE, SITE), IN(dipoles, 3, CONF, SITE, THREE), IN(positions, 3, CONF, SITE, THREE),
      OUT(energies, 2, CONF, SITE, 0), OUT(dipole_strengths, 2, CONF, SITE, 0), OUT(rotational_strengths, 2, CONF, SITE, 0),
      OUT(exciton_dipoles, 3, CONF, SITE, THREE), OUT(eigenvectors, 3, CONF, SITE, SITE), OPTION_ARRAYS}},
    {"hl_exciton_broaden", 3, {"n_conf", "n_exciton", "n_grid"}, {CONF, SITE, GRID}, 10,
     {IN(energies, 2, CONF, SITE, 0), IN(dipole_strengths, 2, CONF, SITE, 0), IN(rotational_strengths, 2, CONF, SITE, 0),
      IN(weights, 1, CONF, 0, 0), IN(grid, 1, GRID, 0, 0), OUT(absorption, 1, GRID, 0, 0), OUT(cd, 1, GRID, 0, 0), OPTION_ARRAYS}},
    {"hl_exciton_spectrum", 3, {"n_conf", "n_site", "n_grid"}, {CONF, SITE, GRID}, 10,
     {IN(hamiltonians, 3, CONF, SITE, SITE), IN(dipoles, 3, CONF, SITE, THREE), IN(positions, 3, CONF, SITE, THREE),
      IN(weights, 1, CONF, 0, 0), IN(grid, 1, GRID, 0, 0), OUT(absorption, 1, GRID, 0, 0), OUT(cd, 1, GRID, 0, 0), OPTION_ARRAYS}},
    {"hl_units_convert", 1, {"n", NULL, NULL}, {GRID, 0, 0}, 2, {IN(values, 1, GRID, 0, 0), OUT(converted, 1, GRID, 0, 0)}},
};

ptrdiff_t extent_of(const call *c, const parameter *array, int axis)
{
    return array->axes[axis] == THREE ? 3 : c->dims[array->axes[axis]];
}

hl_status perform(call *c)
{
    const signature *s = &signatures[c->function];
    void **p = c->pointers;
    const ptrdiff_t **t = c->strides;
    int k;
    for (k = 0; k < s->n_arrays && c->options; k++)
        if (s->arrays[k].use == OPTION) {
            memcpy((unsigned char *)c->options + s->arrays[k].pointer, &p[k], sizeof p[k]);
            memcpy((unsigned char *)c->options + s->arrays[k].strides, &t[k], sizeof t[k]);
        }
    switch (c->function) {
    case STICKS:
        return hl_exciton_sticks(c->dims[CONF], c->dims[SITE], p[0], t[0], p[1], t[1], p[2], t[2], p[3], t[3], p[4], t[4], p[5], t[5],
                                 p[6], t[6], p[7], t[7], c->options);
    case BROADEN:
        return hl_exciton_broaden(c->dims[CONF], c->dims[SITE], c->dims[GRID], p[0], t[0], p[1], t[1], p[2], t[2], p[3], t[3], p[4],
                                  t[4], p[5], t[5], p[6], t[6], c->options);
    case SPECTRUM:
        return hl_exciton_spectrum(c->dims[CONF], c->dims[SITE], c->dims[GRID], p[0], t[0], p[1], t[1], p[2], t[2], p[3], t[3], p[4],
                                   t[4], p[5], t[5], p[6], t[6], c->options);
    case CONVERT:
        return hl_units_convert(c->dims[GRID], p[0], t[0], p[1], t[1], c->from_unit, c->to_unit);
    default:
        return HL_ERR_INTERNAL;
    }
}
