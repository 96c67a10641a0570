export const HELP = `Catalyst Companion: a live, honest link between your trading droplet and Claude.

catalyst-companion serve [--demo [--fault KIND]…] [--port N] [--no-open]
    the dashboard in the browser; prints  Dashboard: http://127.0.0.1:PORT/#token=…
catalyst-companion profile add NAME --preset catalyst|stockspark|stockpulse|kubernetes|generic LINK…
                           [--mcp-url URL] [--env live|paper|demo] [--service NAME=URL|none]… [--dir PATH]
                           [--read-seconds N]   positions and P&L are read every N seconds, 0.5 to 60, default 5
catalyst-companion profile set NAME [LINK…] [--mcp-url URL] [--service NAME=URL|none]… [--dir PATH] [--env …]
                           [--read-seconds N] [--downtime "mon-fri 22:00-06:00 UTC"|none] [--confirm NAME]
    what is given replaces that part, links all together; a new environment needs the profile's name
catalyst-companion profile list | show NAME | remove NAME
catalyst-companion profile import-ssh ALIAS [--name NAME] [--preset …] [--env …] [--mcp-url URL] …
    a profile from a host of ~/.ssh/config; shows what was understood and what was left out
    LINK, repeatable, in the order they are tried:
      --ssh user@host[:port]|ALIAS [--identity FILE]… [--agent] [--jump HOST[,HOST]…]
          [--expose LOCALPORT:[HOST:]PORT]…
      --https URL [--api-key-header H] [--ca FILE] [--pin SHA256]
      --direct URL
      --kube CONTEXT/NAMESPACE/SERVICE:PORT   not connected yet: keep kubectl port-forward running and use --direct
catalyst-companion secret set PROFILE api-key|password|passphrase      the value comes on standard input, or is asked for
catalyst-companion trust PROFILE FINGERPRINT | untrust PROFILE FINGERPRINT
catalyst-companion connect PROFILE | disconnect PROFILE | status [PROFILE] | logs PROFILE [--follow]
catalyst-companion doctor PROFILE [--report] [--mask-hosts]
    looks layer by layer for what is broken and says what helps; --report prints what can be handed on
catalyst-companion tools list PROFILE | show PROFILE TOOL | approve PROFILE TOOL…|--all [--as read|stop|start]
                         | block PROFILE TOOL…
catalyst-companion call PROFILE TOOL [JSON] | read PROFILE URI
catalyst-companion stop PROFILE                                       emergency stop of new trades
catalyst-companion close-all PROFILE               sells every position; asks for the profile's name, --yes for a demo
catalyst-companion stop-shortcut KEYS|off          keys for the emergency stop in the desktop app, e.g. Control+Alt+End
catalyst-companion limits PROFILE [--symbols A,B] [--max-size N] [--max-notional N] [--max-positions N]
                         [--hours "mon-fri 09:30-16:00 America/New_York"] [--starts-per-hour N] [--cool-down S]
                         [--clear NAME]… [--confirm PROFILE]
    shows or sets what start-like calls may do; looser than before needs the profile's name
catalyst-companion grants list PROFILE | revoke PROFILE ID            what was allowed for a time, paper and demo only
catalyst-companion outcomes list PROFILE | dismiss PROFILE ID         calls of which nobody knows what became
catalyst-companion clients list | preview|install|remove CLIENT PROFILE | check CLIENT | undo CLIENT [--force]
    CLIENT: claude-desktop, claude-code, cursor, vscode; --force: restore also what others changed since
catalyst-companion mcpb PROFILE --out FILE                            an extension for Claude Desktop, the second way
catalyst-companion endpoint | endpoint on PROFILE [--port N] | endpoint off PROFILE
    a local http://127.0.0.1:PORT/mcp with a token, for clients that prefer HTTP; off unless you open it
catalyst-companion key make NAME [--preset …] [--passphrase] | key show NAME [--preset …] [--tunnel-only]
    an ed25519 key in the state folder; prints the one line for ~/.ssh/authorized_keys on the droplet.
    --passphrase protects the file (asked for, or from standard input); --tunnel-only allows no commands, so no logs
catalyst-companion nginx PROFILE --domain D
    the web server in front of a droplet, for HTTPS links: prints a whole nginx file; holds no secret
catalyst-companion audit verify | tail [N] [--profile P] [--kind K]
                         | export [--format jsonl|csv] [--from DAY|TIME] [--to DAY|TIME] [--out FILE]
catalyst-companion demo-droplet [--fault KIND]… [--seed N]            a droplet to try things on, on this machine
    --fault many-positions: 200 positions that change twice a second; read them with --read-seconds 0.5
    --fault many-lines: 52,000 log lines in the first half minute, then 20 a second
catalyst-bridge PROFILE                                               what Claude starts

--json   one JSON document on standard output, {"error":{code,message,next}} where it failed
--yes    answers where nobody can be asked
Exit codes: 0 done, 1 failed (code and reason on standard error), 2 wrong usage.`;
