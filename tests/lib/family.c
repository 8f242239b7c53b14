/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/family.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/actor-path.h"
#include "tests/lib/deadline.h"
#include "tests/lib/stage.h"

#define SETTLE_TIMEOUT_MS 10000

struct VkpFamily {
    pid_t warden;
    int socket;
    VkpStage *stage;
};

static VkpStage *make_stage(int *page_fd, guint max_births, guint seconds)
{
    *page_fd = memfd_create("vkp-stage", MFD_CLOEXEC);
    g_assert_cmpint(*page_fd, >=, 0);
    g_assert_no_errno(ftruncate(*page_fd, sizeof(VkpStage)));
    VkpStage *stage = mmap(NULL, sizeof(VkpStage), PROT_READ | PROT_WRITE, MAP_SHARED, *page_fd, 0);
    g_assert_true(stage != MAP_FAILED);
    stage->tickets = (int)max_births;
    stage->deadline_usec = g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC;
    return stage;
}

/* The warden finds its end of the socket at the lifeline's number and sorts that out itself. */
static pid_t start_warden(int socket, int page_fd)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, page_fd, VKP_STAGE_PAGE_FD);
    posix_spawn_file_actions_adddup2(&actions, socket, VKP_STAGE_LIFELINE_FD);
    char *words[] = {(char *)VKP_TEST_ACTOR, (char *)VKP_STAGE_WARDEN_WORD, NULL};
    char *no_environment[] = {NULL};
    pid_t pid;
    int failure = posix_spawn(&pid, VKP_TEST_ACTOR, &actions, NULL, words, no_environment);
    g_assert_cmpint(failure, ==, 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

/* Above the fixed numbers, so that one dup2() in the child cannot overwrite the other's source. */
static int move_up(int fd)
{
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, 10);
    g_assert_cmpint(moved, >=, 0);
    close(fd);
    return moved;
}

VkpFamily *vkp_family_new(guint max_births, guint seconds)
{
    VkpFamily *family = g_new0(VkpFamily, 1);
    int page_fd;
    family->stage = make_stage(&page_fd, max_births, seconds);
    page_fd = move_up(page_fd);
    int ends[2];
    g_assert_no_errno(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));
    int theirs = move_up(ends[1]);
    family->socket = ends[0];
    family->warden = start_warden(theirs, page_fd);
    close(theirs);
    close(page_fd);
    return family;
}

void vkp_family_free(VkpFamily *family)
{
    if (!family)
        return;
    close(family->socket);
    int status = 0;
    while (waitpid(family->warden, &status, 0) < 0)
        g_assert_cmpint(errno, ==, EINTR);
    g_assert_cmpint(status, ==, 0);
    munmap(family->stage, sizeof *family->stage);
    g_free(family);
}

static guint append_words(GByteArray *packet, const char *const *words)
{
    guint n_words = 0;
    for (; words && words[n_words]; n_words++)
        g_byte_array_append(packet, (const guint8 *)words[n_words],
                            (guint)strlen(words[n_words]) + 1);
    return n_words;
}

pid_t vkp_family_spawn(VkpFamily *family, const VkpActor *actor)
{
    g_auto(GStrv) script = NULL;
    g_autoptr(GError) error = NULL;
    g_shell_parse_argv(actor->script, NULL, &script, &error);
    g_assert_no_error(error);

    VkpStageRequest request = {0};
    g_autoptr(GByteArray) packet = g_byte_array_new();
    g_byte_array_append(packet, (const guint8 *)&request, sizeof request);
    request.n_words = append_words(packet, (const char *const *)script);
    request.n_words += append_words(packet, actor->words);
    request.n_variables = append_words(packet, actor->environment);
    memcpy(packet->data, &request, sizeof request);
    g_assert_cmpuint(packet->len, <=, VKP_STAGE_REQUEST_MAX);
    g_assert_cmpuint(request.n_words + request.n_variables, <, VKP_STAGE_WORDS_MAX);
    g_assert_cmpint(send(family->socket, packet->data, packet->len, MSG_NOSIGNAL), ==, packet->len);

    pid_t pid = 0;
    g_assert_true(vkp_deadline_wait_readable(SETTLE_TIMEOUT_MS, family->socket));
    g_assert_cmpint(recv(family->socket, &pid, sizeof pid, 0), ==, sizeof pid);
    g_assert_cmpint(pid, >, 0);
    return pid;
}

pid_t vkp_family_run(VkpFamily *family, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *script = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return vkp_family_spawn(family, &(VkpActor){.script = script});
}

typedef struct {
    VkpFamily *family;
    int n;
} SettleWait;

static gboolean has_settled(gpointer data)
{
    const SettleWait *wait = data;
    return atomic_load(&wait->family->stage->n_settled) >= wait->n;
}

void vkp_family_settle(VkpFamily *family, guint n)
{
    SettleWait wait = {family, (int)n};
    if (!vkp_deadline_wait(SETTLE_TIMEOUT_MS, has_settled, &wait))
        g_error("Only %d of %u processes have settled", atomic_load(&family->stage->n_settled), n);
}

