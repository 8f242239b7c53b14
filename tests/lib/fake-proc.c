/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/fake-proc.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#define PF_RANDOMIZE 0x400000u

struct VkpFakeProc {
    char *root;
    pid_t newest_pid;
};

static char *path_below(const VkpFakeProc *fake, const char *path)
{
    return g_build_filename(fake->root, path, NULL);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void remove_tree(const char *path)
{
    if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) < 0)
        g_assert_cmpint(errno, ==, ENOENT);
}

static void make_parent(const char *path)
{
    g_autofree char *parent = g_path_get_dirname(path);
    g_assert_no_errno(g_mkdir_with_parents(parent, 0755));
}

static void write_at(const VkpFakeProc *fake, const char *path, const void *bytes, gssize length)
{
    g_autofree char *full = path_below(fake, path);
    g_autoptr(GError) error = NULL;
    remove_tree(full);
    make_parent(full);
    g_file_set_contents_full(full, bytes, length, G_FILE_SET_CONTENTS_NONE, 0644, &error);
    g_assert_no_error(error);
}

static void write_loadavg(const VkpFakeProc *fake)
{
    g_autofree char *text = g_strdup_printf("0.00 0.01 0.05 1/123 %d\n", fake->newest_pid);
    write_at(fake, "loadavg", text, -1);
}

VkpFakeProc *vkp_fake_proc_new(void)
{
    g_autoptr(GError) error = NULL;
    VkpFakeProc *fake = g_new0(VkpFakeProc, 1);
    fake->root = g_dir_make_tmp("vkp-fake-proc-XXXXXX", &error);
    g_assert_no_error(error);
    g_assert_no_errno(chmod(fake->root, 0755));
    fake->newest_pid = 1;
    write_loadavg(fake);
    g_autofree char *stat_text = g_strdup_printf(
        "cpu  1 2 3 4 5 6 7 0 0 0\nintr 9\nctxt 9\nbtime %" G_GUINT64_FORMAT "\nprocesses 9\n",
        VKP_FAKE_BOOT_TIME_SECONDS);
    write_at(fake, "stat", stat_text, -1);
    write_at(fake, "sys/kernel/random/boot_id", VKP_FAKE_BOOT_ID "\n", -1);
    return fake;
}

void vkp_fake_proc_free(VkpFakeProc *fake)
{
    if (!fake)
        return;
    remove_tree(fake->root);
    g_free(fake->root);
    g_free(fake);
}

const char *vkp_fake_proc_root(const VkpFakeProc *fake)
{
    return fake->root;
}

static void write_in(const VkpFakeProc *fake, pid_t pid, const char *name, const GString *bytes)
{
    g_autofree char *path = g_strdup_printf("%d/%s", pid, name);
    write_at(fake, path, bytes->str, (gssize)bytes->len);
}

/* All 52 fields, see proc(5); those that nobody reads are plausible constants. */
static void write_stat(const VkpFakeProc *fake, const VkpFakeProcess *process)
{
    g_autoptr(GString) text = g_string_new(NULL);
    pid_t pid = process->pid;
    g_string_append_printf(
        text, "%d (%s) %c %d %d %d 0 -1 %u 11 22 0 0", pid,
        process->name ? process->name : "sample", process->state ? process->state : 'S',
        process->parent_pid ? process->parent_pid : 1, process->group ? process->group : pid,
        process->session ? process->session : pid, process->flags ? process->flags : PF_RANDOMIZE);
    g_string_append_printf(
        text, " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " 0 0 20 0 %u 0 %" G_GUINT64_FORMAT,
        process->user_ticks, process->system_ticks, process->threads ? process->threads : 1,
        process->start_ticks ? process->start_ticks : (guint64)pid * 100);
    g_string_append_printf(
        text,
        " 8192000 %" G_GUINT64_FORMAT
        " 18446744073709551615 4194304 4198400 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0"
        " 6295040 6296000 7000000",
        process->resident_pages ? process->resident_pages : 100);
    guint64 base = 0x7ffc00000000 + process->address;
    g_string_append_printf(text,
                           " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
                           " %" G_GUINT64_FORMAT " 0\n",
                           base, base + 64, base + 64, base + 512);
    write_in(fake, pid, "stat", text);
}

/* Every word with its NUL, as the kernel lays them out. */
static void write_words(const VkpFakeProc *fake, pid_t pid, const char *file,
                        const char *const *words)
{
    g_autoptr(GString) bytes = g_string_new(NULL);
    for (guint i = 0; words && words[i]; i++)
        g_string_append_len(bytes, words[i], (gssize)strlen(words[i]) + 1);
    write_in(fake, pid, file, bytes);
}

static void link_at(const VkpFakeProc *fake, const char *path, const char *target)
{
    g_autofree char *full = path_below(fake, path);
    remove_tree(full);
    if (!target)
        return;
    make_parent(full);
    g_assert_no_errno(symlink(target, full));
}

void vkp_fake_proc_put(VkpFakeProc *fake, const VkpFakeProcess *process)
{
    const char *const name_alone[] = {process->name ? process->name : "sample", NULL};
    pid_t pid = process->pid;
    g_assert_cmpint(pid, >, 0);
    write_stat(fake, process);
    write_words(fake, pid, "cmdline", process->command ? process->command : name_alone);
    write_words(fake, pid, "environ", process->environment);
    g_autofree char *folder = g_strdup_printf("%d/cwd", pid);
    link_at(fake, folder, process->folder);
    fake->newest_pid = MAX(fake->newest_pid, pid);
    write_loadavg(fake);
}

void vkp_fake_proc_remove(VkpFakeProc *fake, pid_t pid)
{
    g_autofree char *path = g_strdup_printf("%d", pid);
    vkp_fake_proc_delete(fake, path);
}

gboolean vkp_fake_proc_set_owner(VkpFakeProc *fake, pid_t pid, uid_t uid)
{
    g_autofree char *folder = g_strdup_printf("%s/%d", fake->root, pid);
    return chown(folder, uid, (gid_t)-1) == 0;
}

void vkp_fake_proc_set_descriptor(VkpFakeProc *fake, pid_t pid, int fd, const char *target)
{
    g_autofree char *path = g_strdup_printf("%d/fd/%d", pid, fd);
    link_at(fake, path, target);
}

void vkp_fake_proc_write(VkpFakeProc *fake, const char *path, const void *bytes, gssize length)
{
    write_at(fake, path, bytes, length);
}

void vkp_fake_proc_delete(VkpFakeProc *fake, const char *path)
{
    g_autofree char *full = path_below(fake, path);
    remove_tree(full);
}

void vkp_fake_proc_make_unreadable(VkpFakeProc *fake, const char *path)
{
    g_autofree char *full = path_below(fake, path);
    remove_tree(full);
    /* A folder opens for reading like a file, and read() then says EISDIR. */
    g_assert_no_errno(g_mkdir_with_parents(full, 0755));
}
