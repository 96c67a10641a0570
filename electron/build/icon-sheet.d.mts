export function drawSheet(): { pixels: Buffer; width: number; height: number };
