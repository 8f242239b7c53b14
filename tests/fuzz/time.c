/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/value.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/fake-board.h"

/* GLib's reading, for what both take; 0 where it takes nothing. */
static gint64 by_glib(const char *text)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autofree char *with_t = g_strdup(text);
    if (strlen(with_t) > 10 && with_t[10] == ' ')
        with_t[10] = 'T';
    g_autoptr(GDateTime) moment = g_date_time_new_from_iso8601(with_t, utc);
    return moment ? g_date_time_to_unix(moment) : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input = {data, size};
    g_autofree char *text = fuzz_dup_rest(&input);
    gint64 moment = vkp_time_parse(text);
    FUZZ_CHECK(moment >= 0);
    if (moment == 0)
        return 0;
    gint64 theirs = by_glib(text);
    FUZZ_CHECK(theirs == 0 || ABS(theirs - moment / G_USEC_PER_SEC) <= 1);
    if (moment / G_USEC_PER_SEC > 253402300799) /* 9999: an offset leads beyond */
        return 0;
    g_autofree char *long_form = fake_time_rfc3339(moment);
    FUZZ_CHECK(vkp_time_parse(long_form) == moment);
    return 0;
}
