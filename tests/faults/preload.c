/* SPDX-License-Identifier: Apache-2.0 */
/* A library to be preloaded into the service: the Nth call of a kind fails, see faults.h. */

/* Here open() and open64() are two functions. */
#undef _FILE_OFFSET_BITS

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sqlite3.h>

#include "tests/faults/faults.h"

/* glibc's own, under the names that nobody replaces. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);

static FaultControl *control;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("VKP_FAULTS");
    long fd = path ? syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *mapped = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
    close((int)fd);
    if (mapped != MAP_FAILED)
        control = mapped;
}

/* Whether this call is to fail; errno is set then. */
static int fails(FaultKind kind)
{
    if (!control || atomic_load(&control->kind) != (int)kind)
        return 0;
    atomic_fetch_add(&control->n_calls, 1);
    if (atomic_load(&control->countdown) == 0 || atomic_fetch_sub(&control->countdown, 1) != 1)
        return 0;
    atomic_fetch_add(&control->n_fired, 1);
    errno = atomic_load(&control->error);
    return 1;
}

/* The function that this one stands before. */
#define NEXT(name)                                                                                 \
    static __typeof__(name) *next;                                                                 \
    if (!next)                                                                                     \
    next = __extension__(__typeof__(name) *) dlsym(RTLD_NEXT, #name)

#ifndef FAULTS_SPARE_MEMORY
void *malloc(size_t size)
{
    return fails(FAULT_MEMORY) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return fails(FAULT_MEMORY) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *memory, size_t size)
{
    return size && fails(FAULT_MEMORY) ? NULL : __libc_realloc(memory, size);
}
#endif

/* The mode that follows the flags if a file may be made. */
#define OPEN_MODE(flags, mode)                                                                     \
    mode_t mode = 0;                                                                               \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                                         \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode = va_arg(arguments, mode_t);                                                          \
        va_end(arguments);                                                                         \
    }

int open(const char *path, int flags, ...)
{
    OPEN_MODE(flags, mode)
    return fails(FAULT_OPEN) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    OPEN_MODE(flags, mode)
    return fails(FAULT_OPEN) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    OPEN_MODE(flags, mode)
    return fails(FAULT_OPEN) ? -1 : (int)syscall(SYS_openat, folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
    OPEN_MODE(flags, mode)
    return fails(FAULT_OPEN) ? -1 : (int)syscall(SYS_openat, folder, path, flags, mode);
}

ssize_t read(int fd, void *bytes, size_t size)
{
    return fails(FAULT_READ) ? -1 : syscall(SYS_read, fd, bytes, size);
}

ssize_t pread(int fd, void *bytes, size_t size, off_t at)
{
    return fails(FAULT_READ) ? -1 : syscall(SYS_pread64, fd, bytes, size, at);
}

ssize_t pread64(int fd, void *bytes, size_t size, off64_t at)
{
    return fails(FAULT_READ) ? -1 : syscall(SYS_pread64, fd, bytes, size, at);
}

ssize_t getdents64(int fd, void *bytes, size_t size)
{
    NEXT(getdents64);
    return fails(FAULT_READ) ? -1 : next(fd, bytes, size);
}

ssize_t readlinkat(int folder, const char *restrict path, char *restrict text, size_t size)
{
    return fails(FAULT_READLINK) ? -1 : syscall(SYS_readlinkat, folder, path, text, size);
}

ssize_t readlink(const char *restrict path, char *restrict text, size_t size)
{
    return readlinkat(AT_FDCWD, path, text, size);
}

#define STATS(suffix)                                                                              \
    int stat##suffix(const char *restrict path, struct stat##suffix *restrict status)              \
    {                                                                                              \
        NEXT(stat##suffix);                                                                        \
        return fails(FAULT_STAT) ? -1 : next(path, status);                                        \
    }                                                                                              \
    int lstat##suffix(const char *restrict path, struct stat##suffix *restrict status)             \
    {                                                                                              \
        NEXT(lstat##suffix);                                                                       \
        return fails(FAULT_STAT) ? -1 : next(path, status);                                        \
    }                                                                                              \
    int fstat##suffix(int fd, struct stat##suffix *status)                                         \
    {                                                                                              \
        NEXT(fstat##suffix);                                                                       \
        return fails(FAULT_STAT) ? -1 : next(fd, status);                                          \
    }                                                                                              \
    int fstatat##suffix(int folder, const char *restrict path,                                     \
                        struct stat##suffix *restrict status, int flags)                           \
    {                                                                                              \
        NEXT(fstatat##suffix);                                                                     \
        return fails(FAULT_STAT) ? -1 : next(folder, path, status, flags);                         \
    }

STATS()
STATS(64)

int statx(int folder, const char *restrict path, int flags, unsigned mask,
          struct statx *restrict status)
{
    NEXT(statx);
    return fails(FAULT_STAT) ? -1 : next(folder, path, flags, mask, status);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    NEXT(write);
    return fails(FAULT_WRITE) ? -1 : next(fd, bytes, size);
}

int fsync(int fd)
{
    NEXT(fsync);
    return fails(FAULT_WRITE) ? -1 : next(fd);
}

int rename(const char *from, const char *to)
{
    NEXT(rename);
    return fails(FAULT_WRITE) ? -1 : next(from, to);
}

int unlink(const char *path)
{
    NEXT(unlink);
    return fails(FAULT_WRITE) ? -1 : next(path);
}

/* No system call has more than six arguments; those that are not there are rubbish that the kernel
 * does not look at. */
long syscall(long number, ...)
{
    NEXT(syscall);
    long words[6];
    va_list arguments;
    va_start(arguments, number);
    for (int i = 0; i < 6; i++)
        words[i] = va_arg(arguments, long);
    va_end(arguments);
    if ((number == SYS_pidfd_open && fails(FAULT_PIDFD)) ||
        (number == SYS_pidfd_send_signal && fails(FAULT_SIGNAL)))
        return -1;
    return next(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

/* SQLite calls it too, where only a statement that has failed inside can be told from one at its
 * end. */
static int is_within_sqlite(const void *caller)
{
    Dl_info object;
    return dladdr(caller, &object) && strstr(object.dli_fname, "libsqlite3");
}

int sqlite3_step(sqlite3_stmt *statement)
{
    NEXT(sqlite3_step);
    if (is_within_sqlite(__builtin_return_address(0)))
        return next(statement);
    return fails(FAULT_SQLITE) ? atomic_load(&control->error) : next(statement);
}
