import { describe, expect, it } from 'vitest';
import { readJsonList } from '../../../electron/core/containers/read-list.ts';
import type { CommandParts } from '../../../electron/core/demo/commands.ts';
import { parseCommand, runCommand } from '../../../electron/core/demo/commands.ts';

const IN_DIR = 'cd ~/catalyst-trading-mcp && ';

describe('parseCommand', () => {
  it('knows the three commands, with and without options', () => {
    expect(parseCommand('true')).toEqual({ kind: 'true' });
    expect(parseCommand(`${IN_DIR}docker-compose ps`)).toEqual({ kind: 'ps' });
    expect(parseCommand(`${IN_DIR}docker-compose logs --tail=50 -f news`)).toEqual({
      kind: 'logs',
      sources: ['news'],
      tail: 50,
      follow: true,
    });
    expect(parseCommand(`${IN_DIR}docker-compose logs --no-color --tail 20 trading news`)).toMatchObject({
      sources: ['trading', 'news'],
      tail: 20,
      follow: false,
    });
    expect(parseCommand("cd '~/catalyst-trading-mcp' && exec docker-compose ps")).toEqual({ kind: 'ps' });
  });

  it.each([
    'rm -rf /',
    'true; reboot',
    'true && reboot',
    `${IN_DIR}docker-compose logs $(reboot)`,
    `${IN_DIR}docker-compose logs | sh`,
    `${IN_DIR}docker-compose ps > /etc/passwd`,
    'bash',
    '',
  ])('refuses "%s" with 127', (line) => {
    expect(parseCommand(line)).toMatchObject({ kind: 'refused', code: 127 });
  });

  it.each([
    ['docker-compose ps', /suitable configuration/],
    ['cd /etc && docker-compose ps', /No such file/],
    [`${IN_DIR}docker-compose down`, /No such command: down/],
    [`${IN_DIR}docker-compose logs redis2`, /No such service: redis2/],
    [`${IN_DIR}docker-compose logs --tail=x`, /tail/],
  ])('answers "%s" as docker-compose would, with 1', (line, message) => {
    expect(parseCommand(line)).toMatchObject({
      kind: 'refused',
      code: 1,
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('containers', () => {
  const run = (line: string) => {
    const said = { out: '', err: '', code: -1 };
    const faults = { serviceDown: (name: string) => name === 'news', mcpDown: () => false };
    runCommand(parseCommand(line), { faults, logs: {}, portOf: () => 5000 } as unknown as CommandParts, {
      out: (text) => (said.out += text),
      err: (text) => (said.err += text),
      exit: (code) => (said.code = code),
    });
    return said;
  };

  it('are listed with their states, as compose prints them', () => {
    const { out, code } = run('cd ~/catalyst-trading-mcp && docker-compose ps --all --format json');
    const rows = readJsonList(out) ?? [];
    expect(code).toBe(0);
    expect(rows.find(({ service }) => service === 'news')).toMatchObject({ state: 'exited', exitCode: 1 });
    expect(rows.find(({ service }) => service === 'scanner')).toMatchObject({
      state: 'running',
      health: 'healthy',
    });
  });

  it('are restarted by name alone', () => {
    expect(run('cd ~/catalyst-trading-mcp && docker-compose restart news').code).toBe(0);
    expect(run('cd ~/catalyst-trading-mcp && docker-compose restart nothing').code).toBe(1);
    expect(run('cd ~/catalyst-trading-mcp && docker-compose restart').code).toBe(1);
  });
});
