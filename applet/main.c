/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>
#include <locale.h>

#include "applet/application.h"
#include "applet/resources.h"

int main(int argc, char **argv)
{
    /* GTK would load an OpenGL driver to look at it: tens of megabytes for a program that draws
     * none. Programs that we open get a clean environment, see row-actions.c. */
    (void)g_setenv(VKP_NO_GL_VARIABLE, "disable", FALSE);
    setlocale(LC_ALL, "");
    /* The variable is gettext(1)'s: it makes translations work from a build folder. */
    const char *folder = g_getenv("TEXTDOMAINDIR");
    bindtextdomain(GETTEXT_PACKAGE, folder ? folder : LOCALE_DIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    vkp_applet_register_resource();
    g_autoptr(VkpApplication) application = vkp_application_new();
    return g_application_run(G_APPLICATION(application), argc, argv);
}
