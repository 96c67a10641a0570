const MAX_CARRY = 65_536;

/** Cuts a stream of text into lines; what has no line end yet is kept, up to 64 KiB. */
export function createLineCutter(): { push(chunk: string): string[]; rest(): string[] } {
  let carry = '';
  return {
    push(chunk) {
      const lines = (carry + chunk).split('\n');
      carry = lines.pop() ?? '';
      if (carry.length > MAX_CARRY) {
        lines.push(carry);
        carry = '';
      }
      return lines;
    },
    rest() {
      const last = carry === '' ? [] : [carry];
      carry = '';
      return last;
    },
  };
}
