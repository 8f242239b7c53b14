#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A desktop's notification service that shows nothing and remembers what it was told."""
from gi.repository import Gio, GLib

NAME = 'org.freedesktop.Notifications'
XML = '''<node><interface name="org.freedesktop.Notifications">
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
<arg type="u" direction="out"/></method>
<method name="CloseNotification"><arg type="u" direction="in"/></method>
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
<arg type="s" direction="out"/><arg type="s" direction="out"/></method>
</interface><interface name="org.vibekanban.Mock">
<method name="Told"><arg type="as" direction="out"/></method></interface></node>'''

told = []


def on_call(_connection, _sender, _path, _interface, method, parameters, invocation):
    answer = None
    if method == 'Notify':
        _name, _replaces, _icon, title, body = parameters.unpack()[:5]
        told.append(title + '\n' + body)
        answer = GLib.Variant('(u)', (len(told),))
    elif method == 'GetCapabilities':
        answer = GLib.Variant('(as)', (['body', 'actions'],))
    elif method == 'GetServerInformation':
        answer = GLib.Variant('(ssss)', ('mock', 'none', '1', '1.2'))
    elif method == 'Told':
        answer = GLib.Variant('(as)', (told,))
    invocation.return_value(answer)


def on_bus(connection, _name):
    for interface in Gio.DBusNodeInfo.new_for_xml(XML).interfaces:
        connection.register_object('/org/freedesktop/Notifications', interface, on_call, None, None)


loop = GLib.MainLoop()
Gio.bus_own_name(Gio.BusType.SESSION, NAME, Gio.BusNameOwnerFlags.NONE, on_bus, None, None)
loop.run()
