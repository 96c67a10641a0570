import type { ClientPlan } from '../../contract/bridge.ts';
import type { Change } from './journal.ts';
import type { Location } from './location.ts';
import type { FileChange } from './plan-context.ts';

/** A plan as it is shown, with all that carrying it out needs. */
export interface Planned {
  plan: ClientPlan;
  changes: FileChange[];
  /** The client's own program that is to make the change; null: the files are edited. */
  program: string | null;
  /** The one place that the program changes. */
  location?: Location;
  /** Present when undoing. */
  change?: Change;
  forget?: string[];
}
