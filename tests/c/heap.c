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

void *malloc(size_t size) { return counted(__libc_malloc(size)); }
void *calloc(size_t n, size_t size) { return counted(__libc_calloc(n, size)); }
void *memalign(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }

int posix_memalign(void **block, size_t alignment, size_t size)
{
    *block = counted(__libc_memalign(alignment, size));
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
    void *moved = __libc_realloc(block, size);
    if (moved || size == 0)
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
