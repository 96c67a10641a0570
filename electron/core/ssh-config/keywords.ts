import { readFlag, readInteger, readPort, readSeconds } from './values.ts';

/** How a keyword is read: one value or several of which the first line wins, or lines that add up; `rest` is the line unsplit. */
interface Keyword {
  take: 'one' | 'many' | 'add' | 'rest';
  /** Whether a value is none, said by the words of what it should be. */
  wants?: [is: (text: string) => boolean, words: string];
}

const FLAG: Keyword = { take: 'one', wants: [(text) => readFlag(text) !== undefined, 'yes or no'] };
export const TIME_WANTED: Keyword['wants'] = [
  (text) => text === 'none' || readSeconds(text) !== undefined,
  'a time in seconds',
];
const TIME: Keyword = { take: 'one', wants: TIME_WANTED };
const ONE: Keyword = { take: 'one' };
const REST: Keyword = { take: 'rest' };

/** What is taken over, or named to the user as not supported. */
export const KEYWORDS: Readonly<Record<string, Keyword>> = {
  hostname: ONE,
  user: ONE,
  port: { take: 'one', wants: [(text) => readPort(text) !== undefined, 'a port from 1 to 65535'] },
  identityfile: { take: 'add' },
  certificatefile: { take: 'add' },
  identitiesonly: FLAG,
  identityagent: ONE,
  hostkeyalias: ONE,
  userknownhostsfile: { take: 'many' },
  serveraliveinterval: TIME,
  serveralivecountmax: { take: 'one', wants: [(text) => readInteger(text) !== undefined, 'a number'] },
  connecttimeout: TIME,
  pubkeyauthentication: { take: 'one' },
  passwordauthentication: FLAG,
  kbdinteractiveauthentication: FLAG,
  batchmode: FLAG,
  preferredauthentications: ONE,
  stricthostkeychecking: ONE,
  canonicalizehostname: ONE,
  ignoreunknown: ONE,
  proxyjump: REST,
  proxycommand: REST,
  localcommand: REST,
  knownhostscommand: REST,
  pkcs11provider: ONE,
  securitykeyprovider: ONE,
  revokedhostkeys: REST,
  globalknownhostsfile: REST,
  localforward: REST,
  remoteforward: REST,
  dynamicforward: REST,
  ciphers: REST,
  macs: REST,
  kexalgorithms: REST,
  hostkeyalgorithms: REST,
  pubkeyacceptedalgorithms: REST,
  bindaddress: REST,
  bindinterface: REST,
  addressfamily: REST,
};

/** Older names of a keyword. */
export const ALIASES: Readonly<Record<string, string>> = {
  identityfile2: 'identityfile',
  dsaauthentication: 'pubkeyauthentication',
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  skeyauthentication: 'kbdinteractiveauthentication',
  tisauthentication: 'kbdinteractiveauthentication',
  smartcarddevice: 'pkcs11provider',
  pubkeyacceptedkeytypes: 'pubkeyacceptedalgorithms',
};

/** Keywords that make no difference here: what belongs to a terminal, to multiplexing, or to what is never done. */
const WITHOUT_EFFECT = new Set(
  `addkeystoagent canonicaldomains canonicalizefallbacklocal canonicalizemaxdots canonicalizepermittedcnames
  casignaturealgorithms channeltimeout checkhostip cipher clearallforwardings compression compressionlevel
  connectionattempts controlmaster controlpath controlpersist enableescapecommandline enablesshkeysign escapechar
  exitonforwardfailure fallbacktorsh fingerprinthash forkafterauthentication forwardagent forwardx11 forwardx11timeout
  forwardx11trusted gatewayports globalknownhostsfile2 gssapiauthentication gssapiclientidentity
  gssapidelegatecredentials gssapikeyexchange gssapirenewalforcesrekey gssapiserveridentity gssapitrustdns
  hashknownhosts host hostbasedacceptedalgorithms hostbasedauthentication hostbasedkeytypes include ipqos keepalive
  kbdinteractivedevices kerberosauthentication kerberostgtpassing loglevel logverbose match
  nohostauthenticationforlocalhost numberofpasswordprompts obscurekeystroketiming permitlocalcommand permitremoteopen
  protocol proxyusefdpass rekeylimit remotecommand requesttty requiredrsasize rhostsauthentication
  rhostsrsaauthentication rsaauthentication sendenv sessiontype setenv stdinnull streamlocalbindmask
  streamlocalbindunlink syslogfacility tag tcpkeepalive tunnel tunneldevice updatehostkeys usekeychain
  useprivilegedport userknownhostsfile2 useroaming usersh verifyhostkeydns versionaddendum visualhostkey
  warnweakcrypto xauthlocation`.split(/\s+/),
);

