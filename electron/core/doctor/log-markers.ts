import { remedy } from './remedy.ts';
import type { Remedy } from './remedy.ts';

/** What a line of Claude's logs means. */
interface Marker {
  readonly pattern: RegExp;
  /** Undefined: all was well at that moment. */
  readonly trouble?: string;
  readonly help?: Remedy;
}

const RESTART = remedy(
  'Quit Claude completely (tray or menu bar) and start it; it does not start a server again by itself',
);

/** In the log of one server, `mcp-server-NAME.log`. */
export const SERVER_MARKERS: readonly Marker[] = [
  { pattern: /Server started and connected successfully|Message from server:.*"result"/ },
  {
    pattern: /spawn .*ENOENT|is not recognized as an internal or external command|Cannot find module/,
    trouble: 'Claude could not start the program of our entry',
    help: remedy('Write the entry again, then quit and start Claude'),
  },
  {
    pattern: /Version negotiation failed|closed during the server\/discover probe/,
    trouble: 'the era probe failed, so Cowork and Code did not load our entry',
    help: RESTART,
  },
  {
    pattern: /Couldn't start .*for Cowork and Code sessions|context:\s*'shared-pool'/,
    trouble: 'our entry could not be started for Cowork and Code',
    help: RESTART,
  },
  {
    pattern: /Server transport closed unexpectedly|Server disconnected\b/,
    trouble: 'the program of our entry ended unexpectedly',
    help: RESTART,
  },
  {
    pattern: /is not valid JSON|Unexpected token .* in JSON/,
    trouble: 'something else than JSON reached Claude from our entry',
    help: remedy('Look for wrappers or preloaded modules in NODE_OPTIONS that print; write the entry again'),
  },
  {
    pattern: /Request timed out|No result received.*after waiting \d+ minutes|MCP error -32001/,
    trouble: 'a call took longer than Claude waits',
    help: remedy(
      'Look at the back end; calls that take long are answered with a handle for companion_continue',
    ),
  },
];

/** In Claude's own logs, `main.log` and `mcp.log`. */
export function mainMarkers(key: string): readonly Marker[] {
  const name = key.replace(/[^a-z0-9-]/g, '');
  return [
    {
      pattern: new RegExp(`not valid MCP server configurations and were skipped:.*\\b${name}\\b`),
      trouble: 'Claude skipped our entry as not valid',
      help: remedy('Write the entry again, then quit and start Claude'),
    },
    {
      pattern: new RegExp(`Couldn't start .*\\b${name}\\b.*(?:Cowork|shared-pool)`),
      trouble: 'our entry could not be started for Cowork and Code',
      help: RESTART,
    },
    {
      pattern: /FrontendRemoteMcpToolDefinition\.name: String should match pattern/,
      trouble: "Claude refused a whole list of tools for the name of one of them; it may be another server's",
      help: remedy('Rename that tool on its server; names of ours are made to fit'),
    },
    {
      pattern: /Tool result is too large|exceeds maximum length of 1048576/,
      trouble: "a result was larger than the 1 MB that Claude takes; it may be another server's",
      help: remedy('Results of ours are cut below 1 MB; look which server it was'),
    },
    {
      pattern: new RegExp(
        `Server started and connected successfully.*\\b${name}\\b|\\[${name}\\].*connected successfully`,
      ),
    },
  ];
}

export interface FoundMarker {
  readonly trouble: string | undefined;
  readonly help: Remedy;
  /** When the line was written, by its own time; null where it has none. */
  readonly at: number | null;
}

const TIME = /(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:[.,]\d{1,3})?)(Z)?/;

function timeOf(line: string): number | null {
  const [, day, time, zulu = ''] = TIME.exec(line.slice(0, 60)) ?? [];
  if (day === undefined || time === undefined) return null;
  const at = Date.parse(`${day}T${time.replace(',', '.')}${zulu}`);
  return Number.isNaN(at) ? null : at;
}

/** The last line that means something; undefined where none does. */
export function lastMarker(text: string, markers: readonly Marker[]): FoundMarker | undefined {
  let found: FoundMarker | undefined;
  for (const line of text.split('\n')) {
    const marker = markers.find(({ pattern }) => pattern.test(line));
    if (marker) found = { trouble: marker.trouble, help: marker.help ?? RESTART, at: timeOf(line) };
  }
  return found;
}
