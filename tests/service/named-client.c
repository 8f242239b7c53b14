/* SPDX-License-Identifier: Apache-2.0 */
/* named-client ADDRESS NAME: has the name on the bus until it is ended, or the bus is. */
#include <stdlib.h>
#include <systemd/sd-bus.h>

int main(int argc, char **argv)
{
    sd_bus *bus = NULL;
    if (argc != 3 || sd_bus_new(&bus) < 0 || sd_bus_set_address(bus, argv[1]) < 0 ||
        sd_bus_set_bus_client(bus, 1) < 0 || sd_bus_start(bus) < 0 ||
        sd_bus_request_name(bus, argv[2], 0) < 0)
        return EXIT_FAILURE;
    for (;;) {
        int r = sd_bus_process(bus, NULL);
        if (r < 0 || (r == 0 && sd_bus_wait(bus, UINT64_MAX) < 0))
            return EXIT_FAILURE;
    }
}
