import type { Page } from 'playwright-core';

// These run in the page, from their own text: each may call the others and nothing else of this file.

/** What a person sees of a control: a hidden native one is drawn by its label. */
function drawnBy(element: Element): Element {
  const { width, height } = element.getBoundingClientRect();
  return width <= 1 && height <= 1 ? (element.closest('label') ?? element) : element;
}

function hasRing(element: Element): boolean {
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
  return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1 && outlineColor !== 'rgba(0, 0, 0, 0)';
}

/** Toasts come over a page by timers of their own, and are dismissed by key; what lies below them counts as in view. */
function isInView(element: Element): boolean {
  const box = element.getBoundingClientRect();
  const x = (Math.max(0, box.left) + Math.min(window.innerWidth, box.right)) / 2;
  const y = (Math.max(0, box.top) + Math.min(window.innerHeight, box.bottom)) / 2;
  const toast = '[data-testid="notice"]';
  const top = document.elementsFromPoint(x, y).find((one) => element.closest(toast) ?? !one.closest(toast));
  return top !== undefined && (element.contains(top) || top.contains(element));
}

/** The focus as one line, and what is wrong with how it can be seen. */
function focusHere(): { name: string; fault: string | null } {
  const element = document.activeElement;
  if (element === null || element === document.body) return { name: '', fault: null };
  const words = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 50);
  const label = (element as HTMLInputElement).labels?.[0]?.textContent ?? '';
  const name = `${element.tagName.toLowerCase()} "${words || label}"`;
  const drawn = drawnBy(element);
  if (!isInView(drawn)) return { name, fault: 'out of view' };
  // the query of the palette is the one field that always has the focus; its cursor tells
  if (element.getAttribute('role') === 'combobox') return { name, fault: null };
  return { name, fault: hasRing(drawn) || hasRing(element) ? null : 'no visible ring' };
}

/**
 * Walks by the Tab key alone from where the focus is, at most `most` steps or until it leaves the page or comes round,
 * and gives what had the focus, with the faults: a control whose focus is not drawn, or that is not in view.
 */
export async function walkByTab(
  page: Page,
  most = 150,
): Promise<{ stops: readonly string[]; faults: readonly string[] }> {
  const source = [drawnBy, hasRing, isInView, focusHere].map(String).join('\n');
  const stops: string[] = [];
  const faults: string[] = [];
  let first: unknown;
  for (let step = 0; step < most; step += 1) {
    await page.keyboard.press('Tab');
    const { name, fault } = await page.evaluate<{ name: string; fault: string | null }>(
      `(() => { ${source}; return focusHere(); })()`,
    );
    const here = await page.evaluateHandle(() => document.activeElement);
    const round = first !== undefined && (await page.evaluate(([a, b]) => a === b, [first, here] as never[]));
    if (name === '' || round) break;
    first ??= here;
    stops.push(name);
    if (fault !== null) faults.push(`${name}: ${fault}`);
  }
  return { stops, faults };
}
