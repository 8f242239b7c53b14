#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A StatusNotifierWatcher with a host behind it, which draws nothing."""
from gi.repository import Gio, GLib

NAME = 'org.kde.StatusNotifierWatcher'
XML = '''<node><interface name="org.kde.StatusNotifierWatcher">
<method name="RegisterStatusNotifierItem"><arg type="s" name="service" direction="in"/></method>
<method name="RegisterStatusNotifierHost"><arg type="s" name="service" direction="in"/></method>
<property name="RegisteredStatusNotifierItems" type="as" access="read"/>
<property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
<property name="ProtocolVersion" type="i" access="read"/>
<signal name="StatusNotifierItemRegistered"><arg type="s"/></signal>
<signal name="StatusNotifierItemUnregistered"><arg type="s"/></signal>
<signal name="StatusNotifierHostRegistered"/></interface></node>'''

items = []


def on_vanished(connection, sender):
    for item in [item for item in items if item.startswith(sender)]:
        items.remove(item)


def on_call(connection, sender, path, interface, method, parameters, invocation):
    if method == 'RegisterStatusNotifierItem':
        service = parameters.unpack()[0]
        item = sender + (service if service.startswith('/') else '/StatusNotifierItem')
        if item not in items:
            items.append(item)
            Gio.bus_watch_name_on_connection(connection, sender, Gio.BusNameWatcherFlags.NONE,
                                             None, on_vanished)
        connection.emit_signal(None, path, interface, 'StatusNotifierItemRegistered',
                               GLib.Variant('(s)', (item,)))
    invocation.return_value(None)


def on_get(connection, sender, path, interface, name):
    return {'RegisteredStatusNotifierItems': GLib.Variant('as', items),
            'IsStatusNotifierHostRegistered': GLib.Variant('b', True),
            'ProtocolVersion': GLib.Variant('i', 0)}[name]


def on_bus(connection, name):
    node = Gio.DBusNodeInfo.new_for_xml(XML)
    connection.register_object('/StatusNotifierWatcher', node.interfaces[0], on_call, on_get, None)


loop = GLib.MainLoop()
Gio.bus_own_name(Gio.BusType.SESSION, NAME, Gio.BusNameOwnerFlags.NONE, on_bus, None, None)
loop.run()
