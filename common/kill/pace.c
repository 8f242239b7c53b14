/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kill/pace.h"

/* Each is twice the one before, so whoever is due at a multiple of a longer one meets all others.
 */
#define FIRST_PAUSE_USEC 1250
#define LAST_PAUSE_USEC (16 * FIRST_PAUSE_USEC)
#define LONGEST_PAUSE_USEC (64 * LAST_PAUSE_USEC)

gint64 vkp_pace_next(gint64 *pause, gint64 least_usec, gint64 now_usec)
{
    gint64 usec = *pause;
    *pause = CLAMP(usec * 2, FIRST_PAUSE_USEC, LAST_PAUSE_USEC);
    if (usec == 0)
        return 0;
    while (usec < least_usec && usec < LONGEST_PAUSE_USEC)
        usec *= 2;
    return usec - now_usec % usec;
}
