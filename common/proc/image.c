/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/image.h"

#include <string.h>

#include "common/base/contract.h"
#include "common/base/text.h"

/* Names of branches and projects are for people; whoever writes a longer one gets it cut. */
#define MARK_TEXT_MAX_BYTES 1024

/* One piece of a NUL-separated list, without its NUL. */
typedef struct {
    const char *at;
    gsize length;
} Piece;

/* Takes the next piece off [*at, end). FALSE at the end. */
static gboolean next_piece(const char **at, const char *end, Piece *piece)
{
    if (*at >= end)
        return FALSE;
    gsize left = (gsize)(end - *at);
    const char *nul = memchr(*at, '\0', left);
    piece->at = *at;
    piece->length = nul ? (gsize)(nul - *at) : left;
    *at += piece->length + 1;
    return TRUE;
}

/* A command line, word by word, of at most VKP_COMMAND_MAX_BYTES with the NUL of each word. */
typedef struct {
    GPtrArray *words;
    gsize left;
    gboolean cut;
} Command;

static Command command_begin(gboolean cut)
{
    return (Command){g_ptr_array_new_with_free_func(g_free), VKP_COMMAND_MAX_BYTES, cut};
}

/* FALSE when no further word has room. */
static gboolean command_add(Command *command, const char *bytes, gsize length)
{
    if (command->left == 0) {
        command->cut = TRUE;
        return FALSE;
    }
    gsize room = command->left - 1;
    /* Cleaning may lengthen the text, so one more character than fits tells whether it was cut. */
    g_autofree char *word = vkp_text_dup_valid(bytes, length, room + 4);
    if (strlen(word) > room) {
        command->cut = TRUE;
        g_ptr_array_add(command->words, vkp_text_dup_valid(bytes, length, room));
        return FALSE;
    }
    command->left -= strlen(word) + 1;
    g_ptr_array_add(command->words, g_steal_pointer(&word));
    return TRUE;
}

static GStrv command_end(Command *command)
{
    g_ptr_array_add(command->words, NULL);
    return (GStrv)g_ptr_array_free(command->words, FALSE);
}

/* The length without a character of which the reader's limit left only the beginning. */
static gsize trim_cut_character(const char *bytes, gsize length)
{
    for (gsize back = 1; back <= 3 && back <= length; back++) {
        const char *last = bytes + length - back;
        if (*last == '\0')
            break;
        if (g_utf8_get_char_validated(last, (gssize)back) == (gunichar)-2)
            return length - back;
    }
    return length;
}

/* A program that writes over its own arguments to set a title ("nginx: worker process", "npm exec
 * http-server") leaves that text, with or without a NUL, and fills the rest of the space with NULs.
 * So one word with only NULs behind it is that word alone; nothing but NULs is no word at all. */
static gsize trim_padding(const char *bytes, gsize length)
{
    gsize first = strnlen(bytes, length);
    for (gsize i = first; i < length; i++)
        if (bytes[i] != '\0')
            return length;
    return first;
}

static GStrv split_command(const char *bytes, gsize length, gboolean *cut)
{
    Command command = command_begin(*cut);
    if (*cut)
        length = trim_cut_character(bytes, length);
    length = trim_padding(bytes, length);
    const char *at = bytes;
    Piece piece;
    while (next_piece(&at, bytes + length, &piece))
        if (!command_add(&command, piece.at, piece.length))
            break;
    *cut = command.cut;
    return command_end(&command);
}

/* The value of NAME=value if that is the piece's name; its length goes to *length. */
static const char *value_of(const Piece *piece, const char *name, gsize *length)
{
    gsize size = strlen(name);
    if (piece->length <= size || piece->at[size] != '=' || memcmp(piece->at, name, size) != 0)
        return NULL;
    *length = piece->length - size - 1;
    return piece->at + size + 1;
}

static gboolean piece_has_id(const Piece *piece, const char *name, VkpUuid *id)
{
    gsize length = 0;
    const char *value = value_of(piece, name, &length);
    if (!value || length != VKP_UUID_TEXT_SIZE - 1)
        return FALSE;
    char text[VKP_UUID_TEXT_SIZE];
    memcpy(text, value, length);
    text[length] = '\0';
    return vkp_uuid_parse(text, id) && !vkp_uuid_is_nil(id);
}

