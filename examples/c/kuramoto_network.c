/* Oscillators on small-world networks: how a few shortcuts let a ring synchronise.

   cc -O2 kuramoto_network.c $(pkg-config --cflags --libs hotloop) -lm -o kuramoto_network
   ./kuramoto_network [nodes]

   Every node of a ring is linked to the three nearest on either side; then some links are led elsewhere (D. J. Watts, S. H. Strogatz,
   Nature 393 (1998) 440). One line for each share of shortcuts: the order parameter r, averaged over the second half of the run. The
   same system: H. Hong, M. Y. Choi, B. J. Kim, Phys. Rev. E 65 (2002) 026139. */
#include <hotloop.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { REACH = 3, STEPS = 400 };

static void must(hl_status status)
{
    if (status != HL_OK) {
        fprintf(stderr, "%s: %s\n", hl_status_string(status), hl_last_error_message());
        exit(1);
    }
}

static void *array(int64_t count, size_t element)
{
    void *memory = calloc((size_t)count, element);
    if (!memory) {
        fprintf(stderr, "there is no memory for %lld numbers\n", (long long)count);
        exit(1);
    }
    return memory;
}

/* Uniform in [0, 1): xorshift64*. */
static double uniform(void)
{
    static uint64_t state = 88172645463325252u;
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (double)((state * 2685821657736338717u) >> 11) / 9007199254740992.0;
}

/* The links of a ring, some of them led elsewhere, as compressed rows: each link is an edge in both of its rows. */
static void make_network(int32_t n_nodes, double shortcuts, int32_t *row_start, int32_t *neighbours)
{
    const int32_t n_links = n_nodes * REACH;
    int32_t(*links)[2] = array(n_links, sizeof *links), *filled = array(n_nodes, sizeof *filled), i, k, end;
    for (i = 0; i <= n_nodes; i++)
        row_start[i] = 0;
    for (k = 0; k < n_links; k++) {
        links[k][0] = k / REACH;
        links[k][1] = (k / REACH + k % REACH + 1) % n_nodes;
        if (uniform() < shortcuts)
            links[k][1] = (int32_t)(uniform() * n_nodes);
        row_start[links[k][0] + 1]++;
        row_start[links[k][1] + 1]++;
    }
    for (i = 0; i < n_nodes; i++)
        row_start[i + 1] += row_start[i];
    for (k = 0; k < n_links; k++)
        for (end = 0; end < 2; end++) {
            const int32_t row = links[k][end];
            neighbours[row_start[row] + filled[row]++] = links[k][1 - end];
        }
    free(links);
    free(filled);
}

int main(int argc, char **argv)
{
    const int32_t n_nodes = argc > 1 ? atoi(argv[1]) : 1000, n_edges = 2 * REACH * n_nodes;
    const double shares[] = {0.0, 0.02, 0.05, 0.1, 0.2, 0.5}, coupling = 1.5, pi = acos(-1.0);
    const ptrdiff_t one_value = 0;
    int32_t *row_start, *neighbours, i;
    double *theta, *omega, order_r[STEPS];
    hl_kuramoto_options options;
    size_t k;
    if (n_nodes < 2 * REACH + 1 || n_nodes > 10000000) {
        fprintf(stderr, "usage: kuramoto_network [NODES, from 7 to 10 million]\n");
        return 2;
    }
    row_start = array(n_nodes + 1, sizeof *row_start);
    neighbours = array(n_edges, sizeof *neighbours);
    theta = array(n_nodes, sizeof *theta);
    omega = array(n_nodes, sizeof *omega);
    for (i = 0; i < n_nodes; i++) /* normal, by Box and Muller */
        omega[i] = sqrt(-2.0 * log(1.0 - uniform())) * cos(2.0 * pi * uniform());
    must(hl_kuramoto_options_init(&options, sizeof options));
    options.method = HL_METHOD_DORMAND_PRINCE; /* as many steps as this tolerance asks for, between records 0.25 apart */
    options.atol = 1e-3;
    printf("shortcuts      r\n");
    for (k = 0; k < sizeof shares / sizeof *shares; k++) {
        double mean = 0.0;
        make_network(n_nodes, shares[k], row_start, neighbours);
        for (i = 0; i < n_nodes; i++)
            theta[i] = 2.0 * pi * uniform();
        must(hl_kuramoto_network_integrate(n_nodes, n_edges, STEPS, 1, STEPS, row_start, NULL, neighbours, NULL, NULL, NULL, omega, NULL,
                                           &coupling, &one_value, theta, NULL, NULL, NULL, order_r, NULL, NULL, NULL, 0.25, 32, NULL, &options));
        for (i = STEPS / 2; i < STEPS; i++)
            mean += order_r[i] / (STEPS - STEPS / 2);
        printf("%9.2f  %.3f  %.*s\n", shares[k], mean, (int)(50.0 * mean), "##################################################");
    }
    free(row_start);
    free(neighbours);
    free(theta);
    free(omega);
    return 0;
}
