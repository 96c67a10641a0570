import type { Given } from '../../../electron/core/ssh-config/evaluate.ts';

/** A configuration and what is asked of it. In texts `@` is the case's folder and `§` the character @. */
export interface GoldenCase {
  name: string;
  text: string;
  aliases: (string | [string, Given])[];
  files?: Record<string, string>;
}

const one = (name: string, text: string, ...aliases: GoldenCase['aliases']): GoldenCase => ({
  name,
  text,
  aliases,
});

const WORDS: GoldenCase[] = [
  one('an empty file', '', 'x', 'X.Example.COM', '10.0.0.1', '::1', '0:0::1', '127.1', 'a_b'),
  one('only comments', '# a\n\n   # b\n\t#c', 'x'),
  one('a plain host', 'Host a\n HostName a.example.com\n User me\n Port 2222', 'a', 'b', 'A'),
  one('no case in keywords', 'HOST a\n hostNAME a.example.com\n uSER me', 'a'),
  one('equals signs', 'Host=a\nHostName=a.example.com\nUser = me\nPort= 2200\nConnectTimeout =9', 'a'),
  one('quotes', 'Host "a"\nUser "me too"\nIdentityFile "/k/my key"\nHostKeyAlias \'q\'', 'a'),
  one('quotes within a word', 'Host a"b"c\nUser x"y z"w', 'abc'),
  one('escapes', 'Host a\nIdentityFile /k/my\\ key\nIdentityFile "/k/\\"q\\""\nIdentityFile /k/\\n', 'a'),
  one('a backslash in quotes', 'Host a\nIdentityFile "/k/a\\ b"\nIdentityFile \'/k/\\\\x\'', 'a'),
  one('comments at the end', 'Host a # all\n User me # him\n Port 22 #x\n IdentityFile /k/a#b', 'a', '#'),
  one('tabs and trailing blanks', '\tHost\ta\t \n\t\tUser\t\tme \t\r\n Port\t2201\f\n', 'a'),
  one('CRLF', 'Host a\r\n  User me\r\n  Port 2200\r\n', 'a'),
  one(
    'the first value counts',
    'User first\nHost a\n User second\n Port 1\nHost *\n Port 2\n User third',
    'a',
    'b',
  ),
  one('what stands before any Host is for all', 'Port 2200\nHost a\nUser me', 'a', 'b'),
  one('a host twice', 'Host a\n User one\nHost b\n User two\nHost a\n Port 99', 'a', 'b'),
  one(
    'several patterns',
    'Host a b? *.example.com\n User me',
    'a',
    'b',
    'b1',
    'x.example.com',
    'example.com',
  ),
  one('negation', 'Host * !bad !*.evil\n User me', 'a', 'bad', 'x.evil'),
  one('negation first', 'Host !bad *\n User me', 'a', 'bad'),
  one('negation alone matches nothing', 'Host !bad\n User me', 'a', 'bad'),
  one('patterns have case', 'Host Web-*\n User me', 'web-1', 'Web-1'),
  one('a comma is no separator of Host', 'Host a,b\n User me', 'a', 'b'),
  one('question marks', 'Host ?? w??\n User me', 'a', 'ab', 'wxy', 'wx'),
  one('stars in a row', 'Host a**b*c\n User me', 'abc', 'axxbyyc', 'ac'),
  one('brackets are no pattern', 'Host [ab]\n User me', 'a', '[ab]'),
];