/* The attempt under any of its names. Boards may be nested (an agent that works on vibe-kanban runs
 * one), so two names may carry two ids; programs keep their environment in any order, so nothing
 * tells which was exported last. The first stands, as it does for getenv(); the other is kept. */
static gboolean take_attempt(const Piece *piece, VkpMarks *marks)
{
    static const char *const names[] = {"VK_WORKSPACE_ID", "VK_ATTEMPT_ID", "VK_TASK_ATTEMPT_ID"};
    VkpUuid id = {0};
    guint i = 0;
    while (i < G_N_ELEMENTS(names) && !piece_has_id(piece, names[i], &id))
        i++;
    if (i == G_N_ELEMENTS(names))
        return FALSE;
    if (vkp_uuid_is_nil(&marks->attempt_id))
        marks->attempt_id = id;
    else if (vkp_uuid_is_nil(&marks->other_attempt_id) && !vkp_uuid_equal(&id, &marks->attempt_id))
        marks->other_attempt_id = id;
    return TRUE;
}

static gboolean take_id(const Piece *piece, const char *name, VkpUuid *id)
{
    VkpUuid found = {0};
    if (!piece_has_id(piece, name, &found))
        return FALSE;
    if (vkp_uuid_is_nil(id))
        *id = found;
    return TRUE;
}

static gboolean take_text(const Piece *piece, const char *name, char **text)
{
    gsize length = 0;
    const char *value = value_of(piece, name, &length);
    if (!value)
        return FALSE;
    if (!*text && length > 0)
        *text = vkp_text_dup_valid(value, length, MARK_TEXT_MAX_BYTES);
    return TRUE;
}

static void take_mark(const Piece *piece, VkpMarks *marks)
{
    gsize length = 0;
    const char *terminal = value_of(piece, "VIBE_KANBAN_TERMINAL", &length);
    if (terminal) {
        marks->is_terminal |= length == 1 && *terminal == '1';
        return;
    }
    (void)(take_attempt(piece, marks) || take_id(piece, "VK_TASK_ID", &marks->task_id) ||
           take_id(piece, "VK_PROJECT_ID", &marks->project_id) ||
           take_id(piece, "VK_EXECUTION_PROCESS_ID", &marks->execution_id) ||
           take_id(piece, "VK_SESSION_ID", &marks->session_id) ||
           take_text(piece, "VK_PROJECT_NAME", &marks->project_name) ||
           take_text(piece, "VK_WORKSPACE_BRANCH", &marks->branch) ||
           take_text(piece, "VK_ATTEMPT_BRANCH", &marks->branch));
}

/* The number up to `end`; 0 if that is none. */
static pid_t parse_pid(const char *at, const char *end)
{
    gint64 pid = 0;
    for (; at < end; at++) {
        if (!g_ascii_isdigit(*at) || pid > G_MAXINT / 10)
            return 0;
        pid = 10 * pid + (*at - '0');
    }
    return pid <= G_MAXINT ? (pid_t)pid : 0;
}

/* TMUX=/tmp/tmux-1000/default,3537,0: the socket, the server, the session. */
static void take_tmux(const char *value, gsize length, VkpMarks *marks)
{
    const char *session = memrchr(value, ',', length);
    const char *server = session ? memrchr(value, ',', (gsize)(session - value)) : NULL;
    if (server && marks->tmux == 0)
        marks->tmux = parse_pid(server + 1, session);
}

/* STY=3537.pts-0.host: the server, and what it is called. */
static void take_screen(const char *value, gsize length, VkpMarks *marks)
{
    const char *name = memchr(value, '.', length);
    if (name && marks->screen == 0)
        marks->screen = parse_pid(value, name);
}

static void take_origin(const Piece *piece, VkpMarks *marks)
{
    gsize length = 0;
    const char *tmux = value_of(piece, "TMUX", &length);
    if (tmux)
        take_tmux(tmux, length, marks);
    const char *screen = value_of(piece, "STY", &length);
    if (screen)
        take_screen(screen, length, marks);
    const char *service = value_of(piece, "SYSTEMD_EXEC_PID", &length);
    if (service && marks->service == 0)
        marks->service = parse_pid(service, service + length);
}

/* An environment may hold megabytes, and a mark may stand at its end: all of it is looked at, and
 * next to nothing kept. */
