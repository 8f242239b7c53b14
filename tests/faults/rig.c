/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/faults/rig.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/deadline.h"

#define SAMPLES 12
#define DEADLINE_MS 10000
#define CODE_BUSY 5 /* SQLite's */
#define CODE_NO_MEMORY 7
#define CODE_IO 10
#define CODE_CORRUPT 11

const Fault rig_faults[] = {
    {FAULT_OPEN, EMFILE, "open-emfile", FALSE},
    {FAULT_OPEN, EACCES, "open-eacces", TRUE},
    {FAULT_OPEN, ENOENT, "open-enoent", TRUE},
    {FAULT_READ, ENOMEM, "read-enomem", FALSE},
    {FAULT_READ, EIO, "read-eio", TRUE},
    {FAULT_READ, ESRCH, "read-esrch", TRUE},
    {FAULT_READLINK, EACCES, "readlink-eacces", TRUE},
    {FAULT_READLINK, ENOENT, "readlink-enoent", TRUE},
    {FAULT_STAT, ENOMEM, "stat-enomem", FALSE},
    {FAULT_STAT, EIO, "stat-eio", TRUE},
    {FAULT_STAT, ENOENT, "stat-enoent", TRUE},
    {FAULT_PIDFD, EMFILE, "pidfd-emfile", FALSE},
    {FAULT_PIDFD, ESRCH, "pidfd-esrch", TRUE},
    {FAULT_SIGNAL, EPERM, "signal-eperm", TRUE},
    {FAULT_SIGNAL, ESRCH, "signal-esrch", TRUE},
    {FAULT_WRITE, ENOSPC, "write-enospc", FALSE},
    {FAULT_WRITE, EIO, "write-eio", FALSE},
    {FAULT_SQLITE, CODE_BUSY, "sqlite-busy", FALSE},
    {FAULT_SQLITE, CODE_NO_MEMORY, "sqlite-nomem", FALSE},
    {FAULT_SQLITE, CODE_IO, "sqlite-ioerr", FALSE},
    {FAULT_SQLITE, CODE_CORRUPT, "sqlite-corrupt", TRUE},
#ifndef FAULTS_SPARE_MEMORY
    {FAULT_MEMORY, ENOMEM, "memory", FALSE},
#endif
};
const guint rig_n_faults = G_N_ELEMENTS(rig_faults);

