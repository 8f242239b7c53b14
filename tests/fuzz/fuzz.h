/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* One input of a fuzz target; called by libFuzzer, or with the seeds by replay.c. Whatever is wrong
 * ends the program. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* GLib ends the program by a SIGTRAP, of which libFuzzer knows nothing. */
static inline void fuzz_abort(int signal_number)
{
    (void)signal_number;
    abort();
}

static void __attribute__((constructor)) fuzz_begin(void)
{
    signal(SIGTRAP, fuzz_abort);
}

/* An assertion that no build leaves out. */
#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            g_error("%s:%d: not so: %s", __FILE__, __LINE__, #condition);                          \
    } while (0)

/* The input, to be used up piece by piece; at its end come zeros and empty texts. */
typedef struct {
    const uint8_t *at;
    size_t left;
} FuzzInput;

static inline uint8_t fuzz_byte(FuzzInput *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

/* Little end first. */
static inline uint64_t fuzz_number(FuzzInput *input, unsigned n_bytes)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < n_bytes; i++)
        number |= (uint64_t)fuzz_byte(input) << (8 * i);
    return number;
}

/* A run of bytes, its length (two bytes) first; what is missing of it is cut. */
static inline const char *fuzz_run(FuzzInput *input, size_t *length)
{
    size_t wanted = fuzz_number(input, 2);
    const char *run = (const char *)input->at;
    *length = wanted < input->left ? wanted : input->left;
    input->at += *length;
    input->left -= *length;
    return run;
}

/* Such a run, or all that is left, in memory of its own that ends where it ends, so that the
 * sanitizer sees a read beyond; the NUL is within. The caller frees it. */
static inline char *fuzz_dup_text(FuzzInput *input)
{
    size_t length;
    const char *run = fuzz_run(input, &length);
    return g_strndup(length ? run : "", length);
}

static inline char *fuzz_dup_rest(FuzzInput *input)
{
    char *text = g_strndup(input->left ? (const char *)input->at : "", input->left);
    input->left = 0;
    return text;
}