static void collect_marks(const char *environment, gsize length, VkpMarks *marks)
{
    const char *at = environment;
    Piece piece;
    while (next_piece(&at, environment + length, &piece))
        if (piece.length > 3 && piece.at[0] == 'V')
            take_mark(&piece, marks);
        else if (piece.length > 3 && (piece.at[0] == 'T' || piece.at[0] == 'S'))
            take_origin(&piece, marks);
}

VkpImage *vkp_image_build(const char *cmdline, gsize cmdline_length, gboolean cmdline_cut,
                          const char *environment, gsize environment_length)
{
    VkpImage *image = g_atomic_rc_box_new0(VkpImage);
    image->command_cut = cmdline_cut;
    image->command = split_command(cmdline, cmdline_length, &image->command_cut);
    image->environment_known = environment != NULL;
    if (environment)
        collect_marks(environment, environment_length, &image->marks);
    return image;
}

static gboolean has_marks(const VkpMarks *marks)
{
    return marks->is_terminal || marks->project_name || marks->branch ||
           !vkp_uuid_is_nil(&marks->attempt_id) || !vkp_uuid_is_nil(&marks->task_id) ||
           !vkp_uuid_is_nil(&marks->project_id) || !vkp_uuid_is_nil(&marks->execution_id) ||
           !vkp_uuid_is_nil(&marks->session_id);
}

void vkp_image_keep_marks(VkpImage *image, const VkpImage *earlier)
{
    if (!earlier->environment_known || has_marks(&image->marks))
        return;
    if (has_marks(&earlier->marks))
        image->is_certain &= earlier->is_certain;
    image->environment_known = TRUE;
    image->marks = earlier->marks;
    image->marks.project_name = g_strdup(earlier->marks.project_name);
    image->marks.branch = g_strdup(earlier->marks.branch);
}

void vkp_image_set_place(VkpImage *image, const VkpStat *stat, guint64 now_ticks)
{
    image->is_certain = now_ticks > stat->start_ticks;
    image->place = stat->place;
}

gboolean vkp_image_is_in_place(const VkpImage *image, const VkpStat *stat)
{
    return vkp_memory_place_is_known(&image->place) &&
           vkp_memory_place_equal(&image->place, &stat->place);
}

gboolean vkp_marks_equal(const VkpMarks *a, const VkpMarks *b)
{
    return vkp_uuid_equal(&a->attempt_id, &b->attempt_id) &&
           vkp_uuid_equal(&a->other_attempt_id, &b->other_attempt_id) &&
           vkp_uuid_equal(&a->task_id, &b->task_id) &&
           vkp_uuid_equal(&a->project_id, &b->project_id) &&
           vkp_uuid_equal(&a->execution_id, &b->execution_id) &&
           vkp_uuid_equal(&a->session_id, &b->session_id) &&
           g_strcmp0(a->project_name, b->project_name) == 0 &&
           g_strcmp0(a->branch, b->branch) == 0 && a->is_terminal == b->is_terminal &&
           a->tmux == b->tmux && a->screen == b->screen && a->service == b->service;
}

gboolean vkp_image_equal(const VkpImage *a, const VkpImage *b)
{
    return g_strv_equal((const char *const *)a->command, (const char *const *)b->command) &&
           a->command_cut == b->command_cut && a->environment_known == b->environment_known &&
           vkp_marks_equal(&a->marks, &b->marks) && vkp_memory_place_equal(&a->place, &b->place) &&
           a->is_certain == b->is_certain;
}

VkpImage *vkp_image_new_for_command(const char *const *command, gboolean command_cut)
{
    VkpImage *image = g_atomic_rc_box_new0(VkpImage);
    Command words = command_begin(command_cut);
    for (guint i = 0; command && command[i]; i++)
        if (!command_add(&words, command[i], strlen(command[i])))
            break;
    image->command_cut = words.cut;
    image->command = command_end(&words);
    return image;
}

VkpFolder *vkp_folder_new(const char *path, gboolean deleted, const VkpInode *chain, guint n_chain)
{
    VkpFolder *folder = g_atomic_rc_box_new0(VkpFolder);
    folder->path = vkp_text_dup_valid(path, strlen(path), strlen(path) * 3);
    folder->deleted = deleted;
    folder->n_chain = n_chain;
    folder->chain = g_memdup2(chain, n_chain * sizeof *chain);
    return folder;
}
