/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "applet/bus/client.h"
#include "applet/bus/proxy.h"
#include "tests/lib/deadline.h"

/* The other end of a client's connection, in the same process: a bus that may refuse to tell who
 * owns a name, which is all that making a proxy asks for, and behind it a service that says what a
 * test wants, as text of GVariants. */
typedef struct {
    GDBusConnection *connection; /* the client's */
    GDBusConnection *bus;
    VkpBusProcesses *processes;
    gboolean is_refusing;
    const char *list;            /* what List says (aa{sv}) */
    const char *victims;         /* what a dry run says */
    GDBusMethodInvocation *kill; /* a Kill that waits for fake_service_answer(); NULL: none */
    guint n_lists;               /* that were asked for */
} FakeService;

FakeService *fake_service_new(void);
void fake_service_free(FakeService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FakeService, fake_service_free)

/* Runs the main loop until `done` says TRUE; after half a minute the test ends. */
void fake_service_wait(VkpDeadlineFunc done, gpointer data);

/* The same until the client has come to that state. */
void fake_service_wait_state(VkpClient *client, VkpClientState state);

/* Waits for a Kill that is meant and answers it with these results. */
void fake_service_answer(FakeService *service, const char *results);
