/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/schema.h"

const char *vkp_generation_to_string(VkpGeneration generation)
{
    static const char *const names[] = {
        [VKP_GENERATION_NONE] = "none", [VKP_GENERATION_A] = "A", [VKP_GENERATION_B] = "B",
        [VKP_GENERATION_C] = "C",       [VKP_GENERATION_D] = "D", [VKP_GENERATION_E] = "E",
    };
    g_return_val_if_fail((guint)generation < G_N_ELEMENTS(names), "none");
    return names[generation];
}
