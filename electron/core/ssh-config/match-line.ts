import { isSpecific, matchesList } from './patterns.ts';

/** What is known of a connection when a Match line is reached. */
export interface MatchFacts {
  readonly host: string;
  readonly originalHost: string;
  readonly user: string;
  readonly localUser: string;
  readonly finalPass: boolean;
}

export interface MatchVerdict {
  readonly matches: boolean;
  /** The configuration wants to be read a second time, with the host name it gave. */
  readonly wantsFinal: boolean;
  /** It names this host, rather than every host. */
  readonly names: boolean;
  /** Criteria that decided and are not supported. */
  readonly unsupported: readonly string[];
}

const FLAGS = ['canonical', 'final'];
const WORDS = ['host', 'originalhost', 'user', 'localuser'];
/** Never evaluated: `exec` would run a program, the others ask what is not known here. */
const UNSUPPORTED = ['exec', 'localnetwork', 'tagged', 'version', 'sessiontype', 'command'];

interface Criterion {
  name: string;
  spelled: string;
  negated: boolean;
  value: string;
}

/** One criterion, its value taken from the words left where it is not in the first. Throws Error with the problem. */
function criterion(word: string, left: string[]): Criterion {
  const [, bang = '', spelled = '', equals] = /^(!?)([^=]*)(=?)/s.exec(word) ?? [];
  const name = spelled.toLowerCase();
  const found = { name, spelled: `${bang}${spelled}`, negated: bang === '!' };
  if (name === 'all' || FLAGS.includes(name)) return { ...found, value: '' };
  if (!WORDS.includes(name) && !UNSUPPORTED.includes(name))
    throw new Error(`"${spelled}" is no criterion of Match`);
  let value = equals ? word.slice(word.indexOf('=') + 1) : left.shift();
  if (!equals && value === '=') value = left.shift();
  const mayBeEmpty = name === 'tagged' || name === 'command';
  if (!value && !mayBeEmpty) throw new Error(`Match ${spelled} needs a value`);
  return { ...found, value: value ?? '' };
}

/** The criteria of a line in their order; `name value` and `name=value` alike. Throws Error with the problem. */
function criteria(args: readonly string[]): Criterion[] {
  const left = [...args];
  const found: Criterion[] = [];
  for (let word = left.shift(); word !== undefined; word = left.shift()) found.push(criterion(word, left));
  if (found.length === 0) throw new Error('Match needs a criterion');
  const all = found.findIndex((each) => each.name === 'all');
  // one other before it is let pass, for `final all` and `canonical all`
  if (all > 1 || (all >= 0 && all < found.length - 1))
    throw new Error('Match all cannot be combined with other criteria');
  return found;
}

function valueOf(name: string, facts: MatchFacts): string {
  if (name === 'user') return facts.user;
  if (name === 'localuser') return facts.localUser;
  // host names have no case
  return (name === 'host' ? facts.host : facts.originalHost).toLowerCase();
}

/**
 * Whether a Match line holds, its criteria taken from left to right and all of them. One that is not supported counts as
 * not matching, negated or not; it is named only where all before it hold. Throws Error with what is wrong with the line.
 */
export function matchLine(args: readonly string[], facts: MatchFacts): MatchVerdict {
  const unsupported: string[] = [];
  let [matches, wantsFinal, names] = [true, false, false];
  for (const { name, spelled, negated, value } of criteria(args)) {
    let holds = true;
    if (FLAGS.includes(name)) {
      holds = facts.finalPass;
      if (name === 'final' && !negated) wantsFinal = true;
    } else if (UNSUPPORTED.includes(name)) {
      if (matches) unsupported.push(spelled);
      matches = false;
    } else if (name !== 'all') {
      const text = valueOf(name, facts);
      const patterns = value.split(',');
      const by = matchesList(
        text,
        name.endsWith('host') ? patterns.map((each) => each.toLowerCase()) : patterns,
      );
      holds = by !== undefined;
      if (by && !negated && name.endsWith('host') && isSpecific(by.by)) names = true;
    }
    if (holds === negated) matches = false;
  }
  return { matches, wantsFinal, names: names && matches, unsupported };
}
