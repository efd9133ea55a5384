/* Random numbers that are functions of seed, step and cell; see naive_noise.h. */
#include "naive_noise.h"

#include <math.h>
#include <string.h>

#define TWO_PI 6.28318530717958647693

void naive_philox(const uint32_t key[2], const uint32_t counter[4], uint32_t result[4])
{
    uint32_t k[2], c[4];
    int round;
    memcpy(k, key, sizeof k);
    memcpy(c, counter, sizeof c);
    for (round = 0; round < 10; round++) {
        const uint64_t first = (uint64_t)c[0] * 0xD2511F53U, second = (uint64_t)c[2] * 0xCD9E8D57U;
        const uint32_t next[4] = {(uint32_t)(second >> 32) ^ c[1] ^ k[0], (uint32_t)second, (uint32_t)(first >> 32) ^ c[3] ^ k[1], (uint32_t)first};
        memcpy(c, next, sizeof c);
        k[0] += 0x9E3779B9U;
        k[1] += 0xBB67AE85U;
    }
    memcpy(result, c, sizeof c);
}

/* Two cells share a counter: its two normal numbers by Box and Muller's transformation, from 53 bits each. */
double naive_normal(int64_t seed, int64_t step, int64_t cell)
{
    const uint64_t number = (uint64_t)cell / 2;
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)((uint64_t)seed >> 32)};
    const uint32_t counter[4] = {(uint32_t)number, (uint32_t)(number >> 32), (uint32_t)step, (uint32_t)((uint64_t)step >> 32)};
    uint32_t words[4];
    double u, angle, radius;
    naive_philox(key, counter, words);
    u = ldexp((double)(((uint64_t)words[0] << 32 | words[1]) >> 11) + 1.0, -53);
    angle = TWO_PI * (0.5 - ldexp((double)(((uint64_t)words[2] << 32 | words[3]) >> 11), -53));
    radius = sqrt(-2.0 * log(u));
    return (uint64_t)cell % 2 ? radius * sin(angle) : radius * cos(angle);
}
