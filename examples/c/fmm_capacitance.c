/* Capacitances of conductors from an integral equation on their surfaces, by conjugate gradients with a plan of the fast multipole
   method.

   cc -O2 fmm_capacitance.c $(pkg-config --cflags --libs hotloop) -lm -o fmm_capacitance
   ./fmm_capacitance [squares along an edge of the finest grid]

   A conductor at potential 1 has a density of charge s with

       integral of s(y) / (4 pi |x - y|) dS(y) = 1     for every x on its surface,

   and its capacitance is the integral of s (vacuum permittivity 1). Known are those of a ball, 4 pi R; of an ellipsoid,
   4 pi / R_F(a^2, b^2, c^2) with Carlson's integral R_F (Digital Library of Mathematical Functions, 19.33(ii)); and of two balls, by Kelvin's
   image charges.

   Nodes. Each of the six faces of a cube is cut into m x m squares, equal in angle; the middle of a square is a node, and has the area w of
   its image on the surface. Unknowns are the charges q = w s of the nodes.

   Self term. A sum over other nodes leaves out the pole at the node itself. Near it nodes are a lattice of lines u t1 + v t2, t1 and t2 being the
   derivatives of the position along the square's edges, with w = |t1 x t2|. For a constant density

       integral over the plane of dS / |y|  -  sum over the lattice without 0 of w / |y|

   has a limit, if both end at one large circle, smoothly: -Z sqrt(w), where Z is the lattice's Epstein zeta function: the sum over (u, v) without (0, 0) of
   Q(u, v)^(-1/2), continued, with the quadratic form Q = |u t1 + v t2|^2 / w of determinant 1. Splitting 1 / sqrt(Q) into erfc(sqrt(pi Q)) / sqrt(Q) and a
   smooth rest, whose sum is that of its Fourier transform by Poisson's formula, gives

       Z = -4 + 2 sum of erfc(sqrt(pi Q)) / sqrt(Q)

   (the lattice of transforms is this one turned by a right angle). A square lattice has Z = -3.9002649. So the potential at node i is the sum of
   q_j / (4 pi r_ij) over others plus self_i q_i, self_i = -Z_i / (4 pi sqrt(w_i)): symmetric, and positive, hence conjugate gradients.

   Where faces meet nodes are no lattice: an error of the order of the spacing on a strip as wide as that, so the capacitance errs like 1 / m^2; the
   table has error x m^2, which stays small, as the coefficient of 1 / m^2 is (that of 1 / m^3 shows on coarse grids). Beside it are errors with the
   potential of a flat disc of area w as self term, 2 sqrt(pi w) for -Z sqrt(w): it says nothing of how the neighbours lie, and errs like 1 / m. */
#include <hotloop.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double PI = 3.14159265358979323846;

/* A conductor: one or two ellipsoids with their axes along x, y, z. */
typedef struct conductor {
    const char *name;
    int n_parts;
    double semiaxes[3];
    double distance; /* between the centres of two, along x */
    double capacitance;
} conductor;

static void must(hl_status status)
{
    if (status != HL_OK) {
        fprintf(stderr, "%s: %s\n", hl_status_string(status), hl_last_error_message());
        exit(1);
    }
}

static double *numbers(ptrdiff_t count)
{
    double *memory = calloc((size_t)count, sizeof *memory);
    if (!memory) {
        fprintf(stderr, "there is no memory for %ld numbers\n", (long)count);
        exit(1);
    }
    return memory;
}

