/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>

/* What the test and the library that is preloaded into the service share: a file, mapped by both,
 * of which VKP_FAULTS names the path. So a fault can be set while the service runs. */

typedef enum {
    FAULT_NONE,
    FAULT_MEMORY,   /* malloc() and its kin */
    FAULT_OPEN,     /* open(), openat() */
    FAULT_READ,     /* read(), pread(), getdents64() */
    FAULT_READLINK, /* readlink(), readlinkat() */
    FAULT_STAT,     /* stat() and its kin, statx() */
    FAULT_PIDFD,    /* pidfd_open() */
    FAULT_SIGNAL,   /* pidfd_send_signal() */
    FAULT_WRITE,    /* write(), fsync(), rename(), unlink() */
    FAULT_SQLITE,   /* sqlite3_step() */
    FAULT_N_KINDS,
} FaultKind;

typedef struct {
    atomic_int kind;       /* which calls are counted; FAULT_NONE: none */
    atomic_long countdown; /* this many calls from now one fails; 0: none does */
    atomic_long n_calls;   /* of that kind */
    atomic_int error;      /* the errno it fails with; of FAULT_SQLITE SQLite's code */
    atomic_int n_fired;
} FaultControl;
