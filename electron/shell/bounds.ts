import type { Display, Rectangle } from 'electron';

/** Where the dashboard's window was left, in Electron's device-independent pixels. */
export interface WindowPlace extends Rectangle {
  maximized: boolean;
}

export const LEAST = { width: 720, height: 520 } as const;
/** This much of the window's upper edge must be on a screen, so that it can be seen and moved. */
const HANDLE = { width: 120, height: 32 } as const;
const NO_PLACE_IS_BEYOND = 100_000;

function whole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= NO_PLACE_IS_BEYOND;
}

/** A place as it was written down; undefined for anything else, since the file can be edited by anybody. */
export function parsePlace(text: string): WindowPlace | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { x, y, width, height, maximized } = value as Record<string, unknown>;
  if (!whole(x) || !whole(y) || !whole(width) || !whole(height) || typeof maximized !== 'boolean')
    return undefined;
  return { x, y, width, height, maximized };
}

function overlap(a: Rectangle, b: Rectangle): { width: number; height: number } {
  return {
    width: Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x),
    height: Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y),
  };
}

const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(value, high));

/**
 * Where the window opens: as it was left where that is still on a screen, pushed back onto the screen it is mostly on,
 * never larger than it. Undefined: in the middle of the main screen with the usual size, because the screen it was on
 * is gone. Sizes are device-independent, so a screen with another scale factor needs no arithmetic here.
 */
export function placeOnScreens(
  place: WindowPlace | undefined,
  screens: readonly Pick<Display, 'workArea'>[],
): WindowPlace | undefined {
  if (!place) return undefined;
  const upperEdge = { ...place, height: HANDLE.height };
  const seen = screens
    .map(({ workArea }) => ({ workArea, part: overlap(upperEdge, workArea), all: overlap(place, workArea) }))
    .filter(({ part }) => part.width >= HANDLE.width && part.height > 0)
    .toSorted((a, b) => b.all.width * b.all.height - a.all.width * a.all.height)[0]?.workArea;
  if (!seen) return undefined;
  const width = clamp(place.width, Math.min(LEAST.width, seen.width), seen.width);
  const height = clamp(place.height, Math.min(LEAST.height, seen.height), seen.height);
  return {
    width,
    height,
    x: clamp(place.x, seen.x, seen.x + seen.width - width),
    y: clamp(place.y, seen.y, seen.y + seen.height - height),
    maximized: place.maximized,
  };
}
