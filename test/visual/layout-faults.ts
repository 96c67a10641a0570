import type { Page } from 'playwright-core';

// These run in the page, from their own text: each may call the others and nothing else of this file.

function isShown(element: Element): boolean {
  if (!element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) return false;
  if (element.closest('[inert], [aria-hidden="true"]')) return false;
  // for readers of the screen alone: one pixel, clipped away
  for (let at: Element | null = element; at; at = at.parentElement) {
    const { width, height } = at.getBoundingClientRect();
    if (width <= 1 && height <= 1) return false;
  }
  return true;
}

function nameOf(element: Element): string {
  const words = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim();
  const part = element.closest('[data-testid]')?.getAttribute('data-testid');
  return `${element.tagName.toLowerCase()} "${words.slice(0, 50)}"${part ? ` in ${part}` : ''}`;
}

const EDGE = 1.5;

function isApart(box: DOMRect, frame: DOMRect): boolean {
  const beside = box.left >= frame.right - EDGE || box.right <= frame.left + EDGE;
  return beside || box.top >= frame.bottom - EDGE || box.bottom <= frame.top + EDGE;
}

/** How `frame`, which cuts what hangs over it, cuts a box; `none` where it ends the matter without a cut. */
function cutOf(box: DOMRect, frame: DOMRect, style: CSSStyleDeclaration): string | undefined {
  const scrolls = (overflow: string) => overflow === 'auto' || overflow === 'scroll';
  // what lies outside as a whole was left out on purpose
  if (style.position === 'fixed') return 'none';
  if (style.overflow !== 'visible' && isApart(box, frame)) return 'none';
  if (style.overflowX !== 'visible') {
    if (scrolls(style.overflowX) || style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none')
      return 'none';
    if (box.right > frame.right + EDGE || box.left < frame.left - EDGE) return 'across';
  }
  if (style.overflowY === 'visible') return undefined;
  if (scrolls(style.overflowY)) return 'none';
  return box.bottom > frame.bottom + 2 * EDGE || box.top < frame.top - 2 * EDGE ? 'down' : undefined;
}

function cutWords(): string[] {
  const faults: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement!;
    if (!node.textContent?.trim() || element.closest('svg') || !isShown(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    let cut: string | undefined;
    for (let at: Element | null = element; at && at !== document.body && !cut; at = at.parentElement)
      cut = cutOf(box, at.getBoundingClientRect(), getComputedStyle(at));
    if (cut && cut !== 'none') faults.push(`words cut ${cut}: ${nameOf(element)}`);
  }
  return faults;
}

/** What lies over the middle of a control, if anything of another part does. */
function coverOf(control: Element, x: number, y: number): Element | undefined {
  const top = document.elementFromPoint(x, y);
  if (!top || control.contains(top) || top.contains(control)) return undefined;
  if (control.closest('label')?.contains(top)) return undefined;
  // scrolled out of its own list: beside or under the list's edge
  const list = control.closest('[class*="overflow-"]');
  if (list && !list.contains(top)) return undefined;
  const heading = top.closest('thead, [class*="sticky"]') ?? top;
  return getComputedStyle(heading).position === 'sticky' ? undefined : top;
}

function lostControls(): string[] {
  const faults: string[] = [];
  for (const control of document.querySelectorAll('button, a[href], input, select, textarea')) {
    const box = control.getBoundingClientRect();
    if (!isShown(control) || getComputedStyle(control).pointerEvents === 'none') continue;
    const x = box.left + box.width / 2;
    const y = box.top + box.height / 2;
    if (y < 0 || y >= window.innerHeight) continue;
    if (x >= 0 && x < window.innerWidth) {
      const cover = coverOf(control, x, y);
      if (cover) faults.push(`${nameOf(control)} is covered by ${nameOf(cover)}`);
    } else if (!control.closest('[class*="overflow-"]'))
      faults.push(`outside the window: ${nameOf(control)}`);
  }
  return faults;
}

function faultsHere(): string[] {
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  const sideways = wide > 0 ? [`the window scrolls ${wide} px sideways`] : [];
  return [...new Set([...sideways, ...cutWords(), ...lostControls()])];
}

/**
 * What is wrong with how a page lies in its window, one line each: the window scrolls sideways, words are cut off with
 * no ellipsis, a control is covered by something else or hangs over the window's edge.
 */
export function layoutFaults(page: Page): Promise<string[]> {
  const parts = [isShown, nameOf, isApart, cutOf, cutWords, coverOf, lostControls, faultsHere].map(String);
  return page.evaluate(`(() => { const EDGE = ${EDGE}; ${parts.join('\n')}; return faultsHere(); })()`);
}

function amountsHere(): string[] {
  const faults: string[] = [];
  const amounts = [...document.querySelectorAll('main .tabular-nums')].filter(isShown);
  for (const amount of amounts) {
    const box = amount.getBoundingClientRect();
    for (let at = amount.parentElement; at && at.tagName !== 'MAIN'; at = at.parentElement) {
      const { overflowX, textOverflow } = getComputedStyle(at);
      const frame = at.getBoundingClientRect();
      const hides = overflowX === 'hidden' || textOverflow === 'ellipsis';
      if (hides && !isApart(box, frame) && box.right > frame.right + EDGE)
        faults.push(`digits cut: ${nameOf(amount)}`);
    }
    for (const other of amounts) {
      if (other === amount || other.contains(amount) || amount.contains(other)) continue;
      // a sum below a table lies over the rows that are scrolled under it
      if (Boolean(other.closest('tfoot')) !== Boolean(amount.closest('tfoot'))) continue;
      if (!isApart(other.getBoundingClientRect(), box)) faults.push(`amounts touch: ${nameOf(amount)}`);
    }
  }
  return [...new Set(faults)];
}

/** Amounts of which a digit is cut off, or that lie over one another. */
export function amountFaults(page: Page): Promise<string[]> {
  const parts = [isShown, nameOf, isApart, amountsHere].map(String);
  return page.evaluate(`(() => { const EDGE = ${EDGE}; ${parts.join('\n')}; return amountsHere(); })()`);
}
