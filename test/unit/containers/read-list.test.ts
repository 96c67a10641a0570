import { describe, expect, it } from 'vitest';
import { isServiceName, listCommands, restartCommand } from '../../../electron/core/containers/commands.ts';
import { readJsonList, readNames } from '../../../electron/core/containers/read-list.ts';

const row = (fields: object) => ({
  Service: 'news',
  Name: 'catalyst-news',
  State: 'Running',
  Health: '',
  Status: 'Up 2 hours',
  ExitCode: 0,
  ...fields,
});

describe('what compose lists', () => {
  it('is an array, one object a line, or nothing, as the version has it', () => {
    const rows = [row({}), row({ Service: 'redis', Health: 'unhealthy' })];
    const expected = [
      {
        service: 'news',
        name: 'catalyst-news',
        state: 'running',
        health: null,
        status: 'Up 2 hours',
        exitCode: 0,
      },
      {
        service: 'redis',
        name: 'catalyst-news',
        state: 'running',
        health: 'unhealthy',
        status: 'Up 2 hours',
        exitCode: 0,
      },
    ];
    expect(readJsonList(JSON.stringify(rows))).toEqual(expected);
    expect(readJsonList(`${rows.map((one) => JSON.stringify(one)).join('\n')}\n`)).toEqual(expected);
    expect(readJsonList('')).toEqual([]);
    expect(readJsonList('[]\n')).toEqual([]);
  });

  it('is not taken for a list where it is none', () => {
    expect(readJsonList('NAME  COMMAND  STATE')).toBeUndefined();
    expect(readJsonList('{"Service":')).toBeUndefined();
  });

  it('leaves out rows whose names are none, and cuts what has no end', () => {
    const strange = ['news; reboot', '--all', '', null, { a: 1 }, 'a'.repeat(64)].map((Service) =>
      row({ Service }),
    );
    expect(readJsonList(JSON.stringify(strange))).toEqual([]);
    expect(readJsonList(JSON.stringify(Array(5000).fill(row({}))))).toHaveLength(200);
    expect(
      readJsonList(JSON.stringify([row({ Status: 'x'.repeat(9000), State: 5, ExitCode: '1' })])),
    ).toMatchObject([{ state: null, status: 'x'.repeat(200), exitCode: null }]);
    expect(readNames('news\n\n  trading \n$(id)\n').map(({ service, state }) => [service, state])).toEqual([
      ['news', null],
      ['trading', null],
    ]);
  });
});

describe('commands', () => {
  it('are fixed texts with one checked name', () => {
    expect(restartCommand('docker compose', '~/a b', 'risk-manager')).toBe(
      "cd ~/'a b' && docker compose restart risk-manager",
    );
    expect(listCommands('/srv/x').map(({ command }) => command)).toEqual([
      'cd /srv/x && docker compose ps --all --format json',
      'cd /srv/x && docker-compose ps --all --format json',
      'cd /srv/x && docker-compose ps --services',
    ]);
  });

  it.each([
    '',
    '-f',
    '--all',
    'a b',
    'a;b',
    'a\nb',
    '$(id)',
    '`id`',
    '../x',
    '.hidden',
    'a/b',
    'ä',
    'a'.repeat(64),
  ])('never hold the name %j', (name) => {
    expect(isServiceName(name)).toBe(false);
    expect(() => restartCommand('docker-compose', '~', name)).toThrow('not the name of a service');
  });
});