const FIELDS: GoldenCase[] = [
  one('HostName %h', 'Host a b\n HostName %h.example.com', 'a', 'b', 'c'),
  one('HostName %%', 'Host a\n HostName x%%y', 'a'),
  one(
    'HostName that looks like an address with a zone',
    'Host A\n HostName X%%y\nHost b\n HostName fe80::1%%Eth0',
    'A',
    'b',
  ),
  one('HostName with another token', 'Host a\n HostName %n.example.com', 'a', 'b'),
  one('HostName in capitals', 'Host a\n HostName A.Example.COM', 'a'),
  one('HostName an address', 'Host a\n HostName 2001:DB8::0:1\nHost b\n HostName 010.0.0.1', 'a', 'b'),
  one(
    'identity files add up',
    'IdentityFile /k/0\nHost a\n IdentityFile /k/1\n IdentityFile /k/2\nHost *\n IdentityFile /k/3',
    'a',
    'b',
  ),
  one(
    'an identity file twice',
    'Host a\n IdentityFile /k/1\nHost *\n IdentityFile /k/1\n IdentityFile /k/2',
    'a',
  ),
  one('IdentityFile none', 'Host a\n IdentityFile none', 'a', 'b'),
  one('IdentityFile with tokens as written', 'IdentityFile ~/.ssh/%h-%r-%p\nIdentityFile ${KEYS}/x', 'a'),
  one('two words for IdentityFile', 'Host a\n IdentityFile /k/1 /k/2', 'a', 'b'),
  one('certificates', 'CertificateFile /k/c\nHost a\n CertificateFile /k/d\n CertificateFile /k/c', 'a', 'b'),
  one(
    'IdentitiesOnly',
    'Host a\n IdentitiesOnly YES\nHost b\n IdentitiesOnly true\nHost c\n IdentitiesOnly no',
    'a',
    'b',
    'c',
    'd',
  ),
  one('IdentitiesOnly with a bad word', 'Host a\n IdentitiesOnly maybe', 'a', 'b'),
  one(
    'IdentityAgent',
    'Host a\n IdentityAgent none\nHost b\n IdentityAgent SSH_AUTH_SOCK\nHost c\n IdentityAgent /run/%r-%h.sock\nHost d\n IdentityAgent "${KEYS}/s"\nHost e\n IdentityAgent ~/agent',
    'a',
    'b',
    'c',
    'd',
    'e',
    'f',
  ),
  one('a variable that is not set', 'Host a\n IdentityAgent ${NOT_SET_ANYWHERE}', 'a'),
  one('HostKeyAlias', 'Host a\n HostKeyAlias MyDroplet\n HostName 10.0.0.1', 'a'),
  one(
    'known hosts',
    'Host a\n UserKnownHostsFile /k/1 "/k/2 3" ~/kh\nHost *\n UserKnownHostsFile /k/9',
    'a',
    'b',
  ),
  one(
    'known hosts with tokens',
    'UserKnownHostsFile /k/%h /k/%n /k/%p /k/%r /k/%u /k/%d /k/%k /k/%% /k/%i ${KEYS}',
    'a',
    ['a', { user: 'me', port: 77 }],
  ),
  one(
    'known hosts by alias',
    'Host a\n HostName h.example.com\n HostKeyAlias Key\n UserKnownHostsFile /k/%k-%h-%n',
    'a',
  ),
  one('the name of this computer', 'UserKnownHostsFile /k/%l /k/%L', 'a'),
  one('a token that is none', 'Host a\n IdentityAgent /k/%z', 'a', 'b'),
  one('a percent sign at the end', 'Host a\n IdentityAgent /k/%', 'a'),
  one('no known hosts', 'Host a\n UserKnownHostsFile none\nHost b\n UserKnownHostsFile /dev/null', 'a', 'b'),
  one(
    'times',
    'Host a\n ServerAliveInterval 30\n ServerAliveCountMax 4\n ConnectTimeout 7\nHost b\n ServerAliveInterval 1m30s\n ConnectTimeout 2M\nHost c\n ServerAliveInterval 0\n ConnectTimeout none',
    'a',
    'b',
    'c',
    'd',
  ),
  one(
    'none is no time',
    'ConnectTimeout none\nServerAliveInterval none\nConnectTimeout 5\nServerAliveInterval 6',
    'a',
  ),
  one('a bad time', 'Host a\n ConnectTimeout soon', 'a', 'b'),
  one('a bad number', 'Host a\n ServerAliveCountMax many', 'a', 'b'),
  one('a bad port', 'Host a\n Port 70000', 'a', 'b'),
  one('port zero', 'Host a\n Port 0', 'a'),
  one('a port by name', 'Host a\n Port ssh', 'a'),
  one('port twice on a line', 'Host a\n Port 1 2', 'a'),
  one(
    'sign-in switches',
    'Host a\n PubkeyAuthentication no\nHost b\n PasswordAuthentication no\n KbdInteractiveAuthentication no',
    'a',
    'c',
  ),
  one('an open quote', 'Host a\n User "me', 'a', 'b'),
  one('a keyword alone', 'Host a\n User', 'a', 'b'),
  one('Host alone', 'Host\n User x', 'a'),
  one('an empty value', 'Host a\n User ""', 'a', 'b'),
  one('an empty pattern', 'Host a ""\n User x', 'b'),
  one(
    'keywords without effect',
    'Host a\n Compression yes\n SendEnv LANG\n ForwardAgent no\n ControlMaster auto\n ControlPath none\n LogLevel ERROR\n User me',
    'a',
  ),
  one(
    'what is unknown and ignored',
    'IgnoreUnknown UseKeychain,Foo*\nUseKeychain yes\nFooBar x\nUser me',
    'a',
  ),
  one(
    'the command line wins',
    'Host a\n User me\n Port 2200\n ProxyJump b',
    ['a', { user: 'you', port: 3 }],
    ['a', { jump: 'c' }],
    ['a', { jump: 'none' }],
  ),
];