static double dot(ptrdiff_t n, const double *a, const double *b)
{
    double sum = 0.0;
    ptrdiff_t i;
    for (i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* Carlson's R_F: half the integral over t > 0 of 1 / sqrt((t + x)(t + y)(t + z)). Duplication, which makes them alike. */
static double carlson_rf(double x, double y, double z)
{
    int k;
    for (k = 0; k < 40; k++) {
        const double shift = sqrt(x * y) + sqrt(y * z) + sqrt(z * x);
        x = (x + shift) / 4.0;
        y = (y + shift) / 4.0;
        z = (z + shift) / 4.0;
    }
    return 1.0 / sqrt((x + y + z) / 3.0);
}

/* Two balls of radius R at potential 1, their centres apart by `distance`: R in each centre, and in each ball the images of the other's
   charges. */
static double capacitance_of_two_balls(double radius, double distance)
{
    double charge = radius, place = 0.0, sum = 0.0; /* place: from its ball's centre towards the other */
    while (fabs(charge) > 1e-17 * radius) {
        sum += charge;
        charge *= -radius / (distance - place);
        place = radius * radius / (distance - place);
    }
    return 2.0 * 4.0 * PI * sum;
}

/* The zeta function of the lattice with the form a u^2 + 2 b u v + c v^2, a c - b^2 = 1. */
static double lattice_zeta(double a, double b, double c)
{
    double sum = -4.0;
    int u, v;
    for (u = -6; u <= 6; u++)
        for (v = -6; v <= 6; v++) {
            const double root = sqrt(a * u * u + 2.0 * b * u * v + c * v * v);
            if (root > 0.0)
                sum += 2.0 * erfc(sqrt(PI) * root) / root;
        }
    return sum;
}

/* Nodes of a body with m x m squares on each of the six faces of each part: points, and self terms of the lattice and of discs. */
static void make_nodes(const conductor *body, int m, double (*points)[3], double *self, double *of_discs)
{
    const double step = PI / 2.0 / m; /* of the angle from the middle of a face */
    int part, face, i, j, k;
    ptrdiff_t node = 0;
    for (part = 0; part < body->n_parts; part++)
        for (face = 0; face < 6; face++)
            for (i = 0; i < m; i++)
                for (j = 0; j < m; j++, node++) {
                    const int axis = face / 2, right = (axis + 1) % 3, up = (axis + 2) % 3;
                    const double x = tan((i + 0.5) * step - PI / 4.0), y = tan((j + 0.5) * step - PI / 4.0);
                    const double r2 = 1.0 + x * x + y * y, r = sqrt(r2);
                    double on_cube[3], along_x[3] = {0.0, 0.0, 0.0}, along_y[3] = {0.0, 0.0, 0.0}, xx = 0.0, xy = 0.0, yy = 0.0, area;
                    on_cube[axis] = face % 2 ? 1.0 : -1.0;
                    on_cube[right] = x;
                    on_cube[up] = y;
                    along_x[right] = (1.0 + x * x) * step;
                    along_y[up] = (1.0 + y * y) * step;
                    for (k = 0; k < 3; k++) { /* from the cube to the sphere, p / |p|, and its derivatives; then to the ellipsoid */
                        const double scale = body->semiaxes[k] / r;
                        const double t1 = scale * (along_x[k] - on_cube[k] * x * along_x[right] / r2);
                        const double t2 = scale * (along_y[k] - on_cube[k] * y * along_y[up] / r2);
                        points[node][k] = scale * on_cube[k] + (k == 0 ? part * body->distance : 0.0);
                        xx += t1 * t1;
                        xy += t1 * t2;
                        yy += t2 * t2;
                    }
                    area = sqrt(xx * yy - xy * xy);
                    of_discs[node] = 2.0 * sqrt(PI) / (4.0 * PI * sqrt(area));
                    self[node] = -lattice_zeta(xx / area, xy / area, yy / area) / (4.0 * PI * sqrt(area));
                }
}

/* Charges of the nodes for which all have the potential 1. Returns the number of evaluations of the plan. */
static int solve(const hl_fmm_plan *plan, ptrdiff_t n, const double *self, double *charges)
{
    double *residual = numbers(n), *direction = numbers(n), *potentials = numbers(n);
    double rr, first;
    int steps = 0;
    ptrdiff_t i;
    for (i = 0; i < n; i++) {
        charges[i] = 0.0;
        residual[i] = direction[i] = 1.0;
    }
    rr = first = dot(n, residual, residual);
    while (rr > 1e-16 * first && steps < 1000) {
        double step, next;
        must(hl_fmm_evaluate(plan, n, n, 1, direction, NULL, potentials, NULL, NULL, NULL, NULL));
        for (i = 0; i < n; i++)
            potentials[i] += self[i] * direction[i];
        step = rr / dot(n, direction, potentials);
        for (i = 0; i < n; i++) {
            charges[i] += step * direction[i];
            residual[i] -= step * potentials[i];
        }
        next = dot(n, residual, residual);
        for (i = 0; i < n; i++)
            direction[i] = residual[i] + next / rr * direction[i];
        rr = next;
        steps++;
        fprintf(stderr, "\r%ld nodes, step %d, residual %.1e ", (long)n, steps, sqrt(rr / first));
    }
    fprintf(stderr, "\r%60s\r", "");
    free(residual);
    free(direction);
    free(potentials);
    return steps;
}

/* The largest deviation from 1 of the potential at some places well inside of the first part. */
static double deviation_inside(const conductor *body, ptrdiff_t n, double (*points)[3], const double *charges)
{
    static const double places[4][3] = {{0.0, 0.0, 0.0}, {0.4, 0.1, -0.2}, {-0.3, 0.3, 0.2}, {0.1, -0.4, 0.3}};
    double targets[4][3], potentials[4], worst = 0.0;
    int i, k;
    for (i = 0; i < 4; i++)
        for (k = 0; k < 3; k++)
            targets[i][k] = places[i][k] * body->semiaxes[k];
    must(hl_direct(n, 4, 1, &points[0][0], NULL, &targets[0][0], NULL, charges, NULL, potentials, NULL, NULL, NULL, NULL));
    for (i = 0; i < 4; i++)
        worst = fmax(worst, fabs(potentials[i] - 1.0));
    return worst;
}

/* Solves for m x m squares a face and prints a line. */
static void try_grid(const conductor *body, int m, const hl_fmm_options *options)
{
    const ptrdiff_t n = 6 * (ptrdiff_t)m * m * body->n_parts;
    double(*points)[3] = (double(*)[3])numbers(3 * n), *self = numbers(n), *of_discs = numbers(n), *charges = numbers(n);
    double capacitance = 0.0, with_discs = 0.0, error, error_with_discs, inside;
    hl_fmm_plan *plan;
    int steps;
    ptrdiff_t i;
    make_nodes(body, m, points, self, of_discs);
    must(hl_fmm_plan_create(&plan, n, n, &points[0][0], NULL, NULL, NULL, options));
    solve(plan, n, of_discs, charges);
    for (i = 0; i < n; i++)
        with_discs += charges[i];
    steps = solve(plan, n, self, charges);
    for (i = 0; i < n; i++)
        capacitance += charges[i];
    error = capacitance / body->capacitance - 1.0;
    error_with_discs = with_discs / body->capacitance - 1.0;
    inside = deviation_inside(body, n, points, charges);
    printf("%-25s %4d %7ld %6d %13.9f %9.1e %10.5f %10.1e %9.1e %8.4f\n", body->name, m, (long)n, steps, capacitance, error, error * m * m, inside,
           error_with_discs, error_with_discs * m);
    must(hl_fmm_plan_destroy(plan));
    free(points);
    free(self);
    free(of_discs);
    free(charges);
}

int main(int argc, char **argv)
{
    const int finest = argc > 1 ? atoi(argv[1]) : 32;
    conductor bodies[] = {{"ball", 1, {1.0, 1.0, 1.0}, 0.0, 0.0},
                          {"ellipsoid 1 : 0.7 : 0.5", 1, {1.0, 0.7, 0.5}, 0.0, 0.0},
                          {"two balls, a radius apart", 2, {1.0, 1.0, 1.0}, 3.0, 0.0}};
    hl_fmm_options options;
    size_t b;
    int m;
    if (finest < 8 || finest > 4096) {
        fprintf(stderr, "usage: fmm_capacitance [SQUARES along an edge of the finest grid, from 8]\n");
        return 2;
    }
    bodies[0].capacitance = 4.0 * PI;
    bodies[1].capacitance = 4.0 * PI / carlson_rf(1.0, 0.49, 0.25);
    bodies[2].capacitance = capacitance_of_two_balls(1.0, 3.0);
    must(hl_fmm_options_init(&options, sizeof options));
    options.eps = 1e-8;
    printf("%-25s %4s %7s %6s %13s %9s %10s %10s %9s %8s\n", "conductor", "m", "nodes", "steps", "capacitance", "error", "error m^2", "inside",
           "discs", "error m");
    for (b = 0; b < sizeof bodies / sizeof *bodies; b++)
        for (m = finest / 4; m <= finest; m *= 2)
            try_grid(&bodies[b], m, &options);
    return 0;
}
