/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "tests/bench/crowd.h"

/* What is measured with one crowd; µs unless said otherwise, below 0: not measured. */
typedef struct {
    CrowdKind kind;
    guint n;
    double ps;
    double psutil;
    double plain_scan;
    double evidence;   /* a plain C scan of what can tell whose a process is */
    double first_list; /* in the service, roster and all */
    int first_list_calls;
    double list;          /* in the service, monitored, members idle */
    double list_in_churn; /* the same when somebody was born or has ended */
    double tick_idle;     /* medians */
    double tick_idle_worst;
    int tick_idle_calls;
    double tick_busy;
    int tick_busy_calls;
    double encode;        /* the members as aa{sv} */
    double list_on_bus;   /* end to end: p50 */
    double list_on_bus99; /* ... and p99 */
    double list_in_kill;  /* the same while a kill waits for all members: p50 */
    double list_in_kill99;
    double kill;        /* from the call to the answer that all members are dead */
    double call_on_bus; /* one that does nothing: p50 */
    double exit_alone;  /* from the signal until the parent has collected it: p50 */
    double exit_to_signal;
    double exit_to_signal99;
    double born_to_added;
    double born_to_list; /* a List at once after the birth shows it: 1, or the part that did */
    double cpu_percent;  /* of the service with nobody looking */
    double resident_kib; /* of the service */
    double growth_kib;   /* of the manager's process over 10^6 ticks; NAN: not measured */
} BenchResults;

/* Where the measuring takes place. */
typedef struct {
    const char *folder;        /* home */
    const char *database_path; /* a board */
    const char *mark;          /* of the members */
    const char *service;       /* the program */
    guint quiet_seconds;       /* how long to watch the CPU with nobody looking */
    gboolean counts_growth;
} BenchPlace;

/* The manager without its bus: lists, ticks, system calls. */
void bench_inside(const BenchPlace *place, Crowd *crowd, BenchResults *results);

/* The service on a bus of its own; ends the members. */
void bench_outside(const BenchPlace *place, Crowd *crowd, BenchResults *results);

/* Resident memory of that process; below 0: it is gone. */
double bench_resident_kib(pid_t pid);

/* Reading a board with that many executions anew, and finding out that it has not changed; µs. */
void bench_board(const char *folder, guint n_executions, double *anew, double *unchanged);
