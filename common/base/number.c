/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/number.h"

gboolean vkp_number_take(const char **at, const char *end, guint64 max, guint64 *number)
{
    const char *begin = *at;
    guint64 value = 0;
    for (; *at < end && g_ascii_isdigit(**at); (*at)++) {
        guint digit = (guint)(**at - '0');
        if (value > (max - digit) / 10)
            return FALSE;
        value = value * 10 + digit;
    }
    *number = value;
    return *at > begin;
}
