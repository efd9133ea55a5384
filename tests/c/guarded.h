/* Arrays between guard pages for fuzzers: in any strides, flush with a page that must not be touched, or together in one arena. What a
   legal call must find is decided from the addresses of single elements. */
#ifndef GUARDED_H
#define GUARDED_H

#include <stddef.h>

#define PAGE 4096
#define REGION (4 * PAGE)
#define MAX_ELEMENTS 1024

/* What an argument is. is_plain: any numbers in any strides, which may lie in the arena. */
typedef struct {
    const char *name;
    int rank, is_output, may_be_null, is_plain;
    size_t element;
    ptrdiff_t dims[3];
} described;

/* Where it is. */
typedef struct {
    int n;
    unsigned char *at[MAX_ELEMENTS];
    ptrdiff_t strides[3];
    void *pointer;
    const ptrdiff_t *given_strides;
} placed;

/* REGION bytes, with a page on either side that kills who touches it. */
unsigned char *guarded_region(void);

int one_in(unsigned long long *seed, int n);

/* Puts an array somewhere into a region, in strides of a kind; once in a while misaligned. In the arena anywhere, else at one of its ends. */
void place(unsigned long long *seed, placed *p, const described *x, unsigned char *region, int is_arena);

/* Statuses that are due (must) and that are a matter of taste (may), as sets of bits, because of where an array is: NULL, misaligned, an output
   with an element twice. */
typedef struct {
    unsigned long long must, may;
} verdict;
void judge_array(verdict *v, const placed *p, const described *x);
/* The same of an output and another array: a shared element. */
void judge_pair(verdict *v, const placed *p, const described *x, const placed *q, const described *y);

/* The bit of a status: 0 to 31 as they are, HL_ERR_CANCELLED, what a callback returns. */
#define BIT(status) (1ULL << ((status) == 202 ? 40 : (status) < 0 ? 41 : (status) > 31 ? 42 : (status)))

#endif