guint vkp_family_n_births(const VkpFamily *family)
{
    return (guint)atomic_load(&family->stage->n_started);
}

guint vkp_family_n_handled(const VkpFamily *family)
{
    return (guint)atomic_load(&family->stage->signal_count);
}

void vkp_family_close_births(VkpFamily *family)
{
    atomic_store(&family->stage->tickets, 0);
}

static gboolean parse_stat(const char *text, VkpRelative *relative)
{
    const char *open = strchr(text, '(');
    const char *close = strrchr(text, ')');
    if (!open || !close)
        return FALSE;
    VkpRelative parsed = {.pid = atoi(text)};
    g_strlcpy(parsed.name, open + 1, MIN(sizeof parsed.name, (gsize)(close - open)));
    int n_fields = sscanf(close + 1,
                          " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %u "
                          "%*d %" G_GUINT64_FORMAT,
                          &parsed.state, &parsed.parent_pid, &parsed.group, &parsed.session,
                          &parsed.threads, &parsed.start_ticks);
    if (n_fields != 6)
        return FALSE;
    *relative = parsed;
    return TRUE;
}

gboolean vkp_relative_read(pid_t pid, VkpRelative *relative)
{
    char path[32];
    g_snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return FALSE;
    char text[1024];
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0)
        return FALSE;
    text[length] = '\0';
    return parse_stat(text, relative);
}

gboolean vkp_relative_is_alive(const VkpRelative *relative)
{
    return (relative->state != 'Z' && relative->state != 'X') || relative->threads > 1;
}

static GHashTable *read_everybody(void)
{
    GHashTable *everybody = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    DIR *folder = opendir("/proc");
    g_assert_nonnull(folder);
    for (const struct dirent *entry; (entry = readdir(folder));) {
        VkpRelative relative;
        if (g_ascii_isdigit(entry->d_name[0]) &&
            vkp_relative_read((pid_t)atoi(entry->d_name), &relative))
            g_hash_table_insert(everybody, GINT_TO_POINTER(relative.pid),
                                g_memdup2(&relative, sizeof relative));
    }
    closedir(folder);
    return everybody;
}

/* The steps are bounded: stat lines read one after the other need not make a tree. */
static gboolean descends(GHashTable *everybody, const VkpRelative *relative, pid_t ancestor)
{
    for (guint i = 0; relative && i < 10000; i++) {
        if (relative->parent_pid == ancestor)
            return TRUE;
        relative = g_hash_table_lookup(everybody, GINT_TO_POINTER(relative->parent_pid));
    }
    return FALSE;
}

static int compare_pids(gconstpointer a, gconstpointer b)
{
    return ((const VkpRelative *)a)->pid - ((const VkpRelative *)b)->pid;
}

GArray *vkp_family_list(VkpFamily *family, gboolean dead)
{
    g_autoptr(GHashTable) everybody = read_everybody();
    GArray *relatives = g_array_new(FALSE, FALSE, sizeof(VkpRelative));
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, everybody);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const VkpRelative *relative = value;
        if ((dead || vkp_relative_is_alive(relative)) &&
            descends(everybody, relative, family->warden))
            g_array_append_vals(relatives, relative, 1);
    }
    g_array_sort(relatives, compare_pids);
    return relatives;
}

guint vkp_family_n_living(VkpFamily *family)
{
    g_autoptr(GArray) living = vkp_family_list(family, FALSE);
    return living->len;
}

typedef struct {
    VkpFamily *family;
    const char *name;
    VkpRelative found;
} Search;

static gboolean search_name(gpointer data)
{
    Search *search = data;
    g_autoptr(GArray) relatives = vkp_family_list(search->family, TRUE);
    for (guint i = 0; i < relatives->len; i++) {
        const VkpRelative *relative = &g_array_index(relatives, VkpRelative, i);
        if (!g_str_equal(relative->name, search->name))
            continue;
        search->found = *relative;
        return TRUE;
    }
    return FALSE;
}

VkpRelative vkp_family_find(VkpFamily *family, const char *name)
{
    Search search = {.family = family, .name = name};
    if (!vkp_deadline_wait(SETTLE_TIMEOUT_MS, search_name, &search))
        g_error("There is no process named \"%s\"", name);
    return search.found;
}

void vkp_family_kill(VkpFamily *family, pid_t pid)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0)
        return;
    g_autoptr(GHashTable) everybody = read_everybody();
    const VkpRelative *relative = g_hash_table_lookup(everybody, GINT_TO_POINTER(pid));
    if (relative && descends(everybody, relative, family->warden)) {
        (void)syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
        g_assert_true(vkp_deadline_wait_readable(SETTLE_TIMEOUT_MS, pidfd));
    }
    close(pidfd);
}

pid_t vkp_family_warden(const VkpFamily *family)
{
    return family->warden;
}

char vkp_relative_state_of(pid_t pid)
{
    VkpRelative relative;
    return vkp_relative_read(pid, &relative) ? relative.state : '-';
}
