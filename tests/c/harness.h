/* The test programs' counting and telling: a test is a named claim, made of expectations; it passes when all of them hold.
   Nothing is printed for a test that passes. */
#ifndef HARNESS_H
#define HARNESS_H

#include <stddef.h>

/* Starts a test; the one before it is counted. The name is the claim that the test proves. */
void test(const char *claim, ...) __attribute__((format(printf, 1, 2)));

/* One expectation of the current test; where it fails, the text says what was found. Any thread may call it. Returns `holds`. */
int expect(int holds, const char *found, ...) __attribute__((format(printf, 2, 3)));

/* Counts the last test, prints "<program>: N passed, N failed" and returns the exit status of the program. */
int finish(const char *program);

/* Whole file as bytes (malloc); exits with a message when it cannot be read: without its data a test program is worthless. */
void *read_file(const char *path, size_t *bytes);

/* Seeded random numbers, the same on every machine (splitmix64): uniform in [0, 1), and an integer in [low, high]. */
double random_uniform(unsigned long long *state);
ptrdiff_t random_between(unsigned long long *state, ptrdiff_t low, ptrdiff_t high);

double seconds(void);

/* Waits for a child process and expects the exit status 0; one that is not done within `limit` seconds (it may hang inside fork
   itself, before it can set an alarm) is killed. Returns whether all was well. */
int expect_child(int pid, double limit);
/* Runs `body` in a child process that is killed after some 60 s, and expects that it returns 0. */
int in_a_child(int (*body)(const void *what), const void *what);

/* Lets the process have so many MiB of addresses beyond those in use. Returns 0, or -1 if that cannot be done. */
int limit_addresses(unsigned long spare_mebibytes);
/* The limit is what it was before limit_addresses. The same answers. */
int lift_limit(void);

#endif
