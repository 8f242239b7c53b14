#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A service that serves a made-up board, for tests and screenshots of the applet.

mock-service.py [--rows N] [--state WORD] [--slow SECONDS] [--hang] [--empty] [--impatient]

Beside the contract it has org.vibekanban.Mock on /mock, by which a test changes what it serves and
sees what it was asked for: Exit(id), Add(json), Update(id, json), Hang(b), SetState(word), Quit(),
Calls() -> json. Nothing is ever signalled: "processes" are entries of a table.
"""
import argparse
import json
import os
import random
import sys
import time

from gi.repository import Gio, GLib

HERE = os.path.dirname(os.path.abspath(__file__))
CONTRACT = os.path.join(HERE, '..', '..', 'data', 'org.vibekanban.Processes.xml')
NAME = 'org.vibekanban.Processes'
PATH = '/org/vibekanban/Processes'
MOCK = '''<node><interface name="org.vibekanban.Mock">
<method name="Exit"><arg type="s" direction="in"/></method>
<method name="Add"><arg type="s" direction="in"/></method>
<method name="Update"><arg type="s" direction="in"/><arg type="s" direction="in"/></method>
<method name="Hang"><arg type="b" direction="in"/></method>
<method name="SetState"><arg type="s" direction="in"/></method>
<method name="Quit"/>
<method name="Calls"><arg type="s" direction="out"/></method>
</interface></node>'''

TYPES = {
    'id': 's', 'pid': 'u', 'parent_pid': 'u', 'start_time': 't', 'name': 's', 'command': 'as',
    'working_directory': 's', 'memory_bytes': 't', 'cpu_percent': 'd', 'threads': 'u', 'state': 's',
    'ports': 'aq', 'kind': 's', 'is_executor': 'b', 'is_leftover': 'b', 'leftover_reason': 's',
    'is_protected': 'b', 'evidence': 's', 'confidence': 'u', 'agent': 's',
    'execution_process_id': 's', 'execution_status': 's', 'task_attempt_id': 's', 'task_id': 's',
    'project_id': 's', 'project_name': 's', 'task_title': 's', 'attempt_name': 's', 'branch': 's',
    'is_shared_daemon': 'b', 'command_cut': 'b', 'outcome': 's', 'detail': 's',
}


def uuid(kind, number):
    return '%08x-0000-4000-8000-%012x' % (kind, number)


def variant(facts):
    return {key: GLib.Variant(TYPES[key], value) for key, value in facts.items() if key in TYPES}


class Board:
    """Processes by their id, with what a kill needs to know under keys the contract lacks."""

    def __init__(self):
        self.processes = {}
        self.next_pid = 4200

    def add(self, name, command, parent=1, minutes=5, mb=50, cpu=0.0, **facts):
        self.next_pid += facts.pop('pid_step', 7)
        pid = facts.pop('pid', self.next_pid)
        process = {
            'id': '%d:%d' % (pid, pid * 100), 'pid': pid, 'parent_pid': parent,
            'start_time': int((time.time() - minutes * 60) * 1e6) + pid, 'name': name,
            'command': command, 'memory_bytes': int(mb * 1e6), 'cpu_percent': float(cpu),
            'threads': 11 if name in ('node', 'claude') else 1, 'state': 'sleeping',
            'kind': 'child', 'is_executor': False, 'is_leftover': False, 'is_protected': False,
            'evidence': 'descendant', 'confidence': 70,
        }
        process.update(facts)
        self.processes[process['id']] = process
        return process

    def ordered(self):
        return sorted(self.processes.values(), key=lambda p: (p['start_time'], p['pid']))


def attempt(project, project_name, task, title, number, branch, agent='CLAUDE_CODE'):
    return {
        'project_id': uuid(1, project), 'project_name': project_name, 'task_id': uuid(2, task),
        'task_title': title, 'task_attempt_id': uuid(3, number), 'attempt_name': title,
        'branch': branch, 'agent': agent,
        'working_directory': '/home/ada/worktrees/%s' % branch.split('/')[-1],
        'execution_process_id': uuid(4, number), 'execution_status': 'running',
    }


def small_board():
    board = Board()
    login = attempt(1, 'Alpha Shop', 1, 'Add login page', 1, 'vk/a1b2-add-login')
    npx = board.add('npm exec @anthr', ['npm', 'exec', '@anthropic-ai/claude-code'], 900, 13, 78,
                    0.2, is_executor=True, evidence='registered', confidence=100,
                    kind='coding_agent', **login)
    claude = board.add('claude', ['claude', '--output-format', 'stream-json', '--verbose'],
                       npx['pid'], 12, 612, 31.0, is_executor=True, kind='coding_agent',
                       evidence='registered', confidence=100, **login)
    board.add('rg', ['rg', '--json', 'session token', 'src'], claude['pid'], 0.2, 18, 7.0, **login)
    npm = board.add('npm run dev', ['npm run dev'], 900, 11, 62, 0.1, kind='dev_server',
                    evidence='registered', confidence=100, **login)
    board.add('node', ['node', '/home/ada/worktrees/a1b2-add-login/node_modules/.bin/vite',
                       '--port', '3000'], npm['pid'], 11, 210, 2.0, ports=[3000, 24678],
              kind='dev_server', **login)
    cart = attempt(1, 'Alpha Shop', 2, 'Fix rounding in the cart', 2, 'vk/77aa-fix-rounding',
                   'CODEX')
    board.add('codex', ['codex', 'exec', '--json'], 900, 4, 188, 12.0, is_executor=True,
              kind='coding_agent', evidence='registered', confidence=100, **cart)
    board.add('bash', ['bash'], 2100, 44, 6, 0.0, evidence='working_directory', confidence=30,
              kind='unknown', **cart)
    old = attempt(1, 'Alpha Shop', 3, 'Dark mode', 3, 'vk/0c0c-dark-mode')
    for key in ('execution_status',):
        old[key] = 'completed'
    for name, command, ports, mb in (
            ('node', ['node', 'server.js', '--port', '5173'], [5173], 410),
            ('chrome', ['/opt/google/chrome/chrome', '--headless', '--remote-debugging-port=9222'],
             [9222], 244),
            ('esbuild', ['esbuild', '--service=0.19.11', '--ping'], [], 46)):
        board.add(name, command, 1, 190, mb, 1.0 if name == 'node' else 0.0, ports=ports,
                  is_leftover=True, leftover_reason='executor_exited', evidence='environment',
                  confidence=90, stubborn=name == 'chrome', **old)
    docs = attempt(2, 'Beta Docs', 4, 'Translate the manual', 4, 'vk/9f9f-translate')
    board.add('vibe-kanban', ['vibe-kanban', '--port', '8080'], 2000, 600, 90, 0.3, ports=[8080],
              is_protected=True, evidence='working_directory', confidence=30, kind='unknown', **docs)
    board.add('claude', ['claude', '-p'], 900, 2, 350, 44.0, is_executor=True, kind='coding_agent',
              evidence='registered', confidence=100, **docs)
    return board


def large_board(rows):
    random.seed(1)
    board = Board()
    for number in range(max(1, rows // 50)):
        where = attempt(number % 5 + 10, 'Project %02d' % (number % 5), number + 100,
                        'Task number %03d' % number, number + 100, 'vk/%04x-task' % number)
        parent = 1
        for at in range(50):
            process = board.add('node' if at else 'claude', ['node', 'worker-%d.js' % at], parent,
                                500 - number, random.uniform(1, 300), random.uniform(0, 20),
                                pid_step=1, is_executor=at == 0,
                                kind='child' if at else 'coding_agent',
                                evidence='descendant' if at else 'registered', **where)
            if at == 0:
                parent = process['pid']
    return board


class Service:
    def __init__(self, arguments, loop):
        self.arguments = arguments
        self.loop = loop
        self.is_hanging = arguments.hang
        self.state = arguments.state
        self.subscribers = 0
        self.calls = []
        if arguments.empty:
            self.board = Board()
        else:
            self.board = large_board(arguments.rows) if arguments.rows else small_board()
        GLib.timeout_add(1000, self.tick)

    # --- what is served

    def on_bus(self, connection, _name):
        self.connection = connection
        with open(CONTRACT, encoding='utf-8') as file:
            node = Gio.DBusNodeInfo.new_for_xml(file.read())
        connection.register_object(PATH, node.lookup_interface(NAME), self.on_call, self.on_get,
                                   None)
        mock = Gio.DBusNodeInfo.new_for_xml(MOCK)
        connection.register_object('/mock', mock.interfaces[0], self.on_mock_call, None, None)

    def emit(self, signal, value):
        self.connection.emit_signal(None, PATH, NAME, signal, value)

    def changed(self, word, process):
        self.emit('ProcessChanged', GLib.Variant('(ssa{sv})', (word, process['id'],
                                                               variant(process))))

    def tick(self):
        if not self.subscribers or self.is_hanging:
            return True
        usage = []
        for process in self.board.processes.values():
            base = process['cpu_percent']
            cpu = max(0.0, base + random.uniform(-0.4, 0.4) * base)
            usage.append((process['id'], cpu, process['memory_bytes']))
        self.emit('UsageSampled', GLib.Variant('(a(sdt))', (usage,)))
        return True

    def on_get(self, _connection, _sender, _path, _interface, name):
        processes = self.board.processes.values()
        return {
            'Version': GLib.Variant('u', 1),
            'ProcessCount': GLib.Variant('u', len(processes)),
            'ExecutorCount': GLib.Variant('u', sum(p['is_executor'] for p in processes)),
            'LeftoverCount': GLib.Variant('u', sum(p['is_leftover'] for p in processes)),
            'DatabasePath': GLib.Variant('s', '/home/ada/.local/share/vibe-kanban/db.v2.sqlite'),
            'DatabaseState': GLib.Variant('s', self.state),
            'Degraded': GLib.Variant('as', []),
        }[name]

    def on_call(self, _connection, _sender, _path, _interface, method, parameters, invocation):
        self.calls.append([method, parameters.unpack()])
        if self.is_hanging:
            return
        if self.arguments.slow:
            GLib.timeout_add(int(self.arguments.slow * 1000), self.answer, method, parameters,
                             invocation)
        else:
            self.answer(method, parameters, invocation)

    def answer(self, method, parameters, invocation):
        if method == 'List':
            rows = [variant(process) for process in self.board.ordered()]
            invocation.return_value(GLib.Variant('(aa{sv})', (rows,)))
        elif method == 'Kill':
            self.kill(*parameters.unpack(), invocation)
        else:
            self.subscribers += {'Subscribe': 1, 'Unsubscribe': -1}.get(method, 0)
            invocation.return_value(None)
        return False

    # --- killing

    def scope_members(self, scope, target, include_weak):
        keys = {'execution': 'execution_process_id', 'attempt': 'task_attempt_id',
                'task': 'task_id', 'project': 'project_id'}
        for process in self.board.ordered():
            if scope == 'single':
                is_in = process['id'] == target or str(process['pid']) == target
            elif scope in keys:
                is_in = process.get(keys[scope]) == target
            elif scope == 'leftovers':
                is_in = process['is_leftover']
            else:
                is_in = scope == 'all' or not process['is_executor']
            if is_in and (include_weak or scope == 'single' or process['confidence'] >= 60
                          or process['is_protected']):
                yield process

    def result(self, process, outcome, detail=None):
        facts = {'id': process['id'], 'pid': process['pid'], 'name': process['name'],
                 'outcome': outcome}
        if detail:
            facts['detail'] = detail
        return variant(facts)

    def kill(self, scope, target, options, invocation):
        members = list(self.scope_members(scope, target, options.get('include_weak')))
        expected = options.get('expected_ids')
        if expected is not None:
            members = [p for p in members if p['id'] in expected]
        if options.get('dry_run'):
            rows = [self.result(p, 'protected' if p['is_protected'] else 'would_kill')
                    for p in members]
            invocation.return_value(GLib.Variant('(uuaa{sv})', (0, 0, rows)))
            return
        force = options.get('force') or options.get('escalate')
        for process in members:
            if not process['is_protected'] and (force or not process.get('stubborn')):
                GLib.timeout_add(random.randint(100, 500), self.exit, process['id'])
        is_short = options.get('force') or self.arguments.impatient
        grace = 600 if is_short else options.get('timeout_ms', 5000)
        deadline = time.monotonic() + grace / 1000 + 0.3
        GLib.timeout_add(50, self.finish, members, force, deadline, invocation)

    def finish(self, members, force, deadline, invocation):
        mortal = [p for p in members if not p['is_protected']]
        if any(p['id'] in self.board.processes for p in mortal) and time.monotonic() < deadline:
            return True
        rows = []
        for process in members:
            if process['is_protected']:
                rows.append(self.result(process, 'protected'))
            elif process['id'] in self.board.processes:
                rows.append(self.result(process, 'survived', 'sleeping'))
            else:
                rows.append(self.result(process, 'killed' if force else 'exited'))
        failed = sum(row['outcome'].unpack() not in ('exited', 'killed') for row in rows)
        invocation.return_value(
            GLib.Variant('(uuaa{sv})', (len(rows) - failed, failed, rows)))
        return False

    def exit(self, identity):
        process = self.board.processes.pop(identity, None)
        if process:
            self.changed('removed', process)
        return False

    # --- what tests ask for

    def on_mock_call(self, _connection, _sender, _path, _interface, method, parameters, invocation):
        arguments = parameters.unpack()
        if method == 'Calls':
            invocation.return_value(GLib.Variant('(s)', (json.dumps(self.calls),)))
            return
        if method == 'Exit':
            self.exit(arguments[0])
        elif method == 'Add':
            facts = json.loads(arguments[0])
            self.changed('added', self.board.add(facts.pop('name'), facts.pop('command'), **facts))
        elif method == 'Update':
            process = self.board.processes[arguments[0]]
            process.update(json.loads(arguments[1]))
            self.changed('changed', process)
        elif method == 'Hang':
            self.is_hanging = arguments[0]
        elif method == 'SetState':
            self.state = arguments[0]
            self.connection.emit_signal(
                None, PATH, 'org.freedesktop.DBus.Properties', 'PropertiesChanged',
                GLib.Variant('(sa{sv}as)',
                             (NAME, {'DatabaseState': GLib.Variant('s', self.state)}, [])))
        elif method == 'Quit':
            self.loop.quit()
        invocation.return_value(None)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--rows', type=int, default=0)
    parser.add_argument('--state', default='ok')
    parser.add_argument('--slow', type=float, default=0)
    parser.add_argument('--hang', action='store_true')
    parser.add_argument('--empty', action='store_true')
    parser.add_argument('--impatient', action='store_true', help='no grace is longer than a moment')
    loop = GLib.MainLoop()
    service = Service(parser.parse_args(), loop)
    Gio.bus_own_name(Gio.BusType.SESSION, NAME, Gio.BusNameOwnerFlags.DO_NOT_QUEUE, service.on_bus,
                     None, lambda *_: loop.quit())
    loop.run()
    return 0


if __name__ == '__main__':
    sys.exit(main())