static void map_control(Rig *rig)
{
    g_autofree char *path = g_build_filename(rig->fixture->folder, "faults", NULL);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(ftruncate(fd, sizeof *rig->control), ==, 0);
    rig->control = mmap(NULL, sizeof *rig->control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    g_assert_true(rig->control != MAP_FAILED);
    close(fd);
    GStrv *environment = &rig->fixture->environment;
    *environment = g_environ_setenv(*environment, "VKP_FAULTS", path, TRUE);
    *environment = g_environ_setenv(*environment, "LD_PRELOAD", g_getenv("VKP_TEST_FAULTS"), TRUE);
}

static void spawn_innocents(Rig *rig)
{
    rig->innocents[0] = vkp_family_run(rig->fixture->family, "name bystander idle");
    rig->innocents[1] = fixture_spawn_member(rig->fixture, 22, "name neighbour idle");
    rig->innocents[2] = vkp_family_run(rig->fixture->family, "setpgid name agent idle");
    vkp_family_settle(rig->fixture->family, G_N_ELEMENTS(rig->innocents));
}

void rig_set_up(Rig *rig, Fixture *fixture)
{
    *rig = (Rig){.fixture = fixture};
    map_control(rig);
    vkp_family_free(fixture->family);
    fixture->family = vkp_family_new(100000, 3000);
    spawn_innocents(rig);
    fixture_start_service(fixture, NULL);
    g_autofree char *id = fixture_id(33);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = fixture_call(
        fixture, "RegisterProcess", g_variant_new("(su)", id, (guint32)rig->innocents[2]), &error);
    g_assert_no_error(error);
}

void rig_tear_down(Rig *rig)
{
    g_test_message("the service ended %u times for want of memory", rig->n_deaths);
    munmap(rig->control, sizeof *rig->control);
}

gboolean rig_is_wanted(const Fault *fault)
{
    const char *only = g_getenv("VKP_FAULTS_ONLY");
    return !only || g_str_has_prefix(fault->name, only);
}

void rig_arm(Rig *rig, const Fault *fault, long n)
{
    rig_disarm(rig);
    rig->fault = fault;
    rig->n = n;
    atomic_store(&rig->control->n_calls, 0);
    atomic_store(&rig->control->n_fired, 0);
    atomic_store(&rig->control->error, fault->error);
    atomic_store(&rig->control->countdown, n);
    atomic_store(&rig->control->kind, fault->kind);
}

long rig_disarm(Rig *rig)
{
    atomic_store(&rig->control->kind, FAULT_NONE);
    return atomic_load(&rig->control->n_calls);
}

GArray *rig_choose(long n_calls)
{
    GArray *chosen = g_array_new(FALSE, FALSE, sizeof(long));
    gboolean is_all = n_calls <= SAMPLES || g_getenv("VKP_FAULTS_EVERY") != NULL;
    long n = is_all ? n_calls : SAMPLES;
    for (long i = 0; i < n; i++) {
        long at =
            is_all ? i + 1 : 1 + i * n_calls / n + g_test_rand_int_range(0, (gint32)(n_calls / n));
        g_array_append_val(chosen, at);
    }
    return chosen;
}

static gboolean has_owner(const Fixture *fixture)
{
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        fixture->client, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "GetNameOwner", g_variant_new("(s)", VKP_BUS_NAME), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
        NULL);
    return reply != NULL;
}

gboolean rig_is_name_free(gpointer fixture)
{
    return !has_owner(fixture);
}

void rig_check_end(Fixture *fixture, const Fault *fault, long n)
{
    static const char *const words[] = {"AddressSanitizer", "LeakSanitizer", "runtime error:"};
    g_autofree char *log = fixture_log(fixture);
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(log, words[i]))
            g_error("%s %ld: %s", fault->name, n, log);
}

void rig_stop_service(Rig *rig)
{
    int status = fixture_stop_service(rig->fixture);
    g_assert_true(WIFEXITED(status) || rig->fault->kind == FAULT_MEMORY);
    rig_check_end(rig->fixture, rig->fault, rig->n);
    g_assert_true(vkp_deadline_wait(DEADLINE_MS, rig_is_name_free, rig->fixture));
}

typedef struct {
    const Rig *rig;
    gboolean has_ended;
    int status;
} Fate;

/* Ended, or on its bus: who is about to end has lost its name before anybody hears of it. */
static gboolean is_decided(gpointer data)
{
    Fate *fate = data;
    const Fixture *fixture = fate->rig->fixture;
    fate->has_ended = waitpid(fixture->service, &fate->status, WNOHANG) == fixture->service;
    return fate->has_ended || has_owner(fixture);
}

gboolean rig_revive(Rig *rig, const Fault *fault, long n)
{
    Fate fate = {.rig = rig};
    g_assert_true(vkp_deadline_wait(DEADLINE_MS, is_decided, &fate));
    if (!fate.has_ended)
        return TRUE;
    int status = fate.status;
    rig->fixture->service = 0;
    rig_disarm(rig);
    rig_check_end(rig->fixture, fault, n);
    g_autofree char *log = fixture_log(rig->fixture);
    gboolean is_allowed = fault->kind == FAULT_MEMORY && WIFSIGNALED(status) &&
                          (WTERMSIG(status) == SIGTRAP || WTERMSIG(status) == SIGABRT) &&
                          strstr(log, "failed to allocate");
    /* Its bus or its loop may be lost: the service says so and ends. */
    is_allowed |= (fault->kind == FAULT_MEMORY || fault->kind == FAULT_READ) && WIFEXITED(status) &&
                  WEXITSTATUS(status) == 1;
    if (!is_allowed)
        g_error("%s %ld: the service ended with status %#x: %s", fault->name, n, (guint)status,
                log);
    rig->n_deaths++;
    g_assert_true(vkp_deadline_wait(DEADLINE_MS, rig_is_name_free, rig->fixture));
    fixture_start_service(rig->fixture, NULL);
    return FALSE;
}