export function hasNoEffect(keyword: string): boolean {
  return WITHOUT_EFFECT.has(keyword);
}

type Remark = (value: string) => string | undefined;

/** The text, but not where the value is one of these words. */
const unless =
  (text: string, ...words: string[]): Remark =>
  (value) =>
    words.includes(value.toLowerCase()) ? undefined : text;
const onlyFor =
  (words: readonly string[], text: (word: string) => string): Remark =>
  (value) =>
    words.includes(value.toLowerCase()) ? text(value.toLowerCase()) : undefined;

const NOT_RUN = 'is not supported: nothing is run';
const NOT_LOADED = 'is not supported: no library is loaded; such keys work through an SSH agent';
const NOT_OPENED = 'is not opened: ports are opened only where a profile says so';

/** The usual way to write a jump host before ProxyJump was there, with its name. */
const THROUGH = /^\S*ssh(?:\s+-q)?\s+(?:-W\s+\[?%h\]?:%p\s+(\S+)|(\S+)\s+-W\s+\[?%h\]?:%p)$/;

function proxyCommand(value: string): string | undefined {
  if (value.toLowerCase() === 'none') return undefined;
  const [, before, after] = THROUGH.exec(value) ?? [];
  const jump = before ?? after;
  const instead = jump ? `write ProxyJump ${jump} instead` : 'the host is dialled directly';
  return `ProxyCommand ${NOT_RUN}; ${instead}`;
}

const REMARKS: Readonly<Record<string, Remark>> = {
  proxycommand: proxyCommand,
  localcommand: unless(`LocalCommand ${NOT_RUN}`, 'none'),
  knownhostscommand: unless(`KnownHostsCommand ${NOT_RUN}`, 'none'),
  pkcs11provider: unless(`PKCS11Provider ${NOT_LOADED}`, 'none'),
  securitykeyprovider: unless(`SecurityKeyProvider ${NOT_LOADED}`, 'none', 'internal'),
  canonicalizehostname: onlyFor(
    ['yes', 'true', 'always'],
    () => 'CanonicalizeHostname is not supported: no name is looked up; write the whole name as HostName',
  ),
  stricthostkeychecking: onlyFor(
    ['no', 'false', 'off', 'accept-new'],
    (word) => `StrictHostKeyChecking ${word} is ignored: an unknown host key is always asked about`,
  ),
  revokedhostkeys: unless('RevokedHostKeys is not read; put @revoked lines into known_hosts', 'none'),
  globalknownhostsfile: unless('GlobalKnownHostsFile is not read', 'none'),
  localforward: unless(`LocalForward ${NOT_OPENED}`),
  remoteforward: unless(`RemoteForward ${NOT_OPENED}`),
  dynamicforward: unless(`DynamicForward ${NOT_OPENED}`),
  addressfamily: unless('AddressFamily is not taken over', 'any'),
  ciphers: unless('Ciphers is not taken over: the app has its own list'),
  macs: unless('MACs is not taken over: the app has its own list'),
  kexalgorithms: unless('KexAlgorithms is not taken over: the app has its own list'),
  hostkeyalgorithms: unless('HostKeyAlgorithms is not taken over: the app has its own list'),
  pubkeyacceptedalgorithms: unless('PubkeyAcceptedAlgorithms is not taken over: the app has its own list'),
  bindaddress: unless('BindAddress is not taken over'),
  bindinterface: unless('BindInterface is not taken over'),
};

/** Lists that distributions set for every user: nobody has to be told that they are not ours. */
const ALGORITHMS = ['ciphers', 'macs', 'kexalgorithms', 'hostkeyalgorithms', 'pubkeyacceptedalgorithms'];

/** What the user is told of a setting that is in force and not taken over; undefined where nothing has to be said. */
export function remarkOn(keyword: string, value: string, system: boolean): string | undefined {
  if (system && ALGORITHMS.includes(keyword)) return undefined;
  return Object.hasOwn(REMARKS, keyword) ? REMARKS[keyword]?.(value) : undefined;
}
