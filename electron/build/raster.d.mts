export function rasterise(svg: string, size: number): Buffer;
export function png(pixels: Buffer, width: number, height?: number): Buffer;