void rig_forget_lies(Rig *rig, const Fault *fault)
{
    if (!fault->is_answer)
        return;
    rig_stop_service(rig);
    fixture_start_service(rig->fixture, NULL);
}

static gboolean is_nobody_frozen(gpointer data)
{
    const Fixture *fixture = data;
    g_autoptr(GArray) all = vkp_family_list(fixture->family, FALSE);
    for (guint i = 0; i < all->len; i++)
        if (g_array_index(all, VkpRelative, i).state == 'T')
            return FALSE;
    return TRUE;
}

static gboolean knows_newcomer(const Rig *rig, GVariant *processes)
{
    if (rig->newcomer == 0)
        return TRUE;
    g_autoptr(GVariant) newcomer = fixture_find(processes, rig->newcomer);
    return newcomer && g_strcmp0(fixture_text(newcomer, "name"), "newcomer") == 0 &&
           (!rig->title || g_strcmp0(fixture_text(newcomer, "task_title"), rig->title) == 0);
}

/* Both members, one of them by its registration. Who had not ended yet when that was looked at may
 * end now. */
static gboolean knows_all(gpointer data)
{
    Rig *rig = data;
    g_autoptr(GVariant) reply =
        fixture_call(rig->fixture, "List", g_variant_new_parsed("(@a{sv} {},)"), NULL);
    if (!reply) {
        rig_revive(rig, rig->fault, rig->n);
        return FALSE;
    }
    g_autoptr(GVariant) processes = g_variant_get_child_value(reply, 0);
    g_autoptr(GVariant) neighbour = fixture_find(processes, rig->innocents[1]);
    g_autoptr(GVariant) agent = fixture_find(processes, rig->innocents[2]);
    return neighbour && agent && g_strcmp0(fixture_text(agent, "evidence"), "registered") == 0 &&
           knows_newcomer(rig, processes);
}

void rig_check(Rig *rig, const Fault *fault, long n)
{
    if (!vkp_deadline_wait(DEADLINE_MS, is_nobody_frozen, rig->fixture))
        g_error("%s %ld: somebody is left frozen", fault->name, n);
    for (guint i = 0; i < G_N_ELEMENTS(rig->innocents); i++) {
        VkpRelative relative;
        if (!vkp_relative_read(rig->innocents[i], &relative) || !vkp_relative_is_alive(&relative))
            g_error("%s %ld: innocent %u was hit", fault->name, n, i);
    }
    g_autofree char *damaged = g_strconcat(rig->fixture->registry_path, ".damaged-1", NULL);
    if (!fault->is_answer && g_file_test(damaged, G_FILE_TEST_EXISTS))
        g_error("%s %ld: the registry was given up", fault->name, n);
    (void)g_unlink(damaged);
    if (!vkp_deadline_wait(DEADLINE_MS, knows_all, rig)) {
        g_autoptr(GVariant) processes = fixture_list(rig->fixture, "{}");
        g_autofree char *text = g_variant_print(processes, FALSE);
        g_autoptr(GVariant) state = fixture_property(rig->fixture, "DatabaseState");
        g_autofree char *log = fixture_log(rig->fixture);
        g_error("%s %ld: the service has forgotten something (board %s, title %s): %s\n%s",
                fault->name, n, g_variant_get_string(state, NULL), rig->title, text, log);
    }
}
