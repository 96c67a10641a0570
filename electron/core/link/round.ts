import type { AppError } from '../../contract/errors.ts';
import type { Refused } from './refusal.ts';

/** What is known of a chain's links since a person last acted, by index. */
export class Round {
  /** The first failure of this walk through the chain that trying again can help. */
  error: AppError | undefined;
  private readonly refused = new Map<number, Refused>();
  private readonly links: () => number;

  /** `links` gives their number, read anew each time. */
  constructor(links: () => number) {
    this.links = links;
  }

  /** A person acted: every link may be tried again. */
  begin(): void {
    this.pardon();
    this.error = undefined;
  }

  /** A person repaired what refused us, perhaps: those links may be tried again. */
  pardon(): void {
    this.refused.clear();
  }

  refuse(index: number, refused: Refused): void {
    this.refused.set(index, refused);
  }

  /** The links that may be tried without a person: not those that refused us. */
  candidates(): number[] {
    return Array.from({ length: this.links() }, (_, index) => index).filter(
      (index) => !this.refused.has(index),
    );
  }

  /** Of the links that refused us the one that the user put first. */
  firstRefused(): Refused | undefined {
    const [first] = [...this.refused].toSorted(([a], [b]) => a - b);
    return first?.[1];
  }
}
