// SPDX-License-Identifier: Apache-2.0
// Counts what a process allocates: loaded before the C library (LD_PRELOAD), it adds up calls and bytes in the file that
// ALLOCATION_COUNTS names, which whoever started the process can read at any time.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct counts { _Atomic unsigned long calls, bytes; };

static struct counts unnamed;
static struct counts *counts = &unnamed;

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static void add(size_t bytes) {
  atomic_fetch_add_explicit(&counts->calls, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&counts->bytes, bytes, memory_order_relaxed);
}

__attribute__((constructor)) static void open_counts(void) {
  const char *name = getenv("ALLOCATION_COUNTS");
  int file = name ? open(name, O_RDWR) : -1;
  if (file < 0) return;
  void *shared = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (shared != MAP_FAILED) counts = shared;
  close(file);
}

void *malloc(size_t size) { return add(size), __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return add(count * size), __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { return add(size), __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) { return add(size), __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return add(size), __libc_memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
  add(size);
  *result = __libc_memalign(alignment, size);
  return *result ? 0 : ENOMEM;
}
