/* Counts what is on the heap; see heap.h. */
#include "heap.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static atomic_long in_use, peak;

static void count(long bytes)
{
    const long now = atomic_fetch_add(&in_use, bytes) + bytes;
    long highest = atomic_load(&peak);
    while (now > highest && !atomic_compare_exchange_weak(&peak, &highest, now))
        ;
}

static void *counted(void *block)
{
    if (block)
        count((long)malloc_usable_size(block));
    return block;
}

static atomic_long good_left = -1, refused_from;

void heap_refuse(size_t at_least, long good)
{
    atomic_store(&refused_from, (long)at_least);
    atomic_store(&good_left, good);
}

/* Whether an allocation is one of those that find no memory. */
static int is_refused(size_t size)
{
    long left = atomic_load(&good_left);
    if (left < 0 || (long)size < atomic_load(&refused_from))
        return 0;
    while (left > 0 && !atomic_compare_exchange_weak(&good_left, &left, left - 1))
        ;
    return left == 0;
}

void *malloc(size_t size) { return is_refused(size) ? NULL : counted(__libc_malloc(size)); }
void *calloc(size_t n, size_t size) { return is_refused(n * size) ? NULL : counted(__libc_calloc(n, size)); }
void *memalign(size_t alignment, size_t size) { return is_refused(size) ? NULL : counted(__libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return is_refused(size) ? NULL : counted(__libc_memalign(alignment, size)); }

int posix_memalign(void **block, size_t alignment, size_t size)
{
    *block = is_refused(size) ? NULL : counted(__libc_memalign(alignment, size));
    return *block ? 0 : ENOMEM;
}

void free(void *block)
{
    if (block)
        count(-(long)malloc_usable_size(block));
    __libc_free(block);
}

void *realloc(void *block, size_t size)
{
    const long old = block ? (long)malloc_usable_size(block) : 0;
    void *moved = is_refused(size) ? NULL : __libc_realloc(block, size);
    if (moved || (size == 0 && block))
        count((moved ? (long)malloc_usable_size(moved) : 0) - old);
    return moved;
}

long heap_in_use(void) { return atomic_load(&in_use); }

long heap_watch(void)
{
    const long now = atomic_load(&in_use);
    atomic_store(&peak, now);
    return now;
}

long heap_peak(void) { return atomic_load(&peak); }
