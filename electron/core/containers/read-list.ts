import type { Container } from '../../contract/containers.ts';
import { isServiceName } from './commands.ts';

/** More containers than this are not one person's droplet. */
const MOST = 200;

type Fields = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 200) : '');

function row(fields: Fields): Container | undefined {
  const service = text(fields['Service']);
  if (!isServiceName(service)) return undefined;
  const { ExitCode: exit, State: state } = fields;
  return {
    service,
    name: text(fields['Name']) || service,
    state: text(state) === '' ? null : text(state).toLowerCase(),
    health: text(fields['Health']).toLowerCase() || null,
    status: text(fields['Status']),
    exitCode: typeof exit === 'number' && Number.isInteger(exit) ? exit : null,
  };
}

function parsed(line: string): Fields[] {
  const value: unknown = JSON.parse(line);
  return (Array.isArray(value) ? value : [value]).filter(
    (one): one is Fields => typeof one === 'object' && one !== null,
  );
}

/** `ps --format json`: one array, or one object a line, as the version has it. undefined where it is neither. */
export function readJsonList(output: string): Container[] | undefined {
  try {
    const trimmed = output.trim();
    const fields = trimmed.startsWith('[')
      ? parsed(trimmed)
      : trimmed.split('\n').flatMap((line) => (line.trim() === '' ? [] : parsed(line)));
    return fields
      .map(row)
      .filter((one) => one !== undefined)
      .slice(0, MOST);
  } catch {
    return undefined;
  }
}

/** `ps --services`: names alone, so their states are not known. */
export function readNames(output: string): Container[] {
  const names = output.split('\n').map((line) => line.trim());
  return names
    .filter(isServiceName)
    .slice(0, MOST)
    .map((service) => ({ service, name: service, state: null, health: null, status: '', exitCode: null }));
}