const MATCHES: GoldenCase[] = [
  one('Match all', 'Match all\n User me', 'a'),
  one('Match host', 'Match host a,b*\n User me', 'a', 'bx', 'A', 'c'),
  one(
    'Match host by the name so far',
    'Host a\n HostName real.example.com\nMatch host real.example.com\n User me\nMatch host a\n Port 9',
    'a',
  ),
  one(
    'Match originalhost',
    'Host a\n HostName real\nMatch originalhost a\n User me\nMatch originalhost real\n Port 9',
    'a',
    'real',
  ),
  one('Match host with HostName %h', 'Host a\n HostName %h.ex\nMatch host a.ex\n User me', 'a'),
  one('Match user', 'Host a\n User me\nMatch user me\n Port 7\nMatch user root\n Port 8', 'a', 'b', [
    'b',
    { user: 'me' },
  ]),
  one('Match user has case', 'Match user ME\n Port 7', ['a', { user: 'me' }], ['a', { user: 'ME' }]),
  one('Match localuser', 'Match localuser root\n Port 7\nMatch localuser nobody\n User x', 'a'),
  one('several criteria', 'Match host a user me\n Port 7', 'a', ['a', { user: 'me' }], ['b', { user: 'me' }]),
  one('negated criteria', 'Match !host a\n Port 7\nMatch host * !user root\n User x', 'a', 'b', [
    'a',
    { user: 'me' },
  ]),
  one('negated patterns', 'Match host *,!bad\n Port 7', 'a', 'bad'),
  one('criteria with equals signs', 'Match host=a user=me\n Port 7', ['a', { user: 'me' }], 'a'),
  one('a comment behind', 'Match host a # that one\n Port 7', 'a', 'b'),
  one('Match in quotes', 'Match host "a,b"\n Port 7', 'a', 'b'),
  one('Match after Host ends its block', 'Host a\n User me\nMatch host b\n Port 7', 'a', 'b'),
  one('Host after Match ends its block', 'Match host a\n User me\nHost b\n Port 7', 'a', 'b'),
  one(
    'Match final',
    'Host a\n HostName real\nMatch final\n User me\nMatch final host real\n Port 7',
    'a',
    'b',
  ),
  one('Match final all', 'Match final all\n User me', 'a'),
  one(
    'the final pass sees Host by the real name',
    'Host a\n HostName real\nHost real\n User me\nMatch final\n Port 7',
    'a',
  ),
  one(
    'the final pass adds identities once',
    'Host a\n HostName real\n IdentityFile /k/1\nHost real\n IdentityFile /k/2\nMatch final\n IdentityFile /k/3',
    'a',
  ),
  one(
    'final asked for in a block that does not apply',
    'Host a\n HostName real\nHost real\n User me\nHost zzz\nMatch final host zzz\n Port 7',
    'a',
  ),
  one('Match canonical without it', 'Match canonical\n User me', 'a'),
  one('Match exec that fails', 'Match exec false\n User me\nMatch host a exec "exit 1"\n Port 7', 'a'),
  one('Match without criteria', 'Match # none\n User me', 'a'),
  one('Match all with others', 'Match all host a\n User me', 'a'),
  one('Match host all', 'Match host a all\n User me', 'a', 'b'),
  one('Match with an unknown criterion', 'Match weather fine\n User me', 'a'),
  one('Match host without value', 'Match host\n User me', 'a'),
  one('Match user in capitals as a word', 'MATCH HOST a USER root\n Port 7', 'a'),
];

