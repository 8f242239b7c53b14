/* SPDX-License-Identifier: Apache-2.0 */
/* A command line and an environment: whether the command line was cut (one byte), its run, and all
 * the rest is the environment. */
#include "common/proc/image.h"

#include "common/base/contract.h"
#include "common/base/text.h"
#include "tests/fuzz/fuzz.h"

static void check_command(const VkpImage *image)
{
    gsize total = 0;
    for (guint i = 0; image->command[i]; i++) {
        FUZZ_CHECK(vkp_text_is_valid(image->command[i]));
        total += strlen(image->command[i]) + 1;
    }
    FUZZ_CHECK(total <= VKP_COMMAND_MAX_BYTES);
}

/* Whether one whole piece of the environment is NAME=id: what a mark must be, found the long way.
 */
static gboolean stands_as(const char *bytes, gsize length, const char *name, const VkpUuid *id)
{
    char text[VKP_UUID_TEXT_SIZE];
    g_autofree char *wanted = g_strdup_printf("%s=%s", name, vkp_uuid_to_text(id, text));
    for (gsize begin = 0; begin < length;) {
        gsize end = begin;
        while (end < length && bytes[end] != '\0')
            end++;
        g_autofree char *piece = g_strndup(bytes + begin, end - begin);
        gsize name_size = strlen(name);
        if (strncmp(piece, name, name_size) == 0 && g_ascii_strcasecmp(piece, wanted) == 0)
            return TRUE;
        begin = end + 1;
    }
    return FALSE;
}

static void check_id(const char *bytes, gsize length, const VkpUuid *id, const char *const *names)
{
    if (vkp_uuid_is_nil(id))
        return;
    for (; *names; names++)
        if (stands_as(bytes, length, *names, id))
            return;
    g_error("A mark came from nowhere");
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void check_marks(const VkpMarks *marks, const char *bytes, gsize length)
{
    const char *const *attempts = NAMES("VK_WORKSPACE_ID", "VK_ATTEMPT_ID", "VK_TASK_ATTEMPT_ID");
    check_id(bytes, length, &marks->attempt_id, attempts);
    check_id(bytes, length, &marks->other_attempt_id, attempts);
    check_id(bytes, length, &marks->task_id, NAMES("VK_TASK_ID"));
    check_id(bytes, length, &marks->project_id, NAMES("VK_PROJECT_ID"));
    check_id(bytes, length, &marks->execution_id,
             NAMES("VK_EXECUTION_PROCESS_ID", "VK_EXECUTION_ID"));
    check_id(bytes, length, &marks->session_id, NAMES("VK_SESSION_ID"));
    FUZZ_CHECK(!marks->project_name || vkp_text_is_valid(marks->project_name));
    FUZZ_CHECK(!marks->branch || vkp_text_is_valid(marks->branch));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input = {data, size};
    gboolean is_cut = fuzz_byte(&input) & 1;
    gsize command_length;
    const char *command = fuzz_run(&input, &command_length);
    g_autofree char *command_copy = g_memdup2(command, command_length);
    g_autofree char *environment = g_memdup2(input.at, input.left);
    g_autoptr(VkpImage) image = vkp_image_build(command_copy ? command_copy : "", command_length,
                                                is_cut, environment, input.left);
    check_command(image);
    FUZZ_CHECK(image->environment_known == (environment != NULL));
    if (environment)
        check_marks(&image->marks, environment, input.left);
    g_autoptr(VkpImage) decoded =
        vkp_image_new_for_command((const char *const *)image->command, image->command_cut);
    check_command(decoded);
    return 0;
}
