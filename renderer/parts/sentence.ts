/** A reason as a sentence of its own: servers begin and end theirs as they like. */
export function sentence(reason: string): string {
  const text = reason.trim();
  if (text === '') return '';
  // hosts, addresses and paths are written as they are
  const isName = /[._/:@]\w|\d/.test(text.split(/\s/, 1)[0] ?? '');
  const start = isName ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return `${start}${/[.!?…]$/.test(text) ? '' : '.'}`;
}