const JUMPS: GoldenCase[] = [
  one('one jump host', 'Host a\n ProxyJump b\nHost b\n HostName b.ex\n User jb\n Port 2', 'a'),
  one(
    'user and port in ProxyJump',
    'Host a\n ProxyJump me§b:77\nHost b\n HostName b.ex\n User jb\n Port 2',
    'a',
  ),
  one('a chain', 'Host a\n ProxyJump b,u§c:5\nHost b\n HostName b.ex\n User jb\nHost c\n HostName c.ex', 'a'),
  one(
    'a jump host with one of its own',
    'Host a\n ProxyJump b\nHost b\n ProxyJump c\n User x\nHost c\n HostName c.ex',
    'a',
    'b',
  ),
  one(
    'the chain wins over the hop',
    'Host a\n ProxyJump c,b\nHost b\n ProxyJump zzz\nHost c\n HostName c.ex',
    'a',
  ),
  one(
    'ssh URIs',
    'Host a\n ProxyJump ssh://me§b:77\nHost c\n ProxyJump ssh://b\nHost b\n HostName b.ex',
    'a',
    'c',
  ),
  one('ProxyJump none', 'Host a\n ProxyJump none\nHost *\n ProxyJump b', 'a'),
  one('jumping in a circle', 'Host *\n ProxyJump b', 'b'),
  one('IPv6', 'Host a\n ProxyJump me§[2001:db8::1]:2200', 'a'),
  one(
    'ProxyCommand first',
    'Host a\n ProxyCommand none\n ProxyJump b\nHost c\n ProxyCommand nc %h %p\n ProxyJump b',
    'a',
    'c',
  ),
  one('ProxyJump first', 'Host a\n ProxyJump b\n ProxyCommand nc %h %p', 'a'),
  one('a bad hop', 'Host a\n ProxyJump b:99999', 'a', 'z'),
  one('an empty hop', 'Host a\n ProxyJump b,', 'a'),
  one('a hop without user name', 'Host a\n ProxyJump §b', 'a'),
  one('equals and comment', 'Host a\n ProxyJump = b # the bastion', 'a'),
  one('-J over everything', 'Host a\n ProxyCommand nc\nHost b\n User ub', [
    'a',
    { jump: 'b,me§c:9'.replace('§', '@') },
  ]),
  one(
    'a jump host known by pattern',
    'Host *.int\n ProxyJump gw.ex\nHost gw.*\n User gate\n Port 4',
    'x.int',
  ),
];

const MANY = {
  'd/1.conf': 'Host a\n User one\n',
  'd/2.conf': 'Host a\n User two\n Port 2\n',
  'd/.hidden.conf': 'User hidden\n',
};

const INCLUDES: GoldenCase[] = [
  { name: 'one file', text: 'Include @/x\nUser me', aliases: ['a', 'b'], files: { x: 'Host a\n Port 7\n' } },
  { name: 'a glob in order', text: 'Include @/d/*.conf', aliases: ['a', 'b'], files: MANY },
  { name: 'two arguments', text: 'Include @/d/2.conf @/d/1.conf', aliases: ['a'], files: MANY },
  { name: 'quotes', text: 'Include "@/my file"', aliases: ['a'], files: { 'my file': 'Port 9\n' } },
  { name: 'brackets and question marks', text: 'Include @/d/[!2].con?', aliases: ['a'], files: MANY },
  { name: 'a range', text: 'Include @/d/[0-1].conf', aliases: ['a'], files: MANY },
  {
    name: 'a folder by glob',
    text: 'Include @/*/c',
    aliases: ['a'],
    files: { 'y/c': 'Port 2\n', 'x/c': 'Port 1\n' },
  },
  { name: 'missing', text: 'Include @/nowhere\nInclude @/nowhere/*\nUser me', aliases: ['a'] },
  {
    name: 'inside a block',
    text: 'Host a\n Include @/x\n Port 5\nHost b\n Include @/x',
    aliases: ['a', 'b', 'c'],
    files: { x: 'User inner\n' },
  },
  {
    name: 'a Host inside an include ends with it',
    text: 'Host a\n Include @/x\n Port 5',
    aliases: ['a', 'z'],
    files: { x: 'Host z\n User inner\n' },
  },
  {
    name: 'a Host inside an include of another block',
    text: 'Host b\n Include @/x\nHost *\n Port 5',
    aliases: ['a', 'b'],
    files: { x: 'Host a\n User inner\n' },
  },
  {
    name: 'inside Match',
    text: 'Match host a\n Include @/x',
    aliases: ['a', 'b'],
    files: { x: 'User inner\nMatch all\n Port 3\n' },
  },
  {
    name: 'nested',
    text: 'Include @/x',
    aliases: ['a'],
    files: { x: 'Include @/y\nPort 3\n', y: 'User deep\n' },
  },
  { name: 'itself', text: 'Include @/config\nUser me', aliases: ['a'] },
  {
    name: 'a circle in a block that does not apply',
    text: 'Host zzz\n Include @/x',
    aliases: ['a'],
    files: { x: 'Include @/y\n', y: 'Include @/x\n' },
  },
  {
    name: 'a mistake in a block that does not apply',
    text: 'Host zzz\n Include @/x',
    aliases: ['a'],
    files: { x: 'Port abc\n' },
  },
  {
    name: 'final asked for in an include',
    text: 'Host a\n HostName real\nHost real\n Port 3\nHost zzz\n Include @/x',
    aliases: ['a'],
    files: { x: 'Match final\n User me\n' },
  },
  {
    name: 'the same file twice',
    text: 'Include @/x @/x',
    aliases: ['a'],
    files: { x: 'IdentityFile /k/1\n' },
  },
  { name: 'an empty argument', text: 'Include ""', aliases: ['a'] },
];

export const CASES: GoldenCase[] = [...WORDS, ...FIELDS, ...MATCHES, ...JUMPS, ...INCLUDES];
