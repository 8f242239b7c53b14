/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

/* What a test shares with the actors it starts: one page of memory, and two descriptors that every
 * actor inherits under fixed numbers. */

#define VKP_STAGE_LIFELINE_FD 3 /* hangs up when the warden is gone: whoever idles then ends */
#define VKP_STAGE_PAGE_FD 4     /* the VkpStage, to be mapped shared */

/* The word that makes the actor's executable a warden instead. */
#define VKP_STAGE_WARDEN_WORD "--warden"
#define VKP_STAGE_REQUEST_MAX (64 * 1024)
#define VKP_STAGE_WORDS_MAX 512

typedef struct {
    _Atomic int tickets;      /* how many processes may still be born */
    _Atomic int n_started;    /* how many were */
    _Atomic int n_settled;    /* how many came as far as they wanted to */
    _Atomic int signal_count; /* TERM signals that were handled */
    int64_t deadline_usec;    /* CLOCK_MONOTONIC; after that everybody ends by SIGALRM */
} VkpStage;

/* A request to the warden is one packet: these counts, then so many NUL-terminated words, first the
 * script's, then those of the environment. The answer is a pid_t, or a negative errno. */
typedef struct {
    uint32_t n_words;
    uint32_t n_variables;
} VkpStageRequest;
